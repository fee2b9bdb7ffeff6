"""Which lines went and which came between two texts, at a bounded price whatever the texts are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

# So many lines may go or come until the rest is no longer matched. The time grows with the square of this, and with
# this times the number of lines: 400 with 4000 lines stay below a second of computing.
MOST_EDITS: Final = 400
_CONTEXT: Final = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the comparison."""

    kind: Literal["same", "gone", "new", "gap"]
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """The lines that differ with a few around them, none when none differs."""

    lines: list[Line]
    # Too much differs: behind some line everything is told as gone and as new, alike or not.
    is_coarse: bool


def difference(before: list[str], after: list[str]) -> Difference:
    """Compare line by line, spaces around a line aside."""
    before, after = [line.strip() for line in before], [line.strip() for line in after]
    start, end = _alike(before, after)
    middle, is_coarse = _edits(before[start : len(before) - end], after[start : len(after) - end])
    told = [Line("same", text) for text in before[:start]]
    told += _gone_first(middle)
    told += [Line("same", text) for text in before[len(before) - end :]]
    return Difference(list(_around_changes(told)), is_coarse)


def _alike(before: list[str], after: list[str]) -> tuple[int, int]:
    """How many lines both have alike at the beginning, and behind that at the end."""
    shortest, start, end = min(len(before), len(after)), 0, 0
    while start < shortest and before[start] == after[start]:
        start += 1
    while end < shortest - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return start, end


def _edits(before: list[str], after: list[str]) -> tuple[list[Line], bool]:
    """The fewest lines that go and come, by the greedy search of Myers, "An O(ND) Difference Algorithm" (1986).

    `reached[k]` is how far into `before` a path on diagonal k (place in `before` minus place in `after`) came.
    """
    reached, steps = {1: 0}, []
    for edits in range(MOST_EDITS + 1):
        steps.append(dict(reached))
        for k in range(-edits, edits + 1, 2):
            x = _next(reached, k, edits)
            while x < len(before) and x - k < len(after) and before[x] == after[x - k]:
                x += 1
            reached[k] = x
            if x >= len(before) and x - k >= len(after):
                return _walked(before, after, steps, (len(before), len(after))), False
    inside = [(x, x - k) for k, x in reached.items() if 0 <= x <= len(before) and 0 <= x - k <= len(after)
              and (k + MOST_EDITS) % 2 == 0]  # fmt: skip
    x, y = max(inside, key=sum)
    rest = [Line("gone", text) for text in before[x:]] + [Line("new", text) for text in after[y:]]
    return _walked(before, after, steps, (x, y)) + rest, True


def _next(reached: dict[int, int], k: int, edits: int) -> int:
    """Where a path with one edit more begins on diagonal k: a line comes (from above) or goes (from the left)."""
    if k == -edits or (k != edits and reached[k - 1] < reached[k + 1]):
        return reached[k + 1]
    return reached[k - 1] + 1


def _walked(before: list[str], after: list[str], steps: list[dict[int, int]], end: tuple[int, int]) -> list[Line]:
    """The path that led to `end`, from its beginning."""
    (x, y), back = end, []
    for edits in range(len(steps) - 1, -1, -1):
        reached, k = steps[edits], x - y
        comes = k == -edits or (k != edits and reached[k - 1] < reached[k + 1])
        from_x = reached[k + 1 if comes else k - 1]
        from_y = from_x - (k + 1 if comes else k - 1)
        while x > max(from_x, 0) and y > max(from_y, 0):
            x, y = x - 1, y - 1
            back.append(Line("same", before[x]))
        if edits:
            back.append(Line("new", after[from_y]) if comes else Line("gone", before[from_x]))
            x, y = from_x, from_y
    return back[::-1]


def _gone_first(lines: list[Line]) -> list[Line]:
    """Where lines went and came at one place, first all that went."""
    told: list[Line] = []
    for _is_same, run in groupby(lines, key=lambda line: line.kind == "same"):
        told += sorted(run, key=lambda line: line.kind == "new")
    return told


def _around_changes(lines: list[Line]) -> Iterator[Line]:
    """The changes with a few lines around them; a gap stands for what is left out before and between them."""
    changed = [at for at, line in enumerate(lines) if line.kind != "same"]
    near = {n for at in changed for n in range(max(0, at - _CONTEXT), min(len(lines), at + _CONTEXT + 1))}
    following = 0
    for at in sorted(near):
        if at != following:
            yield Line("gap", "")
        yield lines[at]
        following = at + 1
