"""A calendar as RFC 5545 wants it."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from kundenakte.doors.web.circulation.ical import Entry, calendar, escaped, folded

BERLIN = timezone(timedelta(hours=1))


def an_entry(summary: str = "Freigeben", description: str = "") -> Entry:
    """Something due on the last day of a year."""
    return Entry(
        uid="aufgabe-1@akte.example", day=date(2026, 12, 31), changed_at=datetime(2026, 11, 24, 0, 30, tzinfo=BERLIN),
        edition=3, summary=summary, description=description, address="https://akte.example/aufgabe/1",
    )  # fmt: skip


def test_an_entry_is_a_whole_day_and_its_moments_are_utc() -> None:
    lines = calendar("Aufgaben", [an_entry()]).decode().split("\r\n")
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[-2:] == ["END:VCALENDAR", ""]
    # The day ends where the next one begins, which is in another year.
    assert "DTSTART;VALUE=DATE:20261231" in lines
    assert "DTEND;VALUE=DATE:20270101" in lines
    assert "DTSTAMP:20261123T233000Z" in lines
    assert "SEQUENCE:3" in lines
    assert "URL:https://akte.example/aufgabe/1" in lines


def test_an_empty_calendar_is_one() -> None:
    text = calendar("Aufgaben", []).decode()
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert "VEVENT" not in text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a;b,c", "a\\;b\\,c"),
        ("C:\\neu", "C:\\\\neu"),
        ("eins\nzwei\r\ndrei\rvier", "eins\\nzwei\\ndrei\\nvier"),
        ("Glocke\x07 und\x7f Ende", "Glocke und Ende"),
        ("Tab\tbleibt: „ja“", "Tab\tbleibt: „ja“"),
    ],
)
def test_text_is_escaped(text: str, value: str) -> None:
    assert escaped(text) == value


def test_nobody_writes_a_line_of_his_own_into_the_calendar() -> None:
    text = calendar("A", [an_entry("x\r\nEND:VEVENT\r\nBEGIN:VALARM")]).decode()
    assert text.count("\r\nEND:VEVENT") == 1
    assert "\r\nBEGIN:VALARM" not in text


@pytest.mark.parametrize("text", ["x" * 300, "ü" * 200, "€" * 111, "😀" * 60, "a" + "😀" * 60, "x" * 75, "x" * 76, ""])
def test_long_lines_are_folded_between_letters(text: str) -> None:
    pieces = list(folded(text))
    assert all(len(piece) <= 75 for piece in pieces)
    assert all(piece.startswith(b" ") for piece in pieces[1:])
    # Each piece alone is UTF-8, and unfolded they are the line again.
    assert pieces[0].decode() + "".join(piece.decode()[1:] for piece in pieces[1:]) == text
