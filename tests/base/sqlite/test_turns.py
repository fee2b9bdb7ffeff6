"""Threads of one process write in the order in which they came."""

import threading
from functools import partial

import pytest
from django.db import connection, transaction

from kundenakte.base.accounts.models import Role
from kundenakte.base.sqlite import turns
from tests.waiting import PATIENCE, until


def test_who_came_first_goes_first() -> None:
    queue = turns.Turns()
    order: list[int] = []
    assert queue.take(0)
    threads = []
    for number in range(5):
        thread = threading.Thread(target=_one, args=(queue, number, order))
        thread.start()
        threads.append(thread)
        until(partial(_has_waiting, queue, number + 1))
    queue.give()
    for thread in threads:
        thread.join(PATIENCE)
    assert order == [0, 1, 2, 3, 4]


def test_who_waits_too_long_leaves_the_queue_and_holds_up_nobody() -> None:
    queue = turns.Turns()
    assert queue.take(0)
    assert not queue.take(0.01)
    queue.give()
    assert queue.take(0)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite has one writer")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ends", ["well", "badly", "closed"])
def test_a_transaction_gives_its_turn_back_however_it_ends(ends: str) -> None:
    mine = turns.of(str(connection.settings_dict["NAME"]))
    try:
        with transaction.atomic():
            Role.objects.filter(code="nobody").update(name="x")
            assert not mine.take(0.01)
            if ends == "badly":
                int("badly")
            if ends == "closed":
                connection.close()
    except ValueError:
        pass
    assert mine.take(1)
    mine.give()


def _one(queue: turns.Turns, number: int, order: list[int]) -> None:
    assert queue.take(5)
    order.append(number)
    queue.give()


def _has_waiting(queue: turns.Turns, number: int) -> bool:
    return len(queue._waiting) == number


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite has one writer")
@pytest.mark.django_db(transaction=True)
def test_who_cannot_even_begin_gives_its_turn_back() -> None:
    mine = turns.of(str(connection.settings_dict["NAME"]))
    connection.ensure_connection()
    file, connection.connection = connection.connection, _Interrupted()
    try:
        with pytest.raises(KeyboardInterrupt):
            connection._start_transaction_under_autocommit()  # type: ignore[attr-defined]
    finally:
        connection.connection = file
    assert mine.take(0.1)
    mine.give()


class _Interrupted:
    """A connection at which a signal arrives."""

    def execute(self, statement: str) -> None:
        raise KeyboardInterrupt(statement)
