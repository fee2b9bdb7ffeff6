"""How the house is: what an administrator must know before and while it runs."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from kundenakte.base.journal import guards

# Below the first nothing is taken in reliably; below the second somebody should act.
_NO_ROOM, _LITTLE_ROOM = 200 * 1024 * 1024, 2 * 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be. With `blocks` the house does not open."""

    code: str
    sentence: str
    blocks: bool


def findings() -> list[Finding]:
    """What is wrong at this moment; empty when all is well."""
    return [*_folders(), *_room(), *_database()]


def _folders() -> Iterator[Finding]:
    for name in ("BLOBS", "DERIVED", "INDEX", "SCRATCH"):
        folder = Path(getattr(settings, name))
        try:
            folder.mkdir(mode=0o750, parents=True, exist_ok=True)
            trial = folder / f".trial-{uuid.uuid4().hex}"
            trial.touch()
            trial.unlink()
        except OSError as error:
            sentence = f"Der Ordner {folder} lässt sich nicht beschreiben ({error.strerror})."
            yield Finding("folder-not-writable", sentence, blocks=True)


def _room() -> Iterator[Finding]:
    for folder in {Path(settings.DATA), Path(settings.BLOBS)}:
        if not folder.is_dir():
            continue
        free = shutil.disk_usage(folder).free
        if free < _LITTLE_ROOM:
            megabytes = free // (1024 * 1024)
            sentence = f"Auf dem Datenträger von {folder} sind nur noch {megabytes} MB frei."
            yield Finding("little-room" if free >= _NO_ROOM else "no-room", sentence, blocks=False)


def _database() -> Iterator[Finding]:
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            yield Finding(
                "not-migrated", "Die Datenbank ist nicht eingerichtet: kundenakte setup holt das nach.", blocks=True
            )
            return
        absent = guards.missing()
    except DatabaseError as error:
        yield Finding("no-database", f"Die Datenbank antwortet nicht: {error}", blocks=True)
        return
    if absent:
        names = ", ".join(sorted({guard.table for guard in absent}))
        sentence = f"Der Änderungsschutz fehlt auf {names}: kundenakte setup stellt ihn wieder her."
        yield Finding("guards-missing", sentence, blocks=True)
