"""What each source has brought and what became of it, so that nothing is missing in the sum (R-03, T-25)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db.models import Count, Max

from kundenakte.records.models import Arrival
from kundenakte.steps.intake.models import FolderEvent, Mailbox, MailDoor, MailEvent, Share, SourceSeries, WatchedFolder

State = Arrival.State
MAIL_DOOR: Final = "smtp"


@dataclass(frozen=True, slots=True)
class Counts:
    """What one source brought: `came` is filed, asked about, under way, set aside, divided or refused."""

    states: Mapping[str, int] = field(default_factory=dict)
    # Turned away with a record: mails refused at the door, files in a folder's error folder.
    refused: int = 0
    # The last number of the gapless series.
    last_number: int = 0
    last_at: datetime | None = None

    @property
    def received(self) -> int:
        """The arrivals there are."""
        return sum(self.states.values())

    @property
    def came(self) -> int:
        """All of it."""
        return self.received + self.refused

    @property
    def missing(self) -> int:
        """Numbers that were given and have no arrival: not one may be missing."""
        return self.last_number - self.received

    @property
    def filed(self) -> int:
        """In a file, now or before."""
        return self.states.get(State.FILED, 0) + self.states.get(State.DUPLICATE, 0)

    @property
    def asked(self) -> int:
        """In the inbox."""
        return self.states.get(State.WAITING, 0)

    @property
    def under_way(self) -> int:
        """Being read."""
        return self.states.get(State.UNDER_WAY, 0)

    @property
    def discarded(self) -> int:
        """Set aside by a person."""
        return self.states.get(State.DISCARDED, 0)

    @property
    def divided(self) -> int:
        """Stacks, batches and archives whose documents came in one by one, from sources of their own."""
        return self.states.get(State.SPLIT, 0)


def counts() -> dict[str, Counts]:
    """Source → what came of what it brought: every source that ever brought anything, or is set up to."""
    states: dict[str, dict[str, int]] = {}
    last: dict[str, datetime] = {}
    rows = Arrival.objects.order_by().values_list("source", "state").annotate(Count("pk"), Max("received_at"))
    for source, state, number, at in rows:
        states.setdefault(source, {})[state] = number
        last[source] = max(at, last.get(source, at))
    numbers = dict(SourceSeries.objects.values_list("source", "last_number"))
    refused = _refused()
    return {
        source: Counts(states.get(source, {}), refused.get(source, 0), numbers.get(source, 0), last.get(source))
        for source in sorted({*states, *numbers, *refused, *_set_up()})
    }


def total(all_counts: Iterable[Counts]) -> Counts:
    """The sum over sources; whatever was divided is counted with its parts."""
    states: dict[str, int] = {}
    refused = number = 0
    for one in all_counts:
        refused, number = refused + one.refused, number + one.last_number
        for state, count in one.states.items():
            states[state] = states.get(state, 0) + count
    return Counts(states, refused, number)


def _set_up() -> list[str]:
    found = [folder.source for folder in WatchedFolder.objects.all()]
    found += [box.source for box in Mailbox.objects.all()]
    found += [share.source for share in Share.objects.all()]
    return [*found, MAIL_DOOR] if MailDoor.objects.filter(enabled=True).exists() else found


def refused_mails() -> dict[int | None, int]:
    """How many mails each mailbox (by its number), or the door that listens (None), has ever turned away."""
    mails = MailEvent.objects.filter(outcome=MailEvent.Outcome.REFUSED).order_by().values_list("mailbox")
    found: dict[int | None, int] = dict(mails.annotate(Count("pk")))
    before = sum(MailDoor.objects.values_list("refused_before", flat=True))
    return found | ({None: found.get(None, 0) + before} if before else {})


def _refused() -> dict[str, int]:
    boxes: dict[int | None, str] = {box.pk: box.source for box in Mailbox.objects.all()}
    folders = {folder.pk: folder.source for folder in WatchedFolder.objects.all()}
    files = FolderEvent.objects.filter(outcome=FolderEvent.Outcome.ERROR).order_by().values_list("folder")
    named = boxes | {None: MAIL_DOOR}
    found = {named[pk]: count for pk, count in refused_mails().items() if pk in named}
    return found | {folders[pk]: count for pk, count in files.annotate(Count("pk"))}
