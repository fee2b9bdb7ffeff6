"""Publishing a draft of the file plan, and re-filing what is there: in batches, restartable, touching no byte."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from django.db import transaction
from django.db.models import F, QuerySet

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs import ledger
from kundenakte.base.journal import actions as journal
from kundenakte.records import access, editions, search_due
from kundenakte.records.models import (
    CustomerFile,
    Document,
    DocumentClass,
    FilePlan,
    FilePlanEdition,
    Placement,
    PlanEntry,
    Section,
    StructureRun,
    Verb,
)
from kundenakte.records.refusals import BadValue, ChangedMeanwhile, Refused
from kundenakte.records.sections import section_for

JOB: Final = "records.roll_out"
# A batch holds SQLite's write lock for some ten milliseconds.
BATCH: Final = 300
_EXAMPLES: Final = 5
_RULE: Final = Actor.rule("file_plan")


class RollOutRunning(Refused):
    """One edition after the other."""

    code = "roll_out_running"
    sentence = "Die vorige Ausgabe wird noch eingeführt. Bitte warten Sie, bis das fertig ist."


class _Row(NamedTuple):
    """What the decision needs of a document; loading all of it would hold the lock several times as long."""

    pk: int
    customer_file_id: int
    section_id: int
    class_id: int
    is_pinned: bool
    fields: dict[str, str]


class _Move(NamedTuple):
    document: _Row
    origin: Section
    section: Section


@transaction.atomic
def publish(*, actor: Actor, edition: FilePlanEdition, revision: int, comment: str, now: datetime) -> StructureRun:
    """Make a draft the edition that holds; a job re-files what is there. New documents follow it from this moment on.

    Refused while another roll-out runs, and for a draft that changes nothing.
    """
    access.require(actor, Verb.ADMINISTER)
    # Whoever edits the draft names the plan in new rows: only its key is left free for that, and the plan comes first.
    plan = (
        FilePlan.objects.select_for_update(of=("self",), no_key=True).select_related("current").get(pk=edition.plan_id)
    )
    draft = FilePlanEdition.objects.select_for_update(of=("self",)).filter(pk=edition.pk, is_draft=True).first()
    if draft is None or draft.revision != revision:
        raise ChangedMeanwhile
    if StructureRun.objects.filter(kind=StructureRun.Kind.ROLL_OUT, ended_at=None).exists():
        raise RollOutRunning
    if plan.current and not editions.compare(plan.current, draft):
        raise BadValue("Dieser Entwurf unterscheidet sich nicht von der gültigen Ausgabe.")
    before = plan.current
    draft.is_draft, draft.published_at, draft.published_by, draft.comment = (
        False,
        now,
        actor.user,
        comment.strip()[:300],
    )
    draft.successors = _all_successors(draft, before)
    draft.save()
    plan.current = draft
    plan.save(update_fields=["current"])
    run = StructureRun.objects.create(
        kind=StructureRun.Kind.ROLL_OUT, edition=draft, started_by=actor.user, started_at=now,
        total=Document.objects.filter(customer_file__plan=plan).count(),
        subject={"from": before.number if before else 0},
    )  # fmt: skip
    ledger.enqueue(JOB, run.pk)
    journal.append(
        actor, "file_plan.published", plan, at=now, edition=draft.number, reason=comment,
        sections=[entry.section.key for entry in editions.entries_in(draft)],
    )  # fmt: skip
    return run


def next_batch(*, run_id: int, now: datetime) -> bool:
    """Re-file the next documents, in the caller's transaction. True while there are more."""
    run = StructureRun.objects.select_for_update(of=("self",)).select_related("edition__plan").get(pk=run_id)
    if run.ended_at or run.edition is None:
        return False
    entries = editions.entries_in(run.edition)
    documents = _behind(run)
    if not run.cursor:
        _move_links(run.edition, entries, now)
    moves, pinned = _decide(run.edition, entries, documents)
    _carry_out(run.edition, moves, now)
    _note(run, documents, moves, pinned)
    if len(documents) < BATCH and not _gather_strays(run, run.edition, entries, now):
        run.ended_at = now
        journal.append(_RULE, "file_plan.rolled_out", run.edition.plan, at=now, edition=run.edition.number,
                       documents=run.done, moved=sum(run.report.get("moves", {}).values()))  # fmt: skip
    run.save()
    return run.ended_at is None


# --- inside ------------------------------------------------------------------------------------------------------


def _all_successors(draft: FilePlanEdition, before: FilePlanEdition | None) -> dict[str, int]:
    """Where what is pinned in each section goes that falls away, written down for the report and for later."""
    entries = editions.entries_in(draft)
    there = {entry.section_id for entry in entries}
    lost = (
        [entry.section_id for entry in editions.entries_in(before) if entry.section_id not in there] if before else []
    )
    return {str(pk): editions.successor_in(draft, entries, pk).pk for pk in lost}


def _gather_strays(run: StructureRun, edition: FilePlanEdition, entries: Sequence[PlanEntry], now: datetime) -> bool:
    """Re-file what was put into a section that fell away after the run had passed. True when there may be more."""
    there = [entry.section_id for entry in entries]
    strays = _held(
        Document.objects.filter(customer_file__plan=edition.plan_id, section__customer_file=None).exclude(
            section__in=there
        )
    )
    moves, pinned = _decide(edition, entries, strays)
    _carry_out(edition, moves, now)
    _count(run, moves, pinned)
    return len(strays) == BATCH


def _behind(run: StructureRun) -> list[_Row]:
    """The next documents, held until the transaction ends."""
    assert run.edition is not None  # noqa: S101 – the caller has looked
    return _held(Document.objects.filter(customer_file__plan=run.edition.plan_id, pk__gt=run.cursor))


def _held(documents: QuerySet[Document]) -> list[_Row]:
    """The first batch of these, held until the transaction ends."""
    columns = ("pk", "customer_file_id", "section_id", "document_class_id", "is_pinned", "fields")
    rows = documents.order_by("pk").select_for_update(of=("self",))
    return [_Row(*row) for row in rows.values_list(*columns)[:BATCH]]


def _decide(
    edition: FilePlanEdition, entries: Sequence[PlanEntry], documents: Sequence[_Row]
) -> tuple[list[_Move], int]:
    """What moves where, and how many pinned documents stay though the rules would have them elsewhere."""
    there = {entry.section_id for entry in entries}
    classes = DocumentClass.objects.in_bulk()
    # The plan's own; what is not among them is an extra section of one file.
    sections = {one.pk: one for one in Section.objects.filter(plan=edition.plan_id, customer_file=None)}
    moves: list[_Move] = []
    stay = 0
    for document in documents:
        by_rule = section_for(entries, classes[document.class_id], document.fields).section
        origin = sections.get(document.section_id)
        if origin is None or (document.is_pinned and origin.pk in there):
            stay += document.section_id != by_rule.pk
            continue
        target = editions.successor_in(edition, entries, origin.pk) if document.is_pinned else by_rule
        if target.pk != origin.pk:
            moves.append(_Move(document, origin, target))
    return moves, stay


def _carry_out(edition: FilePlanEdition, moves: Sequence[_Move], now: datetime) -> None:
    by_target: dict[int, list[int]] = defaultdict(list)
    for move in moves:
        by_target[move.section.pk].append(move.document.pk)
    for section_id, pks in by_target.items():
        Document.objects.filter(pk__in=pks).update(section=section_id, changed_at=now, edition=F("edition") + 1)
    search_due.mark_all(move.document.pk for move in moves)
    reason = f"Ausgabe {edition.number} des Aktenplans"
    journal.append_many(
        _RULE,
        [
            journal.Happening(
                "document.moved",
                Document(pk=move.document.pk),
                {
                    "customer_file": CustomerFile(pk=move.document.customer_file_id), "section": move.section,
                    "from_section": move.origin.key, "edition": edition.number,
                },
                reason=reason,
            )
            for move in moves
        ],
        at=now,
    )  # fmt: skip


def _move_links(edition: FilePlanEdition, entries: Sequence[PlanEntry], now: datetime) -> None:
    """Second places in a section that falls away go where its pinned documents go; there are few of them."""
    there = [entry.section_id for entry in entries]
    lost = Placement.objects.filter(customer_file__plan=edition.plan_id, section__customer_file=None)
    for placement in lost.exclude(section__in=there).select_related("document", "customer_file"):
        target = editions.successor_in(edition, entries, placement.section_id)
        same = Placement.objects.filter(
            document=placement.document, customer_file=placement.customer_file, section=target
        )
        if same.exists():
            placement.delete()
        else:
            placement.section = target
            placement.save(update_fields=["section"])
        search_due.mark(placement.document)
        journal.append(
            _RULE, "document.placed", placement.document, at=now, customer_file=placement.customer_file, section=target
        )


def _note(run: StructureRun, documents: Sequence[_Row], moves: Sequence[_Move], pinned: int) -> None:
    """How far the run has come."""
    _count(run, moves, pinned)
    run.done += len(documents)
    run.cursor = documents[-1].pk if documents else run.cursor


def _count(run: StructureRun, moves: Sequence[_Move], pinned: int) -> None:
    """Count into the report: {"moves": {"3>7": 180}, "examples": {"3>7": [ids]}, "pinned": 14, "pinned_moved": 0}."""
    report = run.report
    counts = Counter(report.get("moves", {}))
    examples = report.setdefault("examples", {})
    for move in moves:
        way = f"{move.origin.pk}>{move.section.pk}"
        counts[way] += 1
        if len(examples.setdefault(way, [])) < _EXAMPLES:
            examples[way].append(move.document.pk)
    report["moves"] = dict(counts)
    report["pinned"] = report.get("pinned", 0) + pinned
    report["pinned_moved"] = report.get("pinned_moved", 0) + sum(move.document.is_pinned for move in moves)
