"""DIN 5008 form B: address window, information block on the right, fold and hole marks, four columns at the foot."""

from __future__ import annotations

from demo.layouts.canvas import HEIGHT, MM, WIDTH, fit, text_width, wrap
from demo.layouts.sheet import Sheet


class Din5008(Sheet):
    """The ordinary letter of a German office."""

    bottom = HEIGHT - 33 * MM

    def head(self) -> None:
        self._letterhead()
        self._marks()
        self.window(48 * MM)
        lowest = self._information()
        self.y = max(98.5 * MM, lowest + 8 * MM)
        self.subject()

    def _letterhead(self) -> None:
        sender = self.paper.sender
        size = fit(sender.name, self.fonts.bold, 17, 125 * MM)
        wide = text_width(sender.name, self.fonts.bold, size)
        self.logo(self.right - wide - 22 * MM, 12 * MM, 15 * MM)
        self.pages.text(self.right, 20 * MM, sender.name, self.fonts.bold, size, align="r", fill=self.style.colour)
        claim = self.style.claim or f"{sender.street} · {sender.zip} {sender.city}"
        self.pages.text(self.right, 25.5 * MM, claim, self.fonts.plain, 8.5, align="r", fill="5f6670")
        self.pages.line(self.left, 32 * MM, self.right, 32 * MM, stroke=self.style.accent, width=1.6)

    def _marks(self) -> None:
        for top in (105 * MM, 210 * MM):
            self.pages.line(5 * MM, top, 9 * MM, top, stroke="777777", width=0.3)
        self.pages.line(5 * MM, 148.5 * MM, 11 * MM, 148.5 * MM, stroke="777777", width=0.3)

    def _information(self) -> float:
        x, y = 125 * MM, 51 * MM
        for label, value in self.paper.info:
            self.pages.text(x, y, f"{label}:", self.fonts.plain, 8.5, fill="5f6670")
            y = self.value(value, x=x, after=31 * MM, y=y, size=8.5)
        return y

    def foot(self) -> None:
        top = HEIGHT - 24 * MM
        self.pages.line(self.left, top - 8, self.right, top - 8, stroke=self.style.colour, width=0.8)
        columns = self.columns_of_foot(self.paper.sender)
        starts = (0.0, 43 * MM, 81 * MM, 123 * MM)
        ends = (41 * MM, 79 * MM, 121 * MM, WIDTH - 12 * MM - self.left)
        for column, start, end in zip(columns, starts, ends, strict=True):
            y = top
            for line in column:
                for piece in wrap(line, self.fonts.plain, 6.5, end - start):
                    self.pages.text(self.left + start, y, piece, self.fonts.plain, 6.5, fill="4a4f57")
                    y += 8.2

    def numbering(self, number: int, total: int) -> None:
        self.pages.text(
            self.right,
            HEIGHT - 28.5 * MM,
            f"Seite {number} von {total}",
            self.fonts.plain,
            7.5,
            align="r",
            fill="4a4f57",
        )
