"""Follows the rows of `records.SearchDue`: which documents an index has to read again, and up to where it has.

SQLite has one writer at a time, so rows appear in the order of their ids. PostgreSQL hands out ids before the commit:
row 8 may be seen before row 7. Whoever inserts holds a lock on the table from before it has the id until after its
commit can be seen. So: note the newest id, then who holds such a lock; once all of those are gone, nothing at or below
that id can appear any more (`_Barrier`). Rows beyond it are taken in at once all the same, and remembered until then.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db import connection, transaction
from django.db.models import Max, Min

from kundenakte.records.models import SearchDue
from kundenakte.steps.search.models import FollowingIndex

# An index that was not seen for so long holds up the purge no longer. When it returns, its check finds what it missed.
FORGOTTEN_AFTER: Final = timedelta(days=7)
_PATIENCE: Final = 5.0
_TABLE: Final = SearchDue._meta.db_table


class Due(NamedTuple):
    """A row: this document changed."""

    row_id: int
    document_id: int


@dataclass(slots=True)
class _Barrier:
    """Up to which id all rows are there. See the module's text for why this is right."""

    settled: int = 0
    _newest: int = 0
    _inserting: set[str] = field(default_factory=set)
    _waiting: bool = False

    def look(self) -> int:
        """The id up to which all rows can be seen by a query made after this call."""
        if not self._waiting:
            self._newest = _newest()
            self._inserting = _inserting()
            self._waiting = True
        elif self._inserting:
            self._inserting &= _inserting()
        if not self._inserting:
            self.settled = max(self.settled, self._newest)
            self._waiting = False
        return self.settled


@dataclass(slots=True)
class Following:
    """One index's place in the rows. `position`: this row and all before it are taken in, on disk."""

    position: int
    # Where the position will be once what `due` gave is on disk; to be written together with it.
    next_position: int = 0
    _ahead: set[int] = field(default_factory=set)
    _barrier: _Barrier = field(default_factory=_Barrier)

    def __post_init__(self) -> None:
        self.next_position = self.position

    def due(self, limit: int) -> list[Due]:
        """The next rows that were not taken in yet, at most `limit`, in their order."""
        self.next_position = self.position
        behind = SearchDue.objects.filter(pk__gt=self.position).order_by("pk")
        if not behind.exists():
            return []
        in_order = connection.vendor == "sqlite"
        # Before the rows are read: so all that is settled is among them.
        settled = 0 if in_order else self._barrier.look()
        wanted = limit + len(self._ahead)
        rows = [Due(*row) for row in behind.values_list("pk", "document_id")[:wanted]]
        if in_order:
            settled = rows[-1].row_id
        elif len(rows) == wanted:
            settled = min(settled, rows[-1].row_id)
        self.next_position = max(self.position, settled)
        return [row for row in rows if row.row_id not in self._ahead]

    def took(self, taken: Sequence[Due]) -> None:
        """`taken` and `next_position` are on disk."""
        self.position = self.next_position
        self._ahead = {row_id for row_id in self._ahead | {due.row_id for due in taken} if row_id > self.position}


def start_position() -> int:
    """Where a new index begins to follow: every change before it is seen by whoever reads documents from now on."""
    if connection.vendor == "sqlite":
        return _newest()
    barrier, until = _Barrier(), time.monotonic() + _PATIENCE
    newest = _newest()
    while barrier.look() < newest and time.monotonic() < until:
        time.sleep(0.05)
    # Somebody holds a transaction open for long: then all rows there are will be read once more, and his as well.
    return newest if barrier.settled >= newest else (SearchDue.objects.aggregate(least=Min("pk"))["least"] or 1) - 1


def resume_position(index_id: str, position: int) -> int:
    """Where an index goes on. A database older than the index (restored) is followed from its own end."""
    known = FollowingIndex.objects.filter(pk=index_id).values_list("passed", flat=True).first()
    return min(position, _last_number(), position if known is None else known)


def is_behind(position: int) -> bool:
    """Whether there are rows an index at this position has not passed, or the database is older than the index."""
    return SearchDue.objects.filter(pk__gt=position).exists() or position > _last_number()


def note_passed(index_id: str, position: int, now: datetime) -> int:
    """Tell the house how far this index is on disk, and remove the rows all indexes have passed. Returns how many."""
    with transaction.atomic():
        FollowingIndex.objects.update_or_create(
            pk=index_id, defaults={"passed": position, "seen_at": now, "host": socket.gethostname()[:100]}
        )
        FollowingIndex.objects.filter(seen_at__lt=now - FORGOTTEN_AFTER).delete()
        slowest = FollowingIndex.objects.aggregate(least=Min("passed"))["least"]
        removed, _ = SearchDue.objects.filter(pk__lte=slowest).delete()
    return removed


def forget(index_id: str) -> None:
    """An index is no longer there; nobody has to wait for it."""
    FollowingIndex.objects.filter(pk=index_id).delete()


def _newest() -> int:
    return SearchDue.objects.aggregate(newest=Max("pk"))["newest"] or 0


def _inserting() -> set[str]:
    """The transactions of others that may have inserted rows nobody can see yet (PostgreSQL)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND relation = %s::regclass "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
            "AND mode = 'RowExclusiveLock' AND granted AND pid IS DISTINCT FROM pg_backend_pid()",
            [_TABLE],
        )
        return {row[0] for row in cursor.fetchall()}


def _last_number() -> int:
    """The highest id that was ever given to a row; rows may be gone, ids do not come again."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [_TABLE])
        else:
            cursor.execute("SELECT pg_sequence_last_value(pg_get_serial_sequence(%s, 'id')::regclass)", [_TABLE])
        row = cursor.fetchone()
    return int(row[0]) if row and row[0] is not None else 0
