"""All objects of a storage root, by as many processes as there are cores."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from kundenakte_verify import objects
from kundenakte_verify.findings import Finding, Report

_AT_ONCE: Final = 32
_HEX: Final = frozenset("0123456789abcdef")
LAYOUT: Final = "0003-hash-and-id-n-tuple-storage-layout"
_CONFIG: Final = {"extensionName": LAYOUT, "digestAlgorithm": "sha256", "tupleSize": 2, "numberOfTuples": 2}
_DESCRIPTION: Final = "First two pairs of hex digits of SHA-256 over the id, then the id, percent-encoded"
_ROOT_FILES: Final = {
    "0=ocfl_1.1": b"ocfl_1.1\n",
    "ocfl_layout.json": json.dumps({"extension": LAYOUT, "description": _DESCRIPTION}, indent=1).encode(),
    f"extensions/{LAYOUT}/config.json": json.dumps(_CONFIG, indent=1).encode(),
}

# What a forked process finds: the journal's hashes are not copied, and pickled for nobody.
_known: objects.Known | None = None


def check(root: Path, known: objects.Known, dispositions: set[int] | None, processes: int, report: Report) -> None:
    """Check the root and every object in it, then what should be in it and is not."""
    global _known  # noqa: PLW0603 - inherited by the forked processes
    _known = known
    _root(root, report)
    places = _places(root, report)
    seen: set[str] = set()
    size = 0
    for object_id, read, findings in _each(root, places, processes):
        seen.add(object_id)
        size += read
        report.findings += findings
    seen.discard("")
    report.counted |= {"objects": len(seen), "bytes": size}
    _absent(seen, known, dispositions, report)


def _each(root: Path, places: Iterable[str], processes: int) -> Iterator[tuple[str, int, list[Finding]]]:
    work = partial(_one, root)
    if processes == 1 or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(work, places)
        return
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        yield from pool.imap_unordered(work, places, chunksize=_AT_ONCE)


def _one(root: Path, where: str) -> tuple[str, int, list[Finding]]:
    report = Report()
    if _known is None:
        raise RuntimeError("nothing is known yet")
    object_id, read = objects.check(root, where, _known, report)
    return object_id, read, report.findings


def _root(root: Path, report: Report) -> None:
    for name, content in _ROOT_FILES.items():
        file = root / name
        if not file.is_file():
            report.violation("MISSING", name, "root-file-missing", path=name)
        elif file.read_bytes() != content:
            report.violation("BYTES", name, "root-file-differs", path=name)


def _places(root: Path, report: Report) -> Iterator[str]:
    """The folders of objects; whatever else lies between them is told."""
    for top in sorted(os.scandir(root), key=lambda entry: entry.name):
        if _is_pair(top):
            for middle in sorted(os.scandir(top), key=lambda entry: entry.name):
                yield from _below(root, top.name, middle, report)
        elif top.name == "extensions" and top.is_dir(follow_symlinks=False):
            for path in sorted(objects.files_below(Path(top.path))):
                if f"extensions/{path}" not in _ROOT_FILES:
                    report.violation("EXTRA", path, "extra-file", path=f"extensions/{path}")
        elif top.name not in _ROOT_FILES:
            report.violation("EXTRA", top.name, "extra-file", path=top.name)


def _below(root: Path, top: str, middle: os.DirEntry[str], report: Report) -> Iterator[str]:
    if not _is_pair(middle):
        report.violation("EXTRA", f"{top}/{middle.name}", "extra-file", path=f"{top}/{middle.name}")
        return
    for entry in sorted(os.scandir(middle), key=lambda one: one.name):
        where = f"{top}/{middle.name}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield where
        else:
            report.violation("EXTRA", where, "extra-file", path=where)


def _is_pair(entry: os.DirEntry[str]) -> bool:
    return len(entry.name) == 2 and set(entry.name) <= _HEX and entry.is_dir(follow_symlinks=False)


def _absent(seen: set[str], known: objects.Known, dispositions: set[int] | None, report: Report) -> None:
    journal, erased = known.journal, 0
    for object_id, sealing in journal.sealed.items():
        gone = sealing.document in journal.disposed
        if object_id in seen:
            if gone:
                report.incomplete("OVERDUE", object_id, "disposed-but-there", object=object_id)
        elif gone:
            erased += 1
        else:
            report.violation("MISSING", object_id, "object-missing", object=object_id)
    for document, (at, facts) in sorted(journal.disposed.items()):
        until = facts.get("retain_until")
        if isinstance(until, str) and until >= at[:10]:
            report.violation("EARLY_DELETE", f"document {document}", "early", document=document, until=until)
        if facts.get("holds"):
            report.violation("HOLD", f"document {document}", "held", document=document)
        if facts.get("requested_by") is not None and facts["requested_by"] == facts.get("released_by"):
            report.violation("EARLY_DELETE", f"document {document}", "one-person", document=document)
        if dispositions is not None and document not in dispositions:
            report.violation("EARLY_DELETE", f"document {document}", "not-listed", document=document)
    for document in sorted((dispositions or set()) - set(journal.disposed)):
        report.incomplete("OVERDUE", f"document {document}", "listed-only", document=document)
    report.counted["disposed objects"] = erased
    _gone_unlawfully(seen, known, report)


def _gone_unlawfully(seen: set[str], known: objects.Known, report: Report) -> None:
    """Documents of which nothing is left though the journal tells of no disposal. Loss or intent: the database, where
    it is given, says whether they should still be there."""
    if known.database is None:
        return
    there = {sealing.document for object_id, sealing in known.journal.sealed.items() if object_id in seen}
    for document in sorted(
        {one.document for one in known.journal.sealed.values()} - there - set(known.journal.disposed)
    ):
        line = known.database.get(document)
        until = json.loads(line).get("retention", {}).get("retain_until") if line else None
        sentence = "gone-before" if until else "gone-unrecorded"
        report.violation("EARLY_DELETE", f"document {document}", sentence, document=document, until=until or "–")
