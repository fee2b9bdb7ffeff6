"""Checking the documents of a class against its index fields after these were changed: what fits is put into the form
of its type, what does not fit stays as it is and is reported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs import ledger
from kundenakte.base.journal import actions as journal
from kundenakte.records import index_fields, search_due
from kundenakte.records.actions.document_rows import know_more
from kundenakte.records.models import Document, DocumentClass, IndexField, StructureRun
from kundenakte.records.refusals import BadValue
from kundenakte.records.retention import keeping

JOB: Final = "records.check_fields"
BATCH: Final = 300
_EXAMPLES: Final = 10
_RULE: Final = Actor.rule("index_fields")
_YES_OR_NO: Final = frozenset({"ja", "yes", "true", "1", "x", "on", "nein", "no", "false", "0", "off"})


def start(*, actor: Actor, document_class: DocumentClass, now: datetime) -> StructureRun:
    """Begin a check, in the transaction of the change; it runs in the background. One that runs is started over."""
    StructureRun.objects.filter(
        kind=StructureRun.Kind.FIELD_CHECK, document_class=document_class, ended_at=None
    ).update(ended_at=now)
    run = StructureRun.objects.create(
        kind=StructureRun.Kind.FIELD_CHECK, document_class=document_class, started_by=actor.user, started_at=now,
        total=Document.objects.filter(document_class=document_class).count(),
    )  # fmt: skip
    ledger.enqueue(JOB, run.pk)
    return run


def next_batch(*, run_id: int, now: datetime) -> bool:
    """Check the next documents, in the caller's transaction. True while there are more."""
    run = StructureRun.objects.select_for_update(of=("self",)).select_related("document_class").get(pk=run_id)
    if run.ended_at or run.document_class is None:
        return False
    fields = list(run.document_class.index_fields.all())
    rows = Document.objects.filter(document_class=run.document_class, pk__gt=run.cursor)
    documents = list(rows.select_for_update(of=("self",)).order_by("pk")[:BATCH])
    changed = [document for document in documents if _check(run, document, run.document_class, fields, now)]
    search_due.mark_all(document.pk for document in changed)
    run.report["changed"] = run.report.get("changed", 0) + len(changed)
    run.done += len(documents)
    run.cursor = documents[-1].pk if documents else run.cursor
    if len(documents) < BATCH:
        run.ended_at = now
        journal.append(
            _RULE, "document_class.checked", run.document_class, at=now, code=run.document_class.code,
            documents=run.done, changed=run.report["changed"],
        )  # fmt: skip
    run.save()
    return run.ended_at is None


# --- inside ------------------------------------------------------------------------------------------------------


def _check(
    run: StructureRun, document: Document, document_class: DocumentClass, fields: Sequence[IndexField], now: datetime
) -> bool:
    """Whether the document was changed."""
    before = (dict(document.fields), document.is_tax_relevant)
    values = {**document.fields, **dict(_fitting(run, document, fields))}
    document.is_tax_relevant = document_class.tax_relevant
    know_more(document, fields=values, dated_on=document.dated_on)
    if before == (values, document.is_tax_relevant):
        return False
    document.edition += 1
    document.changed_at = now
    keeping.set_end(document, now=now)
    document.save()
    changed = sorted(key for key in values if before[0].get(key) != values[key])
    journal.append(
        _RULE, "document.described", document, at=now, changed=[f"fields.{key}" for key in changed],
        reason="Die Indexfelder der Klasse sind geändert",
        personal={"before_after": "\n".join(f"fields.{key}: {before[0].get(key)} → {values[key]}" for key in changed)},
    )  # fmt: skip
    return True


def _fitting(run: StructureRun, document: Document, fields: Sequence[IndexField]) -> Iterable[tuple[str, str]]:
    """The values in the form of their field's type; what does not fit, is missing or is asked no more is noted."""
    known = {field.key for field in fields}
    for field in fields:
        text = str(document.fields.get(field.key, "") or "").strip()
        if not text:
            if field.required:
                _note(run, "missing", field.key, document)
            continue
        try:
            yield field.key, _stored_form(field, text)
        except BadValue:
            _note(run, "unfit", field.key, document)
    for key in document.fields:
        if key not in known:
            _note(run, "kept", key, document)


def _stored_form(field: IndexField, text: str) -> str:
    if field.type == IndexField.Type.YES_NO and text.lower() not in _YES_OR_NO:
        # A person's form has two answers; here "vielleicht" would be lost as a no.
        raise BadValue
    return index_fields.stored_form(field, text)


def _note(run: StructureRun, kind: str, key: str, document: Document) -> None:
    """Count into the report: {"unfit": {"due_on": {"count": 3, "examples": [ids]}}, "missing": …, "kept": …}."""
    line: dict[str, Any] = run.report.setdefault(kind, {}).setdefault(key, {"count": 0, "examples": []})
    line["count"] += 1
    if len(line["examples"]) < _EXAMPLES:
        line["examples"].append(document.pk)
