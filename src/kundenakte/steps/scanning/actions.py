"""Checking scanned paper: a batch is begun, every page that must be is looked at, and documents keep their paper.

What happens at the end – release, second scans, destruction – is in releasing.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random, SystemRandom
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.base.journal import actions as journal
from kundenakte.records import access
from kundenakte.records.models import Arrival, StackPart, Verb
from kundenakte.records.refusals import AlreadyDone, BadValue, ChangedMeanwhile, NotAllowed, NotFound, Refused
from kundenakte.records.scanned import reading_of
from kundenakte.steps.scanning import papers
from kundenakte.steps.scanning.dividing import sheet_on
from kundenakte.steps.scanning.division import REASON, paper_of_parts
from kundenakte.steps.scanning.models import BatchFile, BatchPage, KeptPaper, PaperBatch, PaperRules
from kundenakte.steps.scanning.sampling import DOUBTFUL_BELOW, Page, drawn

MOST_FILES: Final = 500
MOST_PAGES: Final = 10_000
Verdict, Flaw, Kind = BatchPage.Verdict, BatchPage.Flaw, BatchPage.Kind
State = PaperBatch.State


class SecondPersonNeeded(Refused):
    """Who scanned a batch does not check it."""

    code = "second_person_needed"
    sentence = "Sie haben diesen Stapel gescannt. Prüfen und freigeben muss ihn jemand anders (vier Augen)."


class JudgedMeanwhile(ChangedMeanwhile):
    """Two people look at the same pages: the second sees what the first said before it is said anew."""

    sentence = "Eine dieser Seiten hat inzwischen jemand anders beurteilt. Bitte sehen Sie sich das Urteil an."


@dataclass(frozen=True, slots=True)
class BatchWish:
    """What a person says of the paper: who scanned when and with what, and how many sheets were counted."""

    scanned_by: User
    scanned_on: date
    device: str
    sheets: int
    is_two_sided: bool = False
    scanner_settings: str = ""


@transaction.atomic
def begin(
    *, actor: Actor, arrivals: Sequence[Arrival], wish: BatchWish, now: datetime, chance: Random | None = None
) -> PaperBatch:
    """Make a batch of these scans. Which pages are looked at is drawn now and stays. Raises BadValue."""
    user = checker(actor)
    _check(arrivals, wish, now)
    rules = papers.the_rules()
    batch = PaperBatch.objects.create(
        scanned_by=wish.scanned_by, scanned_on=wish.scanned_on, device=wish.device.strip(), sheets=wish.sheets,
        is_two_sided=wish.is_two_sided, scanner_settings=wish.scanner_settings.strip(), created_by=user,
        created_at=now, sample_percent=rules.sample_percent, second_person=rules.second_person,
        waiting_days=rules.waiting_days,
    )  # fmt: skip
    pages = 0
    for arrival in arrivals:
        pages += len(add_file(batch, arrival, chance=chance or SystemRandom()))
    if pages > MOST_PAGES:
        raise BadValue("Ein Stapel hat höchstens %(most)s Seiten. Teilen Sie ihn in mehrere.", most=MOST_PAGES)
    journal.append(
        actor, "paper_batch.begun", batch, at=now, arrivals=[one.pk for one in arrivals], sheets=batch.sheets,
        two_sided=batch.is_two_sided, pages=pages, sample_percent=batch.sample_percent, scanned_on=batch.scanned_on,
        personal={"scanned_by": str(wish.scanned_by), "device": batch.device, "settings": batch.scanner_settings},
    )  # fmt: skip
    return batch


def add_file(
    batch: PaperBatch, arrival: Arrival, *, chance: Random, rescan_of: BatchFile | None = None
) -> list[BatchPage]:
    """Put a scanned file into a batch with a row for each page, in its transaction. Raises AlreadyDone, BadValue."""
    held = Arrival.objects.select_for_update(of=("self",)).get(pk=arrival.pk)
    if BatchFile.objects.filter(arrival=held).exists():
        raise AlreadyDone
    count = held.page_count or 0
    if not count or held.state == Arrival.State.UNDER_WAY or StackPart.objects.filter(part=held).exists():
        raise BadValue("„%(name)s“ ist kein Scan, der schon gelesen ist.", name=held.file_name)
    if held.state == Arrival.State.WAITING and held.reason == REASON:
        # Once it lies in a batch it stays as it is.
        raise BadValue("Bitte teilen Sie „%(name)s“ zuerst im Posteingang.", name=held.file_name)
    position = batch.files.count() + 1
    file = BatchFile.objects.create(
        batch=batch, arrival=arrival, position=position, page_count=count, rescan_of=rescan_of
    )
    rows, known = _pages(file, arrival, count)
    # A second scan is there because the first one was not good: it is looked at as a whole.
    reasons = [BatchPage.Why.RESCAN] * count if rescan_of else drawn(known, batch.sample_percent, chance)
    for row, why in zip(rows, reasons, strict=True):
        row.why = why
    return BatchPage.objects.bulk_create(rows)


@transaction.atomic
def drop(*, actor: Actor, batch: PaperBatch, now: datetime) -> None:
    """Undo a batch that is not released: its scans are free again. What was judged stays in the journal."""
    checker(actor)
    held = hold(batch)
    arrivals = list(held.files.values_list("arrival_id", flat=True))
    judged = BatchPage.objects.filter(file__batch=held).exclude(verdict="").count()
    journal.append(actor, "paper_batch.dropped", held, at=now, arrivals=arrivals, judged=judged)
    BatchPage.objects.filter(file__batch=held).update(replaced_by=None)
    held.delete()


@transaction.atomic
def judge(
    *,
    actor: Actor,
    batch: PaperBatch,
    verdicts: Mapping[int, tuple[str, str]],
    now: datetime,
    seen: Mapping[int, str] | None = None,
) -> int:
    """Say of pages (by id) whether they are good, bad or to be scanned again, and why. Gives how many changed.

    One entry in the journal for all of them. The first flaw in a sample makes every page of the batch due. `seen` is
    the verdict each page had on the screen: if somebody has said something else since, raises JudgedMeanwhile.
    """
    user = checker(actor)
    held = hold(batch)
    if held.second_person and user.pk == held.scanned_by_id:
        raise SecondPersonNeeded
    pages = {row.pk: row for row in BatchPage.objects.filter(file__batch=held, pk__in=verdicts)}
    if len(pages) < len(verdicts):
        raise NotFound
    if held.second_person and any(row.file_id in _brought_by(user, held) for row in pages.values()):
        raise SecondPersonNeeded("Diesen zweiten Scan haben Sie gemacht. Prüfen muss ihn jemand anders (vier Augen).")
    changed = []
    for pk, (verdict, said) in verdicts.items():
        row = pages[pk]
        _check_verdict(verdict, said)
        flaw = "" if verdict == Verdict.GOOD else said
        if (row.verdict, row.flaw) != (verdict, flaw):
            if seen is not None and row.verdict != seen.get(pk, row.verdict):
                raise JudgedMeanwhile
            row.verdict, row.flaw, row.judged_by, row.judged_at = verdict, flaw, user, now
            if verdict != Verdict.RESCAN:
                row.replaced_by = None
            changed.append(row)
    if not changed:
        return 0
    BatchPage.objects.bulk_update(changed, ["verdict", "flaw", "judged_by", "judged_at", "replaced_by"])
    flaws = [row for row in changed if row.verdict != Verdict.GOOD]
    all_due = 0
    if flaws:
        rest = BatchPage.objects.filter(file__batch=held, why="")
        all_due = rest.update(why=BatchPage.Why.FLAW)
    journal.append(
        actor, "paper_batch.judged", held, at=now, good=[row.pk for row in changed if row.verdict == Verdict.GOOD],
        flaws=[[row.pk, row.file_id, row.number, row.verdict, row.flaw] for row in flaws], made_due=all_due,
    )  # fmt: skip
    return len(changed)


@transaction.atomic
def keep_paper(*, actor: Actor, batch: PaperBatch, part: Arrival, why: str, now: datetime) -> None:
    """Say that one document's paper stays, and why; with an empty `why` that it need not any more.

    While released paper waits, more of it may be kept; what stays according to the scan log, stays.
    """
    user = checker(actor)
    held = hold(batch, State.CHECKING, State.RELEASED)
    if not papers.parts_of(held).filter(pk=part.pk).exists():
        raise NotFound
    if why and why not in dict(papers.BY_A_PERSON):
        raise BadValue("Bitte wählen Sie, warum das Papier bleibt.")
    if held.state == State.RELEASED and (not why or KeptPaper.objects.filter(batch=held, part=part).exists()):
        raise BadValue("Der Stapel ist freigegeben. Was bleibt, lässt sich nicht mehr ändern.")
    gone, _kinds = KeptPaper.objects.filter(batch=held, part=part).delete()
    if why:
        KeptPaper.objects.create(batch=held, part=part, why=why, kept_by=user, kept_at=now)
    elif not gone:
        return
    facts = {"arrival": part, **({"document": part.document} if part.document else {}), **({"why": why} if why else {})}
    kind = "paper_batch.kept" if why else "paper_batch.not_kept"
    journal.append_many(actor, [journal.Happening(kind, held, facts)], at=now)


@transaction.atomic
def set_rules(
    *, actor: Actor, sample_percent: int, second_person: bool, waiting_days: int, edition: int, now: datetime
) -> None:
    """How batches are checked from now on. Those that are begun keep their rules. Raises BadValue, ChangedMeanwhile."""
    access.require(actor, Verb.ADMINISTER)
    if not 1 <= sample_percent <= 100:
        raise BadValue("Geprüft werden zwischen 1 und 100 von 100 Seiten.")
    if not 0 <= waiting_days <= 3650:
        raise BadValue("Gewartet wird zwischen 0 und 3650 Tagen.")
    row = PaperRules.objects.select_for_update().order_by("pk").first() or PaperRules(edition=edition)
    if row.edition != edition:
        raise ChangedMeanwhile
    before, after = _rules(row), [sample_percent, second_person, waiting_days]
    if before == after and row.pk:
        return
    row.sample_percent, row.second_person, row.waiting_days = sample_percent, second_person, waiting_days
    row.edition += 1
    row.save()
    journal.append(
        actor, "paper_rules.changed", row, at=now, sample_percent=sample_percent, second_person=second_person,
        waiting_days=waiting_days, before=before,
    )  # fmt: skip


def checker(actor: Actor) -> User:
    """Whoever checks: a person, and one who looks after an inbox. Raises NotAllowed."""
    if actor.user is None or actor.user.is_service:
        raise NotAllowed
    rights = access.rights_of(actor.user)
    if not (rights.has(Verb.INBOX) or rights.has(Verb.ADMINISTER)):
        raise NotAllowed
    return actor.user


def hold(batch: PaperBatch, *states: str) -> PaperBatch:
    """The batch's row, held until the transaction ends. Raises AlreadyDone unless it is in one of these states; without
    any, unless it is still being checked."""
    held = PaperBatch.objects.select_for_update(of=("self",)).filter(pk=batch.pk).first()
    if held is None:
        raise NotFound
    if held.state not in (states or (State.CHECKING,)):
        raise AlreadyDone
    return held


# --- inside ------------------------------------------------------------------------------------------------------


def _check(arrivals: Sequence[Arrival], wish: BatchWish, now: datetime) -> None:
    if not arrivals:
        raise BadValue("Bitte wählen Sie mindestens einen Scan.")
    if len(arrivals) > MOST_FILES:
        raise BadValue("Ein Stapel hat höchstens %(most)s Dateien. Teilen Sie ihn in mehrere.", most=MOST_FILES)
    if not wish.device.strip():
        raise BadValue("Bitte sagen Sie, womit gescannt wurde.")
    if not 0 < wish.sheets <= MOST_PAGES:
        raise BadValue("Bitte zählen Sie die Blätter: eine Zahl zwischen 1 und %(most)s.", most=MOST_PAGES)
    if wish.scanned_on > timezone.localdate(now):
        raise BadValue("Der Tag des Scannens liegt in der Zukunft.")


def _pages(file: BatchFile, arrival: Arrival, count: int) -> tuple[list[BatchPage], list[Page]]:
    """A row for each page, and what is known of it."""
    parts = paper_of_parts(arrival)
    part_of = {page: part for part, pages in parts for page in pages}
    firsts = {pages[0] for _part, pages in parts if pages} if parts else {1}
    reading = reading_of(arrival.digest)
    rows, known = [], []
    for number in range(1, count + 1):
        read = reading.pages.get(number)
        is_sheet = bool(parts) and read is not None and sheet_on(read) is not None
        is_blank = not is_sheet and read is not None and read.is_blank
        part = None if is_sheet else part_of.get(number) if parts else arrival
        kind = Kind.SHEET if is_sheet else Kind.BLANK if is_blank else Kind.PAPER
        rows.append(BatchPage(file=file, number=number, kind=kind, part=part))
        is_doubtful = read is not None and (bool(read.failed) or read.confidence < DOUBTFUL_BELOW)
        known.append(Page(is_empty=kind != Kind.PAPER, is_first=number in firsts, is_doubtful=is_doubtful))
    return rows, known


def _brought_by(user: User, batch: PaperBatch) -> set[int]:
    """The second scans that a person handed in himself: nobody else is known to have scanned them."""
    files = batch.files.filter(rescan_of__isnull=False, arrival__received_by=user)
    return set(files.values_list("pk", flat=True))


def _check_verdict(verdict: str, flaw: str) -> None:
    if verdict not in {Verdict.GOOD, Verdict.BAD, Verdict.RESCAN} or flaw not in Flaw.values:
        raise BadValue("Dieses Urteil gibt es nicht.")
    if verdict != Verdict.GOOD and not flaw:
        raise BadValue("Bitte sagen Sie bei jeder Seite mit einem Mangel, was fehlt.")


def _rules(row: PaperRules) -> list[Any]:
    return [row.sample_percent, row.second_person, row.waiting_days]
