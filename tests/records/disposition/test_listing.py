"""The list of what was destroyed, outside of the database."""

from __future__ import annotations

from kundenakte.records.disposition import listing


def test_the_list_takes_many_lines_at_once_and_each_only_once() -> None:
    some = [{"document": number, "created_at": "2026-01-01T00:00:00Z"} for number in (1, 2, 3)]
    listing.add(some[:2])
    listing.add([*some, some[2]])
    later = {**some[0], "created_at": "2026-02-01T00:00:00Z"}
    listing.add([later])
    assert list(listing.lines()) == [*some, later]
