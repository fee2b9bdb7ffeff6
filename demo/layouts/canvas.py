"""A page to draw on with the origin at the top left, in points; it knows "Seite 1 von 3" at the end."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable
from pathlib import Path

import reportlab
from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

MM = 72 / 25.4
WIDTH, HEIGHT = A4
rl_config.useA85 = 0  # binary streams: smaller, and quicker to write


@functools.cache
def _embedded_fonts() -> None:
    folder = Path(reportlab.__file__).parent / "fonts"
    for name, file in (("Vera", "Vera"), ("Vera-Bold", "VeraBd"), ("Vera-Italic", "VeraIt")):
        pdfmetrics.registerFont(TTFont(name, str(folder / f"{file}.ttf")))


@functools.lru_cache(maxsize=100_000)
def text_width(text: str, font: str, size: float) -> float:
    """Width in points."""
    return float(pdfmetrics.stringWidth(text, font, size))


def _words(text: str) -> list[str]:
    """What may stand on a line by itself: an amount keeps its currency sign."""
    words: list[str] = []
    for word in text.split():
        if word.startswith("€") and words:
            words[-1] += f" {word}"
        else:
            words.append(word)
    return words


@functools.lru_cache(maxsize=20_000)
def wrap(text: str, font: str, size: float, width: float) -> tuple[str, ...]:
    """Break into lines no wider than `width` (a longer single word stays whole); line breaks in the text are kept."""
    lines: list[str] = []
    space = text_width(" ", font, size)
    for part in text.split("\n"):
        line: list[str] = []
        used = 0.0
        for word in _words(part):
            wide = text_width(word, font, size)
            if line and used + space + wide > width:
                lines.append(" ".join(line))
                line, used = [], 0.0
            used += wide + (space if line else 0)
            line.append(word)
        lines.append(" ".join(line))
    return tuple(lines)


def fit(text: str, font: str, size: float, width: float, *, smallest: float = 5.5) -> float:
    """The size at which one line is no wider than `width`."""
    while size > smallest and text_width(text, font, size) > width:
        size -= 0.25
    return size


@functools.lru_cache(maxsize=200)
def colour(value: str) -> HexColor:
    """RRGGBB."""
    return HexColor(f"#{value}")


class Pages:
    """A PDF in the making. `numbering` is called for each page when their number is known."""

    def __init__(self, *, title: str, author: str, embed: bool, size: tuple[float, float] = A4) -> None:
        if embed:
            _embedded_fonts()
        self.plain_fonts = not embed
        self._buffer = io.BytesIO()
        self.width, self.height = size
        first = "Vera" if embed else "Helvetica"
        self.raw = Canvas(self._buffer, pagesize=size, invariant=1, initialFontName=first)
        self.raw.setTitle(title)
        self.raw.setAuthor(author)
        self.raw.setCreator("ERP-Belegdruck")
        self._pages: list[dict[str, object]] = []

    def text(
        self, x: float, top: float, text: str, font: str, size: float, *, fill: str = "1a1a1a", align: str = "l"
    ) -> None:
        """One line with its baseline `top` points below the upper edge."""
        self.raw.setFont(font, size)
        self.raw.setFillColor(colour(fill))
        y = self.height - top
        if align == "r":
            self.raw.drawRightString(x, y, text)
        elif align == "c":
            self.raw.drawCentredString(x, y, text)
        else:
            self.raw.drawString(x, y, text)

    def line(
        self, x1: float, top1: float, x2: float, top2: float, *, stroke: str = "888888", width: float = 0.5
    ) -> None:
        self.raw.setStrokeColor(colour(stroke))
        self.raw.setLineWidth(width)
        self.raw.line(x1, self.height - top1, x2, self.height - top2)

    def box(
        self,
        x: float,
        top: float,
        wide: float,
        high: float,
        *,
        fill: str = "",
        stroke: str = "",
        width: float = 0.5,
        round_: float = 0,
    ) -> None:
        if fill:
            self.raw.setFillColor(colour(fill))
        if stroke:
            self.raw.setStrokeColor(colour(stroke))
            self.raw.setLineWidth(width)
        y = self.height - top - high
        if round_:
            self.raw.roundRect(x, y, wide, high, round_, stroke=int(bool(stroke)), fill=int(bool(fill)))
        else:
            self.raw.rect(x, y, wide, high, stroke=int(bool(stroke)), fill=int(bool(fill)))

    def next(self) -> None:
        """End this page; its numbering is drawn later."""
        self._pages.append(dict(self.raw.__dict__))
        self.raw._startPage()

    def finish(self, numbering: Callable[[int, int], None]) -> bytes:
        """Draw the numbering on every page and give the bytes."""
        self._pages.append(dict(self.raw.__dict__))
        for number, page in enumerate(self._pages, 1):
            self.raw.__dict__.update(page)
            numbering(number, len(self._pages))
            self.raw.showPage()
        self.raw.save()
        return self._buffer.getvalue()
