"""Pages drawn by us: text, tables, mail, e-invoices, and the notice for everything else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kundenakte.records import zip_contents
from kundenakte.steps.rendition import render
from kundenakte.steps.rendition.invoice_page import day, number
from kundenakte.steps.rendition.mail_page import size
from kundenakte.steps.rendition.render import RenderedFirst
from kundenakte.steps.rendition.sheet import BODY, CODE, Sheet, printable, wrap
from tests.zips import a_zip

Render = Callable[..., RenderedFirst]


def a_file(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_text_is_shown_in_any_encoding(rendered: Render, tmp_path: Path, encoding: str) -> None:
    made = rendered(a_file(tmp_path, "notiz.txt", "Grüße aus Köln, 5 €".encode(encoding)))
    assert made.text.origin == "text"
    assert "Grüße aus Köln, 5 €" in made.text.plain
    assert made.pdf is not None


def test_our_footer_is_not_a_word_of_the_document(rendered: Render, tmp_path: Path) -> None:
    made = rendered(a_file(tmp_path, "notiz.txt", b"Text"))
    assert "Maßgeblich" not in made.text.plain


def test_a_table_keeps_its_cells(rendered: Render, tmp_path: Path) -> None:
    content = 'Nr;Name;Betrag\n1;"Müller; Söhne";1.234,50\n2;=1+1;0,10\n'.encode("cp1252")
    made = rendered(a_file(tmp_path, "liste.csv", content))
    rows = [" ".join(word.text for word in line) for line in made.text.pages[0].lines]
    assert "1 Müller; Söhne 1.234,50" in rows
    assert "2 =1+1 0,10" in rows


@pytest.mark.parametrize(
    ("content", "cut"),
    [
        (b"", False),
        (b"\n\n", False),
        (b'a;"b\nc;d', False),
        (b"a,b\n" * 9000, True),
        (b";".join(b"x" for _ in range(300)) + b"\n", True),
        (b"x" * 200_000, False),
        (b"sep=,\na,b\n", False),
    ],
)
def test_odd_tables_are_shown_or_cut(rendered: Render, tmp_path: Path, content: bytes, cut: object) -> None:
    made = rendered(a_file(tmp_path, "liste.csv", content))
    assert made.page_count >= 1
    assert (made.note == render.CUT) is cut


def test_long_text_stops_after_sixty_pages_and_says_so(rendered: Render, tmp_path: Path) -> None:
    made = rendered(a_file(tmp_path, "log.txt", b"Zeile\n" * 200_000))
    assert made.page_count == 60
    assert made.note == render.CUT
    assert "Hier gekürzt." in made.text.plain


def test_xml_in_one_line_is_indented_and_entities_are_not_followed(rendered: Render, tmp_path: Path) -> None:
    made = rendered(a_file(tmp_path, "a.xml", b"<a><b>eins</b><c>zwei</c></a>"))
    assert len(made.text.pages[0].lines) >= 5
    secret = a_file(tmp_path, "secret", b"geheim")
    bad = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]><a>&x;</a>'.encode()
    assert "geheim" not in rendered(a_file(tmp_path, "b.xml", bad)).text.plain


def test_a_mail_page_has_header_attachments_and_text(rendered: Render) -> None:
    text = rendered("mail/tika_testMSG_att_doc.msg").text
    assert text.origin == "mail"
    for words in ("test pièce jointe 1", "nicolas1.23456@free.fr", "Mittwoch, 22.04.2009", "pj1.txt", "contenu"):
        assert words in text.plain


@pytest.mark.parametrize(
    ("sample", "words"),
    [
        (
            "corpus-xr-ubl_EN16931_Rabatte.ubl.xml",
            ("Rechnung 471102", "Lieferant GmbH", "Kundennummer GE2020211", "05.06.2018", "Mineralwasser",
             "Bruttobetrag 215,07", "Zahlbetrag 165,07", "Nachlass: Sondernachlass", "20 Stück"),
        ),
        ("mustang_ZUGFeRD1_EXTENDED_Warenrechnung.xml", ("Positionen", "Einzelpreis", "Bruttobetrag")),
        ("kosit_01.15a-INVOICE_ubl.xml", ("Verkäufer", "Käufer", "IBAN", "Leitweg-ID")),
        ("corpus-xr-cii_EN16931_Gutschrift.cii.xml", ("Gutschrift im Verfahren der Selbstfakturierung", "Positionen")),
        ("mustang_ubl-creditnote.xml", ("Gutschrift", "Positionen")),
    ],
)  # fmt: skip
def test_an_e_invoice_can_be_read(rendered: Render, sample: str, words: tuple[str, ...]) -> None:
    made = rendered(f"e-invoice/{sample}")
    assert made.text.origin == "xml"
    for expected in words:
        assert expected in made.text.plain


def test_a_broken_e_invoice_is_shown_as_text(rendered: Render, tmp_path: Path) -> None:
    content = (
        b'<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"><broken'
    )
    made = rendered(a_file(tmp_path, "a.xml", content))
    assert made.media_type.code == "cii"
    assert "CrossIndustryInvoice" in made.text.plain


@pytest.mark.parametrize(
    ("name", "content", "note"),
    [
        ("x.bin", bytes(range(256)), render.NO_PREVIEW),
        ("leer.pdf", b"", render.EMPTY),
        ("archiv.zip", b"PK\x05\x06" + bytes(18), zip_contents.EMPTY),
        ("archiv.zip", b"PK\x03\x04 cut off", zip_contents.BROKEN),
        ("archiv.7z", b"7z\xbc\xaf\x27\x1c" + bytes(30), render.NO_PREVIEW),
    ],
)
def test_everything_else_gets_a_notice(rendered: Render, tmp_path: Path, name: str, content: bytes, note: str) -> None:
    made = rendered(a_file(tmp_path, name, content))
    assert (made.shows_content, made.note, made.text.pages) == (False, note, ())
    assert made.pdf is not None


def test_an_archive_shows_its_list_and_what_is_wrong_with_it(rendered: Render, tmp_path: Path) -> None:
    files = {"Belege/Rechnung 1.pdf": b"x" * 1500, "__MACOSX/x": b"x", "../hinaus.txt": b"x", "leer.txt": b""}
    made = rendered(a_file(tmp_path, "Unterlagen.zip", a_zip(files)))
    # Names of files say nothing about a customer.
    assert (made.shows_content, made.note, made.text.pages) == (True, "", ())
    assert made.pdf is not None
    with pypdfium2.PdfDocument(made.pdf) as pdf:
        shown = " ".join(pdf[0].get_textpage().get_text_bounded().split())
    for words in ("4 Dateien", "Belege/Rechnung 1.pdf 12.11.2026 09:30 1,5 KB", "../hinaus.txt", "führt hinaus"):
        assert words in shown


@pytest.mark.parametrize(
    "name", ["", "a\nb\x00.txt", "ü" * 250 + ".txt", "a\u0308.txt", "\udcff.txt", "\u202egpj.exe", "<b>x</b>.txt"]
)
def test_odd_names_are_printed_harmlessly(rendered: Render, tmp_path: Path, name: str) -> None:
    assert rendered(a_file(tmp_path, "plain", b"Text"), file_name=name or " ").page_count == 1


@given(st.text(max_size=400), st.sampled_from([BODY, CODE]), st.floats(20, 500))
def test_wrapping_loses_nothing_but_space(text: str, style: object, width: float) -> None:
    lines = wrap(text, width=width, style=style, most=10_000)  # type: ignore[arg-type]
    assert "".join("".join(lines).split()) == "".join(printable(text).split())


def test_wrapping_a_megabyte_without_spaces_is_quick() -> None:
    assert len(wrap("x" * 1_000_000, width=400, style=BODY, most=20)) == 20


def test_a_sheet_never_refuses(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path / "a.pdf", kind="k" * 500, title="t" * 5000)
    sheet.pairs([("l" * 300, "v" * 5000), ("leer", "")])
    sheet.beside([], ["x"])
    sheet.table([], [])
    assert sheet.save() >= 1


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("1234567.5", "1.234.567,50"),
        ("-3", "-3,00"),
        ("0.0050", "0,005"),
        ("", ""),
        ("n/a", "n/a"),
        ("00012.10", "12,10"),
    ],
)
def test_numbers_are_german_and_never_rounded(value: str, shown: str) -> None:
    assert number(value, least=2) == shown


def test_days_and_sizes_are_german() -> None:
    assert (day("2024-03-01"), day("gestern")) == ("01.03.2024", "gestern")
    assert [size(n) for n in (0, 999, 1500, 77_000, 5_400_000, 2_000_000_000)] == [
        "0 Byte", "999 Byte", "1,5 KB", "77 KB", "5,4 MB", "2,0 GB",
    ]  # fmt: skip
