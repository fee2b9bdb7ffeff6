"""Bars as SVG, placed by the server. Beside each stands its table: nobody needs the picture to read the figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_HEIGHT, _BAR, _GAP = 120, 14, 10


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar in the picture's own units."""

    x: int
    y: int
    width: int
    height: int
    css: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with its table."""

    title: str
    heads: list[str]
    rows: list[tuple[str, ...]]
    bars: list[Bar]
    width: int
    height: int

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.bars


def upright(title: str, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]]) -> Chart:
    """Groups of bars from left to right; each series has its own colour."""
    most = max((value for _, values in rows for value in values), default=0)
    bars, x = [], 0
    for _, values in rows:
        for n, value in enumerate(values):
            height = round(value / most * _HEIGHT) if most else 0
            if value:
                bars.append(Bar(x, _HEIGHT - max(height, 1), _BAR, max(height, 1), f"series-{n}"))
            x += _BAR
        x += _GAP
    told = [(name, *(str(value) for value in values)) for name, values in rows]
    return Chart(title, list(heads), told, bars, max(x - _GAP, 1), _HEIGHT)
