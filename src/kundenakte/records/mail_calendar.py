"""An appointment (text/calendar, RFC 5545) in words. Only what a reader asks first: what, when, where, who, whether."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from kundenakte.records.mail import OFFICE

_METHODS: Final = {"REQUEST": "Termin", "CANCEL": "Absage des Termins", "REPLY": "Antwort auf den Termin"}
_LINE: Final = re.compile(r"(?P<name>[A-Z-]+)(?P<more>;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?:(?P<value>.*)", re.DOTALL)
_MOST: Final = 200_000


def in_words(text: str) -> str:
    """The first appointment in a calendar part; "" when there is none."""
    head, event = _read(text[:_MOST])
    if not event:
        return ""
    word = _METHODS.get(head.get("METHOD", "").upper(), "Termin")
    lines = [f"{word}: {event.get('SUMMARY') or '(ohne Titel)'}"]
    start, end = _moment(event.get("DTSTART", "")), _moment(event.get("DTEND", ""))
    if start:
        lines.append(f"Zeit: {start}{f' bis {end}' if end else ''}")
    lines += [f"{name}: {event[key]}" for key, name in (("LOCATION", "Ort"), ("ORGANIZER", "Von")) if event.get(key)]
    return "\n".join(lines)


def _read(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """What stands around the first event, and the event."""
    head: dict[str, str] = {}
    event: dict[str, str] = {}
    inside = ""
    # A long line goes on in the next one, after a blank.
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        found = _LINE.fullmatch(line)
        if found is None:
            continue
        name, value = found["name"], _plain(found["value"])
        if name == "BEGIN":
            inside = value if inside != "VEVENT" else "VEVENT+"
        elif name == "END":
            if value == "VEVENT":
                break
            inside = "VEVENT" if inside == "VEVENT+" else ""
        elif inside == "VEVENT":
            zone = re.search(r"TZID=\"?([^;:\"]+)", found["more"] or "")
            event.setdefault(name, f"{value}@{zone[1]}" if zone and name.startswith("DT") else value)
        elif not inside or inside == "VCALENDAR":
            head.setdefault(name, value)
    return head, event


def _plain(value: str) -> str:
    text = re.sub(r"\\([nN,;\\])", lambda m: " " if m[1] in "nN" else m[1], value)
    return re.sub(r"(?i)^mailto:", "", text).strip()[:500]


def _moment(text: str) -> str:
    """A day, or a moment by the office's clock; "" when it is neither."""
    stamp, _, zone = text.partition("@")
    try:
        if len(stamp) == 8:
            return f"{datetime.strptime(stamp, '%Y%m%d').replace(tzinfo=UTC):%d.%m.%Y}"
        at = datetime.strptime(stamp.rstrip("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - its zone follows
    except ValueError:
        return ""
    if stamp.endswith("Z"):
        at = at.replace(tzinfo=UTC).astimezone(OFFICE)
    # Local time of a zone we need not know: it is shown as it stands there, with the zone's name where it is not ours.
    where = f" ({zone})" if zone and zone not in {"Europe/Berlin", "W. Europe Standard Time"} else ""
    return f"{at:%d.%m.%Y, %H:%M} Uhr{where}"
