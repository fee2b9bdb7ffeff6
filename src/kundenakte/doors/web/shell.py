"""What the frame around every page shows: where one may go, and how much waits in the inbox."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kundenakte.base.accounts.models import User
from kundenakte.circulation import access as circulation
from kundenakte.doors.web import look, page
from kundenakte.doors.web.look import Look
from kundenakte.records import access
from kundenakte.records.models import Verb
from kundenakte.records.reach import Rights

# The menu of the administration: name of the address, what it is called, its icon, and the verb that opens it.
_ADMINISTRATION: Final = (
    ("administration", gettext_lazy("Alle Bereiche"), "settings", Verb.ADMINISTER),
    ("plan", gettext_lazy("Aktenplan"), "folder-tree", Verb.ADMINISTER),
    ("classes", gettext_lazy("Dokumentklassen"), "shapes", Verb.ADMINISTER),
    ("rules", gettext_lazy("Ablageregeln"), "route", Verb.ADMINISTER),
    ("retention", gettext_lazy("Aufbewahrung"), "calendar-clock", Verb.RETENTION),
    ("ledger", gettext_lazy("Betrieb"), "activity", Verb.ADMINISTER),
)


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the administration's menu."""

    address: str
    name: str
    icon: str
    is_here: bool


class Shell:
    """The frame of one request. Read piece by piece, so that a fragment without frame asks the database nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def is_open(self) -> bool:
        """Whether somebody is signed in."""
        return isinstance(getattr(self._request, "user", None), User)

    @property
    def languages(self) -> list[tuple[str, str]]:
        """What the screen speaks."""
        return list(settings.LANGUAGES)

    @property
    def look(self) -> str:
        """ "light" or "dark" when somebody chose on this device."""
        return look.chosen(self._request)

    @property
    def looks(self) -> list[Look]:
        """What can be chosen."""
        return look.looks(self._request)

    @property
    def screen(self) -> str:
        """The first part of the address's name ("customers"): which entry of the navigation is the current one."""
        match = self._request.resolver_match
        return match.url_name.split("-")[0] if match and match.url_name else ""

    @property
    def is_auditor(self) -> bool:
        """Whether somebody from outside looks, who finds few of the screens (rooms.py)."""
        return self.is_open and cast(User, self._request.user).is_auditor

    @property
    def is_shut(self) -> bool:
        """Whether an auditor's access is over: there is nowhere to go."""
        return self.is_auditor and self._rights.room is None

    @cached_property
    def _rights(self) -> Rights:
        return page.rights(cast(page.SignedIn, self._request))

    @property
    def may_inbox(self) -> bool:
        """Whether the inbox is hers to look after."""
        return self.is_open and (self._rights.has(Verb.INBOX) or self._rights.has(Verb.ADMINISTER))

    @property
    def may_file(self) -> bool:
        """Whether documents may be brought in."""
        return self.is_open and self._rights.has(Verb.FILE)

    @property
    def may_change_customers(self) -> bool:
        """Whether customers may be made and changed."""
        return self.is_open and self._rights.has(Verb.CHANGE_CUSTOMER)

    @property
    def may_administer(self) -> bool:
        """Whether the house is hers to run."""
        return self.is_open and self._rights.has(Verb.ADMINISTER)

    @cached_property
    def administration(self) -> list[Place]:
        """What of the administration is open to her."""
        if not self.is_open:
            return []
        return [
            Place(reverse(address), _(str(name)), icon, is_here=self.screen == address.split("-")[0])
            for address, name, icon, verb in _ADMINISTRATION
            if self._rights.has(verb)
        ]

    @property
    def is_administration(self) -> bool:
        """Whether this page belongs to the administration."""
        return any(place.is_here for place in self.administration)

    @cached_property
    def waiting(self) -> int:
        """How many arrivals wait in the inbox for this user, to be filed or to be checked."""
        return access.count_waiting(cast(User, self._request.user), rights=self._rights)

    @cached_property
    def open_tasks(self) -> int:
        """How many tasks this user can do now: hers, her teams', and those of whom she stands in for."""
        others = page.stands_in_for(cast(page.SignedIn, self._request))
        return circulation.tasks_for(cast(User, self._request.user), rights=self._rights, others=others).count()


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor named in the settings."""
    return {"shell": Shell(request)}
