"""The database made anew from the archive and the exported journal, when there is no backup."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor

from kundenakte.base import health
from kundenakte.base.accounts.models import User
from kundenakte.base.backup import facts, loading, package
from kundenakte.base.backup.package_import import insert
from kundenakte.base.backup.refusals import Damaged, NotEmpty
from kundenakte.base.blobs import derived
from kundenakte.base.journal import reread
from kundenakte.customers import keys
from kundenakte.customers.models import Customer
from kundenakte.records import renditions, search_due
from kundenakte.records.models import Arrival, Document, Rendition
from kundenakte.steps.archive import sealing
from kundenakte.steps.archive.gathering import Gathered, Unproven, gather
from kundenakte.steps.archive.staging import Unreadable
from kundenakte.steps.archive.store import ArchiveError, ArchiveStore

_MANY: Final = 500
_NAMES: Final = {"text": renditions.TEXT, "pdf": renditions.PDF}


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was made."""

    rows: dict[str, int]
    entries: int
    # Objects of the first format, of which nothing could be made.
    left_out: int


def rebuild(journal: Path, *, now: datetime) -> Rebuilt:
    """Fill this empty database from `settings.ARCHIVE` and the journal exported to `journal`.

    Every object is read whole and compared with the journal first. The house cannot be opened before the end. Raises
    NotEmpty for a database with something in it, Damaged where archive and journal do not prove each other.
    """
    with connection.cursor() as cursor:
        if facts.tables(cursor, connection.vendor):
            raise NotEmpty("Die Datenbank ist nicht leer; aus dem Archiv wird nur eine leere neu aufgebaut.")
    store = sealing.default()
    try:
        found = gather(store, journal)
        mark = health.closed_mark()
        mark.write_text("rebuilding", encoding="ascii")
        executor = MigrationExecutor(connection)
        # Not the command: neither guards nor shipped rows shall be in the way.
        executor.migrate(executor.loader.graph.leaf_nodes())
        with transaction.atomic():
            entries = _fill(found, journal, now)
    except (ArchiveError, Unreadable, Unproven, reread.NotTheJournal, OSError, ValueError, KeyError) as error:
        raise Damaged(f"Archiv und Protokoll belegen einander nicht: {error}") from error
    _bring_renditions(store, found)
    loading.migrate_forward()
    mark.unlink()
    return Rebuilt({table: len(rows) for table, rows in sorted(found.tables.items())}, entries, len(found.without_rows))


def _fill(found: Gathered, journal: Path, now: datetime) -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for model in reversed(package.tables()):
            # What migrations wrote into the empty tables.
            if model._meta.app_label != "migrations":
                cursor.execute(f'DELETE FROM "{model._meta.db_table}"')  # noqa: S608
        for model in package.tables():
            rows = [_whole(model, row) for _, row in sorted(found.tables.get(model._meta.db_table, {}).items())]
            _detach(model, rows, found)
            for begin in range(0, len(rows), _MANY):
                insert(cursor, model, rows[begin : begin + _MANY])
    _people(found, now)
    entries = reread.bring_in(journal, found.opened)
    _derive()
    _number_on(found)
    return entries


def _whole(model: type[models.Model], row: dict[str, Any]) -> dict[str, Any]:
    """All columns: those that came in later, or were not sealed, hold what a new row would."""
    return {
        str(field.column): row.get(str(field.column), package.plain(field.get_default()))
        for field in model._meta.concrete_fields
    }


def _detach(model: type[models.Model], rows: Iterable[dict[str, Any]], found: Gathered) -> None:
    """Let go of what is not in the archive, where a row may; note the people who are asked for."""
    links = [field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]
    for row in rows:
        for field in links:
            value = row[str(field.column)]
            if value is None:
                continue
            if field.related_model is User:
                found.people.setdefault(value, "")
            elif field.null and value not in found.tables.get(field.related_model._meta.db_table, {}):
                row[str(field.column)] = None


def _people(found: Gathered, now: datetime) -> None:
    """Accounts that only carry a name: nobody can sign in with one until an administrator makes it his."""
    for pk, name in sorted(found.people.items()):
        user = User(pk=pk, username=f"konto-{pk}", name=name[:150], is_active=False, created_at=now)
        user.set_unusable_password()
        user.save(force_insert=True)


def _derive() -> None:
    """What follows from other rows: the words customers are found by, and what the search has to take in."""
    customers = Customer.objects.order_by("pk")
    cursor = 0
    while some := list(customers.filter(pk__gt=cursor)[:_MANY]):
        keys.refresh(some)
        cursor = some[-1].pk
    search_due.mark_all(Document.objects.order_by("pk").values_list("pk", flat=True))


def _number_on(found: Gathered) -> None:
    """No number that was ever given is given again, also of what is not there any more (R-16)."""
    if connection.vendor == "postgresql":
        loading.reset_sequences()
    for label, highest in found.highest.items():
        model = apps.get_model(label)
        if model in {Document, Arrival, Customer} and isinstance(model._meta.pk, models.AutoField):
            _not_below(model, highest)


def _not_below(model: type[models.Model], highest: int) -> None:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            there = f'(SELECT coalesce(max(id), 1) FROM "{table}")'  # noqa: S608
            cursor.execute(f"SELECT setval(pg_get_serial_sequence(%s, 'id'), greatest(%s, {there}))", [table, highest])
            return
        cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s AND seq < %s", [table, highest])
        cursor.execute("SELECT 1 FROM sqlite_sequence WHERE name = %s", [table])
        if cursor.fetchone() is None:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, highest])


def _bring_renditions(store: ArchiveStore, found: Gathered) -> None:
    """Text and PDF of each original lie in the archive; page images are made again when somebody looks."""
    for digest, (object_id, files) in found.renditions.items():
        for file in files:
            with store.open(object_id, file["path"]) as source:
                derived.default().put_bytes(digest, _NAMES[file["role"]], source.read())
            if "made_at" in file:
                Rendition.objects.get_or_create(
                    digest=digest, kind=file["role"],
                    defaults={"made_by": file["made_by"], "made_at": datetime.fromisoformat(file["made_at"])},
                )  # fmt: skip
