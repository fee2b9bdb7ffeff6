"""What the database says of tasks, for an outsider who compares it with the exported journal (T-51)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kundenakte.base.journal import canonical
from kundenakte.circulation.models import Task

_CHUNK: Final = 1000


def lines() -> Iterator[bytes]:
    """A line per task (docs/journal-format.md), in the order of their ids."""
    cursor = 0
    tasks = Task.objects.select_related("folder").order_by("pk")
    while some := list(tasks.filter(pk__gt=cursor)[:_CHUNK]):
        for task in some:
            ended_at = canonical.moment(task.ended_at) if task.ended_at else None
            row = {"task": task.pk, "folder": task.folder.number, "facts": task.facts(), "ended_at": ended_at}
            yield canonical.body(row) + b"\n"
        cursor = some[-1].pk
