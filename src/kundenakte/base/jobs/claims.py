"""The ledger's own statements: which rows a worker takes, holds, ends and gives back. Each is one statement."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from kundenakte.base.jobs import kinds, ledger

# So many at most share a commit, and only when four times as many wait: the other workers want some, too.
GROUP = 8
_LOOK_AHEAD = 4 * GROUP


@dataclass(frozen=True, slots=True)
class Held:
    """A row this worker holds: which work, for which row, and the number of this try (the fence)."""

    id: int
    name: str
    subject_id: int
    attempt: int


class LostHold(Exception):
    """The row is no longer ours: the lease had lapsed and another worker took it. Nothing of our work may stay."""


def take(
    worker: str,
    *,
    lease_seconds: float,
    prefer_new: bool,
    only: frozenset[str] = frozenset(),
    leaves: frozenset[str] = frozenset(),
) -> list[Held]:
    """Claim what is due, most urgent first: several new rows when many wait, or one row that was tried before.

    A row tried before is claimed alone: if it is the one that kills its worker, it kills no neighbour's attempts.
    """
    now = timezone.now()
    names = _names(only, leaves)
    if not names:
        return []
    new, again = _due(names, now)
    if new and (prefer_new or not again):
        return _claim(worker, names, now, lease_seconds, again=False, count=min(GROUP, max(1, new // 4)))
    if again:
        return _claim(worker, names, now, lease_seconds, again=True, count=1)
    return []


def is_due(*, only: frozenset[str] = frozenset(), leaves: frozenset[str] = frozenset()) -> bool:
    """Whether `take` would find something now."""
    names = _names(only, leaves)
    return bool(names) and any(_due(names, timezone.now()))


def renew(worker: str, *, lease_seconds: float) -> None:
    """Push the lease of all held rows ahead, but for those the worker is just about to end in a transaction."""
    until = _adapted(timezone.now() + timedelta(seconds=lease_seconds))
    held = "SELECT id FROM jobs_job WHERE state = 'running' AND worker = %s"
    if connection.features.has_select_for_update_skip_locked:
        # The worker ends several rows in one transaction, in its own order: waiting for it could be a deadlock.
        held += " FOR UPDATE SKIP LOCKED"
    _execute(f"UPDATE jobs_job SET lease_until = %s WHERE id IN ({held})", [until, worker])  # noqa: S608


def go_on(worker: str, held: Held, then: str) -> Held | None:
    """The same row with its next step, still held; None when its way ends here after all (see `end`)."""
    went = _execute(
        """
        UPDATE jobs_job SET name = %s, attempt = 1, error = ''
        WHERE id = %s AND worker = %s AND attempt = %s AND name = %s AND state = 'running' AND NOT asked_again
          AND NOT EXISTS (SELECT 1 FROM jobs_job twin WHERE twin.name = %s AND twin.subject_id = jobs_job.subject_id
                                                        AND twin.state IN ('waiting', 'running'))
        """,
        [then, held.id, worker, held.attempt, held.name, then],
    )
    if went:
        return replace(held, name=then, attempt=1)
    if end(worker, held) == "done":
        # The next step is in the ledger already. It may have begun before our writes: it shall see them.
        ledger.enqueue(then, held.subject_id)
    return None


def end(worker: str, held: Held, *, again_in: float | None = None, error: str = "") -> str:
    """Mark as done; or as waiting, when it was asked for meanwhile or is done again and again. Returns which."""
    now = timezone.now()
    if again_in is not None:
        next_at = _adapted(now + timedelta(seconds=again_in))
        return _settle(worker, held, "state = 'waiting', attempt = 0, run_after = %s, error = %s", [next_at, error])
    return _settle(
        worker,
        held,
        """
        state = CASE WHEN asked_again THEN 'waiting' ELSE 'done' END,
        attempt = CASE WHEN asked_again THEN 0 ELSE attempt END,
        ended_at = CASE WHEN asked_again THEN NULL ELSE %s END,
        error = ''
        """,
        [_adapted(now)],
    )


def fail(worker: str, held: Held, *, error: str) -> None:
    """Mark as failed for good."""
    _settle(worker, held, "state = 'failed', ended_at = %s, error = %s", [_adapted(timezone.now()), error])


def put_back(worker: str, held: Held, *, seconds: float, error: str, counts: bool) -> None:
    """Let it wait for `seconds`. Without `counts` this try never happened."""
    at = _adapted(timezone.now() + timedelta(seconds=seconds))
    _settle(
        worker,
        held,
        "state = 'waiting', attempt = attempt - %s, run_after = %s, error = %s",
        [0 if counts else 1, at, error],
    )


def _names(only: frozenset[str], leaves: frozenset[str]) -> list[str]:
    return [kind.name for kind in kinds.all_kinds() if kind.name not in leaves and (not only or kind.name in only)]


def _due(names: list[str], now: datetime) -> tuple[int, int]:
    """How many new rows are due (counted up to a few groups), and whether one that was tried before is."""
    at = _adapted(now)
    marks = _marks(names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT
              (SELECT COUNT(*) FROM (SELECT 1 FROM jobs_job WHERE state = 'waiting' AND attempt = 0
                                     AND run_after <= %s AND name IN ({marks}) LIMIT {_LOOK_AHEAD}) fresh),
              (SELECT COUNT(*) FROM (SELECT 1 FROM jobs_job WHERE state = 'waiting' AND attempt > 0
                                     AND run_after <= %s AND name IN ({marks}) LIMIT 1) tried)
              + (SELECT COUNT(*) FROM (SELECT 1 FROM jobs_job WHERE state = 'running' AND lease_until < %s
                                       AND name IN ({marks}) LIMIT 1) lapsed)
            """,  # noqa: S608 - only marks and numbers of ours
            [at, *names, at, *names, at, *names],
        )
        new, again = cursor.fetchone()
    return int(new), int(again)


def _claim(
    worker: str, names: list[str], now: datetime, lease_seconds: float, *, again: bool, count: int
) -> list[Held]:
    at = _adapted(now)
    due = "state = 'waiting' AND attempt = 0 AND run_after <= %s"
    values: list[Any] = [at]
    if again:
        due = "(state = 'waiting' AND attempt > 0 AND run_after <= %s) OR (state = 'running' AND lease_until < %s)"
        values.append(at)
    lock = "FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH due AS (
                SELECT id FROM jobs_job WHERE ({due}) AND name IN ({_marks(names)})
                ORDER BY priority, run_after, id LIMIT {count} {lock}
            )
            UPDATE jobs_job SET state = 'running', worker = %s, attempt = attempt + 1, lease_until = %s
            WHERE id IN (SELECT id FROM due)
            RETURNING priority, run_after, id, name, subject_id, attempt
            """,  # noqa: S608 - only words and numbers of ours
            [*values, *names, worker, _adapted(now + timedelta(seconds=lease_seconds))],
        )
        rows = sorted(cursor.fetchall())
    return [Held(*row[2:]) for row in rows]


def _settle(worker: str, held: Held, changes: str, values: list[Any]) -> str:
    """Let go of a row, under the fence. Returns its state. Raises LostHold."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE jobs_job SET {changes}, asked_again = false, worker = '', lease_until = NULL
            WHERE id = %s AND worker = %s AND attempt = %s AND name = %s AND state = 'running'
            RETURNING state
            """,  # noqa: S608 - `changes` stands in this file
            [*values, held.id, worker, held.attempt, held.name],
        )
        row = cursor.fetchone()
    if row is None:
        raise LostHold(held)
    return str(row[0])


def _execute(statement: str, values: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def _marks(names: list[str]) -> str:
    return ", ".join(["%s"] * len(names))


def _adapted(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)
