"""Office files by LibreOffice. These tests need LibreOffice; the one without it runs everywhere."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from kundenakte.base.confinement import Refused
from kundenakte.steps.rendition import office
from kundenakte.steps.rendition.render import RenderedFirst
from tests.waiting import until

Render = Callable[..., RenderedFirst]
SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.mark.parametrize(
    ("sample", "words"),
    [
        ("office/docx_comments-rich-para.docx", ""),
        ("office/tika_testComment.rtf", ""),
        ("office/tika_testEXCEL-charts.xls", ""),
        ("office/tika_testPPT.pptx", "Attachment Test"),
        ("office/tika_test-columnar.ods", "Percent Done"),
        ("office/tika_testWORD_macros.docm", ""),
    ],
)
def test_office_files_become_pages(rendered: Render, sample: str, words: str) -> None:
    made = rendered(sample)
    assert (made.code, made.note, made.shows_content) == ("", "", True)
    assert made.pdf is not None
    assert made.text.origin == "office"
    assert not made.text.is_empty()
    assert words in made.text.plain


def test_numbers_and_dates_of_a_table_are_written_as_in_germany(rendered: Render, tmp_path: Path) -> None:
    made = rendered(_table(tmp_path / "kalkulation.xlsx"))
    assert made.shows_content, made.note
    for shown in ("1.234,56", "24.11.2026", "19,5"):
        assert shown in made.text.plain, made.text.plain


@pytest.mark.parametrize(
    ("sample", "password", "code"),
    [
        ("office/tika_testWORD_protected_passtika.docx", None, "encrypted"),
        ("office/tika_testWORD_protected_passtika.docx", "falsch", "wrong-password"),
        ("office/tika_testWORD_protected_passtika.docx", "tika", ""),
        ("office/tika_testODTEncrypted.odt", None, "encrypted"),
        ("office/tika_testODTEncrypted.odt", "tika", ""),
    ],
)
def test_a_password_is_asked_for_and_taken(rendered: Render, sample: str, password: str | None, code: str) -> None:
    made = rendered(sample, password=password)
    assert (made.code, made.shows_content) == (code, code == "")


def test_a_file_that_only_looks_like_office_gets_a_sentence(rendered: Render, tmp_path: Path) -> None:
    path = tmp_path / "kaputt.docx"
    path.write_bytes((SAMPLES / "office" / "tika_testComment.docx").read_bytes()[:3000])
    assert rendered(path).shows_content is False
    path = tmp_path / "kaputt.doc"
    path.write_bytes((SAMPLES / "office" / "tika_Doc1_ole.doc").read_bytes()[:30_000])
    made = rendered(path)
    assert made.shows_content is (made.code == "")


def test_links_to_other_files_are_not_followed(rendered: Render, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("streng geheim", encoding="utf-8")
    path = tmp_path / "a.fodt"
    path.write_text(
        '<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"'
        ' office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text>'
        f'<text:section text:name="s"><text:section-source xlink:href="{secret.as_uri()}"/><text:p>alt</text:p>'
        "</text:section><text:p>Sichtbar</text:p></office:text></office:body></office:document>",
        encoding="utf-8",
    )
    made = rendered(path)
    assert "Sichtbar" in made.text.plain
    assert "geheim" not in made.text.plain


def test_without_libreoffice_there_is_a_sentence(rendered: Render, monkeypatch: pytest.MonkeyPatch) -> None:
    office.of_this_process().end()
    monkeypatch.setattr(office, "programs", lambda: None)
    made = rendered("office/tika_testComment.docx")
    assert (made.code, made.note, made.shows_content) == ("no-libreoffice", office.MISSING, False)


def test_a_hanging_libreoffice_is_killed_and_started_again(tmp_path: Path) -> None:
    own = office.Office()
    source = SAMPLES / "office" / "tika_testComment.docx"
    try:
        with pytest.raises(Refused) as caught:
            own.convert(source, tmp_path / "a.pdf", seconds=0.05)
        assert caught.value.code == "took-too-long"
        assert own.pid is None
        own.convert(_copy(source, tmp_path), tmp_path / "a.pdf")
        assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    finally:
        own.end()


def test_an_idle_libreoffice_ends_with_all_it_started(tmp_path: Path) -> None:
    own = office.Office(idle_seconds=0.2)
    try:
        own.convert(_copy(SAMPLES / "office" / "tika_testComment.docx", tmp_path), tmp_path / "a.pdf")
        group = own.pid
        assert group is not None
        until(lambda: own.pid is None)
        assert _running_in(group) == []
    finally:
        own.end()


def _copy(source: Path, folder: Path) -> Path:
    copy = folder / source.name
    copy.write_bytes(source.read_bytes())
    return copy


def _running_in(group: int) -> list[str]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")
        except OSError:
            continue
        fields = rest.split()
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(name)
    return found


def _table(path: Path) -> Path:
    """The smallest Excel file: an amount, a day in the short form of the language, and a plain number."""
    spreadsheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packaged = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{packaged}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{packaged}/relationships"><Relationship Id="r1" '
        f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{spreadsheet}" xmlns:r="{relations}"><sheets>'
        '<sheet name="Kalkulation" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{packaged}/relationships"><Relationship Id="r1" '
        f'Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" '
        f'Type="{relations}/styles" Target="styles.xml"/></Relationships>',
        # 4 is an amount with two digits, 14 a day; both look as the language has it.
        "xl/styles.xml": f'<styleSheet xmlns="{spreadsheet}"><fonts count="1"><font/></fonts><fills count="1"><fill/>'
        '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3">'
        '<xf/><xf numFmtId="4" applyNumberFormat="1"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{spreadsheet}"><cols><col min="1" max="3" width="20"/></cols>'
        '<sheetData><row r="1"><c r="A1" s="1"><v>1234.56</v></c><c r="B1" s="2"><v>46350</v></c>'
        '<c r="C1"><v>19.5</v></c></row></sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path
