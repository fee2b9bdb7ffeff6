"""Waiting gives up when nothing moves any more, and not before."""

from __future__ import annotations

import itertools

import pytest

from tests.waiting import until


def test_what_moves_is_waited_for_longer_than_what_stands_still() -> None:
    steps = itertools.count()
    until(lambda: next(steps) > 20, seconds=0.1, progress=lambda: next(steps))


def test_what_stands_still_is_given_up() -> None:
    with pytest.raises(AssertionError, match="not within"):
        until(lambda: False, seconds=0.05, progress=lambda: "still")
