"""A coloured band, a large title, sender and recipient side by side, tinted rows: the paper of a young ERP."""

from __future__ import annotations

from demo.checkdigits import spaced
from demo.layouts.canvas import HEIGHT, MM, WIDTH, fit, wrap
from demo.layouts.sheet import VERA, Sheet


class Modern(Sheet):
    """Set in an embedded face, so that it can be PDF/A as well."""

    family = VERA
    size = 9.6
    left, right = 18 * MM, WIDTH - 18 * MM
    top_next, bottom = 34 * MM, HEIGHT - 26 * MM
    head_filled = True
    zebra = True
    totals_filled = True

    def head(self) -> None:
        sender = self.paper.sender
        self.pages.box(0, 0, WIDTH, 26 * MM, fill=self.style.colour)
        self.pages.box(0, 26 * MM, WIDTH, 1.6 * MM, fill=self.style.accent)
        self.pages.box(self.left - 2 * MM, 4.5 * MM, 17 * MM, 17 * MM, fill="ffffff", round_=5)
        self.logo(self.left, 6.5 * MM, 13 * MM)
        size = fit(sender.name, self.fonts.bold, 15, 138 * MM)
        self.pages.text(self.left + 20 * MM, 13 * MM, sender.name, self.fonts.bold, size, fill="ffffff")
        line = " · ".join(part for part in (self.style.claim or sender.city, sender.web, sender.phone) if part)
        self.pages.text(self.left + 20 * MM, 19 * MM, line, self.fonts.plain, 7.5, fill="e8edf2")
        self._title()
        self._parties(58 * MM)
        self.subject()

    def _title(self) -> None:
        size = fit(self.paper.title, self.fonts.plain, 21, 110 * MM)
        self.pages.text(self.left, 44 * MM, self.paper.title, self.fonts.plain, size, fill=self.style.colour)
        self.pages.text(self.right, 44 * MM, self.paper.number, self.fonts.bold, 12, align="r", fill="333a44")

    def _parties(self, top: float) -> None:
        middle, right = self.left + 66 * MM, self.left + 108 * MM
        heads = ((self.left, "AN"), (middle, "VON"), (right, "DETAILS"))
        for x, text in heads:
            self.pages.text(x, top, text, self.fonts.bold, 6.5, fill=self.style.accent)
        y = top + 14
        for line in self.address_lines(62 * MM):
            self.pages.text(self.left, y, line, self.fonts.plain, 9)
            y += 12.5
        lowest, y = y, top + 14
        sender = self.paper.sender
        for line in (sender.name, sender.street, f"{sender.zip} {sender.city}", sender.email):
            for piece in wrap(line, self.fonts.plain, 7, 39 * MM):
                small = fit(piece, self.fonts.plain, 7, 39 * MM)
                self.pages.text(middle, y, piece, self.fonts.plain, small, fill="555d66")
                y += 10
        lowest, y = max(lowest, y), top + 14
        for label, value in self.paper.info:
            self.pages.text(right, y, label, self.fonts.plain, 7, fill="555d66")
            y = self.value(value, x=right, after=31 * MM, y=y, size=7.4)
        self.y = max(lowest, y) + 9 * MM

    def head_next(self) -> None:
        self.pages.box(0, 0, WIDTH, 5 * MM, fill=self.style.colour)
        self.pages.text(
            self.left, 18 * MM, f"{self.paper.title} {self.paper.number}", self.fonts.bold, 9, fill=self.style.colour
        )
        self.pages.text(self.right, 18 * MM, self.paper.sender.name, self.fonts.plain, 8, align="r", fill="555d66")

    def foot(self) -> None:
        party = self.paper.sender
        self.pages.box(0, HEIGHT - 2.5 * MM, WIDTH, 2.5 * MM, fill=self.style.accent)
        rows = (
            (party.register, party.led_by,
                party.vat_id and f"USt-IdNr. {party.vat_id}"),
            (party.bank, party.iban and f"IBAN {spaced(party.iban)}", party.iban and f"BIC {party.bic}",
             party.tax_number and f"St.-Nr. {party.tax_number}"),
        )  # fmt: skip
        for number, parts in enumerate(rows):
            text = "  ·  ".join(part for part in parts if part)
            self.pages.text(self.left, HEIGHT - 14 * MM + number * 9.5, text, self.fonts.plain, 6.2, fill="555d66")

    def numbering(self, number: int, total: int) -> None:
        self.pages.text(
            self.right, HEIGHT - 19 * MM, f"{number} / {total}", self.fonts.bold, 7.5, align="r", fill=self.style.colour
        )
