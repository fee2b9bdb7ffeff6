"""The type of a file follows from its bytes."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from kundenakte.records import mediatype_text
from kundenakte.records.mediatype import BY_CODE, detect, label_of
from tests.zips import a_zip

SAMPLES = Path(__file__).parents[1] / "samples"

# What the endings of the samples do not say, or say wrongly.
ODD = {
    "defusedxml_dtd.xml": "html",
    "qpdf_bad1.pdf": "text",
    "tika_testODTnotaZipFile.odt": "text",
    "mime4j_attachment-filename-encoding-Latin1.msg": "eml",
    "mime4j_german-qp.msg": "eml",
    "mime4j_german.msg": "eml",
    "mime4j_multi-bad.msg": "eml",
    "tika_testDetached.p7s": "smime",
    "tika_testRFC822-mixed-with-pdf-inline": "eml",
    "tika_testRFC822_encrypted_zip": "eml",
    "tika_testRFC822_i18nheaders": "eml",
    "opf_testWordPerfect_51_52.doc": "wpd",
    "tika_protectedFile.xlsx": "office-encrypted",
    "tika_testEXCEL_protected_passtika.xlsx": "office-encrypted",
    "tika_testWORD_protected_passtika.docx": "office-encrypted",
    "tika_testWORD_2006ml.xml": "wordml",
    "mayan_multi_page.tiff": "tiff",
}
ALL = sorted(
    p for folder in ("e-invoice", "hostile", "mail", "office", "pdf", "scan") for p in (SAMPLES / folder).iterdir()
)


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_every_sample_is_what_it_is(path: Path) -> None:
    found = detect(path)
    if path.name in ODD:
        assert found.code == ODD[path.name]
    else:
        assert found.extension == path.suffix.lstrip(".")


def test_the_name_does_not_decide(tmp_path: Path) -> None:
    path = tmp_path / "blob"
    path.write_bytes((SAMPLES / "office" / "tika_testPPT.pptx").read_bytes())
    assert detect(path, file_name="Rechnung.pdf").code == "pptx"


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "x.pdf", "empty"),
        (b"a;b\n1;2\n", "liste.csv", "csv"),
        (b"a;b\n1;2\n", "liste.txt", "text"),
        ("Grüße".encode("cp1252"), "x.txt", "text"),
        ("Grüße".encode("utf-16"), "x.txt", "text"),
        ("Ein Text ohne Marke, lang genug.".encode("utf-16-le"), "x", "text"),
        (b'{"a": 1}', "x.json", "json"),
        (
            b'  <?xml version="1.0"?><Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>',
            "",
            "ubl",
        ),
        (b'<?xml version="1.0"?><Invoice xmlns="urn:somebody:else"/>', "x.xml", "xml"),
        (
            b'<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"/>',
            "",
            "cii",
        ),
        (b'<?mso-application progid="Word.Document"?><w:wordDocument xmlns:w="x"/>', "", "wordml"),
        (b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "", "excelml"),
        (b"rubbish of a gateway\r\n%PDF-1.4\n", "x", "pdf"),
        (b"\x00\x01\x02\x03" * 50, "x.txt", "unknown"),
        (b"Subject: nur ein Wort\n\nText", "x.txt", "text"),
        (b"Subject: nur ein Wort\n\nText", "x.eml", "eml"),
        (b"From: a@example.com\nTo: b@example.com\n\nText", "", "eml"),
        (b"BM" + b"\x00" * 12 + b"\x28" + b"\x00" * 40, "", "bmp"),
        (b"BMW ist eine Marke", "x.txt", "text"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "x.jpg", "heic"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42", "x.heic", "mp4"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "x.doc", "ole"),
        (b"PK\x03\x04 cut off", "x.docx", "zip"),
    ],
)
def test_bytes_decide(tmp_path: Path, content: bytes, name: str, code: str) -> None:
    path = tmp_path / "blob"
    path.write_bytes(content)
    assert detect(path, file_name=name).code == code


def test_an_ole_directory_that_runs_in_circles_ends(tmp_path: Path) -> None:
    sector = bytearray(512)
    header = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))
    header[30:32] = b"\x09\x00"
    header[48:52] = (1).to_bytes(4, "little")
    sector[4:8] = (1).to_bytes(4, "little")
    path = tmp_path / "loop.doc"
    path.write_bytes(bytes(header) + bytes(sector) * 2)
    assert detect(path).code == "ole"


def test_an_archive_with_a_giant_directory_is_not_read(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(20_001):
            archive.writestr(f"{number}", b"")
        archive.writestr("[Content_Types].xml", b"wordprocessingml.document.main")
    path = tmp_path / "bomb.docx"
    path.write_bytes(buffer.getvalue())
    assert detect(path).code == "zip"


def test_stored_types_have_a_german_label() -> None:
    assert label_of("application/pdf") == "PDF-Dokument"
    assert label_of("text/plain; charset=utf-8") == "Textdatei"
    assert label_of("application/x-never-heard") == "Unbekannte Datei"
    assert all(row.label for row in BY_CODE.values())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_the_encoding_of_german_text_is_found(encoding: str) -> None:
    text = "Rechnung für Müller & Söhne, Straße 5: 12,50 €"
    data = text.encode(encoding)
    found = mediatype_text.encoding_of(data)
    assert found is not None
    assert mediatype_text.decode(data, found).lstrip("\ufeff") == text


def test_a_letter_cut_in_two_does_not_change_the_encoding() -> None:
    data = "ä".encode() * 10
    assert mediatype_text.encoding_of(data[:-1], whole=False) == "utf-8"
    assert mediatype_text.encoding_of(data[:-1], whole=True) == "cp1252"


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_damaged_anywhere_has_a_type_all_the_same(tmp_path: Path, packing: int) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", packing) as archive:
        archive.writestr("[Content_Types].xml", "".join(f"<Override n='{n * n}'/>" for n in range(12)))
    path, whole = tmp_path / "kaputt.docx", data.getvalue()
    for at in range(4, len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        detect(path)
    path.write_bytes(whole)
    assert detect(path).code == "zip"


def test_a_type_that_several_kinds_share_is_called_by_the_most_general_one() -> None:
    assert label_of("application/xml") == "XML-Datei"
    assert label_of("text/nothing") == "Unbekannte Datei"


def test_the_list_of_a_zip_is_not_read_when_its_second_end_says_that_it_is_huge(tmp_path: Path) -> None:
    """Readers believe the second end (ZIP64) whatever the first says; a list of gigabytes must not be read here."""
    path, data = tmp_path / "bombe.zip", a_zip({"mimetype": b"application/vnd.oasis.opendocument.text"})
    end = data.index(b"PK\x05\x06")

    def with_second_end(entries: int, length: int) -> bytes:
        numbers = (entries, length, data.index(b"PK\x01\x02"))
        second = b"PK\x06\x06" + (44).to_bytes(8, "little") + bytes(12) + entries.to_bytes(8, "little")
        second += b"".join(number.to_bytes(8, "little") for number in numbers)
        pointer = b"PK\x06\x07" + bytes(4) + end.to_bytes(8, "little") + (1).to_bytes(4, "little")
        return data[:end] + second + pointer + data[end:]

    path.write_bytes(with_second_end(1, end - data.index(b"PK\x01\x02")))
    assert detect(path).code == "odt"
    path.write_bytes(with_second_end(1, 3_000_000_000))
    assert detect(path).code == "zip"
