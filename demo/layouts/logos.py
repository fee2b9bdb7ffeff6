"""Small drawn logos and handwriting."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from demo.layouts.canvas import Pages, colour


def draw_logo(
    pages: Pages, kind: int, *, x: float, top: float, size: float, main: str, accent: str, initials: str
) -> None:
    """One of eight marks in a square of `size` points."""
    canvas = pages.raw
    canvas.saveState()
    canvas.translate(x, pages.height - top - size)
    canvas.scale(size / 100, size / 100)
    canvas.setFillColor(colour(main))
    canvas.setStrokeColor(colour(main))
    _KINDS[kind % len(_KINDS)](pages, main, accent, initials)
    canvas.restoreState()


def _spindle(pages: Pages, main: str, accent: str, initials: str) -> None:
    c = pages.raw
    c.roundRect(0, 62, 100, 12, 6, stroke=0, fill=1)
    c.roundRect(0, 26, 100, 12, 6, stroke=0, fill=1)
    c.setFillColor(colour(accent))
    for step in range(4):
        _polygon(pages, [(12 + step * 22, 38), (24 + step * 22, 38), (14 + step * 22 + 12, 62), (14 + step * 22, 62)])


def _gear(pages: Pages, main: str, accent: str, initials: str) -> None:
    c = pages.raw
    for tooth in range(10):
        c.saveState()
        c.translate(50, 50)
        c.rotate(tooth * 36)
        c.rect(-7, 34, 14, 16, stroke=0, fill=1)
        c.restoreState()
    c.circle(50, 50, 38, stroke=0, fill=1)
    c.setFillColor(colour("ffffff"))
    c.circle(50, 50, 20, stroke=0, fill=1)
    c.setFillColor(colour(accent))
    c.circle(50, 50, 9, stroke=0, fill=1)


def _hexagon(pages: Pages, main: str, accent: str, initials: str) -> None:
    _polygon(pages, [(50 + 50 * math.sin(k * math.pi / 3), 50 + 50 * math.cos(k * math.pi / 3)) for k in range(6)])
    _letters(pages, initials, "ffffff", 38)


def _square(pages: Pages, main: str, accent: str, initials: str) -> None:
    pages.raw.rect(0, 0, 100, 100, stroke=0, fill=1)
    pages.raw.setFillColor(colour(accent))
    pages.raw.rect(0, 0, 100, 14, stroke=0, fill=1)
    _letters(pages, initials, "ffffff", 46, up=6)


def _triangles(pages: Pages, main: str, accent: str, initials: str) -> None:
    _polygon(pages, [(0, 5), (60, 5), (30, 95)])
    pages.raw.setFillColor(colour(accent))
    _polygon(pages, [(45, 5), (100, 5), (72, 70)])


def _wave(pages: Pages, main: str, accent: str, initials: str) -> None:
    c = pages.raw
    c.setLineWidth(13)
    c.setLineCap(1)
    for step, shade in enumerate((main, accent, main)):
        c.setStrokeColor(colour(shade))
        low = 22 + step * 27
        c.bezier(6, low, 35, low + 32, 65, low - 32, 94, low)


def _ring(pages: Pages, main: str, accent: str, initials: str) -> None:
    c = pages.raw
    c.setLineWidth(16)
    c.arc(10, 10, 90, 90, 20, 230)
    c.setStrokeColor(colour(accent))
    c.arc(10, 10, 90, 90, 270, 90)
    _letters(pages, initials, main, 30)


def _bars(pages: Pages, main: str, accent: str, initials: str) -> None:
    for step, high in enumerate((45, 70, 100, 60)):
        pages.raw.setFillColor(colour(accent if step == 2 else main))
        pages.raw.rect(step * 26, 0, 19, high, stroke=0, fill=1)


_KINDS: tuple[Callable[[Pages, str, str, str], None], ...] = (
    _spindle, _gear, _hexagon, _square, _triangles, _wave, _ring, _bars,
)  # fmt: skip


def _letters(pages: Pages, initials: str, fill: str, size: float, *, up: float = 0) -> None:
    pages.raw.setFillColor(colour(fill))
    pages.raw.setFont("Helvetica-Bold" if pages.plain_fonts else "Vera-Bold", size)
    pages.raw.drawCentredString(50, 50 - size * 0.36 + up, initials)


def _polygon(pages: Pages, points: list[tuple[float, float]]) -> None:
    path = pages.raw.beginPath()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    path.close()
    pages.raw.drawPath(path, stroke=0, fill=1)


def draw_signature(pages: Pages, name: str, x: float, top: float, wide: float) -> None:
    """Something like a signature above a line: loops that depend on the name alone."""
    rng = Random(f"signature/{name}")
    c = pages.raw
    c.saveState()
    c.setStrokeColor(colour(rng.choice(("1b2a6b", "10204f", "222222"))))
    c.setLineWidth(1.1)
    c.setLineCap(1)
    path = c.beginPath()
    y = pages.height - top
    step = wide / 9
    path.moveTo(x, y + 3)
    for turn in range(7):
        left = x + turn * step
        path.curveTo(left + rng.uniform(-2, 6), y + rng.uniform(9, 22 if turn in {0, 3} else 13),
            left + step * rng.uniform(0.4, 1.1),
                     y + rng.uniform(-6, 4), left + step, y + rng.uniform(0, 6))  # fmt: skip
    c.drawPath(path, stroke=1, fill=0)
    c.line(x + 2 * step, y - 4, x + wide * 0.86, y - rng.uniform(0, 3))
    c.restoreState()
