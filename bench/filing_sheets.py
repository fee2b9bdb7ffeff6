"""Pages for measuring filing: several layouts of letters and forms, drawn as real PDFs and read as the product reads.

An outgoing document has our company as its sender and the customer as recipient, an incoming one the other way round.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

import pypdfium2
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from kundenakte.records.pagetext import DocumentText
from kundenakte.steps.rendition.pdf_text import read_page

WIDTH, HEIGHT = A4
FILLING = (
    "wir danken für das Gespräch und kommen gern auf die besprochenen Punkte zurück.",
    "Bitte prüfen Sie die Unterlagen und geben Sie uns bis Ende der Woche Bescheid.",
    "Die Ausführung erfolgt nach den anerkannten Regeln der Technik und unseren Bedingungen.",
    "Für Rückfragen steht Ihnen Herr Bergner aus unserem Innendienst gern zur Verfügung.",
    "Der Liefertermin verschiebt sich um wenige Tage, wofür wir um Verständnis bitten.",
    "Das Material wurde in der Halle 3 geprüft und ohne Befund freigegeben.",
)


@dataclass(slots=True)
class Page:
    """What a layout has to place."""

    title: str
    recipient: Sequence[str]
    # The sender's letterhead: name, street, zip and city; empty when the letterhead is a picture.
    sender: Sequence[str]
    footer: Sequence[str]
    # Label and value pairs: numbers and dates.
    details: Sequence[tuple[str, str]]
    body: Sequence[str] = field(default_factory=tuple)
    rows: Sequence[tuple[str, str, str]] = field(default_factory=tuple)


class Pen:
    """Draws text on a PDF with millimetres from the top left."""

    def __init__(self) -> None:
        self._buffer = io.BytesIO()
        self._canvas = Canvas(self._buffer, pagesize=A4, invariant=1)

    def put(self, x: float, y: float, text: str, *, size: float = 9.5, bold: bool = False, align: str = "left") -> None:
        """One line at x, y (millimetres)."""
        self._canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
        left, top = x * WIDTH / 210, HEIGHT - y * HEIGHT / 297
        draw = {
            "left": self._canvas.drawString,
            "right": self._canvas.drawRightString,
            "centre": self._canvas.drawCentredString,
        }[align]
        draw(left, top, text)

    def lines(
        self, x: float, y: float, texts: Sequence[str], *, step: float = 4.6, size: float = 9.5, align: str = "left"
    ) -> float:
        """Several lines; returns where the next would stand."""
        for text in texts:
            if text:
                self.put(x, y, text, size=size, align=align)
            y += step
        return y

    def next_page(self) -> None:
        """Go on on a new page."""
        self._canvas.showPage()

    def finish(self) -> bytes:
        """The PDF."""
        self._canvas.showPage()
        self._canvas.save()
        return self._buffer.getvalue()


def text_of(pdf: bytes) -> DocumentText:
    """Read a PDF as rendition does."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return DocumentText(tuple(read_page(page) for page in document))
    finally:
        document.close()


def _rest(pen: Pen, page: Page, y: float) -> None:
    pen.put(25, y, page.title, size=13, bold=True)
    y = pen.lines(25, y + 9, page.body)
    for left, middle, right in page.rows:
        y += 5
        pen.put(25, y, left)
        pen.put(45, y, middle)
        pen.put(190, y, right, align="right")
    if page.footer:
        count = 3 if len(page.footer) > 3 else 1
        size = -(-len(page.footer) // count)
        for at in range(count):
            pen.lines(25 + at * 60, 278, page.footer[at * size : (at + 1) * size], step=3.4, size=7)


def window_left(pen: Pen, page: Page) -> None:
    """DIN 5008: return line and address at the left, details at the right."""
    if page.sender:
        pen.put(25, 48, " · ".join(page.sender), size=6.5)
    pen.lines(25, 55, page.recipient)
    for at, (label, value) in enumerate(page.details):
        pen.put(125, 55 + at * 5, f"{label}:")
        pen.put(165, 55 + at * 5, value)
    _rest(pen, page, 105)


def letterhead_centred(pen: Pen, page: Page) -> None:
    """Sender centred at the top, recipient left, details as lines under it."""
    pen.lines(105, 14, page.sender, size=11, align="centre")
    pen.lines(25, 52, page.recipient)
    y = 90.0
    for label, value in page.details:
        pen.put(25, y, f"{label}: {value}")
        y += 5
    _rest(pen, page, y + 8)


def recipient_right(pen: Pen, page: Page) -> None:
    """Recipient at the right as in Switzerland, sender at the top left, details in the left column."""
    pen.lines(20, 18, page.sender, size=9)
    pen.lines(120, 50, page.recipient)
    for at, (label, value) in enumerate(page.details):
        pen.put(20, 62 + at * 4.6, f"{label} {value}")
    _rest(pen, page, 110)


def detail_table(pen: Pen, page: Page) -> None:
    """A row of labels with a row of values below it."""
    pen.lines(190, 14, page.sender, size=8.5, align="right")
    pen.lines(22, 50, page.recipient)
    step = 170 / max(len(page.details), 1)
    for at, (label, value) in enumerate(page.details):
        pen.put(22 + at * step, 92, label, size=8)
        pen.put(22 + at * step, 97, value)
    _rest(pen, page, 110)


def stacked_right(pen: Pen, page: Page) -> None:
    """Each value under its label in a narrow column at the right; sender above in the same column."""
    pen.lines(150, 20, page.sender, size=8)
    pen.lines(25, 48, page.recipient)
    for at, (label, value) in enumerate(page.details):
        pen.put(150, 50 + at * 9.5, label, size=7)
        pen.put(150, 54 + at * 9.5, value)
    _rest(pen, page, 118)


def form_top(pen: Pen, page: Page) -> None:
    """Title first, then details and address side by side, as many programs print."""
    pen.put(20, 18, page.title, size=15, bold=True)
    pen.lines(130, 18, page.sender, size=8)
    pen.lines(20, 40, ["Kunde / Customer", *page.recipient])
    for at, (label, value) in enumerate(page.details):
        pen.put(120, 45 + at * 5, label)
        pen.put(190, 45 + at * 5, value, align="right")
    _rest(pen, page, 95)


def prose(pen: Pen, page: Page) -> None:
    """A contract or protocol: the parties stand in sentences, the details in lines."""
    pen.put(25, 30, page.title, size=14, bold=True)
    y = 45.0
    for party, role in ((page.sender, "Auftragnehmer"), (page.recipient, "Auftraggeber")):
        if party:
            words = ", ".join(line for line in party if line and line != "Firma")
            y = pen.lines(25, y, [f"zwischen {words}", f"- nachfolgend {role} -"])
    y = pen.lines(25, y + 4, [f"{label}: {value}" for label, value in page.details])
    _rest(pen, page, y + 6)


def address_line(pen: Pen, page: Page) -> None:
    """Recipient and sender each in one line, as cash desks and web shops print them."""
    pen.put(20, 15, " - ".join(page.sender), size=8)
    pen.put(20, 25, "Rechnungsempfänger: " + ", ".join(line for line in page.recipient if line and line != "Firma"))
    for at, (label, value) in enumerate(page.details):
        pen.put(20 + (at % 2) * 90, 35 + (at // 2) * 5, f"{label} : {value}")
    _rest(pen, page, 60)


def abroad(pen: Pen, page: Page) -> None:
    """With the country below the city, and a second page for the rest."""
    pen.lines(20, 15, [*page.sender, "Deutschland"] if page.sender else [], size=8)
    pen.lines(20, 60, [*page.recipient, "DEUTSCHLAND"] if page.recipient else [], step=5.2, size=11)
    for at, (label, value) in enumerate(page.details):
        pen.put(190, 60 + at * 5, f"{label}  {value}", align="right")
    pen.next_page()
    _rest(pen, page, 30)


LAYOUTS: tuple[Callable[[Pen, Page], None], ...] = (
    window_left,
    letterhead_centred,
    recipient_right,
    detail_table,
    stacked_right,
    form_top,
    prose,
    address_line,
    abroad,
)


def draw(page: Page, rng: Random) -> bytes:
    """The page in one of the layouts, as PDF."""
    pen = Pen()
    rng.choice(LAYOUTS)(pen, page)
    return pen.finish()
