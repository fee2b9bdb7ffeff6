"""One backup: the database at one moment, then every file it names, then the manifest, with which it counts."""

from __future__ import annotations

import hashlib
import io
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from kundenakte.base import blobs
from kundenakte.base.backup import files, manifest
from kundenakte.base.backup.manifest import Manifest
from kundenakte.base.backup.noted import Noted, noted
from kundenakte.base.backup.refusals import Damaged, NoBackup
from kundenakte.base.backup.snapshot import Snapshot, snapshot
from kundenakte.base.backup.target import Target
from kundenakte.base.blobs.store import NoSuchBlob
from kundenakte.base.confinement import scratch_folder


def back_up(target: Target, *, now: datetime, version: str) -> Manifest:
    """Copy what is not there yet. The house may go on meanwhile; what comes after the snapshot is in the next backup.

    A run that breaks off leaves the previous one as it was. Raises Busy, OSError as the system says it.
    """
    with target.alone(), scratch_folder(Path(settings.SCRATCH)) as scratch:
        with (
            noted(scratch, "before") as before,
            noted(scratch, "there") as there,
            (scratch / "list").open("w+b") as listed,
        ):
            _remember(target, before)
            writing = _Writing(target, before, there, listed)
            with snapshot(scratch) as taken:
                taken.keep_parts(writing.part)
                _write_named(taken, scratch / "named")
            # After the database: what is filed from now on is in the next backup. Blobs before the archive: what is
            # sealed meanwhile leaves the one and is found in the other.
            for digest in files.originals():
                writing.original(digest)
            for place in files.others():
                writing.other(place)
            missing = _missing(scratch / "named", there)
            made = writing.finish(taken, now=now, version=version, missing=missing)
        target.finish(made.run, made.to_bytes())
    return made


def _write_named(taken: Snapshot, file: Path) -> None:
    with file.open("w", encoding="ascii") as out:
        out.writelines(f"{digest}\n" for digest in taken.named())


def _missing(named: Path, there: Noted) -> int:
    """How many originals nobody has: neither under their name nor, sealed, in another file with the same bytes."""
    with named.open(encoding="ascii") as words:
        return len({digest for line in words if (digest := line.strip()) not in there})


@dataclass(slots=True)
class _Writing:
    """What goes on during one run."""

    target: Target
    before: Noted
    there: Noted
    listed: io.BufferedRandom
    count: int = 0
    size: int = 0
    written_files: int = 0
    written_bytes: int = 0
    damaged: list[str] = field(default_factory=list)

    def part(self, name: str, number: int, source: io.BytesIO) -> None:
        """A piece of the database."""
        digest = hashlib.sha256(source.getbuffer()).hexdigest()
        size = source.getbuffer().nbytes
        if not self.target.has(digest):
            self._written(self.target.put(source, expected=digest)[1])
        self._listed({"kind": "part", "name": name, "number": number, "sha256": digest, "size": size})

    def original(self, digest: str) -> None:
        """A blob, unless its bytes are there. One whose bytes are not those of its name is told, not kept."""
        known = self.before.note(f"blob {digest}") if self.target.has(digest) else None
        if known is not None:
            size = int(known)
        else:
            try:
                with blobs.default().open(digest) as source:
                    size = self.target.put(source, expected=digest)[1]
            except NoSuchBlob:
                # Sealed meanwhile: the archive, which is looked at later, has it.
                return
            except Damaged:
                self.damaged.append(digest)
                return
            self._written(size)
        self._listed({"kind": "blob", "sha256": digest, "size": size})

    def other(self, place: files.Place) -> None:
        """Another file; read only when its size or time is not that of the last backup."""
        known = self.before.note(f"file {place.path}")
        was = json.loads(known) if known else {}
        file = files.located(place.path)
        if [was.get("size"), was.get("changed")] == [place.size, place.changed] and self.target.has(was["sha256"]):
            digest, size = was["sha256"], place.size
        else:
            try:
                with file.open("rb") as source:
                    digest, size = self.target.put(source)
            except FileNotFoundError:
                return
            self._written(size)
        line = {"kind": "file", "path": place.path, "mode": place.mode, "changed": place.changed}
        self._listed({**line, "sha256": digest, "size": size})

    def finish(self, taken: Snapshot, *, now: datetime, version: str, missing: int) -> Manifest:
        """Keep the list and say what there is."""
        self.listed.seek(0)
        listed = hashlib.file_digest(self.listed, "sha256").hexdigest()
        if not self.target.has(listed):
            self.listed.seek(0)
            self.target.put(self.listed, expected=listed)
        ended = timezone.now()
        return Manifest(
            run=f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}",
            began_at=now.isoformat(),
            ended_at=max(now, ended).isoformat(),
            version=version,
            database=taken.vendor,
            migrations=taken.migrations,
            facts=taken.facts,
            listing=listed,
            files=self.count,
            size=self.size,
            written_files=self.written_files,
            written_bytes=self.written_bytes,
            missing=missing,
            damaged=self.damaged,
            columns=taken.columns,
        )

    def _written(self, size: int) -> None:
        self.written_files += 1
        self.written_bytes += size

    def _listed(self, line: dict[str, Any]) -> None:
        self.count += 1
        self.size += line["size"]
        self.there.add(line["sha256"])
        self.listed.write(json.dumps(line, sort_keys=True).encode() + b"\n")


def _remember(target: Target, before: Noted) -> None:
    """What the last whole backup holds."""
    for line in lines(target, last) if (last := _newest(target)) else ():
        if line["kind"] == "blob":
            before.add(f"blob {line['sha256']}", str(line["size"]))
        elif line["kind"] == "file":
            note = {name: line[name] for name in ("size", "changed", "sha256")}
            before.add(f"file {line['path']}", json.dumps(note))


def _newest(target: Target) -> Manifest | None:
    """The last whole backup that can be read."""
    for run in reversed(target.runs()):
        try:
            return manifest.from_bytes(target.manifest(run))
        except Damaged:
            continue
    return None


def lines(target: Target, of: Manifest) -> Iterator[dict[str, Any]]:
    """The list of a backup."""
    with target.open(of.listing) as source:
        for line in source:
            yield json.loads(line)


def newest(target: Target, run: str = "") -> Manifest:
    """The manifest of a run, or of the last one. Raises NoBackup or Damaged."""
    if run:
        return manifest.from_bytes(target.manifest(run))
    runs = target.runs()
    if not runs:
        raise NoBackup
    return manifest.from_bytes(target.manifest(runs[-1]))
