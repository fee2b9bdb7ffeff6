"""What the database says today, against what was sealed."""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from kundenakte_verify.findings import Report

# A task that nobody has ended yet.
_UNDER_WAY: Final = frozenset({"open", "claimed"})


@dataclass(frozen=True, slots=True)
class Moved:
    """The last move of a document after its sealing: the leaf that tells of it, the file it came into, and whose that
    is, where the journal says so."""

    seq: int
    file: int
    customer: int | None

    def explains(self, name: str, current: Any) -> bool:
        """Whether the value in the database is the one the move gave."""
        said = {"customer.file": self.file, "customer.id": self.customer}.get(name)
        return said is not None and said == current


class Lines(Mapping[int, bytes]):
    """Lines of the dump by the id they are of: found in the file again, not held. Sixteen bytes of memory each.

    Opened for each line, so that forked processes have no place in it in common.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._ids, self._places = array("q"), array("q")

    def note(self, pk: int, place: int) -> None:
        """A line begins there."""
        self._ids.append(pk)
        self._places.append(place)

    def in_order(self) -> Lines:
        """Ready to be asked. The house writes by id; another order is put right."""
        if any(one >= other for one, other in pairwise(self._ids)):
            # Of two lines with one id the later one counts.
            found = sorted(dict(zip(self._ids, self._places, strict=True)).items())
            self._ids, self._places = array("q", (pk for pk, _ in found)), array("q", (place for _, place in found))
        return self

    def __getitem__(self, pk: int) -> bytes:
        at = bisect_left(self._ids, pk)
        if at == len(self._ids) or self._ids[at] != pk:
            raise KeyError(pk)
        with self._file.open("rb") as source:
            source.seek(self._places[at])
            return source.readline()

    def __iter__(self) -> Iterator[int]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)


def read(file: Path) -> tuple[Lines, Lines]:
    """The lines of documents, and those of tasks of circulation folders. Raises ValueError when it is no dump."""
    documents, tasks = Lines(file), Lines(file)
    place = 0
    with file.open("rb") as source:
        for line in source:
            row = json.loads(line)
            if "task" in row:
                tasks.note(int(row["task"]), place)
            else:
                documents.note(int(row["document"]), place)
            place += len(line)
    return documents.in_order(), tasks.in_order()


def compare_tasks(written: Mapping[int, tuple[str, bytes]], lines: Mapping[int, bytes], report: Report) -> None:
    """Hold each task against the last entry about it. Of another edition it cannot be said: one of both is older."""
    for pk in sorted(written.keys() | lines.keys()):
        task = f"task {pk}"
        if pk not in lines:
            report.violation("PROJECTION", task, "not-in-database", object=task)
            continue
        row = json.loads(lines[pk])
        if pk not in written:
            report.incomplete("PROJECTION", task, "task-not-told", object=task)
            continue
        at, after = written[pk][0], json.loads(written[pk][1])
        after["ended_at"] = None if after.get("state") in _UNDER_WAY else at
        current = row["facts"] | {"ended_at": row.get("ended_at")}
        for name in sorted(after.keys() | current.keys()):
            if after.get(name) == current.get(name):
                continue
            said = {"field": name, "archived": after.get(name), "current": current.get(name)}
            if after.get("edition") == current.get("edition"):
                report.violation("PROJECTION", task, "field-differs", object=task, **said)
            else:
                report.incomplete("PROJECTION", task, "task-edition", object=task, **said)


def unsealed(lines: Mapping[int, bytes], sealed: Mapping[tuple[int, int], int], report: Report) -> None:
    """Versions the database says are sealed, and of whose sealing the journal does not tell."""
    for document, line in lines.items():
        for version in json.loads(line)["versions"]:
            if (document, int(version)) not in sealed:
                named = f"document {document}"
                report.violation("PROJECTION", named, "not-in-archive", object=f"{named}, version {version}")


def compare(
    metadata: dict[str, Any],
    line: bytes | None,
    *,
    version: int,
    changed: bool,
    moved: Moved | None,
    rules_changed: bool,
    object_id: str,
    report: Report,
) -> None:
    """Name every field that differs. `changed`: the journal tells of something about the document after this sealing;
    `moved`: of a move, which proves where it is now; `rules_changed`: of another rule of retention."""
    if line is None:
        report.violation("PROJECTION", object_id, "not-in-database", object=object_id)
        return
    row = json.loads(line)
    facts = row["versions"].get(str(version))
    if facts is None:
        report.violation("PROJECTION", object_id, "not-in-database", object=object_id)
        return
    archived, current = dict(_flat(metadata["facts"])), dict(_flat(facts))
    for name in sorted(archived.keys() | current.keys()):
        if archived.get(name) == current.get(name):
            continue
        said = {"field": name, "archived": archived.get(name), "current": current.get(name)}
        if moved and moved.explains(name, current.get(name)):
            report.notice("PROJECTION", object_id, "moved-since", object=object_id, seq=moved.seq, **said)
        elif changed:
            report.incomplete("PROJECTION", object_id, "changed-since", object=object_id, **said)
        else:
            report.violation("PROJECTION", object_id, "field-differs", object=object_id, **said)
    may_be_earlier = changed or rules_changed
    _retention(metadata, row.get("retention"), changed=may_be_earlier, object_id=object_id, report=report)


def _retention(
    metadata: dict[str, Any], current: dict[str, Any] | None, *, changed: bool, object_id: str, report: Report
) -> None:
    """An end that is earlier than the rule's own arithmetic gives, or than what held at the sealing."""
    if not current or not current.get("retain_until"):
        return
    until = date.fromisoformat(current["retain_until"])
    if current.get("started_on") and current.get("years") is not None:
        start = date.fromisoformat(current["started_on"])
        if until < end_of(start, years=int(current["years"]), from_year_end=bool(current.get("from_year_end"))):
            report.violation("RULE", object_id, "retention-shorter", object=object_id, until=until.isoformat())
            return
    if current.get("is_open"):
        report.violation("RULE", object_id, "end-without-event", object=object_id, until=until.isoformat())
        return
    before = (metadata["snapshot"].get("retention") or {}).get("retain_until")
    if before and until < date.fromisoformat(before) and not changed:
        report.violation("RULE", object_id, "retention-shorter", object=object_id, until=until.isoformat())


def end_of(start: date, *, years: int, from_year_end: bool) -> date:
    """The last day of a period; from the end of the year where the law says so (§ 147 Abs. 4 AO)."""
    if from_year_end:
        return date(start.year + years, 12, 31)
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 2, 28)


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else key)
    else:
        yield name, value
