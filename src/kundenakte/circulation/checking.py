"""Whether folders, stops and tasks are what their minutes and the journal say: whoever alters them by SQL is found.

The journal cannot be altered unseen (its leaves are in a signed tree); so each line of the minutes is held against its
entry, and each row against the last line about it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from kundenakte.base.journal import canonical
from kundenakte.base.journal.models import JournalEntry
from kundenakte.circulation import minutes
from kundenakte.circulation.models import CirculationFolder, MinutesEntry, Stop, Task
from kundenakte.circulation.models.minutes import What

CODE: Final = "PROJECTION"
_BATCH: Final = 200
_ENDS: Final = {What.STARTED, What.RECALLED, What.FINISHED}
# What says how a single stop stands on the slip from then on.
_WRITTEN: Final = {What.EXTENDED, What.MOVED}
_DOINGS: Final = {What.COMPLETED, What.APPROVED, What.REFUSED, What.HANDED_ON}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not what it was written down as."""

    folder: str
    # "Aufgabe 7", "Zeile 3" …
    where: str
    name: str
    written: Any
    found: Any

    def __str__(self) -> str:
        return f"{CODE} {self.folder}, {self.where}, {self.name}: protokolliert {self.written!r}, jetzt {self.found!r}"


def differences(folders: Sequence[int] | None = None) -> Iterator[Difference]:
    """Everything that differs, in all folders or in these. Reads only."""
    rows = CirculationFolder.objects.order_by("pk")
    if folders is not None:
        rows = rows.filter(pk__in=folders)
    cursor = 0
    while some := list(rows.filter(pk__gt=cursor)[:_BATCH]):
        for folder in some:
            yield from _of_folder(folder)
        cursor = some[-1].pk
    if folders is None:
        yield from _lost_folders()


def _of_folder(folder: CirculationFolder) -> Iterator[Difference]:
    lines = list(MinutesEntry.objects.filter(folder=folder).order_by("number"))
    entries = {
        entry.id: entry
        for entry in JournalEntry.objects.filter(
            subject_type=folder._meta.label_lower, subject_id=folder.pk, kind__startswith=minutes.PREFIX
        ).prefetch_related("personal_facts")
    }
    yield from _lines(folder, lines, entries)
    # The journal has the last word: a line that was altered is told above, and does not excuse the row.
    said = sorted(
        (json.loads(bytes(entry.body)) for entry in entries.values()), key=lambda one: one["facts"]["minutes"]
    )
    yield from _folder_row(folder, said)
    yield from _tasks(folder, said, {line.task_id: line for line in lines if line.what in _DOINGS})
    yield from _stops(folder, said)


def _lines(
    folder: CirculationFolder, lines: Sequence[MinutesEntry], entries: Mapping[UUID, JournalEntry]
) -> Iterator[Difference]:
    missing = dict(entries)
    for line in lines:
        entry = missing.pop(line.journal_entry, None)
        where = f"Zeile {line.number}"
        if entry is None:
            yield Difference(folder.number, where, "journal_entry", str(line.journal_entry), None)
            continue
        body = json.loads(bytes(entry.body))
        found = {
            "at": canonical.moment(line.at), "kind": minutes.PREFIX + line.what, "actor": line.actor_id,
            **{name: canonical.plain(value) for name, value in minutes.said(line).items()},
        }  # fmt: skip
        written = {"at": body["at"], "kind": body["kind"], "actor": entry.actor_id, **body["facts"]}
        yield from _compare(folder, where, written, found)
        yield from _words(folder, line, entry, body)
    for entry in missing.values():
        number = json.loads(bytes(entry.body))["facts"]["minutes"]
        yield Difference(folder.number, f"Zeile {number}", "line", str(entry.id), None)
    if folder.minutes_count != len(entries):
        yield Difference(folder.number, "Mappe", "minutes_count", len(entries), folder.minutes_count)


def _words(
    folder: CirculationFolder, line: MinutesEntry, entry: JournalEntry, body: Mapping[str, Any]
) -> Iterator[Difference]:
    """Words are held against the commitment; where they were lawfully erased there is nothing left to compare."""
    salts = {fact.name: bytes(fact.salt) for fact in entry.personal_facts.all()}
    there = {"comment": line.comment, "instead_of": line.instead_of}
    if line.actor_id is not None:
        there["actor"] = line.who
    else:
        there["guest"] = line.who
    if line.what == What.STARTED:
        there |= {"title": folder.title, "note": folder.note}
    for name, found in there.items():
        commitment = body["commitments"].get(name)
        if commitment is None and not found:
            continue
        if commitment is not None and name not in salts:
            continue
        if commitment is None or canonical.commitment(salts[name], found) != commitment:
            fingerprint = hashlib.sha256(found.encode()).hexdigest()[:12]
            yield Difference(folder.number, f"Zeile {line.number}", name, "anderer Wortlaut", fingerprint)


def _folder_row(folder: CirculationFolder, said: Sequence[Mapping[str, Any]]) -> Iterator[Difference]:
    ends = [one["facts"]["after"] for one in said if one["kind"].removeprefix(minutes.PREFIX) in _ENDS]
    written = ends[-1]["state"] if ends else None
    if written != folder.state:
        yield Difference(folder.number, "Mappe", "state", written, folder.state)
    if ends and ends[0].get("started_by") != folder.started_by_id:
        yield Difference(folder.number, "Mappe", "started_by", ends[0].get("started_by"), folder.started_by_id)


def _tasks(
    folder: CirculationFolder, said: Sequence[Mapping[str, Any]], doings: Mapping[int | None, MinutesEntry]
) -> Iterator[Difference]:
    last = {one["facts"]["task"]: one for one in said if "task" in one["facts"]}
    for task in Task.objects.filter(folder=folder).order_by("pk"):
        where, entry = f"Aufgabe {task.pk}", last.pop(task.pk, None)
        if entry is None:
            yield Difference(folder.number, where, "task", None, str(task.state))
            continue
        yield from _compare(folder, where, entry["facts"]["after"], task.facts())
        ended_at = canonical.moment(task.ended_at) if task.ended_at else None
        written = None if entry["facts"]["after"].get("state") in {"open", "claimed"} else entry["at"]
        if ended_at != written:
            yield Difference(folder.number, where, "ended_at", written, ended_at)
        line = doings.get(task.pk)
        if line is not None and line.comment != task.remark:
            yield Difference(folder.number, where, "remark", f"wie Zeile {line.number}", "anderer Wortlaut")
    for pk in last:
        yield Difference(folder.number, f"Aufgabe {pk}", "task", "vorhanden", None)


def _stops(folder: CirculationFolder, said: Sequence[Mapping[str, Any]]) -> Iterator[Difference]:
    written: dict[int, Mapping[str, Any]] = {}
    for one in said:
        after = one["facts"]["after"]
        what = one["kind"].removeprefix(minutes.PREFIX)
        for stop in after.get("stops", ()) if what == What.STARTED else (after,) if what in _WRITTEN else ():
            written[stop["id"]] = stop
    states = _replayed(said)
    for stop in Stop.objects.filter(folder=folder).order_by("pk"):
        state = states.get(stop.pk, Stop.State.WAITING)
        if state != stop.state:
            yield Difference(folder.number, f"Station {stop.pk}", "state", str(state), stop.state)
        if stop.step == 0:
            # The desk of whoever started it: a line nobody wrote.
            continue
        known = written.pop(stop.pk, None)
        if known is None:
            yield Difference(folder.number, f"Station {stop.pk}", "stop", None, stop.step)
        else:
            yield from _compare(folder, f"Station {stop.pk}", known, stop.facts())
    for pk in written:
        yield Difference(folder.number, f"Station {pk}", "stop", "vorhanden", None)


def _replayed(said: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """The state of each stop, from what happened one after the other."""
    states: dict[int, str] = {}
    steps: dict[int, int] = {}
    for one in said:
        what, facts = one["kind"].removeprefix(minutes.PREFIX), one["facts"]
        stop = facts.get("stop", 0)
        for made in facts["after"].get("stops", ()) if what == What.STARTED else ():
            states[made["id"]], steps[made["id"]] = Stop.State.WAITING, made["step"]
        if what == What.EXTENDED:
            states[stop], steps[stop] = Stop.State.WAITING, facts["after"]["step"]
        elif what == What.MOVED:
            steps[stop] = facts["after"]["step"]
        elif what == What.OPENED:
            states[stop] = Stop.State.OPEN
        elif what in {What.COMPLETED, What.APPROVED}:
            states[stop] = Stop.State.DONE
        elif what == What.SHORTENED:
            states[stop] = Stop.State.DROPPED
        elif what == What.REFUSED:
            step = steps.get(stop)
            states |= {pk: Stop.State.WAITING for pk in steps
                       if steps[pk] == step and states[pk] != Stop.State.DROPPED}  # fmt: skip
        elif what == What.RECALLED:
            states |= {pk: Stop.State.DROPPED for pk, state in states.items() if state != Stop.State.DONE}
    return states


def _lost_folders() -> Iterator[Difference]:
    """Folders the journal knows and the database does not."""
    kind = minutes.PREFIX + What.STARTED
    known = set(CirculationFolder.objects.values_list("pk", flat=True))
    for pk in JournalEntry.objects.filter(kind=kind).values_list("subject_id", flat=True).iterator():
        if pk not in known:
            yield Difference(f"Mappe {pk}", "Mappe", "folder", "vorhanden", None)


def _compare(
    folder: CirculationFolder, where: str, written: Mapping[str, Any], found: Mapping[str, Any]
) -> Iterator[Difference]:
    for name in sorted(written.keys() | found.keys()):
        if written.get(name) != found.get(name):
            yield Difference(folder.number, where, name, written.get(name), found.get(name))
