"""Who is not needed sleeps, and is woken when work is left lying."""

from __future__ import annotations

import functools
import os
import threading
import time
from typing import Any

import pytest
from django.db import connection

from kundenakte.base.jobs import claims, kinds, ledger
from kundenakte.config.bells import Bell, ring_when_due
from tests.waiting import PATIENCE, until

SLOW = frozenset({"bells.slow"})


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_kinds", {})
    for name in ("bells.quick", "bells.slow"):
        ledger.register(name, lambda _: lambda: True)


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
        until(functools.partial(_are, woken, rung))
    for sleeper in sleepers:
        sleeper.join()


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
def test_it_rings_for_what_lies_due_and_for_that_alone(name: str, rung: str) -> None:
    def is_due() -> tuple[bool, bool]:
        return claims.is_due(leaves=SLOW), claims.is_due(only=SLOW)

    assert is_due() == (False, False)
    ledger.enqueue(name, 1)
    assert is_due() == (rung == "work", rung == "slow")
    bells: dict[str, Any] = {"work": Bell(), "slow": Bell()}
    stop = threading.Event()

    def rings() -> None:
        ring_when_due(stop, slow_names=SLOW, **bells)
        connection.close()

    ringing = threading.Thread(target=rings)
    ringing.start()
    bells[rung].sleep(PATIENCE)
    stop.set()
    ringing.join()
    began = time.monotonic()
    bells["slow" if rung == "work" else "work"].sleep(0.1)
    assert time.monotonic() - began >= 0.1


def _are(found: list[int], number: int) -> bool:
    return len(found) == number
