"""Putting a backup back: into an empty house, checked against what the backup says, closed until all is done."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from kundenakte.base import blobs, health
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.backup import after, facts, files, loading, naming
from kundenakte.base.backup.manifest import Facts, Manifest
from kundenakte.base.backup.models import BackupRun
from kundenakte.base.backup.noted import Noted, noted
from kundenakte.base.backup.refusals import Damaged, NotEmpty, NotTheSame
from kundenakte.base.backup.run import lines, newest
from kundenakte.base.backup.target import Target
from kundenakte.base.blobs.store import BlobError
from kundenakte.base.confinement import scratch_folder
from kundenakte.base.journal import actions as journal

# What a folder may hold that counts as empty: made by merely asking for the settings.
_HARMLESS: Final = frozenset({"secret-key", "scratch", "serve.lock", "static", "lost+found", "backup-key"})
# More help little: two cores, and a disk that takes its time for each file.
_AT_ONCE: Final = 4
_BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and what the replays of later disposals did."""

    run: str
    facts: Facts
    files: int
    bytes: int
    seconds: float
    replayed: list[str]

    def to_json(self) -> dict[str, Any]:
        """Numbers, digests and sentences."""
        return asdict(self)


def restore(source: Target, *, run: str = "", is_proof: bool = False) -> Restored:
    """Put a backup (the last one unless named) into this empty house and migrate it to this program's state.

    Counts of all tables, the root of the journal's tree, and every file's SHA-256 must be those of the backup. The
    house cannot be opened before the end. Memory does not grow with the house. Raises NotEmpty, TooNew, Damaged,
    NotTheSame; what was written until then stays, and has to be taken away before another try.
    """
    began, at = time.monotonic(), timezone.now()
    chosen = newest(source, run)
    require_empty_folder()
    loading.require_known(chosen)
    loading.require_empty_database(chosen)
    mark = health.closed_mark()
    mark.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    mark.write_text(chosen.run, encoding="ascii")
    Path(settings.SCRATCH).mkdir(mode=0o700, parents=True, exist_ok=True)
    with scratch_folder(Path(settings.SCRATCH)) as scratch, noted(scratch, "there") as there:
        loading.Loading(source, chosen).load(_pieces(source, chosen))
        _require_same(chosen)
        _put_all_back(source, lines(source, chosen), there)
        loading.migrate_forward()
        _require_complete(chosen, there)
    replayed = after.replay_all()
    _end_sessions()
    found = _facts()
    done = Restored(chosen.run, found, chosen.files, chosen.size, round(time.monotonic() - began, 3), replayed)
    if not is_proof:
        with transaction.atomic():
            row = BackupRun.objects.create(
                kind=BackupRun.Kind.RESTORE, began_at=at, ended_at=timezone.now(), succeeded=True, run=chosen.run,
                facts={"files": chosen.files, "bytes": chosen.size, "replayed": len(replayed)},
            )  # fmt: skip
            journal.append(
                Actor.system("restore"), "backup.restored", row, run=chosen.run, files=chosen.files,
                root=chosen.facts.journal_root, replayed=len(replayed),
            )  # fmt: skip
    os.sync()
    mark.unlink()
    return done


def require_empty_folder() -> None:
    """Raise NotEmpty when the data folder holds more than what comes about by itself."""
    data = Path(settings.DATA)
    database = Path(str(settings.DATABASES["default"]["NAME"])).name
    harmless = _HARMLESS | {database, f"{database}-wal", f"{database}-shm"}
    strange = sorted(entry.name for entry in data.iterdir() if entry.name not in harmless and _holds(entry))
    strange += [str(folder) for _, folder in files.roaming() if folder.is_dir() and _holds(folder)]
    if strange:
        raise NotEmpty(
            f"Der Datenordner {data} ist nicht leer ({', '.join(strange[:3])}). Eine Rückspielung vermischt nichts: "
            "Bitte nehmen Sie einen leeren Ordner (KUNDENAKTE_DATA) oder räumen Sie diesen beiseite."
        )


def _holds(entry: Path) -> bool:
    """Whether a file is in it, at any depth: empty folders are made by looking at them."""
    return not entry.is_dir() or any(file.is_file() for file in entry.rglob("*"))


def _pieces(source: Target, of: Manifest) -> Iterator[tuple[str, str]]:
    for line in lines(source, of):
        if line["kind"] == "part":
            yield line["name"], line["sha256"]


def _put_all_back(source: Target, listed: Iterator[dict[str, Any]], there: Noted) -> None:
    """Several files at a time: one is deciphered and hashed while another waits for the disk."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        while batch := list(islice(listed, _BATCH)):
            for _ in pool.map(partial(_put_back, source), batch):
                pass
            for line in batch:
                there.add(line["sha256"])


def _put_back(source: Target, line: dict[str, Any]) -> None:
    if line["kind"] == "blob":
        # Hashed once: the store compares what comes with what was announced.
        with source.open(line["sha256"], hashed_by_reader=True) as plain:
            try:
                blobs.default().put(plain, expected=line["sha256"])
            except BlobError as error:
                raise Damaged(f"Original {line['sha256']}: {error}") from error
    elif line["kind"] == "file":
        _write(source, line)


def _write(source: Target, line: dict[str, Any]) -> None:
    path = PurePosixPath(line["path"])
    if path.is_absolute() or ".." in path.parts:
        raise Damaged(f"Die Sicherung nennt einen Pfad außerhalb des Datenordners: {line['path']}")
    file = files.located(line["path"])
    file.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.restoring")
    with temporary.open("wb") as target:
        for piece in source.read(line["sha256"]):
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())
    temporary.chmod(line["mode"])
    os.utime(temporary, ns=(line["changed"], line["changed"]))
    temporary.replace(file)


def _facts() -> Facts:
    with connection.cursor() as cursor:
        return facts.facts(cursor, connection.vendor)


def _require_same(of: Manifest) -> None:
    """Before anything is migrated: exactly the rows of the snapshot."""
    found = _facts()
    for table, count in of.facts.counts.items():
        if found.counts.get(table) != count:
            raise NotTheSame(f"{table}: {found.counts.get(table)} Zeilen statt {count}.")
    if (found.journal_root, found.journal_leaves) != (of.facts.journal_root, of.facts.journal_leaves):
        raise NotTheSame("Die Wurzel des Protokolls ist nicht die der Sicherung.")


def _require_complete(of: Manifest, there: Noted) -> None:
    """Every original the database names came back, but for those the house had lost before the backup."""
    with connection.cursor() as cursor:
        missing = len({digest for digest in naming.named(cursor) if digest not in there})
    if missing > of.missing:
        raise NotTheSame(f"Es fehlen {missing} Originale, die die Datenbank nennt.")


def _end_sessions() -> None:
    """Who was signed in when the backup was made may have been locked out since: everybody signs in anew."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_session")


def read_report(file: Path) -> Restored:
    """What `kundenakte restore --report` wrote."""
    said = json.loads(file.read_text(encoding="utf-8"))
    return Restored(**{**said, "facts": Facts(**said["facts"])})
