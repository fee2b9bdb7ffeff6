"""Where a stack without separator sheets is divided: proposed by what stands on its pages, decided by a person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_noop

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.records import renditions
from kundenakte.records.models import Arrival, StackPart
from kundenakte.records.refusals import AlreadyDone, BadValue, Refused
from kundenakte.records.scanned import Reading, reading_of
from kundenakte.steps.scanning.dividing import divided_at, sheet_on
from kundenakte.steps.scanning.models import BatchFile, BatchPage, StackDivision
from kundenakte.steps.scanning.proposing import Beginning, beginnings

# What can be cut without touching what a page shows.
_CAN_BE_CUT: Final = ("application/pdf", "image/tiff")
# More than one page of the browser shows side by side, and more than one form sends.
MOST_PAGES: Final = 900
# The reason of an arrival that waits because of its proposal.
REASON: Final = "seems_several"
SEVERAL: Final = gettext_noop(
    "In dieser Datei scheinen %(count)s Dokumente zu stecken. Bitte sehen Sie nach, wo ein neues beginnt."
)


class NotDivisible(Refused):
    """Only what waits in the inbox, has several pages and can be cut is divided."""

    code = "not_divisible"
    sentence = (
        "Diese Datei lässt sich nicht teilen. Teilen lassen sich PDF und TIFF mit 2 bis 900 Seiten, die in keinem "
        "Papierstapel liegen und zu keinem Dokument gehören."
    )


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
    # Empty, or a separator sheet: it goes into no document.
    is_left_out: bool = False
    # Nothing was read on it; somebody may see more, and keep it.
    seems_empty: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person wants: the pages of each document. `offered` are the beginnings that were proposed."""

    parts: list[list[int]]
    offered: list[int]


def can_be_divided(arrival: Arrival) -> bool:
    """Whether a person may still divide it: it waits as a whole, and has pages that can be cut."""
    if arrival.state != Arrival.State.WAITING or not _can_be_cut(arrival) or _is_in_a_batch(arrival):
        return False
    # Half divided by its sheets, it can only be sent on its way again.
    return decided_for(arrival) is not None or not StackPart.objects.filter(stack=arrival).exists()


def _can_be_cut(arrival: Arrival) -> bool:
    if arrival.facts.get("document_id") or arrival.version_id is not None:
        # Dropped on a document it is that one's next version; taken back from a file it is a draft there until it is
        # filed again. Both as a whole.
        return False
    return arrival.media_type in _CAN_BE_CUT and 1 < (arrival.page_count or 0) <= MOST_PAGES


def _is_in_a_batch(arrival: Arrival) -> bool:
    """Whether its paper is being checked: who looks at a batch has to find what was in it when it was begun."""
    return (
        BatchFile.objects.filter(arrival=arrival).exists() or BatchPage.objects.filter(part=arrival).exists()
    )  # fmt: skip


def proposed(arrival: Arrival, reading: Reading) -> list[Beginning]:
    """The pages on which a further document seems to begin."""
    text = renditions.text_of(arrival.digest)
    return [] if text is None else beginnings(reading.laid_into(text).pages, left_out(reading))


def left_out(reading: Reading) -> frozenset[int]:
    """The pages that go into no document: empty ones and separator sheets."""
    return frozenset(
        number for number, page in reading.pages.items() if page.is_blank or sheet_on(page) is not None
    )  # fmt: skip


def empty(reading: Reading) -> frozenset[int]:
    """The pages on which nothing was read. A person who sees more there keeps them."""
    return frozenset(number for number, page in reading.pages.items() if page.is_blank and sheet_on(page) is None)


def pages_of(
    arrival: Arrival, *, marked: Collection[int] | None = None, kept: Collection[int] = ()
) -> list[PageOfStack]:
    """All pages with the proposal, with what was decided before, or with what was marked and kept just now."""
    reading = reading_of(arrival.digest)
    found = {one.page: one for one in proposed(arrival, reading)}
    decided = decided_for(arrival)
    begin = set(found) if decided is None else {part[0] for part in decided}
    if marked is not None:
        begin = set(marked)
    elif decided is not None:
        kept = {page for part in decided for page in part}
    out, seem_empty = left_out(reading) - set(kept), empty(reading)
    pages, is_first = [], True
    for number in range(1, (arrival.page_count or 0) + 1):
        is_out = number in out
        reasons = found[number].reasons if number in found else ()
        begins = not is_out and (is_first or number in begin)
        pages.append(PageOfStack(number, begins, reasons, is_out, number in seem_empty))
        is_first = is_first and is_out
    return pages


def first_page(arrival: Arrival, *, kept: Collection[int] = ()) -> int:
    """The page on which the first document begins, whatever else is marked."""
    out = left_out(reading_of(arrival.digest)) - set(kept)
    return next((number for number in range(1, (arrival.page_count or 0) + 1) if number not in out), 1)


def decided_for(arrival: Arrival) -> list[list[int]] | None:
    """The pages of each document, as a person said; None when nobody has."""
    row = StackDivision.objects.filter(arrival=arrival).first()
    return None if row is None else [list(part) for part in row.parts]


def chosen(arrival: Arrival, first_pages: Collection[int], *, kept: Collection[int] = ()) -> Chosen:
    """What comes of it when a document begins on each of these pages and the empty ones of `kept` are written on after
    all. Raises AlreadyDone, NotDivisible, BadValue."""
    if arrival.state != Arrival.State.WAITING:
        raise AlreadyDone
    if not can_be_divided(arrival):
        raise NotDivisible
    count = arrival.page_count or 0
    if not first_pages or any(not 1 <= page <= count for page in first_pages):
        raise BadValue("Diese Seite gibt es in der Datei nicht.")
    reading = reading_of(arrival.digest)
    kept = empty(reading).intersection(kept)
    parts = [list(part.pages) for part in divided_at(first_pages, reading, count, kept=kept)]
    if not parts or not (left_out(reading) - kept).isdisjoint(first_pages):
        raise BadValue("Auf einer leeren Seite oder einem Trennblatt beginnt kein Dokument.")
    return Chosen(parts, [one.page for one in proposed(arrival, reading)])


def decide(*, actor: Actor, arrival: Arrival, choice: Chosen, now: datetime) -> None:
    """Keep what belongs together; a single part means that it is one document. In the caller's transaction, which has
    seen to rights and state. Raises PartlyDivided."""
    if StackPart.objects.filter(stack=arrival).exists() and choice.parts != decided_for(arrival):
        raise PartlyDivided
    StackDivision.objects.update_or_create(
        arrival=arrival, defaults={"parts": choice.parts, "decided_by": actor.user, "decided_at": now}
    )
    first_pages = [part[0] for part in choice.parts]
    if len(choice.parts) > 1:
        journal.append(
            actor, "arrival.divided", arrival, at=now, count=len(choice.parts), first_pages=first_pages,
            proposed=choice.offered,
        )  # fmt: skip
    else:
        journal.append(actor, "arrival.kept_whole", arrival, at=now, proposed=choice.offered)


def seems_several(arrival: Arrival, reading: Reading) -> str:
    """The sentence with which a stack waits for a person, or "". What a person has put in its place is believed."""
    if arrival.facts.get("customer_file_id") or not _can_be_cut(arrival):
        return ""
    sure = [one for one in proposed(arrival, reading) if one.is_sure]
    return str(SEVERAL % {"count": len(sure) + 1}) if sure else ""


def paper_of_parts(stack: Arrival, numbers: Sequence[int] | None = None) -> list[tuple[Arrival, list[int]]]:
    """What came out of a stack in the end, each with its pages there; what was divided once more stands for itself no
    more. `numbers` are those of the stack's own pages in what it was cut from."""
    found: list[tuple[Arrival, list[int]]] = []
    # Parts of what is being divided just now come one by one: until it is through, it stands for all of its pages.
    rows = StackPart.objects.filter(stack=stack, stack__state=Arrival.State.SPLIT)
    for row in rows.select_related("part"):
        pages = [page if numbers is None else numbers[page - 1] for page in row.pages]
        found += paper_of_parts(row.part, pages) or [(row.part, pages)]
    return found
