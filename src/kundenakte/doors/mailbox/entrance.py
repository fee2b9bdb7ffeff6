"""How many may be in the door that listens at once. Whoever comes on top of that is told to come back (421)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final, cast

log = logging.getLogger(__name__)

BUSY: Final = b"421 4.3.2 Zu viele Verbindungen zugleich, bitte spaeter noch einmal\r\n"


class Entrance:
    """Counts the open connections of all servers of a door. For one event loop, so it needs no lock."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._inside: list[asyncio.Transport] = []
        self._was_full = False

    def to(self, make: Callable[[], asyncio.Protocol]) -> Callable[[], asyncio.Protocol]:
        """A factory for a server: `make` speaks with whoever finds room."""
        return lambda: _AtTheDoor(self, make)

    def has_room_for(self, transport: asyncio.Transport) -> bool:
        """Whether there is room for one more; if so, it is taken until that connection closes."""
        # Asked of the sockets: one that goes away amid STARTTLS is never told to the protocol as lost.
        self._inside = [one for one in self._inside if not one.is_closing()]
        is_full = len(self._inside) >= self._most
        if is_full and not self._was_full:
            log.warning("Mail-Eingang: %s Verbindungen zugleich; weitere werden auf später verwiesen", self._most)
        self._was_full = is_full
        if not is_full:
            self._inside.append(transport)
        return not is_full


class _AtTheDoor(asyncio.Protocol):
    """The first moment of a connection: it is handed on, or sent away."""

    def __init__(self, entrance: Entrance, make: Callable[[], asyncio.Protocol]) -> None:
        self._entrance = entrance
        self._make = make

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Look whether there is room."""
        connection = cast(asyncio.Transport, transport)
        if not self._entrance.has_room_for(connection):
            connection.write(BUSY)
            connection.close()
            return
        protocol = self._make()
        connection.set_protocol(protocol)
        protocol.connection_made(connection)
