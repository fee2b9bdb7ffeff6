"""A calendar as RFC 5545 wants it: lines of at most 75 octets, text escaped, moments in UTC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

_LONGEST: Final = 75
_HEAD: Final = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kundenakte//Aufgaben//DE", "CALSCALE:GREGORIAN")


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to be done by the end of a day."""

    uid: str
    day: date
    changed_at: datetime
    edition: int
    summary: str
    description: str
    address: str


def calendar(name: str, entries: Iterable[Entry]) -> bytes:
    """The whole calendar."""
    lines = [*_HEAD, "METHOD:PUBLISH", f"X-WR-CALNAME:{escaped(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H"]
    for entry in entries:
        lines += _event(entry)
    lines.append("END:VCALENDAR")
    return b"".join(piece + b"\r\n" for line in lines for piece in folded(line))


def _event(entry: Entry) -> list[str]:
    """A day on which one is not busy: calendar programs show no to-dos (VTODO) of a calendar they subscribe to."""
    return [
        "BEGIN:VEVENT",
        f"UID:{escaped(entry.uid)}",
        f"DTSTAMP:{_moment(entry.changed_at)}",
        f"SEQUENCE:{entry.edition}",
        f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{entry.day + timedelta(days=1):%Y%m%d}",
        "TRANSP:TRANSPARENT",
        f"SUMMARY:{escaped(entry.summary)}",
        f"DESCRIPTION:{escaped(entry.description)}",
        # An address is no text: nothing in it is escaped, and ours have no line break.
        f"URL:{entry.address}",
        "END:VEVENT",
    ]


def escaped(text: str) -> str:
    """A text as a value (3.3.11): backslash, semicolon, comma and line break are written with a backslash.

    Other control characters are no text there; they are left out.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = "".join(sign for sign in plain if sign in "\n\t" or (sign >= " " and sign != "\x7f"))
    for sign in ("\\", ";", ","):
        plain = plain.replace(sign, f"\\{sign}")
    return plain.replace("\n", "\\n")


def folded(line: str) -> Iterator[bytes]:
    """The line in pieces of at most 75 octets, all but the first after a space (3.1); no letter is torn apart."""
    piece = b""
    for sign in line:
        octets = sign.encode()
        if len(piece) + len(octets) > _LONGEST:
            yield piece
            piece = b" "
        piece += octets
    yield piece


def _moment(value: datetime) -> str:
    return f"{value.astimezone(UTC):%Y%m%dT%H%M%SZ}"
