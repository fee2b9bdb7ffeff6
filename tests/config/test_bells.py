"""Who is not needed sleeps, and is woken when work is left lying."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial

import pytest
from django.db import connection

from kundenakte.base.jobs import claims, kinds, ledger
from kundenakte.config.bells import Bell, ring_when_due
from tests.waiting import PATIENCE, until

SLOW = frozenset({"bells.slow"})
Ringing = Callable[..., AbstractContextManager[None]]


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_kinds", {})
    for name in ("bells.quick", "bells.slow"):
        ledger.register(name, lambda _: lambda: True)


@pytest.fixture
def ringing() -> Ringing:
    @contextmanager
    def rings(*bells: tuple[Bell, Callable[[], bool]]) -> Iterator[None]:
        stop = threading.Event()

        def run() -> None:
            ring_when_due(stop, bells=bells)
            connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    return rings


def test_one_ring_wakes_one_sleeper() -> None:
    bell = Bell()
    woken: list[int] = []

    def sleeps(number: int) -> None:
        bell.sleep(PATIENCE)
        woken.append(number)

    sleepers = [threading.Thread(target=sleeps, args=(number,)) for number in range(3)]
    for sleeper in sleepers:
        sleeper.start()
    for rung in (1, 2, 3):
        bell.ring()
        until(partial(_are, woken, rung))
    for sleeper in sleepers:
        sleeper.join()


def test_a_ring_nobody_heard_is_taken_back_once() -> None:
    bell = Bell()
    bell.ring()
    assert bell.hush()
    assert not bell.hush()


def test_who_is_not_called_looks_for_himself_after_a_while() -> None:
    began = time.monotonic()
    Bell().sleep(0.05)
    assert time.monotonic() - began >= 0.05


def test_a_ring_before_the_sleep_is_not_lost_and_no_command_inherits_it() -> None:
    bell = Bell()
    bell.ring()
    began = time.monotonic()
    bell.sleep(PATIENCE)
    assert time.monotonic() - began < PATIENCE
    assert not os.get_inheritable(bell._handle)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("name", "rung"), [("bells.quick", "work"), ("bells.slow", "slow")])
def test_it_rings_for_what_lies_due_and_for_that_alone(name: str, rung: str, ringing: Ringing) -> None:
    bells = {"work": Bell(), "slow": Bell()}
    due = {"work": partial(claims.is_due, leaves=SLOW), "slow": partial(claims.is_due, only=SLOW)}
    assert [is_due() for is_due in due.values()] == [False, False]
    ledger.enqueue(name, 1)
    assert [is_due() for is_due in due.values()] == [rung == "work", rung == "slow"]
    with ringing(*((bells[one], due[one]) for one in bells)):
        bells[rung].sleep(PATIENCE)
    began = time.monotonic()
    bells["slow" if rung == "work" else "work"].sleep(0.1)
    assert time.monotonic() - began >= 0.1


@pytest.mark.django_db(transaction=True)
def test_a_ring_is_taken_back_when_somebody_else_has_done_it(ringing: Ringing) -> None:
    bell, lies_there = Bell(), threading.Event()
    lies_there.set()
    # Rung before anybody looked: that is for the start, and stays.
    at_the_start = Bell()
    at_the_start.ring()
    with ringing((bell, lies_there.is_set), (at_the_start, lambda: False)):
        until(lambda: bool(select.select([bell._handle], [], [], 0)[0]))
        lies_there.clear()
        until(lambda: not select.select([bell._handle], [], [], 0)[0])
    assert at_the_start.hush()


@pytest.mark.django_db(transaction=True)
def test_who_rings_survives_errors(ringing: Ringing, caplog: pytest.LogCaptureFixture) -> None:
    bell, tries = Bell(), iter([False])

    def is_due() -> bool:
        if next(tries, True):
            return True
        raise OSError("no room")

    with ringing((bell, is_due)):
        bell.sleep(PATIENCE)
    assert "nobody could look" in caplog.text


def _are(found: list[int], number: int) -> bool:
    return len(found) == number
