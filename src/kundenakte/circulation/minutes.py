"""Writing minutes: one line for each thing that happens, with the journal's entry, in the transaction of the change."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.base.journal import actions as journal
from kundenakte.circulation.models import CirculationFolder, MinutesEntry, Stop, Task
from kundenakte.records.models import Document

PREFIX = "circulation."


@dataclass(frozen=True, slots=True)
class Line:
    """One line to be written. `before` and `after` hold ids, days and codes; words of people go into `comment`."""

    what: str
    task: Task | None = None
    stop: Stop | None = None
    document: Document | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    comment: str = ""
    instead_of: User | None = None
    # Who did it, when he has no account: name and address.
    guest: str = ""
    # Further words the journal commits to and the folder's own rows show.
    words: Mapping[str, str] = field(default_factory=dict)


def write(actor: Actor, folder: CirculationFolder, lines: Sequence[Line], *, at: datetime) -> None:
    """Add lines to the folder's minutes. The caller holds the folder's row and saves nothing of it afterwards."""
    rows = []
    for number, line in enumerate(lines, start=folder.minutes_count + 1):
        stop = line.stop or (line.task.stop if line.task else None)
        rows.append(
            MinutesEntry(
                folder=folder,
                number=number,
                at=at,
                what=line.what,
                actor=actor.user,
                who=actor.name[:150] if actor.user else line.guest[:150],
                instead_of=str(line.instead_of or "")[:150],
                task=line.task,
                stop=stop,
                document=line.document,
                before=dict(line.before),
                after=dict(line.after),
                comment=line.comment,
            )
        )
    entries = journal.append_many(
        actor,
        [
            journal.Happening(
                PREFIX + row.what,
                folder,
                said(row),
                {"comment": row.comment, "instead_of": row.instead_of, "guest": line.guest[:150], **line.words},
            )
            for row, line in zip(rows, lines, strict=True)
        ],
        at=at,
    )
    for row, entry in zip(rows, entries, strict=True):
        row.journal_entry = entry.id
    MinutesEntry.objects.bulk_create(rows)
    folder.minutes_count += len(rows)
    CirculationFolder.objects.filter(pk=folder.pk).update(minutes_count=folder.minutes_count)


def said(row: MinutesEntry) -> dict[str, Any]:
    """What the journal keeps of a line, in the open: enough to tell later whether line or task were altered."""
    ids = {"task": row.task_id, "stop": row.stop_id, "document": row.document_id}
    about = {name: pk for name, pk in ids.items() if pk is not None}
    return {"minutes": row.number, "before": row.before, "after": row.after, **about}


def words_of(stops: Sequence[Stop]) -> dict[str, str]:
    """The instructions of stops, for the journal to commit to."""
    said_there = {str(stop.pk): stop.instruction for stop in stops if stop.instruction}
    return {"instructions": json.dumps(said_there, ensure_ascii=False, sort_keys=True)} if said_there else {}


def minutes_of(folder: CirculationFolder) -> QuerySet[MinutesEntry]:
    """The minutes of a folder, in order, with everything a page shows. Who may see the folder may see them."""
    lines = MinutesEntry.objects.filter(folder=folder).order_by("number")
    return lines.select_related("actor", "task__user", "task__team", "task__claimed_by", "stop__user", "stop__team")
