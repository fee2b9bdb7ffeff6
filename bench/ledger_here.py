"""Measures ledger and journal in the house the environment describes: `python -m bench.ledger_here DATABASE`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from unittest import mock

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from bench.rows import Row, machine  # noqa: E402
from kundenakte.base.accounts.actors import Actor  # noqa: E402
from kundenakte.base.accounts.models import Role, User  # noqa: E402
from kundenakte.base.jobs import claims, ledger  # noqa: E402
from kundenakte.base.jobs.models import Job  # noqa: E402
from kundenakte.base.jobs.worker import Worker  # noqa: E402
from kundenakte.base.journal import actions as journal  # noqa: E402
from kundenakte.base.journal import sequencer  # noqa: E402

_DOCUMENTS = 320
_NAMES = ("bench.one", "bench.two", "bench.three")


def measure_here(database: str) -> Iterable[Row]:
    """Rows for the database this process is connected to; it should hold no open jobs."""
    _register()
    commit = _milliseconds(200, lambda number: _in_transaction(lambda: _raw_insert(number)))

    def row(name: str, what: str, value: float, unit: str, *, beside: float | None = commit) -> Row:
        said = "" if beside is None else f"raw insert and commit {beside:.2f} ms"
        ratio = None if beside is None else value / beside
        return Row(name, what, value, unit, "", said, ratio, database, machine())

    enqueue = _milliseconds(200, lambda number: ledger.enqueue(_NAMES[0], 10_000 + number))
    yield row("ledger-enqueue", "enqueue in a commit of its own", enqueue, "ms")
    Job.objects.filter(name__in=_NAMES).delete()
    for name, together in (("ledger-alone", 1), ("ledger-rush", _DOCUMENTS)):
        seconds, commits = _way(together)
        what = f"three empty steps for a document, {together} waiting at once"
        yield row(name, what, seconds * 1000 / _DOCUMENTS, "ms/document")
        yield row(f"{name}-commits", what, commits / _DOCUMENTS, "commits/document", beside=None)
    yield from _journal(row)


def _journal(row: Callable[..., Row]) -> Iterator[Row]:
    user, _ = User.objects.get_or_create(username="bench", defaults={"name": "Bench"})
    actor, count = Actor.of(user), 500
    with transaction.atomic():
        entry = _milliseconds(
            count, lambda number: journal.append(actor, "bench.entry", user, reason="x", number=number)
        )
    yield row("journal-entry", "one entry with actor and reason, inside a transaction", entry, "ms")
    start = time.perf_counter()
    while sequencer.sequence():
        pass
    yield row("journal-leaf", "sequencing, for each entry", (time.perf_counter() - start) * 1000 / count, "ms")


def _register() -> None:
    following = dict(zip(_NAMES, [*_NAMES[1:], None], strict=True))
    for name, then in following.items():
        ledger.register(name, _work, then=then)


def _work(subject: int) -> ledger.Apply:
    def apply() -> bool:
        Role.objects.filter(pk=subject).update(name="bench")
        return True

    return apply


def _way(together: int) -> tuple[float, int]:
    """Seconds and commits for all documents, when so many come in at once."""
    worker = Worker()
    seconds = 0.0
    commits = 0
    for begin in range(0, _DOCUMENTS, together):
        ledger.enqueue_all(_NAMES[0], range(begin, begin + together))
        with _counted() as counted:
            start = time.perf_counter()
            while worker.work_once():
                pass
            seconds += time.perf_counter() - start
        commits += counted[0]
    Job.objects.filter(name__in=_NAMES).delete()
    return seconds, commits


@contextmanager
def _counted() -> Iterator[list[int]]:
    """Count transactions that are committed, and claims, which are a statement and a commit each."""
    counted = [0]
    real_commit, real_claim = connection._commit, claims._claim  # type: ignore[attr-defined]

    def commit() -> None:
        counted[0] += 1
        real_commit()

    def claim(*given: object, **named: object) -> object:
        counted[0] += 1
        return real_claim(*given, **named)  # type: ignore[arg-type]

    with mock.patch.object(connection, "_commit", commit), mock.patch.object(claims, "_claim", claim):
        yield counted


def _raw_insert(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_role (code, name, has_inbox) VALUES (%s, 'x', false)",
            [f"bench-{time.time_ns()}-{number}"],
        )


def _in_transaction(run: Callable[[], None]) -> None:
    with transaction.atomic():
        run()


def _milliseconds(count: int, run: Callable[[int], object]) -> float:
    start = time.perf_counter()
    for number in range(count):
        run(number)
    return (time.perf_counter() - start) * 1000 / count


if __name__ == "__main__":
    sys.stdout.write(json.dumps([asdict(row) for row in measure_here(sys.argv[1])]))
