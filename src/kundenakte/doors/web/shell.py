"""What the frame around every page shows: where one may go, and how much waits in the inbox."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest

from kundenakte.base.accounts.models import User
from kundenakte.doors.web import page
from kundenakte.records import access
from kundenakte.records.models import WANTS_A_PERSON, Verb


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
    def screen(self) -> str:
        """The first part of the address's name ("customers"): which entry of the navigation is the current one."""
        match = self._request.resolver_match
        return match.url_name.split("-")[0] if match and match.url_name else ""

    @cached_property
    def _rights(self) -> access.Rights:
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
    def waiting(self) -> int:
        """How many arrivals wait in the inbox for this user, to be filed or to be checked."""
        arrivals = access.arrivals_for(cast(User, self._request.user), rights=self._rights)
        return arrivals.filter(WANTS_A_PERSON).count()


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor named in the settings."""
    return {"shell": Shell(request)}
