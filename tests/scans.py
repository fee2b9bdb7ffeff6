"""Scans for tests: pages drawn, made a picture, and put into a PDF without any text, as a scanner does it.

The sheets are small, for the reading program takes its time with large ones.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache

import pikepdf
import pypdfium2
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

# Millimetres: a letter's head, not a whole sheet.
WIDTH, HEIGHT = 150.0, 62.0
_POINTS = 72 / 25.4

LETTER = (
    "Frankenblech Anlagenbau GmbH, Am Kanal 7, 90766 Fürth",
    "Muster Maschinenbau GmbH",
    "Hauptstraße 5",
    "90402 Nürnberg",
    "Kundennummer: K-10001",
    "Rechnung RE-2026-0815 vom 12.11.2026",
    "Rechnungsnummer: RE-2026-0815",
    "Rechnungsdatum: 12.11.2026",
    "Gesamtbetrag: 119,00 EUR",
)


@cache
def a_picture(
    lines: tuple[str, ...] = LETTER, *, turn: int = 0, lean: float = 0.0, dpi: int = 300, code: str = ""
) -> Image.Image:
    """A sheet as a grey picture; `turn` is how far clockwise it lies wrong, `lean` how far it is askew."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH * _POINTS, HEIGHT * _POINTS))
    canvas.setFont("Helvetica", 11)
    for number, line in enumerate(lines):
        canvas.drawString(8 * _POINTS, (HEIGHT - 7 - 6 * number) * _POINTS, line)
    canvas.showPage()
    canvas.save()
    with pypdfium2.PdfDocument(buffer.getvalue()) as document:
        page = document[0]
        picture: Image.Image = page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
        page.close()
    if code:
        picture.paste(_coded(code), (round(100 * dpi / 25.4), round(20 * dpi / 25.4)))
    if lean:
        picture = picture.rotate(-lean, Image.Resampling.BICUBIC, fillcolor=255)
    if turn:
        picture = picture.rotate(-turn, expand=True)
    picture.info["dpi"] = (dpi, dpi)
    return picture


def _coded(text: str) -> Image.Image:
    import zxingcpp

    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    drawn: Image.Image = Image.fromarray(barcode.to_image(scale=8)).convert("L")
    return drawn


def a_scan(pictures: Sequence[Image.Image] | None = None) -> bytes:
    """A PDF of such pictures, nothing else in it."""
    document = pikepdf.new()
    for picture in pictures if pictures is not None else [a_picture()]:
        width, height = (side * 72 / 300 for side in picture.size)
        jpeg = io.BytesIO()
        picture.save(jpeg, "JPEG", quality=85)
        document.add_blank_page(page_size=(width, height))
        image = pikepdf.Stream(document, jpeg.getvalue())
        image.update(
            pikepdf.Dictionary(
                Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=picture.width, Height=picture.height,
                BitsPerComponent=8, ColorSpace=pikepdf.Name.DeviceGray, Filter=pikepdf.Name.DCTDecode,
            )
        )  # fmt: skip
        page = document.pages[-1].obj
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=document.make_indirect(image)))
        page.Contents = document.make_stream(f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Im0 Do Q".encode())
    buffer = io.BytesIO()
    document.save(buffer, deterministic_id=True)
    return buffer.getvalue()


def as_tiff(pictures: Sequence[Image.Image]) -> bytes:
    """A bitonal TIFF of several pages, as fax machines and older scanners give it."""
    buffer = io.BytesIO()
    first, *rest = [picture.convert("1", dither=Image.Dither.NONE) for picture in pictures]
    first.save(buffer, "TIFF", save_all=True, append_images=rest, compression="group4", dpi=(300, 300))
    return buffer.getvalue()
