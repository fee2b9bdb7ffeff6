"""A first look at a file tells its kind and the plainest reasons against it, without reading it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kundenakte.records.first_look import look


@pytest.mark.parametrize(
    ("sample", "doubt"),
    [
        ("pdf/qpdf_V4-aes.pdf", "encrypted"),
        ("pdf/pypdf_libreoffice-writer-password.pdf", "encrypted"),
        ("pdf/qpdf_enc-XI-R6,V5,U=view,O=master.pdf", "encrypted"),
        ("hostile/opf_encryption_openpassword.pdf", "encrypted"),
        ("pdf/tika_testPDF_protected.pdf", "encrypted"),
        ("pdf/pypdf_002-trivial-libre-office-writer.pdf", None),
        ("pdf/qpdf_hybrid-xref.pdf", None),
        ("pdf/qpdf_digitally-signed.pdf", None),
        ("pdf/tika_testPDF_incrementalUpdates.pdf", None),
        ("pdf/pypdf_GeoTopo-komprimiert.pdf", None),
    ],
)
def test_a_pdf_says_at_its_end_whether_it_is_encrypted_or_broken_off(
    samples: Path, sample: str, doubt: str | None
) -> None:
    seen = look(samples / sample)
    assert (seen.kind.family, seen.doubt) == ("pdf", doubt)


@pytest.mark.parametrize(
    ("content", "code", "doubt"),
    [
        (b"", "empty", "empty"),
        (bytes(range(256)) * 9, "unknown", "unknown"),
        (b"%PDF-1.7\n%broken off", "pdf", "damaged"),
        (b"%PDF-1.7\nstartxref\n99999999999999999\n%%EOF", "pdf", "damaged"),
        (b"Ein Brief.", "text", None),
    ],
)
def test_what_is_empty_or_unknown_is_told(tmp_path: Path, content: bytes, code: str, doubt: str | None) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    seen = look(file)
    assert (seen.kind.code, seen.doubt) == (code, doubt)


def test_no_sample_is_too_hostile_to_be_looked_at(samples: Path) -> None:
    for file in sorted((samples / "hostile").iterdir()):
        look(file, file_name=file.name)


@pytest.mark.parametrize(
    ("content", "day"),
    [
        (b"%PDF-1.7\n<</CreationDate (D:20260105101500+01'00') /ModDate(D:20260206)>>", date(2026, 2, 6)),
        (b"%PDF-1.7\n<xmp:ModifyDate>2026-03-07T10:00:00Z</xmp:ModifyDate>", date(2026, 3, 7)),
        (b"%PDF-1.7\n/ModDate (D:20269999)", None),
        (b"%PDF-1.7\nnothing said", None),
    ],
)
def test_a_pdf_says_when_it_was_last_changed_where_it_says_so_in_the_open(
    tmp_path: Path, content: bytes, day: date | None
) -> None:
    path = tmp_path / "file.pdf"
    path.write_bytes(content)
    assert look(path).changed_on == day
