"""What arrives large: a mail of many megabytes with real files on it, and a PDF of hundreds of scanned pages."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from pathlib import Path

MEGABYTE = 1_000_000
# So many pages differ; all others are one of them with other bytes.
DIFFERENT = 20
_PHOTO = (4000, 3000)


def a_mail(
    *, sender: str, to: str, subject: str, number: str, files: list[tuple[str, str, bytes]], body: str = ""
) -> bytes:
    """As a customer's program writes it; `number` makes its Message-ID."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"], message["Message-ID"] = formatdate(), f"<{number}@{sender.rpartition('@')[2]}>"
    message.set_content(body or f"Guten Tag,\n\nanbei unsere Unterlagen zu {subject}.\n\nMit freundlichen Grüßen\n")
    for name, kind, content in files:
        maintype, _, subtype = kind.partition("/")
        message.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)
    return message.as_bytes(policy=SMTP)


def an_order(number: str, customer: str) -> bytes:
    """A born-digital order of one page."""
    from reportlab.pdfgen.canvas import Canvas

    target = io.BytesIO()
    canvas = Canvas(target)
    lines = (
        f"Bestellung {number}",
        f"Bestellnummer: {number}",
        f"Unsere Kundennummer bei Ihnen: {customer}",
        "Wir bestellen: 3 Stück Kreiselpumpe KP 40, Einzelpreis 1.200,00 EUR",
        "Liefertermin: 18.12.2026",
    )
    for place, text in enumerate(lines):
        canvas.drawString(60, 760 - 20 * place, text)
    canvas.save()
    return target.getvalue()


def a_large_mail(*, sender: str, to: str, customer: str, turn: int, size: int) -> bytes:
    """At least `size` bytes as they are sent: an order, a text with a picture, a workbook, photos, a scan to read."""
    files = [
        (f"Bestellung GB-2026-{turn:04d}.pdf", "application/pdf", an_order(f"GB-2026-{turn:04d}", customer)),
        (f"Beschreibung {turn}.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
         _text(turn)),
        ("Preise.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _workbook()),
        (f"Aufmass {turn}.pdf", "application/pdf", a_scan(pages=4, seed=turn)),
    ]  # fmt: skip
    while sum(len(content) for *_, content in files) * 4 / 3 < size:
        seed = 100 * turn + len(files)
        files.append((f"Foto {len(files)}.jpg", "image/jpeg", _photo(seed)))
    return a_mail(sender=sender, to=to, subject=f"Umbau Halle, Teil {turn}", number=f"gross-{turn}", files=files)


def a_scan(*, pages: int, seed: int) -> bytes:
    """A small PDF of scanned pages."""
    target = io.BytesIO()
    _write(target, pages, seed)
    return target.getvalue()


def write_scan(path: Path, *, pages: int, seed: int = 7) -> None:
    """The same into a file, of any length."""
    with path.open("wb") as target:
        _write(target, pages, seed)


def _write(target: io.BytesIO | io.BufferedWriter, pages: int, seed: int) -> None:
    import pikepdf

    from bench.scans import add_page

    with pikepdf.new() as scan:
        for jpeg in _pictures(pages, seed):
            add_page(scan, jpeg)
        scan.save(target)


def _pictures(pages: int, seed: int) -> Iterator[bytes]:
    from bench.born_digital import samples
    from bench.scans import scanned
    from demo.customers import make_customers

    papers = samples(make_customers(DIFFERENT, seed), count=min(pages, DIFFERENT), seed=seed)
    different = [scanned(paper.pdf, seed + number) for number, paper in enumerate(papers)]
    for number in range(pages):
        # What stands behind the end of a JPEG is not shown: the same picture, other bytes.
        yield different[number % len(different)] + f"page {number}".encode() + os.urandom(16)


def _photo(seed: int) -> bytes:
    """A colour photo as a telephone takes it: soft shapes, and grain that does not compress."""
    import numpy as np
    from PIL import Image

    wide, high = _PHOTO
    chance = np.random.default_rng(seed)
    soft = Image.fromarray(chance.integers(40, 220, (12, 16, 3), dtype=np.uint8))
    shown = np.asarray(soft.resize((wide, high), Image.Resampling.BICUBIC), dtype=np.float32)
    grain = chance.normal(0, 8, (high, wide, 3))
    target = io.BytesIO()
    Image.fromarray(np.clip(shown + grain, 0, 255).astype(np.uint8)).save(target, "JPEG", quality=88)
    return target.getvalue()


def _text(turn: int) -> bytes:
    from docx import Document
    from docx.shared import Cm

    document, target = Document(), io.BytesIO()
    document.add_heading(f"Beschreibung des Umbaus, Teil {turn}")
    for number in range(30):
        document.add_paragraph(
            f"Abschnitt {number}: Die Pumpe wird versetzt, die Leitung neu verlegt und geprüft. " * 4
        )
    document.add_picture(io.BytesIO(_photo(turn)), width=Cm(15))
    document.save(target)
    return target.getvalue()


def _workbook() -> bytes:
    return (Path(__file__).parents[1] / "tests/samples/office/tika_test-columnar.xlsx").read_bytes()
