"""Whoever ends by itself is followed at once and in silence; whoever breaks is waited for longer each time."""

from __future__ import annotations

import logging
import os
import threading
import time

import pytest

from kundenakte.config import children, supervisor
from kundenakte.config.supervisor import BACKOFF, Child
from tests.waiting import PATIENCE


def ended(status: int, child: Child) -> Child:
    """The child's process ends with this status, and the parent takes note."""
    child.pid = os.fork()
    if child.pid == 0:
        os._exit(status)
    child.since = time.monotonic()
    while child.pid:
        supervisor._bury([child])
        time.sleep(0.005)
    return child


@pytest.fixture(params=["worker", "indexer"])
def child(request: pytest.FixtureRequest) -> Child:
    return Child(children.Kind(request.param, lambda: None))


def test_one_at_rest_is_followed_at_once_and_nobody_is_told(child: Child, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger=supervisor.__name__):
        for _ in range(3):
            ended(0, child)
    assert child.start_at - time.monotonic() <= BACKOFF[0]
    assert not caplog.records


def test_one_that_breaks_again_and_again_is_told_and_waited_for(child: Child, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, logger=supervisor.__name__):
        for _ in range(3):
            ended(3, child)
    assert child.start_at - time.monotonic() > BACKOFF[1]
    assert len(caplog.records) == 3


@pytest.mark.parametrize("name", ["web", "caretaker"])
def test_the_end_of_any_other_is_told_and_waited_for_whatever_its_status(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    child = Child(children.Kind(name, lambda: None))
    with caplog.at_level(logging.ERROR, logger=supervisor.__name__):
        for _ in range(3):
            ended(0, child)
    assert child.start_at - time.monotonic() > BACKOFF[1]
    assert len(caplog.records) == 3


def test_when_one_of_two_loops_breaks_the_other_ends_too() -> None:
    ended_well: list[bool] = []

    def breaks(_: threading.Event) -> None:
        raise OSError("no room")

    def waits(stop: threading.Event) -> None:
        ended_well.append(stop.wait(PATIENCE))

    with pytest.raises(OSError, match="no room"):
        children._side_by_side(waits, breaks)(threading.Event())
    assert ended_well == [True]
