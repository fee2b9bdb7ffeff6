"""The end of a check: second scans are linked, the batch is released, and at last its paper is destroyed on record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from random import SystemRandom
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_noop

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs import ledger
from kundenakte.base.journal import actions as journal
from kundenakte.base.journal.actions import Happening
from kundenakte.base.refusals import Refused
from kundenakte.records.actions import links
from kundenakte.records.models import Arrival, Document, Reference
from kundenakte.records.refusals import AlreadyDone, BadValue, NotFound
from kundenakte.steps.scanning import papers
from kundenakte.steps.scanning.actions import SecondPersonNeeded, add_file, checker, hold
from kundenakte.steps.scanning.models import BatchFile, BatchPage, KeptPaper, PaperBatch

WRITE_LOG: Final = "scanning.write_log"
SYSTEM: Final = Actor.system("scanning")


class NotChecked(Refused):
    """A batch is not released before everything in it was looked at and settled."""

    code = "batch_not_checked"
    sentence = "Der Stapel ist noch nicht fertig geprüft."


class PaperStays(Refused):
    """The paper may not be destroyed yet."""

    code = "paper_stays"
    sentence = "Dieses Papier darf noch nicht vernichtet werden."


@transaction.atomic
def link_second_scan(
    *, actor: Actor, batch: PaperBatch, pages: Sequence[BatchPage], arrival: Arrival, now: datetime
) -> BatchFile:
    """These pages, all of one file, were scanned once more as `arrival`. It joins the batch, to be checked as a whole;
    the first scan stays as it is. Raises BadValue, AlreadyDone when it is in a batch already."""
    checker(actor)
    held = hold(batch)
    rows = list(BatchPage.objects.filter(file__batch=held, pk__in=[page.pk for page in pages]).select_related("file"))
    if not rows or len(rows) < len(pages):
        raise NotFound
    if any(row.verdict != BatchPage.Verdict.RESCAN for row in rows) or len({row.file_id for row in rows}) > 1:
        raise BadValue("Ein zweiter Scan gehört zu Seiten einer Datei, die neu zu scannen sind.")
    add_file(held, arrival, chance=SystemRandom(), rescan_of=rows[0].file)
    made = BatchFile.objects.get(arrival=arrival)
    BatchPage.objects.filter(pk__in=[row.pk for row in rows]).update(replaced_by=made)
    journal.append(
        actor, "paper_batch.scanned_again", held, at=now, arrival=arrival, first=rows[0].file.arrival,
        pages=sorted(row.number for row in rows),
    )  # fmt: skip
    return made


def hindrances(batch: PaperBatch) -> list[Refused]:
    """What keeps a batch from being released, each in a sentence; [] when nothing does."""
    found: list[Refused] = []
    if pages := papers.open_pages(batch).count():
        found.append(NotChecked(gettext_noop("Seiten, die noch niemand angesehen hat: %(n)s."), n=pages))
    if again := papers.unsettled_rescans(batch).count():
        found.append(
            NotChecked(
                gettext_noop("Seiten, die neu zu scannen sind und noch keinen zweiten Scan haben: %(n)s."), n=again
            )
        )
    if waiting := papers.not_filed(batch).count():
        found.append(NotChecked(gettext_noop("Dokumente, die noch nicht eingeaktet sind: %(n)s."), n=waiting))
    counted = count_of(batch)
    if counted != batch.sides and not batch.explanation:
        sentence = gettext_noop(
            "Seiten des Papiers: %(sides)s, gescannt: %(pages)s. Bitte erklären Sie den Unterschied."
        )
        found.append(NotChecked(sentence, sides=batch.sides, pages=counted))
    return found


def count_of(batch: PaperBatch) -> int:
    """The pages of the first scans: what the paper is counted against."""
    return sum(batch.files.filter(rescan_of=None).values_list("page_count", flat=True))


@transaction.atomic
def explain(*, actor: Actor, batch: PaperBatch, explanation: str, now: datetime) -> None:
    """Say why the count of pages differs from the paper's."""
    checker(actor)
    held = hold(batch)
    words = " ".join(explanation.split())[:300]
    if len(words) < 5:
        raise BadValue("Bitte erklären Sie den Unterschied in ein paar Worten.")
    held.explanation = words
    held.save(update_fields=["explanation"])
    journal.append(actor, "paper_batch.explained", held, at=now, reason=words, sides=held.sides, pages=count_of(held))


@transaction.atomic
def release(*, actor: Actor, batch: PaperBatch, now: datetime) -> None:
    """Say that the scans stand in for the paper. Its protocol is written then, and only when that is filed and the
    waiting time is over may the paper go. Raises NotChecked, SecondPersonNeeded."""
    user = checker(actor)
    held = hold(batch)
    if held.second_person and user.pk == held.scanned_by_id:
        raise SecondPersonNeeded
    for hindrance in hindrances(held):
        raise hindrance
    held.state, held.released_by, held.released_at = PaperBatch.State.RELEASED, user, now
    held.save(update_fields=["state", "released_by", "released_at"])
    for second, first in _second_scans(held):
        links.refer(actor=SYSTEM, from_document=second, to_document=first, kind=Reference.Kind.RESCAN_OF, now=now)
    kept = _kept_for_good(held, actor, now)
    verdicts = list(BatchPage.objects.filter(file__batch=held).values_list("verdict", flat=True))
    journal.append(
        actor, "paper_batch.released", held, at=now, pages=len(verdicts), looked_at=len([v for v in verdicts if v]),
        kept=sorted(kept), may_go_from=held.may_go_from,
    )  # fmt: skip
    journal.append_many(actor, _transfer_notes(held, kept), at=now)
    ledger.enqueue(WRITE_LOG, held.pk)


@transaction.atomic
def note_destruction(*, actor: Actor, batch: PaperBatch, how: str, now: datetime) -> None:
    """The paper is gone, by whom and how. Raises PaperStays before the release, the waiting time and the protocol."""
    user = checker(actor)
    held = PaperBatch.objects.select_for_update(of=("self",)).filter(pk=batch.pk).first()
    if held is None:
        raise NotFound
    if held.state == PaperBatch.State.DESTROYED:
        raise AlreadyDone
    if not papers.may_go(held, now=now):
        raise PaperStays
    words = " ".join(how.split())[:200]
    if len(words) < 3:
        raise BadValue("Bitte sagen Sie, wie das Papier vernichtet wurde, zum Beispiel „Aktenvernichter P-4“.")
    kept = _kept_for_good(held, actor, now)
    held.state, held.destroyed_by, held.destroyed_at = PaperBatch.State.DESTROYED, user, now
    held.destroyed_how = words
    held.save(update_fields=["state", "destroyed_by", "destroyed_at", "destroyed_how"])
    journal.append(
        actor, "paper_batch.destroyed", held, at=now, kept=sorted(kept), protocol_sha256=held.protocol,
        personal={"how": words},
    )  # fmt: skip
    gone = [part.document for part in papers.parts_of(held) if part.document and part.pk not in kept]
    journal.append_many(
        actor, [Happening("document.paper_destroyed", one, {"batch": held.pk}) for one in _once(gone)], at=now
    )


# --- inside ------------------------------------------------------------------------------------------------------


def _kept_for_good(batch: PaperBatch, actor: Actor, now: datetime) -> dict[int, papers.Kept]:
    """What is kept, written down: no later change of a class takes it back."""
    kept = papers.kept_of(batch)
    known = set(batch.kept.values_list("part_id", flat=True))
    KeptPaper.objects.bulk_create(
        KeptPaper(batch=batch, part_id=part, why=one.code, kept_by=checker(actor), kept_at=now)
        for part, one in kept.items()
        if part not in known
    )
    return kept


def _transfer_notes(batch: PaperBatch, kept: dict[int, papers.Kept]) -> list[Happening]:
    """For each document that it was taken over from paper, checked, and what becomes of the paper (R-44)."""
    notes = []
    for part in papers.parts_of(batch):
        if part.document is not None:
            facts = {
                "batch": batch.pk, "arrival": part.pk, "sha256": part.digest, "pages": part.page_count,
                "paper": kept[part.pk].code if part.pk in kept else "may_go", "may_go_from": batch.may_go_from,
            }  # fmt: skip
            notes.append(Happening("document.scan_released", part.document, facts))
    return notes


def _second_scans(batch: PaperBatch) -> list[tuple[Document, Document]]:
    """Document of the second scan, document of the first: where both are the same, its versions say so already."""
    pairs: dict[tuple[int, int], tuple[Document, Document]] = {}
    replaced = BatchPage.objects.filter(file__batch=batch, part__document__isnull=False)
    for page in replaced.exclude(replaced_by=None).select_related("part__document"):
        first = page.part.document if page.part else None
        again = BatchPage.objects.filter(file=page.replaced_by_id, part__document__isnull=False)
        for other in again.select_related("part__document"):
            second = other.part.document if other.part else None
            if first and second and first.pk != second.pk:
                pairs[second.pk, first.pk] = (second, first)
    return list(pairs.values())


def _once(documents: Sequence[Document]) -> list[Document]:
    return list({document.pk: document for document in documents}.values())
