"""The print-out of an ERP: a grid of cells on top with address and information, ruled tables, one line at the foot."""

from __future__ import annotations

from demo.checkdigits import spaced
from demo.layouts.canvas import HEIGHT, MM, WIDTH, fit, text_width, wrap
from demo.layouts.sheet import Sheet


class TableHead(Sheet):
    """Everything in boxes."""

    size = 9.5
    left, right = 18 * MM, WIDTH - 15 * MM
    top_next, bottom = 34 * MM, HEIGHT - 27 * MM
    grid = True

    def head(self) -> None:
        sender = self.paper.sender
        self.logo(self.left, 10 * MM, 13 * MM)
        self.pages.text(self.left + 17 * MM, 16 * MM, sender.name, self.fonts.bold, 12)
        where = f"{sender.street}, {sender.zip} {sender.city}"
        reach = "   ".join(part for part in (sender.phone and f"Tel. {sender.phone}", sender.email) if part)
        self.pages.text(self.left + 17 * MM, 20 * MM, where, self.fonts.plain, 8)
        self.pages.text(self.left + 17 * MM, 23.6 * MM, reach, self.fonts.plain, 8)
        title = self.paper.title.upper()
        used = 22 * MM + text_width(sender.name, self.fonts.bold, 12)
        size = fit(title, self.fonts.bold, 17, self.right - self.left - used)
        self.pages.text(self.right, 17 * MM, title, self.fonts.bold, size, align="r", fill=self.style.colour)
        self.pages.text(self.right, 23.6 * MM, self.paper.number, self.fonts.plain, 10, align="r")
        self._grid(30 * MM)
        self.subject()

    def _grid(self, top: float) -> None:
        rows = -(-len(self.paper.info) // 2)
        high = max(rows * 10.5 * MM, 40 * MM)
        split = self.left + 82 * MM
        self.pages.box(self.left, top, self.right - self.left, high, stroke="444444", width=0.8)
        self.pages.line(split, top, split, top + high, stroke="444444", width=0.8)
        self.pages.text(self.left + 5, top + 9, "Empfänger", self.fonts.plain, 6.5, fill="5f6670")
        for number, line in enumerate(self.address_lines(76 * MM)):
            self.pages.text(self.left + 5, top + 26 + number * 13, line, self.fonts.plain, 10)
        wide = (self.right - split) / 2
        cell = high / max(rows, 1)
        for index, (label, value) in enumerate(self.paper.info):
            x, y = split + (index % 2) * wide, top + (index // 2) * cell
            self.pages.box(x, y, wide, cell, stroke="777777", width=0.4)
            self.pages.text(x + 4, y + 8.5, label, self.fonts.plain, 6.5, fill="5f6670")
            for number, line in enumerate(wrap(value, self.fonts.plain, 8.8, wide - 6)[:2]):
                small = fit(line, self.fonts.plain, 8.8, wide - 6, smallest=4.25)
                self.pages.text(x + 4, y + 19 + number * 9, line, self.fonts.plain, small)
        self.y = top + high + 9 * MM

    def head_next(self) -> None:
        self.pages.box(self.left, 14 * MM, self.right - self.left, 9 * MM, stroke="444444", width=0.8)
        text = f"{self.paper.title} {self.paper.number}"
        self.pages.text(self.left + 5, 20 * MM, self.paper.sender.name, self.fonts.bold, 9)
        self.pages.text(self.right - 5, 20 * MM, text, self.fonts.plain, 9, align="r")

    def foot(self) -> None:
        party = self.paper.sender
        one = " | ".join(part for part in (party.register, party.led_by) if part)
        two = " | ".join(
            part
            for part in (
                party.vat_id and f"USt-IdNr.: {party.vat_id}",
                party.tax_number and f"Steuernummer: {party.tax_number}",
                party.iban and f"{party.bank}, IBAN: {spaced(party.iban)}, BIC: {party.bic}",
            )
            if part
        )
        self.pages.line(self.left, HEIGHT - 21 * MM, self.right, HEIGHT - 21 * MM, stroke="444444", width=0.8)
        for number, line in enumerate((one, two)):
            self.pages.text(
                WIDTH / 2, HEIGHT - 17 * MM + number * 9.5, line, self.fonts.plain, 7, align="c", fill="333333"
            )

    def numbering(self, number: int, total: int) -> None:
        text = f"Blatt {number}/{total}"
        self.pages.text(self.right, HEIGHT - 22.5 * MM, text, self.fonts.plain, 7.5, align="r", fill="333333")
