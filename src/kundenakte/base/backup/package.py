"""The exit package: everything of the house in a BagIt bag (RFC 8493) that is read without this program."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import bagit
from django.apps import apps
from django.db import connection, models, transaction

from kundenakte.base import blobs, health
from kundenakte.base.backup import facts as asking
from kundenakte.base.backup import files
from kundenakte.base.backup.refusals import NotEmpty
from kundenakte.base.blobs.store import NoSuchBlob, fan_out

FORMAT: Final = "kundenakte-exit-1"
_ROWS: Final = 1000
# Who is signed in at the moment is nobody's property; secrets stay, and what is made again need not go.
_NOT_TABLES: Final = frozenset({"django_session", "backup_backuprun", "alarms_alarm", "jobs_job"})
_NOT_FILES: Final = frozenset({"secret-key", "@journal-keys", "journal-keys", "secrets", "learned", "derived"})


def write(folder: Path, *, now: datetime, overview: Callable[[Path], None]) -> dict[str, int]:
    """Write the package into `folder`, which must not be there or be empty. Returns rows of each table.

    `overview` adds lists for people. All tables are of one moment; originals come after them. Raises NotEmpty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise NotEmpty(f"Der Ordner {folder} ist nicht leer.")
    (folder / "metadata").mkdir(mode=0o700, parents=True)
    with _one_moment():
        counts = {model._meta.db_table: _write_rows(model, folder / "metadata") for model in tables()}
        with connection.cursor() as cursor:
            migrated, found = asking.migrations(cursor), asking.facts(cursor, connection.vendor)
        overview(folder)
    about = {
        "format": FORMAT, "version": health.version(), "at": now.isoformat(), "migrations": migrated, "counts": counts,
        "journal": {"entries": found.journal_entries, "leaves": found.journal_leaves, "root": found.journal_root},
    }  # fmt: skip
    _write_json(folder / "metadata" / "package.json", about)
    _write_json(folder / "metadata" / "columns.json", {m._meta.db_table: _described(m) for m in tables()})
    _write_files(folder)
    bagit.make_bag(
        str(folder), {"Source-Organization": "Kundenakte", "External-Identifier": FORMAT}, checksums=["sha256"]
    )
    return counts


def tables() -> list[type[models.Model]]:
    """The models whose rows go along, by table."""
    all_models = apps.get_models(include_auto_created=True)
    ours = [m for m in all_models if m._meta.managed and not m._meta.proxy and m._meta.db_table not in _NOT_TABLES]
    return sorted(ours, key=lambda model: model._meta.db_table)


@contextmanager
def _one_moment() -> Iterator[None]:
    """Every query sees the same rows, and nobody waits: a transaction that only reads, on both databases."""
    if connection.vendor == "sqlite":
        # Not `atomic`, which begins IMMEDIATE and would keep others from writing for as long as the package takes.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK")
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _write_rows(model: type[models.Model], folder: Path) -> int:
    fields = model._meta.concrete_fields
    count = 0
    with (folder / f"{model._meta.db_table}.jsonl").open("w", encoding="utf-8") as out:
        for values in _rows(model, [field.attname for field in fields]):
            row = {str(field.column): plain(value) for field, value in zip(fields, values, strict=True)}
            out.write(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n")
            count += 1
    return count


def _rows(model: type[models.Model], names: list[str]) -> Iterator[tuple[Any, ...]]:
    """In order of the primary key, in bounded memory."""
    rows = model._base_manager.order_by("pk").values_list(*names)
    yield from rows.iterator(chunk_size=_ROWS)


def plain(value: Any) -> Any:
    """A value as JSON has it: bytes in base64, days and times in ISO 8601, decimals and ids as text."""
    if isinstance(value, bytes | memoryview | bytearray):
        return base64.b64encode(bytes(value)).decode("ascii")
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | UUID) else value


def _described(model: type[models.Model]) -> dict[str, Any]:
    """What a table is and what its columns are, for whoever reads the lines without us."""
    columns = []
    for field in model._meta.concrete_fields:
        about: dict[str, Any] = {"name": field.column, "type": field.get_internal_type(), "may_be_empty": field.null}
        if field.related_model is not None:
            about["refers_to"] = field.related_model._meta.db_table
        if field.choices:
            about["values"] = {str(key): str(word) for key, word in field.flatchoices}
        columns.append(about)
    return {"what": (model.__doc__ or "").split("\n")[0], "key": model._meta.pk.column, "columns": columns}


def _write_files(folder: Path) -> None:
    for digest in files.originals():
        target = fan_out(folder / "originals", digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with blobs.default().open(digest) as source, target.open("wb") as out:
                shutil.copyfileobj(source, out, 1024 * 1024)
        except NoSuchBlob:
            continue
    for place in files.others():
        if place.path.partition("/")[0] not in _NOT_FILES:
            target = folder / "files" / place.path.removeprefix("@")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(files.located(place.path), target)


def _write_json(file: Path, content: Any) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
