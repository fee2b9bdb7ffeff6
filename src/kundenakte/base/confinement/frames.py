"""One message over a socket: four bytes of length, then JSON."""

from __future__ import annotations

import json
import socket
import time
from typing import Any

# Larger things travel as files in the scratch folder.
LARGEST = 8 * 1024 * 1024


class Garbled(Exception):
    """The other side does not keep to the form."""


def send(channel: socket.socket, message: Any) -> None:
    """Send one message whole."""
    body = json.dumps(message, ensure_ascii=True).encode("ascii")
    channel.sendall(len(body).to_bytes(4, "big") + body)


def receive(channel: socket.socket, *, until: float | None = None) -> Any:
    """Wait for one message, at most until the monotonic time `until`.

    Raises EOFError when the other side is gone, TimeoutError when the time is up, `Garbled` when it is not JSON.
    """
    length = int.from_bytes(_exactly(channel, 4, until), "big")
    if length > LARGEST:
        raise Garbled(f"message of {length} bytes")
    body = _exactly(channel, length, until)
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Garbled(str(error)) from error


def _exactly(channel: socket.socket, length: int, until: float | None) -> bytes:
    got = bytearray()
    while len(got) < length:
        if until is not None:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            channel.settimeout(left)
        some = channel.recv(min(length - len(got), 1 << 20))
        if not some:
            raise EOFError
        got += some
    return bytes(got)
