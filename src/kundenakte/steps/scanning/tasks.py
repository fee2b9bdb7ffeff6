"""A stack is taken apart: each document in it comes in as an arrival of its own that names its pages in the stack.

Taking apart twice changes nothing. What was read of a page goes with it, so no page is read twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from kundenakte.base import blobs, confinement
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.confinement import ConfinementError, Refused, scratch_folder
from kundenakte.base.jobs.ledger import Apply
from kundenakte.base.journal import actions as journal
from kundenakte.records.models import Arrival, StackPart
from kundenakte.records.scanned import Reading, reading_of, save_reading
from kundenakte.steps.scanning import cutting, division
from kundenakte.steps.scanning.dividing import Part, divided
from kundenakte.steps.scanning.models import BatchPage, KeptPaper

JOB: Final = "scanning.take_apart"
SOURCE: Final = "stack"
RULE: Final = Actor.rule("scanning.take_apart")
TAKEN_APART: Final = gettext_noop("Der Stapel ist in seine Dokumente aufgeteilt; jedes geht seinen eigenen Weg.")
# What a person said of the whole stack by where it was put holds for each document in it.
_OF_A_PERSON: Final = ("customer_file_id", "section_id")
_OF_A_STACK: Final = ("address_id", "system")
HALF_DONE: Final = gettext_noop(
    "Ein Teil dieser Datei ist schon aufgeteilt; jetzt wären es andere Seiten. Bitte sehen Sie nach, was noch fehlt: "
    "Die Datei enthält auch die Seiten, die schon aufgeteilt sind."
)
NOT_CUT: Final = gettext_noop("Diese Datei ließ sich nicht teilen; sie bleibt, wie sie ist.")
# Puts an arrival in the inbox with a sentence.
AskPerson = Callable[[int, str], None]


@dataclass(frozen=True)
class Neighbours:
    """What other steps do for this one; only the pipeline knows them."""

    # `pipeline.receive`.
    receive: Callable[..., Arrival]
    ask: AskPerson
    ask_whether_several: AskPerson
    # A mail that waits for what hung on it looks again.
    tell_mail: Callable[[Arrival], None]
    password_of: Callable[[str], str | None]


class _OtherPages(Exception):
    """A part was taken out before that had other pages than it would have now."""


def take_apart(arrival_id: int, *, others: Neighbours) -> Apply:
    """Receive each document between the separator sheets, or from where a person said that one begins; the stack's own
    way ends. What seems to hold several documents and has no sheets waits for a person. All else goes on as it is."""
    stack = Arrival.objects.get(pk=arrival_id)
    decided = division.decided_for(stack)
    is_part = decided is None and StackPart.objects.filter(part=stack).exists()
    if stack.state != Arrival.State.UNDER_WAY or is_part:
        return lambda: stack.state in {Arrival.State.UNDER_WAY, Arrival.State.FILED}
    reading = reading_of(stack.digest)
    parts = _parts(stack, reading, decided)
    if not parts:
        sentence = "" if decided is not None else division.seems_several(stack, reading)
        return partial(_ask, arrival_id, sentence, others.ask_whether_several) if sentence else lambda: True
    try:
        with _cut(stack, parts, others.password_of(stack.digest)) as files:
            for position, (part, file) in enumerate(zip(parts, files, strict=True), 1):
                _take(others.receive, stack, reading, position=position, part=part, file=file)
    except _OtherPages:
        return partial(_ask, arrival_id, HALF_DONE, others.ask)
    except ConfinementError as error:
        # It stays one document, and a person sees what it is; whoever has just divided it is told.
        sentence = error.sentence if isinstance(error, Refused) else NOT_CUT
        return partial(_ask, arrival_id, sentence, others.ask) if decided else lambda: True
    return partial(_end, arrival_id, parts, others)


def _parts(stack: Arrival, reading: Reading, decided: list[list[int]] | None) -> list[Part]:
    """What the stack is taken apart into; [] when it stays as it is."""
    if decided is not None:
        return [Part(tuple(pages)) for pages in decided] if len(decided) > 1 else []
    parts = divided(reading, stack.page_count or 0)
    return [] if len(parts) == 1 and not _has_sheets(reading, parts[0]) else parts


def _ask(arrival_id: int, sentence: str, ask: AskPerson) -> bool:
    ask(arrival_id, sentence)
    return False


def _has_sheets(reading: Reading, part: Part) -> bool:
    return bool(part.facts) or len(part.pages) < len(reading.pages)


@contextmanager
def _cut(stack: Arrival, parts: Sequence[Part], password: str | None) -> Iterator[list[Path]]:
    with scratch_folder(Path(settings.SCRATCH)) as scratch:
        names = confinement.of_this_process().call(
            cutting.cut, source=str(blobs.default().path(stack.digest)), folder=str(scratch),
            family="pdf" if stack.media_type == "application/pdf" else "image",
            parts=[list(part.pages) for part in parts], password=password,
        )  # fmt: skip
        yield [scratch / Path(name).name for name in names]


def _take(
    receive: Callable[..., Arrival], stack: Arrival, reading: Reading, *, position: int, part: Part, file: Path
) -> None:
    there = StackPart.objects.filter(stack=stack, position=position).first()
    if there is not None:
        if list(there.pages) != list(part.pages):
            raise _OtherPages
        return
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    # Before it comes in: nobody reads again what was read in the stack.
    own = {number: reading.pages[page] for number, page in enumerate(part.pages, 1) if page in reading.pages}
    save_reading(digest, Reading(own))

    def beside(arrival: Arrival) -> None:
        StackPart.objects.create(stack=stack, part=arrival, position=position, pages=list(part.pages))

    # Where a sheet names the customer, it is not the person's choice any more.
    facts = _facts(stack, part)
    person = stack.received_by if facts.get("customer_file_id") else None
    with file.open("rb") as stream:
        receive(
            actor=RULE if person is None else Actor.of(person), stream=stream, file_name=_name(stack, position, file),
            source=SOURCE, now=timezone.now(), facts=facts, team=stack.team, beside=beside,
            origin=f"{stack.file_name} ({stack.source} {stack.source_number}), {_pages(part.pages)}",
        )  # fmt: skip


def _facts(stack: Arrival, part: Part) -> dict[str, Any]:
    kept = _OF_A_STACK if part.facts.get("customer") else (*_OF_A_STACK, *_OF_A_PERSON)
    return {key: stack.facts[key] for key in kept if stack.facts.get(key)} | dict(part.facts)


def _name(stack: Arrival, position: int, file: Path) -> str:
    return f"{Path(stack.file_name).stem[:180]} Teil {position}{file.suffix}"


def _pages(pages: Sequence[int]) -> str:
    """In words: "Seite 3", "Seiten 3–5, 7"."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    told = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
    return f"Seite {told}" if len(pages) == 1 else f"Seiten {told}"


def _end(arrival_id: int, parts: Sequence[Part], others: Neighbours) -> bool:
    with transaction.atomic():
        # Whoever begins a batch of paper holds the outermost: they take turns.
        Arrival.objects.select_for_update(of=("self",)).get(pk=_outermost(arrival_id))
        stack = Arrival.objects.select_for_update(of=("self",)).get(pk=arrival_id)
        if stack.state != Arrival.State.UNDER_WAY:
            return False
        taken = [tuple(row.pages) for row in StackPart.objects.filter(stack=stack)]
        if taken != [part.pages for part in parts]:
            return _ask(arrival_id, HALF_DONE, others.ask)
        now = timezone.now()
        stack.state, stack.reason, stack.sentence, stack.changed_at = Arrival.State.SPLIT, "", TAKEN_APART, now
        stack.save(update_fields=["state", "reason", "sentence", "changed_at"])
        _tell_batch(stack)
        others.tell_mail(stack)
        journal.append(RULE, "arrival.taken_apart", stack, at=now, parts=len(parts))
    return False


def _tell_batch(stack: Arrival) -> None:
    """Where its pages are in a batch of paper already, each belongs to its own document from now on, and of all of them
    the paper stays if that of the whole did."""
    own = BatchPage.objects.filter(file__arrival=stack)
    above = [page.pk for page in BatchPage.objects.filter(part=stack).exclude(file__arrival=stack)]
    for pages, numbers in ((own, None), (BatchPage.objects.filter(pk__in=above), _numbers_above(stack))):
        if not pages.update(part=None):
            continue
        for part, its in division.paper_of_parts(stack, numbers):
            pages.filter(number__in=its).update(part=part)
            pages.filter(number=its[0], why="").update(why=BatchPage.Why.FIRST)
    for kept in KeptPaper.objects.filter(part=stack):
        for part, _pages in division.paper_of_parts(stack):
            KeptPaper.objects.get_or_create(
                part=part, defaults={"batch": kept.batch, "why": kept.why, "kept_by": kept.kept_by,
                                     "kept_at": kept.kept_at},
            )  # fmt: skip
        kept.delete()


def _outermost(arrival_id: int) -> int:
    """The stack from which it was cut in the end; itself when it was cut from none."""
    above = StackPart.objects.filter(part=arrival_id).values_list("stack", flat=True).first()
    return arrival_id if above is None else _outermost(above)


def _numbers_above(stack: Arrival) -> list[int] | None:
    """The numbers of its pages in the outermost stack it was cut from; None when it was cut from none."""
    numbers: list[int] | None = None
    place = StackPart.objects.filter(part=stack).first()
    while place is not None:
        numbers = [place.pages[number - 1] for number in numbers] if numbers else list(place.pages)
        place = StackPart.objects.filter(part=place.stack_id).first()
    return numbers
