"""The minutes of a folder as one self-contained tale: who, when, what, before, after – for JSON and paper alike.

Documents stand there by number, class and hash, not by title: the minutes are read by people who may not read every
document that lay in the folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from kundenakte.base.accounts.models import Role, User
from kundenakte.base.journal import canonical
from kundenakte.circulation.cases import definitions, going
from kundenakte.circulation.minutes import minutes_of
from kundenakte.circulation.models import Case, CaseStep, CirculationFolder, FolderDocument, MinutesEntry, Stop, Task
from kundenakte.circulation.processes.definition import Definition

FORMAT: Final = "kundenakte-circulation/1"


def tale(folder: CirculationFolder) -> dict[str, Any]:
    """Everything about the folder. Names are those of now, in the lines those of then."""
    customer = folder.customer_file.customer
    return {
        "format": FORMAT,
        "folder": {
            "id": folder.pk, "number": folder.number, "title": folder.title, "note": folder.note,
            "customer_file": folder.customer_file_id, "customer": str(customer),
            "started_by": _who(folder.started_by), "started_at": _at(folder.started_at),
            "state": str(folder.state), "ended_at": _at(folder.ended_at),
        },
        "documents": [_document(entry) for entry in _entries(folder)],
        "stops": [_stop(stop) for stop in Stop.objects.filter(folder=folder).select_related("user", "team")],
        "tasks": [_task(task) for task in _tasks(folder)],
        "minutes": [_line(line) for line in minutes_of(folder)],
        **_case(folder),
    }  # fmt: skip


def _case(folder: CirculationFolder) -> dict[str, Any]:
    """What a process adds to the tale: which edition of it ran, and what its forms brought."""
    case = Case.objects.select_related("process", "definition", "owner").filter(folder=folder).first()
    if case is None:
        return {}
    known = definitions.of(case.definition)
    steps = [
        {"stop": step.stop_id, "element": step.element, "name": known.names.get(step.element, step.element),
         "answers": step.answers, "said": _said(step.answers, known),
         "replaced": step.replaced, "said_before": _said(step.replaced, known)}
        for step in CaseStep.objects.filter(case=case).order_by("pk")
    ]  # fmt: skip
    told = {
        "number": case.number, "state": str(case.state), "reason": case.reason, "owner": _who(case.owner),
        "amount": str(case.amount) if case.amount is not None else None,
        "process": {
            "key": case.process.key, "name": case.process.name, "definition": case.definition.number,
            "sha256": case.definition.digest,
        },
        "fields": case.fields, "said": _said(case.fields, known), "steps": steps, "names": dict(known.names),
    }  # fmt: skip
    return {"case": told}


def _said(answers: Mapping[str, Any], known: Definition) -> list[list[str]]:
    """Answers as a person reads them, beside the values a program reads."""
    return [[title, words] for title, words in going.words_of(answers, known)]


def _document(entry: FolderDocument) -> dict[str, Any]:
    version = entry.document.valid_version
    return {
        "document": entry.document_id, "class": entry.document.document_class.code,
        "sha256": version.digest if version else "", "added_by": _who(entry.added_by),
        "added_at": _at(entry.added_at), "removed_at": _at(entry.removed_at),
    }  # fmt: skip


def _stop(stop: Stop) -> dict[str, Any]:
    return stop.facts() | {
        "state": str(stop.state), "user": _who(stop.user), "team": _team(stop.team), "instruction": stop.instruction,
    }  # fmt: skip


def _task(task: Task) -> dict[str, Any]:
    names = {name: _who(getattr(task, name)) for name in ("user", "claimed_by", "ended_by", "on_behalf_of")}
    more = {"team": _team(task.team), "opened_at": _at(task.opened_at), "ended_at": _at(task.ended_at)}
    return {"task": task.pk, **task.facts(), **names, **more, "remark": task.remark}


def _line(line: MinutesEntry) -> dict[str, Any]:
    return {
        "number": line.number, "at": _at(line.at), "what": str(line.what),
        "actor": line.actor_id, "who": line.who, "instead_of": line.instead_of,
        "task": line.task_id, "stop": line.stop_id, "document": line.document_id,
        "before": line.before, "after": line.after, "comment": line.comment,
        "journal_entry": str(line.journal_entry),
    }  # fmt: skip


def _entries(folder: CirculationFolder) -> Iterable[FolderDocument]:
    # Also what was disposed of meanwhile: its row has no words any more, its number stays.
    return FolderDocument.objects.filter(folder=folder).select_related(
        "document__document_class", "document__valid_version", "added_by"
    )


def _tasks(folder: CirculationFolder) -> Iterable[Task]:
    rows = Task.objects.filter(folder=folder).order_by("pk")
    return rows.select_related("user", "team", "claimed_by", "ended_by", "on_behalf_of")


def _who(user: User | None) -> dict[str, Any] | None:
    return {"id": user.pk, "name": str(user)} if user else None


def _team(role: Role | None) -> dict[str, Any] | None:
    return {"id": role.pk, "name": role.name} if role else None


def _at(moment: datetime | None) -> str | None:
    return canonical.moment(moment) if moment else None
