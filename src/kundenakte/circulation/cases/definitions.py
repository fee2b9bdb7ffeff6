"""Finding the edition a case follows, read and ready; each is read once in every program."""

from __future__ import annotations

import functools

from kundenakte.circulation.models import Process, ProcessDefinition
from kundenakte.circulation.processes import reading
from kundenakte.circulation.processes.definition import Definition
from kundenakte.circulation.processes.refusals import ProcessNotOffered


def of(row: ProcessDefinition) -> Definition:
    """A published edition. Its row never changes, so what was read of it stays true."""
    return _read(row.source)


def newest(process: Process) -> ProcessDefinition:
    """The edition new cases follow. Raises ProcessNotOffered where there is none."""
    found = process.definitions.order_by("-number").first()
    if found is None:
        raise ProcessNotOffered
    return found


def offered() -> list[tuple[Process, ProcessDefinition]]:
    """What can be started now, by name, with the edition it would follow."""
    rows = ProcessDefinition.objects.filter(process__is_offered=True).select_related("process")
    last: dict[int, ProcessDefinition] = {}
    for row in rows.order_by("number"):
        last[row.process_id] = row
    return [(row.process, row) for row in sorted(last.values(), key=lambda row: row.process.name)]


@functools.lru_cache(maxsize=64)
def _read(source: str) -> Definition:
    return reading.read(source.encode())
