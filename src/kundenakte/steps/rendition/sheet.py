"""Plain A4 pages drawn by us, for what has no page of its own: mail, e-invoice XML, tables, text, unknown files.

Deliberately small: every text is data, nothing is markup, a cell never refuses to be laid out, and after a number of
pages it stops and says so on the page.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

MOST_PAGES = 60
MARGIN = 50.0
INK, GREY, RULE, SHADE = HexColor("#1f2933"), HexColor("#5f6b7a"), HexColor("#cfd6de"), HexColor("#f3f5f8")
FOOTER = "Lesbare Ansicht, von Kundenakte erstellt. Maßgeblich ist die Originaldatei."
CUT = "Hier gekürzt. Die Originaldatei ist länger und kann heruntergeladen werden."

# Debian's DejaVu knows most scripts of Europe; reportlab brings Vera, which knows western ones.
_DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
_FONTS = {
    "sans": ("DejaVuSans.ttf", "Vera.ttf"),
    "bold": ("DejaVuSans-Bold.ttf", "VeraBd.ttf"),
    "mono": ("DejaVuSansMono.ttf", ""),
}
_LAST_RESORT = {"sans": "Helvetica", "bold": "Helvetica-Bold", "mono": "Courier"}
_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]"
)
# Text in a font of one width is not measured.
_MONO_WIDTH = 0.602


@functools.cache
def font(kind: str) -> str:
    """The registered name of the best font there is for "sans", "bold" or "mono"."""
    name = f"Kundenakte-{kind}"
    debian, own = _FONTS[kind]
    for file in (str(_DEJAVU / debian), own):
        if file:
            try:
                pdfmetrics.registerFont(TTFont(name, file))
            except (TTFError, OSError):
                continue
            return name
    return _LAST_RESORT[kind]


@dataclass(frozen=True, slots=True)
class Style:
    """How a piece of text looks; sizes in points."""

    font: str = "sans"
    size: float = 9.5
    leading: float = 13.0
    colour: Color = INK


BODY, LABEL, SMALL = Style(), Style(size=8.5, leading=13.0, colour=GREY), Style(size=8, leading=11, colour=GREY)
TITLE, HEADING = Style("bold", 16, 21), Style("bold", 10.5, 16)
CODE = Style("mono", 7.8, 10.2)
CELL, CELL_HEAD = Style(size=8.5, leading=11.5), Style("bold", 8, 11)


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column: heading, share of the width, and whether it holds numbers."""

    head: str
    share: float
    right: bool = False


class Sheet:
    """A document under construction; `save` ends it. Once `is_full`, further pieces are ignored."""

    def __init__(
        self,
        path: Path,
        *,
        kind: str,
        title: str,
        landscape: bool = False,
        footer: str = FOOTER,
        is_whole: bool = False,
    ) -> None:
        """Begin with a line saying what kind of file it is, and the title.

        `is_whole` is for papers of our own, which are the original: they end with their last word, on whatever page.
        """
        self.size = (A4[1], A4[0]) if landscape else A4
        # Without a fixed time the same bytes would give another PDF each time.
        self._canvas = Canvas(str(path), pagesize=self.size, invariant=1, pageCompression=1,
                              initialFontName=font("sans"))  # fmt: skip
        self._canvas.setTitle(printable(title)[:200])
        self._footer = footer
        self._most = None if is_whole else MOST_PAGES
        self.pages = 1
        self.is_full = False
        self._y = self.size[1] - MARGIN
        self.paragraph(kind, SMALL)
        self.paragraph(title, TITLE, most_lines=3)
        self.gap(10)
        self.rule()

    @property
    def width(self) -> float:
        """Points between the margins."""
        return float(self.size[0] - 2 * MARGIN)

    def gap(self, height: float) -> None:
        """Leave some room."""
        self._y -= height

    def rule(self) -> None:
        """A thin line across."""
        self._line(self._y, RULE)
        self._y -= 10

    def heading(self, text: str) -> None:
        """A heading that does not stand alone at the foot of a page."""
        self.gap(8)
        self._make_room(60)
        self.paragraph(text, HEADING)
        self.gap(5)

    def paragraph(self, text: str, style: Style = BODY, *, most_lines: int = 100_000) -> None:
        """Text with its own line breaks kept, broken where it is too wide."""
        lines = self._wrapped(text, style, self.width, most_lines)
        for line in lines:
            if not self._make_room(style.leading):
                return
            self._y -= style.leading
            self._text(MARGIN, line, style)

    def pairs(self, rows: Sequence[tuple[str, str]], *, label_width: float = 120) -> None:
        """Labels with their values; rows without a value are left out."""
        for label, value in rows:
            if not value:
                continue
            lines = self._wrapped(value, BODY, self.width - label_width, 200 if self._most else 100_000)
            if not self._make_room(BODY.leading):
                return
            self._text(MARGIN, label, LABEL, y=self._y - BODY.leading)
            for line in lines:
                if not self._make_room(BODY.leading):
                    return
                self._y -= BODY.leading
                self._text(MARGIN + label_width, line, BODY)

    def beside(self, left: Sequence[str], right: Sequence[str]) -> None:
        """Two blocks of lines next to each other; the first line of each is its label."""
        half = self.width / 2 - 10
        blocks = [[line for text in block for line in self._wrapped(text, BODY, half, 4)] for block in (left, right)]
        for at in range(max(len(block) for block in blocks)):
            if not self._make_room(BODY.leading):
                return
            self._y -= BODY.leading
            for x, block in zip((MARGIN, MARGIN + half + 20), blocks, strict=True):
                if at < len(block):
                    self._text(x, block[at], LABEL if at == 0 else BODY)

    def picture(self, file: Path, *, size: tuple[int, int], caption: str, most_height: float = 240) -> None:
        """A JPEG (RGB, `size` in its own points) as wide as the page allows, with its caption kept below it."""
        wide, high = size
        scale = min(self.width / wide, most_height / high)
        lines = self._wrapped(caption, SMALL, self.width, 3)
        below = len(lines) * SMALL.leading + 10
        if not self._make_room(high * scale + below):
            return
        self._y -= high * scale
        self._canvas.drawImage(str(file), MARGIN, self._y, width=wide * scale, height=high * scale)
        for line in lines:
            self._y -= SMALL.leading
            self._text(MARGIN, line, SMALL)
        self.gap(10)

    def drawn(self, strokes: Sequence[Sequence[tuple[int, int]]], *, size: tuple[int, int], width: float = 220) -> None:
        """Lines as a hand drew them on a field of `size` (from its upper left corner), over a thin line."""
        scale = width / size[0]
        height = size[1] * scale
        if not self._make_room(height + 6):
            return
        top = self._y
        self._y -= height
        self._canvas.saveState()
        field = self._canvas.beginPath()
        field.rect(MARGIN, self._y, width, height)
        self._canvas.clipPath(field, stroke=0, fill=0)
        self._canvas.setStrokeColor(INK)
        self._canvas.setLineWidth(1.2)
        self._canvas.setLineCap(1)
        self._canvas.setLineJoin(1)
        for stroke in strokes:
            points = [(MARGIN + x * scale, top - y * scale) for x, y in stroke]
            path = self._canvas.beginPath()
            path.moveTo(*points[0])
            # A dot is a line of no length: with round ends it is seen.
            for point in points[1:] or points:
                path.lineTo(*point)
            self._canvas.drawPath(path, stroke=1, fill=0)
        self._canvas.restoreState()
        self._line(self._y, RULE)
        self.gap(6)

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]], *, style: Style = CELL) -> None:
        """Rows under headings that are repeated on each page; a cell shows at most six lines."""
        whole = sum(column.share for column in columns) or 1
        widths = [column.share / whole * self.width for column in columns]
        head = Style("bold", style.size - 0.5, style.leading)

        def draw_head() -> None:
            self._row([column.head for column in columns], columns, widths, head, shade=True)

        if not self._make_room(4 * style.leading):
            return
        draw_head()
        for row in rows:
            if not self._row(row, columns, widths, style, again=draw_head):
                return

    def save(self) -> int:
        """Write the file; gives the number of pages."""
        self._finish_page()
        self._canvas.save()
        return self.pages

    def _row(
        self,
        cells: Sequence[str],
        columns: Sequence[Column],
        widths: Sequence[float],
        style: Style,
        *,
        shade: bool = False,
        again: Callable[[], None] | None = None,
    ) -> bool:
        wrapped = [self._wrapped(cell, style, width - 8, 6) for cell, width in zip(cells, widths, strict=False)]
        height = max((len(lines) for lines in wrapped), default=1) * style.leading + 6
        page = self.pages
        if not self._make_room(height):
            return False
        if again and page != self.pages:
            again()
        if shade:
            self._canvas.setFillColor(SHADE)
            self._canvas.rect(MARGIN, self._y - height, self.width, height, stroke=0, fill=1)
        x = MARGIN
        for lines, width, column in zip(wrapped, widths, columns, strict=False):
            for number, line in enumerate(lines, 1):
                y = self._y - number * style.leading
                edge = x + width - 4 if column.right else x + 4
                self._text(edge, line, style, y=y, right=column.right)
            x += width
        self._y -= height
        self._line(self._y, RULE)
        return True

    def _make_room(self, height: float) -> bool:
        """Turn the page when `height` does not fit; False when there may be no further page."""
        if self.is_full:
            return False
        if self._y - height >= MARGIN + 10:
            return True
        if self._most is not None and self.pages >= self._most:
            self.is_full = True
            return False
        self._finish_page()
        self._canvas.showPage()
        self.pages += 1
        self._y = self.size[1] - MARGIN
        return True

    def _finish_page(self) -> None:
        if self.is_full:
            self._text(MARGIN, CUT, Style("bold", 9, 12), y=MARGIN)
        self._text(MARGIN, self._footer, Style(size=7, leading=9, colour=GREY), y=MARGIN - 18)
        self._text(
            self.size[0] - MARGIN,
            f"Seite {self.pages}",
            Style(size=7, leading=9, colour=GREY),
            y=MARGIN - 18,
            right=True,
        )

    def _line(self, y: float, colour: Color) -> None:
        self._canvas.setStrokeColor(colour)
        self._canvas.setLineWidth(0.5)
        self._canvas.line(MARGIN, y, self.size[0] - MARGIN, y)

    def _text(self, x: float, text: str, style: Style, *, y: float | None = None, right: bool = False) -> None:
        self._canvas.setFont(font(style.font), style.size)
        self._canvas.setFillColor(style.colour)
        draw = self._canvas.drawRightString if right else self._canvas.drawString
        draw(x, self._y if y is None else y, text)

    @staticmethod
    def _wrapped(text: str, style: Style, width: float, most: int) -> list[str]:
        return wrap(text, width=width, style=style, most=most)


def printable(text: str) -> str:
    """Without characters that control something; a surrogate that stands alone becomes a mark."""
    clean = _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4))
    return clean.encode("utf-8", "replace").decode("utf-8")


def wrap(text: str, *, width: float, style: Style, most: int) -> list[str]:
    """Lines no wider than `width`, at most `most`; the last one ends with an ellipsis if there was more."""
    lines: list[str] = []
    # No more is looked at than could be shown, however long the text is.
    for paragraph in printable(text[: most * 400 + 1000]).split("\n"):
        for line in _broken(paragraph, width, style):
            if len(lines) >= most:
                lines[-1] = lines[-1][: max(len(lines[-1]) - 1, 0)] + "…"
                return lines
            lines.append(line)
    return lines


def _broken(paragraph: str, width: float, style: Style) -> list[str]:
    """One paragraph in lines: at spaces if possible, within a word if it must be."""
    if _measure(paragraph, style) <= width:
        return [paragraph]
    lines, line = [], ""
    for word in re.findall(r"\s*\S+", paragraph):
        if _measure(line + word, style) <= width:
            line += word
            continue
        if line:
            lines.append(line)
        line = word.lstrip() if line else word
        while _measure(line, style) > width and len(line) > 1:
            fitting = _fitting(line, width, style)
            lines.append(line[:fitting])
            line = line[fitting:]
    return [*lines, line] if line else lines


def _fitting(line: str, width: float, style: Style) -> int:
    """How many characters fit, at least one; by halving, since a word may be a megabyte."""
    low, high = 1, min(len(line), 1000)
    while low < high:
        middle = (low + high + 1) // 2
        if _measure(line[:middle], style) <= width:
            low = middle
        else:
            high = middle - 1
    return low


def _measure(text: str, style: Style) -> float:
    if style.font == "mono" and text.isascii():
        return len(text) * _MONO_WIDTH * style.size
    # Beyond any line's length the exact width does not matter, and measuring would be slow.
    if len(text) > 2000:
        return 1e9
    return float(pdfmetrics.stringWidth(text, font(style.font), style.size))
