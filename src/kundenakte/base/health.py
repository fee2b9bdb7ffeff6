"""How the house is: what an administrator must know before and while it runs."""

from __future__ import annotations

import shutil
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from kundenakte.base import blobs
from kundenakte.base.journal import guards

# Below the first nothing is taken in reliably; below the second somebody should act.
_NO_ROOM, _LITTLE_ROOM = 200 * 1024 * 1024, 2 * 1024 * 1024 * 1024

_EMPTY = "Die Datenbank ist noch nicht eingerichtet: kundenakte setup holt das nach."
_OLD = "Die Datenbank hat noch den Stand einer früheren Version: kundenakte setup bringt sie auf den neuen."
_HALF = (
    "Eine Rückspielung ist nicht zu Ende gekommen: Bitte leeren Sie Datenordner und Datenbank und wiederholen Sie sie."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be. With `blocks` the house does not open."""

    code: str
    sentence: str
    blocks: bool


def findings() -> list[Finding]:
    """What is wrong at this moment; empty when all is well."""
    return [*_restoring(), *_folders(), *_originals(), *_room(), *_database()]


@cache
def version() -> str:
    """The installed version; run from the source folder, what its pyproject.toml says."""
    try:
        return metadata.version("kundenakte")
    except metadata.PackageNotFoundError:
        file = Path(settings.ROOT) / "pyproject.toml"
        return str(tomllib.loads(file.read_text(encoding="utf-8"))["project"]["version"]) if file.is_file() else "–"


def closed_mark() -> Path:
    """While this file is there, a backup is being put back or that broke off: what lies here is not whole."""
    return Path(settings.DATA) / "restoring"


def _restoring() -> Iterator[Finding]:
    if closed_mark().exists():
        yield Finding("restoring", _HALF, blocks=True)


def _folders() -> Iterator[Finding]:
    for name in ("BLOBS", "DERIVED", "INDEX", "ARCHIVE", "SCRATCH"):
        folder = Path(getattr(settings, name))
        try:
            folder.mkdir(mode=0o750, parents=True, exist_ok=True)
            trial = folder / f".trial-{uuid.uuid4().hex}"
            trial.touch()
            trial.unlink()
        except OSError as error:
            sentence = f"Der Ordner {folder} lässt sich nicht beschreiben ({error.strerror})."
            yield Finding("folder-not-writable", sentence, blocks=True)


def _originals() -> Iterator[Finding]:
    """Where the house looks for them, and that none lie where it does not: older documents would seem to be lost."""
    try:
        blobs.default()
    except OSError as error:
        # No address or no keys; whether the store answers is not asked here.
        yield Finding("originals-no-store", str(error), blocks=True)
    folder = Path(settings.DATA) / "blobs"
    is_elsewhere = bool(settings.BLOBS_BUCKET) or Path(settings.BLOBS) != folder
    if is_elsewhere and next(folder.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"), None):
        sentence = (
            f"In {folder} liegen noch Originale, KUNDENAKTE_BLOBS zeigt aber anderswohin: kundenakte move_originals "
            "bringt sie dorthin, danach nehmen Sie den Ordner bitte weg."
        )
        yield Finding("originals-elsewhere", sentence, blocks=True)


def _room() -> Iterator[Finding]:
    for folder in {Path(settings.DATA), Path(settings.BLOBS), Path(settings.ARCHIVE)}:
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
            yield Finding("not-migrated", _OLD if executor.loader.applied_migrations else _EMPTY, blocks=True)
            return
        absent = guards.missing()
    except DatabaseError as error:
        yield Finding("no-database", f"Die Datenbank antwortet nicht: {error}", blocks=True)
        return
    if absent:
        names = ", ".join(sorted({guard.table for guard in absent}))
        sentence = f"Der Änderungsschutz fehlt auf {names}: kundenakte setup stellt ihn wieder her."
        yield Finding("guards-missing", sentence, blocks=True)
