"""Word, Excel, slides, mail, pictures and odd PDFs: real files, the same each time."""

from __future__ import annotations

import email
import email.policy
import io
import zipfile
from datetime import UTC, date, datetime
from random import Random

import docx
import pypdfium2
import pytest
from lxml import etree
from PIL import Image

from demo.customers import make_customers
from demo.files.excel import Cell, SheetOfCells, workbook
from demo.files.mail import Letter, mail, message_id
from demo.files.odd_pdf import broken, protected
from demo.files.pictures import damage_photo, plate_photo, scan, scan_tiff
from demo.files.slides import presentation
from demo.files.word import word_document
from demo.goods import Machine
from demo.layouts import render
from demo.numbers import Numbers
from demo.papers import Paper
from demo.writing import contracts, sales, service
from demo.writing.case import Case

MACHINE = Machine("Förderanlage", "FB 800/12", "24-71234", 2024)
CREATED = "2026-02-03T09:00:00Z"


def _offer() -> Paper:
    case = Case(make_customers(3, 1)[0], Random(2), Numbers(), date(2026, 2, 3))
    return sales.offer(case, date(2026, 2, 4))


def test_word_documents_carry_number_customer_and_table() -> None:
    paper = _offer()
    document = docx.Document(io.BytesIO(word_document(paper)))
    cells = " ".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    assert paper.number in cells
    assert paper.recipient.name in cells
    assert paper.recipient.number in cells
    assert len(document.tables) >= 3


@pytest.mark.parametrize("make", [contracts.secrecy_agreement, service.acceptance, service.service_report])
def test_every_kind_of_block_goes_into_word(make: object) -> None:
    case = Case(make_customers(3, 1)[1], Random(2), Numbers(), date(2026, 2, 3))
    assert callable(make)
    paper = make(case, date(2026, 2, 4))
    assert docx.Document(io.BytesIO(word_document(paper))).tables


def test_word_documents_are_the_same_each_time_and_carry_no_clock() -> None:
    data = word_document(_offer())
    assert data == word_document(_offer())
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2026-02-04T09:00:00Z" in package.read("docProps/core.xml")


def test_a_workbook_is_well_formed_and_keeps_formulas() -> None:
    sheet = SheetOfCells("Kalkulation", (10, 20), ((Cell("Titel & mehr", "title"),), ("a", Cell(12.5, "euro", "B1*2"))))
    data = workbook((sheet,), title="K", author="A", created=CREATED)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            etree.fromstring(package.read(name))
        cells = package.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>B1*2</f><v>12.5</v>" in cells
    assert "Titel &amp; mehr" in cells


def test_a_presentation_is_well_formed_and_has_its_slides() -> None:
    slides = [("Konzept <1>", ("für Kunde & Co.",)), ("Lage", ("eins", "zwei"))]
    data = presentation(slides, foot="wir", colour="16425B", author="A", created=CREATED)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            etree.fromstring(package.read(name))
        assert b"Konzept &lt;1&gt;" in package.read("ppt/slides/slide1.xml")
        assert "ppt/slides/slide2.xml" in package.namelist()


def test_mails_keep_umlauts_attachments_and_their_thread() -> None:
    letter = Letter(
        ("Käthe Übelhör", "k@kunde.example"), ("Wir", "info@haus.example"), "Rückfrage – Lagergeräusch", "Größe?\n",
        datetime(2026, 2, 3, 9, 12, tzinfo=UTC), html="<p>Größe?</p>", attachments=(("Foto Rolle.jpg",
            b"\xff\xd8abc"),),
        replies_to="<first@kunde.example>",
    )  # fmt: skip
    data = mail(letter)
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert message["Subject"] == "Rückfrage – Lagergeräusch"
    assert message["Message-ID"] == message_id(letter)
    assert message["In-Reply-To"] == "<first@kunde.example>"
    assert isinstance(message, email.message.EmailMessage)
    attachment = next(message.iter_attachments())
    assert attachment.get_filename() == "Foto Rolle.jpg"
    assert attachment.get_content() == b"\xff\xd8abc"
    assert data == mail(letter)


def test_photographs_are_pictures_and_depend_on_the_seed_alone() -> None:
    plate = plate_photo(MACHINE, "Löhlein & Brucker", Random(1))
    assert Image.open(io.BytesIO(plate)).size == (1280, 960)
    assert plate == plate_photo(MACHINE, "Löhlein & Brucker", Random(1))
    assert damage_photo(Random(1)) == damage_photo(Random(1)) != damage_photo(Random(2))


def test_a_scan_shows_the_pages_and_has_no_text() -> None:
    pdf = render(_offer())
    document = pypdfium2.PdfDocument(scan(pdf, Random(1), dpi=80))
    assert len(document) == len(pypdfium2.PdfDocument(pdf))
    assert all(page.get_textpage().count_chars() == 0 for page in document)
    assert scan(pdf, Random(1), dpi=80) == scan(pdf, Random(1), dpi=80)


def test_a_fax_is_a_tiff_with_all_pages() -> None:
    pdf = render(_offer())
    picture = Image.open(io.BytesIO(scan_tiff(pdf, Random(1), dpi=80)))
    assert getattr(picture, "n_frames", 1) == len(pypdfium2.PdfDocument(pdf))


def test_a_protected_pdf_opens_with_its_password_only() -> None:
    data = protected(render(_offer()), "geheim")
    with pytest.raises(pypdfium2.PdfiumError, match="password"):
        pypdfium2.PdfDocument(data)
    assert len(pypdfium2.PdfDocument(data, password="geheim")) >= 1
    assert data == protected(render(_offer()), "geheim")


def test_a_broken_pdf_begins_like_one_and_cannot_be_opened() -> None:
    data = broken(render(_offer()))
    assert data.startswith(b"%PDF-")
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(data)
