"""A line printer's list: one typeface, one size, rules made of hyphens."""

from __future__ import annotations

from demo.checkdigits import spaced
from demo.layouts.canvas import HEIGHT, MM, WIDTH, text_width
from demo.layouts.sheet import COURIER, Sheet
from demo.papers import Heading, Table, Totals


class Typewriter(Sheet):
    """What the machine in the back office has printed since 1994."""

    family = COURIER
    size = 9.5
    left, right = 20 * MM, WIDTH - 15 * MM
    top_next, bottom = 30 * MM, HEIGHT - 30 * MM

    def _rule(self, y: float, char: str = "-") -> None:
        count = int((self.right - self.left) / text_width(char, self.fonts.plain, 9.5))
        self.pages.text(self.left, y, char * count, self.fonts.plain, 9.5)

    def head(self) -> None:
        sender = self.paper.sender
        self.pages.text(self.left, 18 * MM, sender.name, self.fonts.bold, 13)
        self.pages.text(self.left, 23 * MM, f"{sender.street}   {sender.zip} {sender.city}", self.fonts.plain, 9.5)
        if sender.phone or sender.email:
            self.pages.text(self.left, 27 * MM, f"Tel. {sender.phone}   {sender.email}".strip(), self.fonts.plain, 9.5)
        for number, line in enumerate(self.address_lines(80 * MM)):
            self.pages.text(self.left, 50 * MM + number * 13, line, self.fonts.plain, 10)
        y = 50 * MM
        for label, value in self.paper.info:
            self.pages.text(115 * MM, y, f"{label[:17]:<17}:", self.fonts.plain, 8.4)
            y = self.value(value, x=115 * MM, after=33.5 * MM, y=y, size=8.4)
        self.y = max(93 * MM, y + 14)
        if self.paper.title:
            title = self.paper.title.upper()
            spread = " ".join(title) if len(title) < 22 else title
            self.pages.text(self.left, self.y, spread, self.fonts.bold, 12)
        self.y += 10
        self._rule(self.y, "=")
        self.y += 16
        self.subject()

    def head_next(self) -> None:
        self.pages.text(
            self.left,
            20 * MM,
            f"{self.paper.sender.name}   {self.paper.title} {self.paper.number}",
            self.fonts.plain,
            9.5,
        )
        self._rule(24 * MM)

    def heading(self, heading: Heading) -> None:
        self.need(40)
        self.pages.text(self.left, self.y, heading.text, self.fonts.bold, self.size)
        self.y += self.size * 1.6

    def table_head(self, table: Table, widths: list[float]) -> None:
        x = self.left
        for column, width in zip(table.columns, widths, strict=True):
            self._aligned(
                x,
                self.y,
                width,
                column.title,
                font=self.fonts.bold,
                size=self.size - 1,
                align=column.align,
                ink="1a1a1a",
            )
            x += width
        self._rule(self.y + 9)
        self.y += 21

    def totals(self, totals: Totals) -> None:
        self.need(len(totals.rows) * 13 + 24)
        self._rule(self.y - 6)
        self.y += 6
        for number, (label, amount) in enumerate(totals.rows, 1):
            font = self.fonts.bold if number == len(totals.rows) else self.fonts.plain
            self.pages.text(self.right - 85 * MM, self.y, label, font, self.size)
            self.pages.text(self.right - 3, self.y, amount, font, self.size, align="r")
            self.y += 13
        self._rule(self.y - 3, "=")
        self.y += 16

    def foot(self) -> None:
        party = self.paper.sender
        self._rule(HEIGHT - 24 * MM)
        parts = (
            party.register,
            party.vat_id and f"UST-IDNR {party.vat_id}",
            party.tax_number and f"ST-NR {party.tax_number}",
        )
        self.pages.text(self.left, HEIGHT - 20 * MM, "  ".join(part for part in parts if part), self.fonts.plain, 8)
        if party.iban:
            bank = f"{party.bank}  IBAN {spaced(party.iban)}  BIC {party.bic}"
            self.pages.text(self.left, HEIGHT - 16.5 * MM, bank, self.fonts.plain, 8)

    def numbering(self, number: int, total: int) -> None:
        self.pages.text(self.right, HEIGHT - 27 * MM, f"BLATT {number}/{total}", self.fonts.plain, 8, align="r")
