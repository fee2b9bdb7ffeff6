"""Finding the edition a case follows, read and ready; each is read once in every program."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Mapping
from dataclasses import dataclass

from kundenakte.circulation.models import Process, ProcessDefinition
from kundenakte.circulation.processes import reading
from kundenakte.circulation.processes.definition import Definition
from kundenakte.circulation.processes.refusals import BpmnRefused, ProcessNotOffered


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


@dataclass(frozen=True, slots=True)
class InWords:
    """What lists need to say where cases stand and why they were opened."""

    # The name of each process by its key.
    names: Mapping[str, str]
    # The stages of each process by its key, in the order in which it passes through them.
    stages: Mapping[str, list[str]]
    # The title of a reason by the key of its process and the value.
    reasons: Mapping[tuple[str, str], str]


def in_words() -> InWords:
    """Stages and reasons of all processes, as their newest editions name them."""
    newest_first = ProcessDefinition.objects.select_related("process").order_by("process__name", "-number")
    read: dict[str, Definition] = {}
    names: dict[str, str] = {}
    for row in newest_first:
        names[row.process.key] = row.process.name
        if row.process.key not in read:
            # An edition of old that this version would not take any more has its own words and no others.
            with contextlib.suppress(BpmnRefused):
                read[row.process.key] = of(row)
    return InWords(
        names,
        {key: definition.stages() for key, definition in read.items()},
        {(key, value): title for key, definition in read.items() for value, title in definition.reasons()},
    )


@functools.lru_cache(maxsize=64)
def _read(source: str) -> Definition:
    return reading.read(source.encode())
