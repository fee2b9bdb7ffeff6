"""Where a stack without separator sheets is divided: proposed by what stands on its pages, decided by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_noop

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.records import renditions
from kundenakte.records.models import Arrival, StackPart
from kundenakte.records.refusals import BadValue, Refused
from kundenakte.records.scanned import Reading, reading_of
from kundenakte.steps.scanning.models import StackDivision
from kundenakte.steps.scanning.proposing import Beginning, beginnings

# What can be cut without touching what a page shows.
_CAN_BE_CUT: Final = ("application/pdf", "image/tiff")
SEVERAL: Final = gettext_noop(
    "In dieser Datei scheinen %(count)s Dokumente zu stecken. Bitte sehen Sie nach, wo ein neues beginnt."
)


class NotDivisible(Refused):
    """Only what waits in the inbox, has several pages and can be cut is divided."""

    code = "not_divisible"
    sentence = "Diese Datei lässt sich nicht teilen: Sie hat nur eine Seite oder ist weder PDF noch TIFF."


class PartlyDivided(Refused):
    """Something held up the division half way; it can only go on as it was begun."""

    code = "partly_divided"
    sentence = "Ein Teil davon ist schon aufgeteilt. Bitte teilen Sie an denselben Stellen."


@dataclass(frozen=True, slots=True)
class PageOfStack:
    """A page as a person sees it who divides: whether a document begins there, and what speaks for that."""

    number: int
    begins: bool
    reasons: tuple[str, ...] = ()
    is_blank: bool = False


def can_be_divided(arrival: Arrival) -> bool:
    """Whether a person may still divide it: it waits, and has pages that can be cut."""
    return arrival.state == Arrival.State.WAITING and _can_be_cut(arrival)


def _can_be_cut(arrival: Arrival) -> bool:
    if arrival.facts.get("document_id") or arrival.version_id is not None:
        # Dropped on a document it is that one's next version; taken back from a file it is a draft there until it is
        # filed again. Both as a whole.
        return False
    return arrival.media_type in _CAN_BE_CUT and (arrival.page_count or 0) > 1


def proposed(arrival: Arrival, reading: Reading | None = None) -> list[Beginning]:
    """The pages on which a further document seems to begin."""
    text = renditions.text_of(arrival.digest)
    if text is None:
        return []
    reading = reading or reading_of(arrival.digest)
    return beginnings(reading.laid_into(text).pages, blanks(reading))


def blanks(reading: Reading) -> frozenset[int]:
    """The pages on which nothing is: they go into no document."""
    return frozenset(number for number, page in reading.pages.items() if page.is_blank)


def pages_of(arrival: Arrival) -> list[PageOfStack]:
    """All pages with the proposal, or with what was decided before."""
    reading = reading_of(arrival.digest)
    found = {one.page: one for one in proposed(arrival, reading)}
    decided = decided_for(arrival)
    begin = set(found if decided is None else decided)
    empty = blanks(reading)
    pages, is_first = [], True
    for number in range(1, (arrival.page_count or 0) + 1):
        is_blank = number in empty
        begins = not is_blank and (is_first or number in begin)
        is_first = is_first and is_blank
        reasons = found[number].reasons if number in found else ()
        pages.append(PageOfStack(number, begins, reasons, is_blank))
    return pages


def decided_for(arrival: Arrival) -> list[int] | None:
    """The pages on which a document begins, as a person said; None when nobody has."""
    row = StackDivision.objects.filter(arrival=arrival).first()
    return None if row is None else list(row.first_pages)


def decide(
    *, actor: Actor, arrival: Arrival, first_pages: Sequence[int], offered: Sequence[int], now: datetime
) -> None:
    """Keep on which pages a document begins; with one of them it is one document. `offered` was proposed. In the
    caller's transaction, which has seen to rights and state. Raises NotDivisible, BadValue, PartlyDivided."""
    pages = sorted(set(first_pages))
    if not _can_be_cut(arrival):
        raise NotDivisible
    if not pages or any(not 1 <= page <= (arrival.page_count or 0) for page in pages):
        raise BadValue("Diese Seite gibt es in der Datei nicht.")
    if StackPart.objects.filter(stack=arrival).exists() and pages != decided_for(arrival):
        raise PartlyDivided
    StackDivision.objects.update_or_create(
        arrival=arrival, defaults={"first_pages": pages, "decided_by": actor.user, "decided_at": now}
    )
    if len(pages) > 1:
        journal.append(
            actor, "arrival.divided", arrival, at=now, count=len(pages), first_pages=pages, proposed=list(offered)
        )
    else:
        journal.append(actor, "arrival.kept_whole", arrival, at=now, proposed=list(offered))


def seems_several(arrival: Arrival, reading: Reading | None = None) -> str:
    """The sentence with which a stack waits for a person, or "". What a person has put in its place is believed."""
    if arrival.facts.get("customer_file_id") or not _can_be_cut(arrival):
        return ""
    if decided_for(arrival) is not None or StackPart.objects.filter(part=arrival).exists():
        return ""
    sure = [one for one in proposed(arrival, reading) if one.is_sure]
    return str(SEVERAL % {"count": len(sure) + 1}) if sure else ""
