"""What stands in the barcode of a separator sheet, and the sheets themselves. Pure but for the drawing of the PDF."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

# Every sheet of ours begins so; the figure is the edition of this form.
MARK: Final = "KA1"
# What scanners and shops print on sheets that carry nothing else.
PLAIN: Final = frozenset({"PATCHT", "PATCH-T", "PATCH T", "SEPARATOR", "TRENNBLATT", "TRENNSEITE"})
_KEYS: Final = {"K": "customer", "C": "class", "N": "number", "S": "section"}
_SIGNS: Final = {word: sign for sign, word in _KEYS.items()}
_SAFE: Final = "-_.+/ "


@dataclass(frozen=True, slots=True)
class Sheet:
    """A separator sheet: what it says of the document behind it; nothing when it only separates."""

    facts: Mapping[str, str]


def written(facts: Mapping[str, str]) -> str:
    """The text for a sheet's barcode: customer, class, number and section as far as they are given."""
    told = [(_SIGNS[key], value) for key, value in sorted(facts.items()) if key in _SIGNS and value]
    parts = [f"{sign}={quote(value, safe=_SAFE)}" for sign, value in told]
    return ";".join((MARK, *parts))


def read(text: str) -> Sheet | None:
    """The sheet a barcode belongs to; None for any other barcode, as on a parcel."""
    if text.strip().upper() in PLAIN:
        return Sheet({})
    mark, *parts = text.strip().split(";")
    if mark != MARK:
        return None
    pairs = (part.partition("=") for part in parts)
    return Sheet({_KEYS[sign]: unquote(value)[:200] for sign, _equals, value in pairs if sign in _KEYS and value})


@dataclass(frozen=True, slots=True)
class Printed:
    """One sheet to print: its barcode's facts and the lines a person reads."""

    facts: Mapping[str, str]
    title: str
    lines: tuple[str, ...] = ()


def as_pdf(sheets: Iterable[Printed], *, instruction: str) -> bytes:
    """The sheets as A4 pages, each with its code twice: one is read whichever end comes first."""
    from reportlab.graphics import renderPDF
    from reportlab.graphics.barcode.qr import QrCodeWidget
    from reportlab.graphics.shapes import Drawing
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.lib.utils import simpleSplit
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    for name, file in (("Kundenakte-Blatt", "Vera.ttf"), ("Kundenakte-Blatt-Fett", "VeraBd.ttf")):
        pdfmetrics.registerFont(TTFont(name, file))
    width, height = A4
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, initialFontName="Kundenakte-Blatt")
    for sheet in sheets:
        side = 55 * mm
        for top in (height - 20 * mm - side, 20 * mm):
            code = QrCodeWidget(written(sheet.facts), barLevel="Q", barWidth=side, barHeight=side, barBorder=2)
            drawing = Drawing(side, side)
            drawing.add(code)
            renderPDF.draw(drawing, canvas, (width - side) / 2, top)
        at = height - 95 * mm
        canvas.setFont("Kundenakte-Blatt-Fett", 20)
        for line in simpleSplit(sheet.title, "Kundenakte-Blatt-Fett", 20, width - 40 * mm)[:3]:
            canvas.drawCentredString(width / 2, at, line)
            at -= 9 * mm
        canvas.setFont("Kundenakte-Blatt", 14)
        for text in sheet.lines:
            for line in simpleSplit(text, "Kundenakte-Blatt", 14, width - 40 * mm)[:2]:
                canvas.drawCentredString(width / 2, at, line)
                at -= 7 * mm
        canvas.setFont("Kundenakte-Blatt", 10)
        at -= 4 * mm
        for line in simpleSplit(instruction, "Kundenakte-Blatt", 10, width - 60 * mm):
            canvas.drawCentredString(width / 2, at, line)
            at -= 5 * mm
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()
