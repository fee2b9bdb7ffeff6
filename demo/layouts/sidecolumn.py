"""A column on the right carries logo, company and the information block; set in a serif face."""

from __future__ import annotations

from demo.checkdigits import spaced
from demo.layouts.canvas import HEIGHT, MM, WIDTH, fit, wrap
from demo.layouts.sheet import TIMES, Sheet
from demo.papers import Table


class SideColumn(Sheet):
    """What a designer made for a family business."""

    family = TIMES
    size = 10.8
    left, right = 24 * MM, 146 * MM
    bottom = HEIGHT - 22 * MM
    column = 154 * MM

    def prepare(self) -> None:
        # A table with many columns needs the width: the column then only stands on the first page beside the address.
        if any(isinstance(block, Table) and len(block.columns) > 4 for block in self.paper.body):
            self.size = 9.8 if self.fonts is TIMES else 8.4

    def head(self) -> None:
        self.pages.box(self.column - 5 * MM, 0, WIDTH - self.column + 5 * MM, HEIGHT, fill="f4f2ee")
        self.pages.line(self.column - 5 * MM, 0, self.column - 5 * MM, HEIGHT, stroke=self.style.colour, width=1.4)
        self.logo(self.column, 14 * MM, 20 * MM)
        self._company(self._information(42 * MM) + 14)
        self.window(48 * MM)
        self.pages.text(self.left, 26 * MM, self.paper.title, self.fonts.italic, 24, fill=self.style.colour)
        self.y = 98 * MM
        self.subject()

    def _information(self, y: float) -> float:
        wide = WIDTH - self.column - 6 * MM
        for label, value in self.paper.info:
            self.pages.text(self.column, y, label, self.fonts.italic, 8, fill=self.style.colour)
            y += 10.5
            for line in wrap(value, self.fonts.plain, 9.5, wide):
                self.pages.text(self.column, y, line, self.fonts.plain, fit(line, self.fonts.plain, 9.5, wide))
                y += 11
            y += 3
        return y

    def _company(self, y: float) -> None:
        sender = self.paper.sender
        wide = WIDTH - self.column - 6 * MM
        groups = self.columns_of_foot(sender)
        if sender.iban:
            groups[3] = [sender.bank, "IBAN", spaced(sender.iban), f"BIC {sender.bic}"]
        self.pages.line(self.column, y, WIDTH - 6 * MM, y, stroke=self.style.accent, width=1)
        y += 14
        for group in groups:
            for number, line in enumerate(group):
                font = self.fonts.bold if group is groups[0] and number == 0 else self.fonts.plain
                for piece in wrap(line, font, 7.6, wide):
                    self.pages.text(self.column, y, piece, font, fit(piece, font, 7.6, wide), fill="4a4f57")
                    y += 9.4
            y += 5

    def head_next(self) -> None:
        name, text = self.paper.sender.name, f"{self.paper.title} {self.paper.number}".strip()
        small = fit(name, self.fonts.italic, 10, 56 * MM)
        self.pages.text(self.left, 22 * MM, name, self.fonts.italic, small, fill=self.style.colour)
        self.pages.text(
            self.right, 22 * MM, text, self.fonts.italic, fit(text, self.fonts.italic, 10, 62 * MM), align="r"
        )
        self.pages.line(self.left, 25 * MM, self.right, 25 * MM, stroke=self.style.accent, width=0.8)

    def foot(self) -> None:
        self.pages.line(self.left, HEIGHT - 18 * MM, self.right, HEIGHT - 18 * MM, stroke="bbbbbb", width=0.4)

    def numbering(self, number: int, total: int) -> None:
        if total > 1:
            middle = (self.left + self.right) / 2
            self.pages.text(
                middle, HEIGHT - 12 * MM, f"– {number} / {total} –", self.fonts.plain, 8.5, align="c", fill="555555"
            )
