"""Reading a backup again, and letting old ones go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from kundenakte.base.backup import manifest
from kundenakte.base.backup.noted import Noted, noted
from kundenakte.base.backup.refusals import Damaged
from kundenakte.base.backup.run import lines, newest
from kundenakte.base.backup.target import Target
from kundenakte.base.confinement import scratch_folder


def faults(target: Target, run: str = "") -> Iterator[str]:
    """Read every byte of a backup (the last one unless named) and yield a German sentence for each thing that is wrong.

    Bytes that several backups share are read once. Raises NoBackup or Damaged when not even the list can be read.
    """
    chosen = newest(target, run)
    with scratch_folder(Path(settings.SCRATCH)) as scratch, noted(scratch, "seen") as seen:
        count = 0
        for line in lines(target, chosen):
            count += 1
            if line["sha256"] in seen:
                continue
            seen.add(line["sha256"])
            try:
                size = sum(map(len, target.read(line["sha256"])))
            except (Damaged, OSError) as error:
                yield f"{_what(line)}: {error}"
                continue
            if size != line["size"]:
                yield f"{_what(line)}: {size} Bytes statt {line['size']}"
        if count != chosen.files:
            yield f"Die Liste nennt {count} Dateien, das Verzeichnis {chosen.files}."


def let_go(target: Target, *, now: datetime, keep_days: int) -> int:
    """Forget backups older than that, never the last one, and what only they held. Returns how many backups.

    What was lawfully destroyed is thereby gone from the backups too, at the latest after so many days (R-71).
    """
    runs = target.runs()
    before = (now - timedelta(days=keep_days)).strftime("%Y%m%dT%H%M%S")
    old = [run for run in runs[:-1] if run < before]
    if not old:
        return 0
    with target.alone(), scratch_folder(Path(settings.SCRATCH)) as scratch, noted(scratch, "kept") as kept:
        # One that its place still locks is whole until it may go.
        old = [run for run in old if target.forget(run)]
        for run in runs:
            if run not in old:
                _keep(target, manifest.from_bytes(target.manifest(run)), kept)
        for name in target.names():
            if name not in kept:
                target.remove(name)
    return len(old)


def _keep(target: Target, of: manifest.Manifest, kept: Noted) -> None:
    kept.add(target.key.name_of(of.listing))
    for line in lines(target, of):
        kept.add(target.key.name_of(line["sha256"]))


def _what(line: dict[str, object]) -> str:
    if line["kind"] == "part":
        return f"Datenbank, {line['name']}, Stück {line['number']}"
    return f"Original {line['sha256']}" if line["kind"] == "blob" else f"Datei {line['path']}"
