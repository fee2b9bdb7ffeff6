"""A day is one of the office's calendar. The date of an instant that is kept in UTC is yesterday's for an hour or two
each night, and the last year's on New Year's Eve: the tax year of a document would be wrong by one."""

from __future__ import annotations

import ast
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "src" / "kundenakte"
# Whose `.date()` is no instant of ours, or has been brought to the office before.
FINE = {
    "circulation/visits/filing.py": "a device says the time of its place",
    "doors/web/tables.py": "cells are given as they are to stand there",
    "records/index_fields.py": "what somebody wrote, a day with or without a time",
    "records/disposition/hindrance.py": "asks for both days on purpose",
    "records/mail.py": "brought to the office the line before",
}


def _calls(source: str) -> list[str]:
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and not node.args)
    return [
        ast.unparse(node.func.value)
        for node in calls
        if isinstance(node.func, ast.Attribute) and node.func.attr == "date"
    ]


def test_no_day_is_taken_from_an_instant_in_utc() -> None:
    found = {
        f"{place}: {whose}.date()"
        for path in SOURCES.rglob("*.py")
        if (place := path.relative_to(SOURCES).as_posix()) not in FINE
        for whose in _calls(path.read_text())
        if "local" not in whose and "astimezone" not in whose
    }
    assert found == set()


def test_each_exception_is_still_one() -> None:
    assert [place for place in FINE if not _calls((SOURCES / place).read_text())] == []


def test_the_look_finds_what_it_is_for() -> None:
    assert _calls("day = now.date()\nother = timezone.localtime(now).date()") == ["now", "timezone.localtime(now)"]
