"""Drawing the blocks of a paper: paragraphs, tables, totals, forms, check lists, signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo.layouts.canvas import MM, Pages, wrap
from demo.layouts.logos import draw_signature
from demo.papers import Block, Bullets, Checks, Fields, Heading, Para, Remark, Signatures, Table, Totals

if TYPE_CHECKING:
    from demo.layouts.sheet import Fonts
    from demo.parties import Letterhead

GREY = "5f6670"


class BlockDrawer:
    """Draws blocks one below the other from `y`; asks `need` before each piece that must not be torn."""

    pages: Pages
    fonts: Fonts
    style: Letterhead
    size: float
    left: float
    right: float
    y: float
    # How tables look: filled head or a rule, lines around every cell, every other row tinted.
    head_filled = False
    grid = False
    zebra = False
    totals_filled = False

    def need(self, high: float) -> bool:
        raise NotImplementedError

    def block(self, block: Block) -> None:
        """Draw any block."""
        match block:
            case Para():
                self.para(block)
            case Heading():
                self.heading(block)
            case Bullets():
                self.bullets(block)
            case Fields():
                self.fields(block)
            case Table():
                self.table(block)
            case Totals():
                self.totals(block)
            case Checks():
                self.checks(block)
            case Signatures():
                self.signatures(block)
            case Remark():
                self.remark(block)

    def para(self, para: Para) -> None:
        size = self.size - 1.5 if para.small else self.size
        font = self.fonts.bold if para.strong else self.fonts.plain
        lead = size * 1.36
        lines = wrap(para.text, font, size, self.right - self.left)
        if len(lines) <= 3:
            self.need(lead * len(lines))
        for line in lines:
            self.need(lead)
            self.pages.text(self.left, self.y, line, font, size)
            self.y += lead
        self.y += self.size * 0.75

    def heading(self, heading: Heading) -> None:
        self.need(self.size * 7)
        self.y += self.size * 0.4
        self.pages.text(self.left, self.y, heading.text, self.fonts.bold, self.size + 0.5, fill=self.style.colour)
        self.y += self.size * 1.7

    def bullets(self, bullets: Bullets) -> None:
        lead = self.size * 1.36
        for item in bullets.items:
            for number, line in enumerate(wrap(item, self.fonts.plain, self.size, self.right - self.left - 14)):
                self.need(lead)
                if number == 0:
                    self.pages.text(self.left + 2, self.y, "–", self.fonts.plain, self.size)
                self.pages.text(self.left + 14, self.y, line, self.fonts.plain, self.size)
                self.y += lead
        self.y += lead * 0.5

    def fields(self, fields: Fields) -> None:
        wide = (self.right - self.left) / fields.columns
        high = 25.0
        for start in range(0, len(fields.rows), fields.columns):
            row = fields.rows[start : start + fields.columns]
            wrapped = [wrap(value, self.fonts.plain, self.size, wide - 8) for _, value in row]
            tall = high + (max(len(lines) for lines in wrapped) - 1) * self.size * 1.3
            self.need(tall)
            for place, (label, _) in enumerate(row):
                x, top = self.left + place * wide, self.y - 9
                self.pages.box(x, top, wide, tall, stroke="9aa1aa", width=0.4)
                self.pages.text(x + 4, top + 8, label, self.fonts.plain, 6.5, fill=GREY)
                for number, line in enumerate(wrapped[place]):
                    self.pages.text(x + 4, top + 19.5 + number * self.size * 1.3, line, self.fonts.plain, self.size)
            self.y += tall
        self.y += 10

    def table(self, table: Table) -> None:
        total = sum(column.weight for column in table.columns)
        widths = [column.weight * (self.right - self.left) / total for column in table.columns]
        self.need(60)
        self.table_head(table, widths)
        size = self.size - 0.5
        for index, row in enumerate(table.rows):
            cells = [self._cell(text, size, width - 6) for text, width in zip(row, widths, strict=True)]
            high = max(sum(lead for _, _, lead in cell) for cell in cells) + 5
            if self.need(high):
                self.table_head(table, widths)
            self._row(table, widths, cells, high, tinted=index % 2 == 1)
        if not self.grid:
            self.pages.line(self.left, self.y - 9, self.right, self.y - 9, stroke=self.style.colour, width=0.7)
        self.y += 8

    def _cell(self, text: str, size: float, width: float) -> list[tuple[str, float, float]]:
        """Lines of a cell with their size and leading; what follows a line break is smaller."""
        first, _, rest = text.partition("\n")
        lines = [(line, size, size * 1.3) for line in wrap(first, self.fonts.plain, size, width)]
        if rest:
            lines += [(line, size - 1.2, size * 1.18) for line in wrap(rest, self.fonts.plain, size - 1.2, width)]
        return lines

    def table_head(self, table: Table, widths: list[float]) -> None:
        size = self.size - 1
        titles = [wrap(column.title, self.fonts.bold, size, 200) for column in table.columns]
        x, top, high = self.left, self.y - 10, 16.0
        if self.head_filled:
            self.pages.box(x, top, self.right - x, high, fill=self.style.colour)
        elif self.grid:
            self.pages.box(x, top, self.right - x, high, fill="e6e8eb", stroke="555555")
        ink = "ffffff" if self.head_filled else "1a1a1a"
        for column, width, title in zip(table.columns, widths, titles, strict=True):
            self._aligned(
                x, self.y + 0.5, width, title[0], font=self.fonts.bold, size=size, align=column.align, ink=ink
            )
            x += width
        if not (self.head_filled or self.grid):
            self.pages.line(self.left, top + high, self.right, top + high, stroke=self.style.colour, width=0.9)
        self.y += high - 0.5 if self.grid else high + 1

    def _row(
        self,
        table: Table,
        widths: list[float],
        cells: list[list[tuple[str, float, float]]],
        high: float,
        *,
        tinted: bool,
    ) -> None:
        top, x = self.y - 9.5, self.left
        if tinted and self.zebra:
            self.pages.box(x, top, self.right - x, high, fill="f1f4f7")
        for column, width, cell in zip(table.columns, widths, cells, strict=True):
            if self.grid:
                self.pages.box(x, top, width, high, stroke="777777", width=0.4)
            y = self.y
            for line, size, lead in cell:
                ink = "1a1a1a" if size > self.size - 1 else "4a4f57"
                self._aligned(x, y, width, line, font=self.fonts.plain, size=size, align=column.align, ink=ink)
                y += lead
            x += width
        self.y += high

    def _aligned(
        self, x: float, y: float, width: float, text: str, *, font: str, size: float, align: str, ink: str
    ) -> None:
        at = {"l": x + 3, "r": x + width - 3, "c": x + width / 2}[align]
        self.pages.text(at, y, text, font, size, align=align, fill=ink)

    def totals(self, totals: Totals) -> None:
        lead = self.size * 1.55
        self.need(lead * len(totals.rows) + 14)
        wide = min(80 * MM, self.right - self.left)
        x = self.right - wide
        for number, (label, amount) in enumerate(totals.rows, 1):
            last = number == len(totals.rows)
            font = self.fonts.bold if last else self.fonts.plain
            ink = "1a1a1a"
            if last and self.totals_filled:
                self.pages.box(x, self.y - self.size - 1, wide, lead + 3, fill=self.style.colour)
                ink = "ffffff"
            elif last:
                self.pages.line(
                    x, self.y - self.size - 1, self.right, self.y - self.size - 1, stroke="1a1a1a", width=0.8
                )
            self.pages.text(x + 4, self.y, label, font, self.size, fill=ink)
            self.pages.text(self.right - 3, self.y, amount, font, self.size, align="r", fill=ink)
            self.y += lead
        if not self.totals_filled:
            self.pages.line(x, self.y - self.size + 1, self.right, self.y - self.size + 1, stroke="1a1a1a", width=0.4)
            self.pages.line(x, self.y - self.size + 3, self.right, self.y - self.size + 3, stroke="1a1a1a", width=0.4)
        self.y += 14

    def checks(self, checks: Checks) -> None:
        lead = self.size * 1.7
        for text, ticked, remark in checks.rows:
            lines = wrap(text, self.fonts.plain, self.size, (self.right - self.left) * 0.62 - 20)
            self.need(lead + (len(lines) - 1) * self.size * 1.3)
            self.pages.box(self.left, self.y - 8, 9, 9, stroke="333333", width=0.8)
            if ticked:
                self.pages.line(
                    self.left + 1.5, self.y - 6.5, self.left + 7.5, self.y - 0.5, stroke="1b2a6b", width=1.3
                )
                self.pages.line(
                    self.left + 7.5, self.y - 6.5, self.left + 1.5, self.y - 0.5, stroke="1b2a6b", width=1.3
                )
            remark_x = self.left + (self.right - self.left) * 0.66
            self.pages.text(remark_x, self.y, remark, self.fonts.italic, self.size - 1, fill="1b2a6b")
            for line in lines:
                self.pages.text(self.left + 16, self.y, line, self.fonts.plain, self.size)
                self.y += self.size * 1.3
            self.y += lead - self.size * 1.3
        self.y += 6

    def signatures(self, signatures: Signatures) -> None:
        self.need(62)
        self.y += 34
        count = len(signatures.places)
        wide = (self.right - self.left - (count - 1) * 16) / count
        for number, (label, name) in enumerate(signatures.places):
            x = self.left + number * (wide + 16)
            if name:
                self.signature(name, x + 8, self.y - 5)
            self.pages.line(x, self.y, x + wide, self.y, stroke="333333")
            for step, line in enumerate(wrap(label, self.fonts.plain, 7.5, wide)):
                self.pages.text(x, self.y + 9 + step * 9, line, self.fonts.plain, 7.5, fill=GREY)
        self.y += 34

    def signature(self, name: str, x: float, top: float) -> None:
        draw_signature(self.pages, name, x, top, 70)

    def remark(self, remark: Remark) -> None:
        lines = wrap(remark.text, self.fonts.plain, self.size - 0.5, self.right - self.left - 16)
        lead = (self.size - 0.5) * 1.35
        high = lead * len(lines) + 26
        self.need(high)
        self.pages.box(self.left, self.y - 9, self.right - self.left, high, stroke=self.style.colour, width=0.8)
        self.pages.text(
            self.left + 8, self.y + 4, remark.title, self.fonts.bold, self.size - 0.5, fill=self.style.colour
        )
        self.y += 18
        for line in lines:
            self.pages.text(self.left + 8, self.y, line, self.fonts.plain, self.size - 0.5)
            self.y += lead
        self.y += 16
