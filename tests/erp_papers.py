"""Papers as an ERP prints them: words on pages, and nothing else."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.pdfgen.canvas import Canvas


def a_pdf(pages: Sequence[Sequence[str]]) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    for lines in pages:
        for at, line in enumerate(lines):
            canvas.drawString(60, 780 - 16 * at, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def an_invoice(number: str, customer: str, name: str, *, pages: int = 1) -> list[list[str]]:
    head = [
        "Frankenblech Anlagenbau GmbH", name, f"Kundennummer: {customer}", f"Rechnung {number}",
        f"Rechnungsnummer: {number}", "Rechnungsdatum: 12.11.2026", "Gesamtbetrag: 119,00 EUR", f"Seite 1 von {pages}",
    ]  # fmt: skip
    return [head, *([f"Fortsetzung zu {number}", f"Seite {page} von {pages}"] for page in range(2, pages + 1))]
