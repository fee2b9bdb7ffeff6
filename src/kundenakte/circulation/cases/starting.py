"""Starting a case: by a person, by REST, by a rule when a document is filed, by another process."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.circulation import minutes, moving, working_days
from kundenakte.circulation.cases import definitions, going
from kundenakte.circulation.cases.answering import answered, documents_of
from kundenakte.circulation.minutes import Line
from kundenakte.circulation.models import Case, CirculationFolder, FolderDocument, Process, ProcessDefinition
from kundenakte.circulation.models.minutes import What
from kundenakte.circulation.processes.definition import Definition
from kundenakte.circulation.processes.engine import Run
from kundenakte.circulation.processes.refusals import ProcessNotOffered
from kundenakte.records import access as records_access
from kundenakte.records.models import CustomerFile, Document
from kundenakte.records.refusals import BadValue

LONGEST_TITLE: Final = 200
_COUNT_UP: Final = """
INSERT INTO circulation_caseseries (prefix, year, last_number) VALUES (%s, %s, 1)
ON CONFLICT (prefix, year) DO UPDATE SET last_number = circulation_caseseries.last_number + 1
RETURNING last_number
"""


@transaction.atomic
def start_case(
    *,
    actor: Actor,
    process: Process,
    customer_file: CustomerFile,
    now: datetime,
    title: str = "",
    answers: Mapping[str, Any] | None = None,
    documents: Sequence[Document] = (),
    note: str = "",
    source_key: str = "",
) -> Case:
    """Start a case in a file the actor may open, with documents of it that he may read.

    With the `source_key` of another system a second call leads to the case of the first. Raises NotFound, NotAllowed,
    BadValue, ProcessNotOffered, AnswersRefused.
    """
    person = moving.person(actor)
    customer_file = records_access.get_file(person, customer_file.pk)
    if not process.is_offered:
        raise ProcessNotOffered
    if source_key:
        # Two calls with one key come one after the other: the process's row is held.
        Process.objects.select_for_update().get(pk=process.pk)
        known = Case.objects.filter(process=process, source_key=source_key).select_related("folder").first()
        if known is not None:
            if known.customer_file_id != customer_file.pk:
                raise BadValue("Mit diesem Schlüssel wurde schon ein Vorgang in einer anderen Akte begonnen.")
            return known
    row = definitions.newest(process)
    definition = definitions.of(row)
    clean = answered(definition.start_form, answers or {}, person=person, customer_file=customer_file)
    inside = {
        pk: _of_file(records_access.get_document(person, pk), customer_file)
        for pk in (*(one.pk for one in documents), *documents_of(definition.start_form, clean))
    }
    how = "api" if actor.kind == "connector" else "person"
    return _begun(
        actor=actor, row=row, definition=definition, customer_file=customer_file, person=person, fields=clean,
        inside=list(inside.values()), title=title, note=note, how=how, source_key=source_key, now=now,
    )  # fmt: skip


@transaction.atomic
def start_by_rule(*, process: Process, document: Document, responsible: User, now: datetime) -> Case | None:
    """Start a case for a document that was filed, in the name of whoever answers for it. None where there is one."""
    if document.customer_file is None or Case.objects.filter(process=process, origin=document).exists():
        return None
    row = definitions.newest(process)
    return _begun(
        actor=going.HOUSE, row=row, definition=definitions.of(row), customer_file=document.customer_file,
        person=responsible, fields={}, inside=[document], title=document.title[:LONGEST_TITLE], how="rule",
        origin=document, now=now,
    )  # fmt: skip


def start_by_process(*, process: Process, beside: Case, title: str, now: datetime) -> Case:
    """Start a case from within another one, in the same file and in the name of its owner; the caller's transaction."""
    row = definitions.newest(process)
    return _begun(
        actor=going.HOUSE, row=row, definition=definitions.of(row), customer_file=beside.customer_file,
        person=beside.owner, fields={}, inside=[], title=title or beside.folder.title, how="process", now=now,
    )  # fmt: skip


def _begun(
    *,
    actor: Actor,
    row: ProcessDefinition,
    definition: Definition,
    customer_file: CustomerFile,
    person: User,
    fields: dict[str, Any],
    inside: Sequence[Document],
    title: str,
    how: str,
    now: datetime,
    note: str = "",
    origin: Document | None = None,
    source_key: str = "",
) -> Case:
    title = title.strip() or f"{definition.name}: {customer_file.customer}"[:LONGEST_TITLE]
    if len(title) > LONGEST_TITLE:
        raise BadValue(
            "Bitte geben Sie einen Titel mit höchstens %(longest_title)s Zeichen.", longest_title=LONGEST_TITLE
        )
    number = _number(row.process.prefix, now)
    folder = CirculationFolder.objects.create(
        number=number, customer_file=customer_file, title=title, note=note.strip(), started_by=person,
        started_at=now,
    )  # fmt: skip
    for document in inside:
        FolderDocument.objects.create(folder=folder, document=document, added_by=person, added_at=now)
    case = Case(
        folder=folder, process=row.process, definition=row, number=number, customer_file=customer_file, owner=person,
        opened_at=now, due_at=_due(definition, now), origin=origin, started_how=how, fields=fields,
        source_key=source_key,
    )  # fmt: skip
    case.save()
    facts = {
        "state": str(folder.state), "customer_file": customer_file.pk, "started_by": person.pk,
        "documents": [document.pk for document in inside], "stops": [], "process": row.process.key,
        "definition": row.number, "sha256": row.digest,
    }  # fmt: skip
    words = {"title": folder.title, "note": folder.note, **words_of(fields)}
    minutes.write(actor, folder, [Line(What.STARTED, after=facts, comment=folder.note, words=words)], at=now)
    going.settle(case, Run.begin(definition, fields, now=now), now=now)
    return case


def words_of(answers: Mapping[str, Any], replaced: Mapping[str, Any] | None = None) -> dict[str, str]:
    """What a form brought, and what it replaced, for the journal to commit to."""
    said = {name: value for name, value in answers.items() if value not in (None, "")}
    told = {"answers": said, "replaced": replaced or {}}
    return {name: json.dumps(one, ensure_ascii=False, sort_keys=True) for name, one in told.items() if one}


def _of_file(document: Document, customer_file: CustomerFile) -> Document:
    if document.customer_file_id != customer_file.pk:
        raise BadValue("„%(title)s“ liegt in einer anderen Kundenakte.", title=document.title)
    return document


def _due(definition: Definition, now: datetime) -> datetime | None:
    if definition.due_days is None:
        return None
    local = timezone.localtime(now)
    day = working_days.add(local.date(), definition.due_days)
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59)), local.tzinfo)


def _number(prefix: str, now: datetime) -> str:
    """The next number of the year. Its row is held until the transaction ends: none is skipped or given twice."""
    year = timezone.localdate(now).year
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_UP, [prefix, year])
        return f"{prefix}-{year}-{int(cursor.fetchone()[0]):04d}"
