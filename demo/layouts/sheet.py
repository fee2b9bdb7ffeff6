"""What all layouts share: the text flows down the page, breaks to the next, and ends with the page numbers."""

from __future__ import annotations

from dataclasses import dataclass

from demo.checkdigits import spaced
from demo.layouts.blocks import BlockDrawer
from demo.layouts.canvas import HEIGHT, MM, WIDTH, Pages, fit, text_width, wrap
from demo.layouts.logos import draw_logo
from demo.papers import Paper, Para, Signatures
from demo.parties import Party


@dataclass(frozen=True, slots=True)
class Fonts:
    """Font names of one family."""

    plain: str
    bold: str
    italic: str


HELVETICA = Fonts("Helvetica", "Helvetica-Bold", "Helvetica-Oblique")
TIMES = Fonts("Times-Roman", "Times-Bold", "Times-Italic")
COURIER = Fonts("Courier", "Courier-Bold", "Courier-Oblique")
VERA = Fonts("Vera", "Vera-Bold", "Vera-Italic")


class Sheet(BlockDrawer):
    """One paper being drawn. A layout sets the measures and says how head, follow-on head and foot look."""

    family = HELVETICA
    size = 10.0
    left, right = 25 * MM, WIDTH - 20 * MM
    top_next, bottom = 38 * MM, HEIGHT - 36 * MM

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        embed = paper.embed_fonts or self.family is VERA
        self.fonts = VERA if embed else self.family
        if embed:
            self.size = type(self).size - 1.0  # Vera runs wide
        if paper.code in {"CONTRACT", "MAINT_CONTRACT", "NDA"}:
            self.size -= 0.8  # the small print of contracts
        self.pages = Pages(
            title=f"{paper.title} {paper.number}".strip() or paper.subject, author=paper.sender.name, embed=embed
        )
        self.style = paper.sender.letterhead
        self.y = 0.0
        self.prepare()

    def prepare(self) -> None:
        """A place for a layout to adapt its measures to the paper."""

    def pdf(self) -> bytes:
        """Draw everything."""
        self.head()
        if self.paper.greeting and not self.paper.form:
            self.para(Para(self.paper.greeting))
        for block in self.paper.body:
            self.block(block)
        self.sign()
        self.foot()
        return self.pages.finish(self.numbering)

    def head(self) -> None:
        """Letterhead, address, information, subject of the first page; leaves `y` where the text begins."""
        raise NotImplementedError

    def head_next(self) -> None:
        """What stands on top of the second page and the following."""
        name = f"{self.paper.title} {self.paper.number}".strip()
        self.pages.text(self.left, 22 * MM, self.paper.sender.name, self.fonts.bold, 9, fill=self.style.colour)
        self.pages.text(self.right, 22 * MM, name, self.fonts.plain, 9, align="r", fill="555555")
        self.pages.line(self.left, 25 * MM, self.right, 25 * MM, stroke=self.style.colour)

    def foot(self) -> None:
        """The lower edge of the page that ends."""
        raise NotImplementedError

    def numbering(self, number: int, total: int) -> None:
        """Seite 1 von 3."""
        top = self.bottom + 6 * MM
        self.pages.text(self.right, top, f"Seite {number} von {total}", self.fonts.plain, 7.5, align="r", fill="555555")

    def need(self, high: float) -> bool:
        """Make room for `high` points; True when that took a new page."""
        if self.y + high <= self.bottom:
            return False
        self.foot()
        self.pages.next()
        self.y = self.top_next
        self.head_next()
        return True

    def sign(self) -> None:
        """The closing words and the clerk's name, unless the paper is a form or has lines to sign on."""
        paper = self.paper
        if paper.form or not paper.closing or any(isinstance(block, Signatures) for block in paper.body):
            return
        self.need(50)
        self.para(Para(paper.closing))
        self.para(Para(paper.sender.name))
        if paper.clerk:
            self.need(30)
            self.signature(paper.clerk.name, self.left, self.y + 8)
            self.y += 27
            role = f" · {paper.clerk.role}" if paper.clerk.role else ""
            self.para(Para(f"{'i. A. '}{paper.clerk.name}{role}", small=True))

    # Pieces that several layouts use.

    def logo(self, x: float, top: float, size: float, *, main: str = "") -> None:
        sender = self.paper.sender
        letters = "".join(word[0] for word in sender.name.split() if word[0].isupper())[:2]
        draw_logo(
            self.pages,
            self.style.logo,
            x=x,
            top=top,
            size=size,
            main=main or self.style.colour,
            accent=self.style.accent,
            initials=letters,
        )

    def window(self, top: float, *, left: float | None = None) -> None:
        """The return line and the address as DIN 5008 puts them into the window of the envelope."""
        at = self.left if left is None else left
        sender = self.paper.sender
        back = f"{sender.name} · {sender.street} · {sender.zip} {sender.city}"
        size = fit(back, self.fonts.plain, 6.5, 80 * MM)
        self.pages.text(at, top, back, self.fonts.plain, size, fill="444444")
        self.pages.line(at, top + 2, at + 80 * MM, top + 2, stroke="999999", width=0.3)
        for number, line in enumerate(self.address_lines(80 * MM)):
            self.pages.text(at, top + 20 + number * 13, line, self.fonts.plain, 10)

    def address_lines(self, width: float) -> list[str]:
        """The recipient's lines, long ones broken."""
        return [piece for line in self.paper.recipient.address() for piece in wrap(line, self.fonts.plain, 10, width)]

    def value(self, text: str, *, x: float, after: float, y: float, size: float) -> float:
        """A value behind its label, which begins at `x`; gives where the next one stands.

        A single word too long for the place behind the label goes below it, as a mail address often must.
        """
        font, wide, lead = self.fonts.plain, self.right - x - after, size * 1.43
        if " " not in text and text_width(text, font, size - 1.5) > wide:
            self.pages.text(x, y + lead, text, font, fit(text, font, size, wide + after))
            return y + 2 * lead
        for line in wrap(text, font, size, wide):
            self.pages.text(x + after, y, line, font, fit(line, font, size, wide))
            y += lead
        return y

    def subject(self) -> None:
        """The bold subject line."""
        for line in wrap(self.paper.subject, self.fonts.bold, self.size + 1.5, self.right - self.left):
            self.pages.text(self.left, self.y, line, self.fonts.bold, self.size + 1.5)
            self.y += self.size + 5
        self.y += 8

    def columns_of_foot(self, party: Party) -> list[list[str]]:
        """Address, ways to reach, register and tax, bank: what § 35a GmbHG and § 14 UStG want to see."""
        columns = [
            [party.name, party.street, f"{party.zip} {party.city}"],
            [f"Tel. {party.phone}" if party.phone else "", party.email, party.web],
            [party.register, f"USt-IdNr. {party.vat_id}" if party.vat_id else "",
             f"St.-Nr. {party.tax_number}" if party.tax_number else "",
             party.led_by],
            [party.bank, f"IBAN {spaced(party.iban)}" if party.iban else "", f"BIC {party.bic}" if party.iban else ""],
        ]  # fmt: skip
        return [[line for line in column if line] for column in columns]
