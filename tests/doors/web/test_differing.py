"""Comparing two texts line by line, whatever somebody has written into them."""

from __future__ import annotations

import random
import time

import pytest

from kundenakte.doors.web.documents.differing import Line, difference


def _applied(lines: list[Line], *kinds: str) -> list[str]:
    return [line.text for line in lines if line.kind in kinds]


def test_what_went_stands_before_what_came_with_a_few_lines_around() -> None:
    before = [f"Zeile {n}" for n in range(20)]
    after = [*before[:9], "neu A", "neu B", *before[11:]]
    found = difference(before, after)
    assert not found.is_coarse
    assert [(line.kind, line.text) for line in found.lines] == [
        ("gap", ""), ("same", "Zeile 6"), ("same", "Zeile 7"), ("same", "Zeile 8"),
        ("gone", "Zeile 9"), ("gone", "Zeile 10"), ("new", "neu A"), ("new", "neu B"),
        ("same", "Zeile 11"), ("same", "Zeile 12"), ("same", "Zeile 13"),
    ]  # fmt: skip
    assert difference(before, [f" {line} " for line in before]).lines == []


@pytest.mark.parametrize("seed", range(30))
def test_nothing_is_lost_or_invented(seed: int) -> None:
    chance = random.Random(seed)
    # Short enough that the few lines around a change are all of the text.
    before, after = ([chance.choice("abc") for _ in range(chance.randint(0, 6))] for _ in range(2))
    lines = difference(before, after).lines
    if before == after:
        assert lines == []
    elif all(line.kind != "gap" for line in lines) and len(_applied(lines, "same", "gone")) == len(before):
        assert _applied(lines, "same", "gone") == before
        assert _applied(lines, "same", "new") == after
    kept = len(before) - len(_applied(lines, "gone"))
    assert kept == len(after) - len(_applied(lines, "new")) == _longest_common(before, after)


def _longest_common(before: list[str], after: list[str]) -> int:
    row = [0] * (len(after) + 1)
    for left in before:
        previous = row
        row = [0]
        for n, right in enumerate(after):
            row.append(previous[n] + 1 if left == right else max(previous[n + 1], row[n]))
    return row[-1]


@pytest.mark.parametrize("size", [800, 4000])
def test_a_text_made_to_be_slow_is_compared_in_about_a_second(size: int) -> None:
    before = ["x"] * size
    after = [f"y{n}" if n % 2 else "x" for n in range(size)]
    started = time.process_time()
    found = difference(before, after)
    assert time.process_time() - started < 2
    assert found.is_coarse
    assert len(_applied(found.lines, "gone")) - len(_applied(found.lines, "new")) == 0


def test_two_texts_with_nothing_in_common_are_told_whole() -> None:
    before, after = [f"a{n}" for n in range(4000)], [f"b{n}" for n in range(3000)]
    started = time.process_time()
    found = difference(before, after)
    assert time.process_time() - started < 2
    assert (_applied(found.lines, "gone"), _applied(found.lines, "new")) == (before, after)
