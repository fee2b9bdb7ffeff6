"""Everything that brings documents on one page: how it stands, when it last did, and what became of all it brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from kundenakte.doors.web.administration.pages import administrators
from kundenakte.doors.web.page import SignedIn
from kundenakte.records import sources as names
from kundenakte.steps.intake import mailboxes, source_counts, watching
from kundenakte.steps.intake.models import FolderEvent, Mailbox, MailEvent, Share, WatchedFolder
from kundenakte.steps.intake.source_counts import Counts

_ERRORS: Final = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A source in words: where it is set up and tried out, whether it works, and its counts."""

    name: str
    counts: Counts
    address: str = ""
    # Where "try" is sent to; empty for what cannot be tried.
    trial: str = ""
    is_on: bool = True
    problem: str = ""
    # Of a drive that is watched: when it was last looked at, and the address that says what was found.
    looked_at: datetime | None = None
    stand: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that was turned away, and why."""

    at: datetime
    source: str
    sentence: str


@require_safe
@administrators
def sources(request: SignedIn) -> HttpResponse:
    """All sources with what came of what they brought; the sum is that of the database."""
    found = source_counts.counts()
    known = _known()
    lines = [
        known[source](counts) if source in known else Line(names.in_words(source, _), counts)
        for source, counts in found.items()
    ]
    whole = source_counts.total(found.values())
    missing = sum(1 for counts in found.values() if counts.missing)
    context = {
        "lines": sorted(lines, key=lambda line: line.name.casefold()), "whole": whole, "missing": missing,
        "troubles": _troubles(),
    }  # fmt: skip
    return render(request, "administration/sources.html", context)


def stand() -> tuple[str, bool]:
    """A word for the overview: how many do not work."""
    troubled = WatchedFolder.objects.filter(enabled=True).exclude(problem="").count()
    troubled += Mailbox.objects.filter(enabled=True).exclude(problem="").count()
    door = mailboxes.door()
    troubled += bool(door.enabled and door.problem)
    if troubled:
        return ngettext("%(n)d steht still", "%(n)d stehen still", troubled) % {"n": troubled}, True
    return "", False


# --- inside ------------------------------------------------------------------------------------------------------


class _SetUp:
    """A source that an administrator has set up; called with its counts, its line."""

    def __init__(
        self, name: str, address: str, *, is_on: bool, problem: str, can_try: bool,
        watched: tuple[datetime | None, str] = (None, ""),
    ) -> None:  # fmt: skip
        self._watched = watched
        self._name, self._address, self._is_on, self._problem = name, address, is_on, problem
        self._trial = address if can_try else ""

    def __call__(self, counts: Counts) -> Line:
        return Line(self._name, counts, self._address, self._trial, self._is_on, self._problem, *self._watched)


def _known() -> dict[str, _SetUp]:
    found = {}
    for folder in WatchedFolder.objects.all():
        # Its page looks at the place whenever it is opened.
        address = reverse("administration-folder", args=(folder.pk,))
        found[folder.source] = _SetUp(
            names.in_words(folder.source, _), address, is_on=folder.enabled, problem=folder.problem, can_try=False
        )
    for box in Mailbox.objects.all():
        address = reverse("administration-mailbox", args=(box.pk,))
        found[box.source] = _SetUp(
            names.in_words(box.source, _), address, is_on=box.enabled, problem=box.problem, can_try=True
        )
    for share in Share.objects.all():
        run, address = share.runs.first(), reverse("share", args=(share.pk,))
        found[share.source] = _SetUp(
            names.in_words(share.source, _),
            address,
            is_on=True,
            can_try=False,
            problem=(run.problem if run else "") or watching.problem_of(share),
            watched=_last_look(share),
        )
    door = mailboxes.door()
    found[source_counts.MAIL_DOOR] = _SetUp(
        names.in_words(source_counts.MAIL_DOOR, _), reverse("administration-mail-door"), is_on=door.enabled,
        problem=door.problem, can_try=True,
    )  # fmt: skip
    return found


def _last_look(share: Share) -> tuple[datetime | None, str]:
    if not watching.watch_of(share).is_on:
        return None, ""
    last = share.looks.exclude(ended_at=None).exclude(stopped=True).first()
    return last.ended_at if last else None, reverse("share-stand", args=(share.pk,))


def _troubles() -> list[Trouble]:
    """The last that were turned away, of all doors; nothing of them became an arrival."""
    mails = MailEvent.objects.filter(outcome=MailEvent.Outcome.REFUSED, arrival=None).select_related("mailbox")
    bad = (FolderEvent.Outcome.ERROR, FolderEvent.Outcome.PROBLEM)
    files = FolderEvent.objects.filter(outcome__in=bad, arrival=None).select_related("folder")
    found = [
        *(Trouble(one.at, one.mailbox.source if one.mailbox else source_counts.MAIL_DOOR, one.sentence)
          for one in mails[:_ERRORS]),
        *(Trouble(one.at, one.folder.source, one.sentence) for one in files[:_ERRORS]),
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.at, reverse=True)[:_ERRORS]
