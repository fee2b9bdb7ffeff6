"""Waiting for what other processes do, and a place where they listen."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Callable

# A machine may be very busy with other things: three minutes are long enough to tell slow from never.
PATIENCE = 180


def until(
    condition: Callable[[], bool], *, seconds: float = PATIENCE, progress: Callable[[], object] = lambda: None
) -> None:
    """Come back as soon as the condition holds; AssertionError when it never does.

    With `progress` the time begins anew whenever that has changed: much work may take long, standing still may not.
    """
    seen, end = progress(), time.monotonic() + seconds
    while not condition():
        if (now := progress()) != seen:
            seen, end = now, time.monotonic() + seconds
        assert time.monotonic() < end, f"not within {seconds} s: {seen}"
        time.sleep(0.02)


def free_port() -> int:
    """A port nobody listens on; the system gives it to no outgoing connection meanwhile, as those begin above."""
    dice = random.SystemRandom()
    while True:
        port = dice.randrange(15_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
