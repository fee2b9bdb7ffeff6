"""Batches: a PDF in which an ERP has put many letters becomes one arrival for each; the batch stays as it came.

Whether and how is a setting of the watched folder it came by. Where the letters cannot be told apart beyond doubt, it
is not divided and waits with the reason. Every page of the batch is in exactly one letter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path, PurePath
from typing import Final

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop

from kundenakte.base import blobs, confinement
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.confinement import ConfinementError, Crashed, scratch_folder
from kundenakte.base.jobs import ledger
from kundenakte.base.jobs.ledger import Apply
from kundenakte.records.models import Arrival
from kundenakte.records.parts import may_be_opened
from kundenakte.steps.intake import actions, batch_pages, children
from kundenakte.steps.intake.children import FirstStep, Inner
from kundenakte.steps.intake.models import WatchedFolder

# The name of this step in the ledger, for ever.
JOB: Final = "intake.split_batch"
SOURCE: Final = "batch"
RULE: Final = Actor.rule("intake.split_batch")
DIVIDED: Final = gettext_noop("Die Sammel-PDF ist in ihre Briefe geteilt; jeder geht seinen eigenen Weg.")
_LATER: Final = 95
# Puts an arrival in the inbox with a sentence.
AskPerson = Callable[[int, str], None]


def is_batch(arrival: Arrival) -> bool:
    """Whether it came by a folder whose PDFs hold many letters."""
    return arrival.media_type == "application/pdf" and _folder(arrival) is not None


def _folder(arrival: Arrival) -> WatchedFolder | None:
    door, _colon, name = arrival.source.partition(":")
    if door != "folder":
        return None
    return WatchedFolder.objects.filter(name=name).exclude(batch=WatchedFolder.Batch.NONE).first()


def split_batch(arrival_id: int, *, first_step: FirstStep, redraw: str, ask: AskPerson) -> Apply:
    """Keep the bytes of each letter, outside the transaction; the returned function writes the arrivals down."""
    arrival = Arrival.objects.get(pk=arrival_id)
    folder = _folder(arrival)
    if folder is None or not may_be_opened(arrival):
        return partial(_goes_on, arrival_id)
    letters, sentence = _cut_out(arrival, folder)
    if sentence:
        return partial(_ask, arrival_id, sentence, redraw, ask)
    taken = [(children.draft(arrival, letter, source=SOURCE, actor=RULE), letter) for letter in letters]
    return partial(_write_down, arrival_id, taken, first_step, redraw) if taken else partial(_goes_on, arrival_id)


def _cut_out(arrival: Arrival, folder: WatchedFolder) -> tuple[list[Inner], str]:
    """The letters; none when it is only one. With a sentence, they cannot be told apart."""
    with scratch_folder(Path(settings.SCRATCH)) as scratch:
        try:
            found = confinement.of_this_process().call(
                batch_pages.split, source=str(blobs.default().path(arrival.digest)), folder=str(scratch),
                mode=folder.batch, words=folder.batch_words,
            )  # fmt: skip
            if found["sentence"]:
                return [], str(found["sentence"]) % {key: str(value)[:100] for key, value in found["words"].items()}
            letters = found["letters"]
            if len(letters) == 1:
                return [], ""
            return [_inner(arrival, scratch, number, letters) for number in range(len(letters))], ""
        except ConfinementError:
            return [], batch_pages.UNREADABLE


def _inner(arrival: Arrival, scratch: Path, number: int, letters: Sequence[Sequence[int]]) -> Inner:
    source = scratch / str(number)
    # The child's word is not believed.
    if source.is_symlink() or not source.is_file():
        raise Crashed(f"letter {number} is missing")
    name = f"{PurePath(arrival.file_name).stem[:180]} Brief {number + 1} von {len(letters)}.pdf"
    first, last = letters[number][0], letters[number][-1]
    where = f"Seite {first}" if first == last else f"Seiten {first}–{last}"
    with source.open("rb") as stream:
        return Inner(actions.keep(stream), name, where)


def _goes_on(arrival_id: int) -> bool:
    states = (Arrival.State.UNDER_WAY, Arrival.State.FILED)
    return Arrival.objects.filter(pk=arrival_id, state__in=states).exists()


def _ask(arrival_id: int, sentence: str, redraw: str, ask: AskPerson) -> bool:
    ledger.enqueue(redraw, arrival_id)
    ask(arrival_id, sentence)
    return False


def _write_down(arrival_id: int, taken: Sequence[tuple[Arrival, Inner]], first_step: FirstStep, redraw: str) -> bool:
    batch = Arrival.objects.select_for_update(of=("self",), no_key=True).get(pk=arrival_id)
    if not may_be_opened(batch):
        return _goes_on(arrival_id)
    # Its letters come first.
    ledger.enqueue(redraw, batch.pk, priority=_LATER)
    children.bring_in(
        batch, taken, actor=RULE, sentence=DIVIDED, happened="arrival.taken_apart", first_step=first_step,
        now=timezone.now(),
    )  # fmt: skip
    return False
