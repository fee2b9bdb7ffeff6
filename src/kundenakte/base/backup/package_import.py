"""Bringing an exit package into an empty house, on either kind of database: the same numbers, relations and history."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, Final

import bagit
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor

from kundenakte.base import blobs, health
from kundenakte.base.backup import facts, files, loading, package
from kundenakte.base.backup.refusals import Damaged, NoBackup, NotEmpty, NotTheSame, TooNew
from kundenakte.base.backup.restore import require_empty_folder
from kundenakte.base.backup.snapshot import quoted
from kundenakte.base.blobs.store import BlobError

_ROWS: Final = 500


def read(folder: Path) -> dict[str, int]:
    """Check the bag, then fill this empty house from it. Returns rows of each table.

    Every file's SHA-256 must be the one in the bag; the counts of all tables and the root of the journal's tree must
    be those of the package. Raises NoBackup, Damaged, NotEmpty, TooNew (or older: the program must be of the same
    version), NotTheSame. The house cannot be opened before the end.
    """
    data = folder / "data"
    about = _about(data)
    _check(folder)
    require_empty_folder()
    with connection.cursor() as cursor:
        if facts.tables(cursor, connection.vendor):
            raise NotEmpty("Die Datenbank ist nicht leer; ein Austrittspaket kommt nur in ein leeres Haus.")
    _require_same_version(about)
    mark = health.closed_mark()
    mark.write_text(package.FORMAT, encoding="ascii")
    executor = MigrationExecutor(connection)
    # Not the command: neither guards nor shipped rows shall be in the way.
    executor.migrate(executor.loader.graph.leaf_nodes())
    _fill(data / "metadata")
    _bring_files(data)
    loading.migrate_forward()
    with connection.cursor() as cursor:
        found = facts.facts(cursor, connection.vendor)
    wrong = [table for table, count in about["counts"].items() if found.counts.get(table, 0) < count]
    if wrong or found.journal_root != about["journal"]["root"]:
        raise NotTheSame(
            f"Nicht alles ist angekommen: {', '.join(wrong) or 'die Wurzel des Protokolls ist eine andere'}."
        )
    mark.unlink()
    return dict(about["counts"])


def _about(data: Path) -> dict[str, Any]:
    try:
        about: dict[str, Any] = json.loads((data / "metadata" / "package.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        about = {}
    if about.get("format") != package.FORMAT:
        raise NoBackup("Hier liegt kein Austrittspaket der Kundenakte.")
    return about


def _check(folder: Path) -> None:
    try:
        bagit.Bag(str(folder)).validate(processes=1)
    except bagit.BagError as error:
        raise Damaged(f"Das Paket ist nicht unversehrt: {error}") from error


def _require_same_version(about: dict[str, Any]) -> None:
    loader = MigrationExecutor(connection).loader
    known = set(loader.disk_migrations)
    theirs = {(app, name) for app, name in about["migrations"]}
    if theirs != known:
        raise TooNew(
            f"Das Paket kommt von Version {about['version']} mit anderen Tabellen; bitte nehmen Sie diese Version."
        )


def _fill(folder: Path) -> None:
    """All rows in one transaction: references are looked at when it ends."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for model in reversed(package.tables()):
            # What migrations wrote into the empty tables.
            cursor.execute(f'DELETE FROM "{model._meta.db_table}"')  # noqa: S608
        for model in package.tables():
            lines = _lines(folder / f"{model._meta.db_table}.jsonl")
            while rows := list(islice(lines, _ROWS)):
                insert(cursor, model, rows)
    if connection.vendor == "postgresql":
        loading.reset_sequences()


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def insert(cursor: Any, model: type[models.Model], rows: list[dict[str, Any]]) -> None:
    """Put rows into their table, each with all its columns as `package.plain` writes them."""
    fields = model._meta.concrete_fields
    names = ", ".join(quoted(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    values = [[_value(field, row[str(field.column)]) for field in fields] for row in rows]
    cursor.executemany(f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({places})', values)  # noqa: S608


def _value(field: Any, value: Any) -> Any:
    if not isinstance(field, models.JSONField) and value is not None:
        value = field.target_field.to_python(value) if field.is_relation else field.to_python(value)
    return field.get_db_prep_save(value, connection)


def _bring_files(data: Path) -> None:
    for file in sorted((data / "originals").glob("*/*/*")):
        try:
            with file.open("rb") as source:
                blobs.default().put(source, expected=file.name)
        except BlobError as error:
            raise Damaged(f"Original {file.name}: {error}") from error
    for file in sorted((data / "files").rglob("*")):
        path = PurePosixPath(file.relative_to(data / "files"))
        if file.is_file() and not file.is_symlink():
            target = files.located(f"@{path}" if path.parts[0] == "archive" else str(path))
            target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            shutil.copyfile(file, target)
