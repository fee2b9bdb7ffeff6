"""Pages without text are read: real pictures, the real program."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from kundenakte.base import confinement
from kundenakte.records.pagetext import DocumentText
from kundenakte.records.scanned import Reading, ReadPage
from kundenakte.steps.rendition import searchable, tesseract
from kundenakte.steps.rendition.reading import Scan, read_pages
from kundenakte.steps.rendition.scan_page import Family
from tests.scans import LETTER, WIDTH, a_picture, a_scan, as_tiff

Read = Callable[..., dict[int, ReadPage]]


@pytest.fixture(scope="session")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Read a file's pages, each file once per run."""
    from django.conf import settings

    known: dict[bytes, dict[int, ReadPage]] = {}

    def of(data: bytes, numbers: tuple[int, ...] = (1,), family: Family = "pdf") -> dict[int, ReadPage]:
        if data not in known:
            folder = tmp_path_factory.mktemp("scan")
            (folder / "original").write_bytes(data)
            settings.SCRATCH.mkdir(parents=True, exist_ok=True)
            known[data] = read_pages(Scan(folder / "original", family, folder), numbers, until=lambda: False)
        return known[data]

    return of


def plain(page: ReadPage) -> str:
    return DocumentText((page.text,)).plain


def test_a_letter_is_read_with_the_place_of_each_word(read: Read) -> None:
    page = read(a_scan())[1]
    assert plain(page).splitlines() == list(LETTER)
    assert page.confidence > 85
    number = page.text.lines[4][1]
    assert number.text == "K-10001"
    # "Kundennummer: K-10001" begins 8 mm from the left, the number some 26 mm further on.
    assert 0.2 < number.box[0] < 0.3
    assert number.box[1] == pytest.approx((7 + 24 - 3) / 62, abs=0.02)
    assert page.text.width == pytest.approx(WIDTH * 72 / 25.4, abs=1)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_on_its_side_or_upside_down_is_turned_upright(read: Read, turn: int) -> None:
    page = read(a_scan([a_picture(turn=turn)]))[1]
    assert page.turn == 360 - turn
    assert plain(page).splitlines() == list(LETTER)
    assert page.text.lines[4][1].box == pytest.approx(read(a_scan())[1].text.lines[4][1].box, abs=0.01)


def test_a_page_that_lies_askew_is_straightened_and_its_words_stay_where_they_are(read: Read) -> None:
    page = read(a_scan([a_picture(lean=6.0)]))[1]
    assert "Kundennummer: K-10001" in plain(page)
    left, right = page.text.lines[0][0].box, page.text.lines[0][-1].box
    # Lines fall to the right: the last word of a line stands lower than its first.
    assert right[1] - left[1] > 0.1


def test_pages_of_a_fax_are_read_and_an_empty_back_is_noticed(read: Read) -> None:
    pages = read(as_tiff([a_picture(), a_picture(())]), (1, 2), "image")
    assert "RE-2026-0815" in plain(pages[1])
    assert (pages[2].is_blank, pages[2].text.lines) == (True, ())


def test_barcodes_are_read_along(read: Read) -> None:
    page = read(a_scan([a_picture(code="KA1;K=K-10001")]))[1]
    assert [(code.kind, code.text) for code in page.codes] == [("QRCode", "KA1;K=K-10001")]


def test_what_was_read_is_kept_and_laid_into_the_text(read: Read) -> None:
    reading = Reading(read(a_scan()))
    again = Reading.loads(reading.dumps())
    assert again.pages[1].text.lines[4][1].text == "K-10001"
    text = again.laid_into(DocumentText((reading.pages[1].text, reading.pages[1].text)))
    assert text.origin == "ocr"


def test_without_the_program_nothing_is_read_and_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "original").write_bytes(a_scan())
    monkeypatch.setattr(tesseract, "PROGRAM", "there-is-no-such-program")
    with pytest.raises(FileNotFoundError):
        read_pages(Scan(tmp_path / "original", "pdf", tmp_path), [1], until=lambda: False)


def test_a_program_that_fails_costs_the_page_and_not_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "fails"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    (tmp_path / "original").write_bytes(a_scan())
    monkeypatch.setattr(tesseract, "PROGRAM", str(program))
    page = read_pages(Scan(tmp_path / "original", "pdf", tmp_path), [1], until=lambda: False)[1]
    assert page.failed == "crashed"


def test_a_program_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "sleeps"
    program.write_text("#!/bin/sh\nexec sleep 600\n")
    program.chmod(0o755)
    (tmp_path / "original").write_bytes(a_scan())
    monkeypatch.setattr(tesseract, "PROGRAM", str(program))
    monkeypatch.setattr(tesseract, "_BOUNDS", confinement.Limits(seconds=0.3, may_start_processes=True))
    page = read_pages(Scan(tmp_path / "original", "pdf", tmp_path), [1], until=lambda: False)[1]
    assert page.failed == "took-too-long"


def test_no_more_programs_run_than_there_are_slots() -> None:
    slots = tesseract.Slots(2)
    first, second = slots.take(), slots.take()
    assert first is not None
    assert second is not None
    assert slots.take() is None
    os.close(first)
    third = slots.take()
    assert third is not None
    os.close(second)
    os.close(third)


def made(tmp_path: Path, data: bytes, pages: dict[int, ReadPage], family: Family) -> dict[str, Any]:
    import json

    (tmp_path / "original").write_bytes(data)
    rows = [
        {
            "number": number, "turn": page.turn, "w": page.text.width, "h": page.text.height,
            "lines": [[[word.text, *word.box] for word in line] for line in page.text.lines],
        }
        for number, page in pages.items()
    ]  # fmt: skip
    (tmp_path / "read.json").write_text(json.dumps(rows))
    answer = confinement.of_this_process().call(
        searchable.make, source=str(tmp_path / "original"), folder=str(tmp_path), family=family,
        text=str(tmp_path / "read.json"), title="Brief", made_at="2026-11-24T09:00:00+00:00",
    )  # fmt: skip
    return dict(answer)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_searchable_pdf_has_its_words_where_they_stand_on_the_page(read: Read, tmp_path: Path, turn: int) -> None:
    data = a_scan([a_picture(turn=turn)])
    page = read(data)[1]
    assert made(tmp_path, data, {1: page}, "pdf") == {"is_pdfa": True, "reason": ""}
    with pypdfium2.PdfDocument(tmp_path / searchable.FILE) as document:
        shown = document[0]
        assert (round(shown.get_width()), round(shown.get_height())) == (425, 176)
        text = shown.get_textpage()
        assert "Kundennummer: K-10001" in text.get_text_bounded()
        from kundenakte.steps.rendition import pdf_text

        word = next(w for line in pdf_text.read_page(shown).lines for w in line if w.text == "K-10001")
        text.close()
    assert word.box == pytest.approx(page.text.lines[4][1].box, abs=0.02)


def test_the_picture_in_the_searchable_pdf_is_the_scanned_one(read: Read, tmp_path: Path) -> None:
    data = a_scan()
    made(tmp_path, data, {1: read(data)[1]}, "pdf")
    before, after = _pictures(pikepdf.open(tmp_path / "original")), _pictures(pikepdf.open(tmp_path / searchable.FILE))
    assert before == after


def _pictures(document: pikepdf.Pdf) -> list[bytes]:
    return [image.read_raw_bytes() for page in document.pages for image in page.images.values()]


def test_a_fax_becomes_a_searchable_pdf_that_shows_the_same(read: Read, tmp_path: Path) -> None:
    data = as_tiff([a_picture(), a_picture(())])
    pages = read(data, (1, 2), "image")
    assert made(tmp_path, data, pages, "image")["is_pdfa"]
    with pypdfium2.PdfDocument(tmp_path / searchable.FILE) as document:
        assert len(document) == 2
        shown = document[0].render(scale=1).to_pil().convert("L")
    # Black on white, not the other way round.
    assert _mean(shown) > 200


def _mean(picture: Image.Image) -> float:
    histogram = picture.histogram()
    return sum(value * count for value, count in enumerate(histogram)) / sum(histogram)


def test_it_says_that_it_is_pdfa_and_carries_what_that_needs(read: Read, tmp_path: Path) -> None:
    data = a_scan()
    made(tmp_path, data, {1: read(data)[1]}, "pdf")
    with pikepdf.open(tmp_path / searchable.FILE) as document:
        with document.open_metadata() as about:
            assert (about["pdfaid:part"], about["pdfaid:conformance"]) == ("2", "B")
        assert document.Root.OutputIntents[0].DestOutputProfile.N == 3
        assert not document.is_encrypted
        fonts = [thing for thing in document.objects if isinstance(thing, pikepdf.Dictionary) and "/FontFile2" in thing]
        assert fonts


def test_what_pdfa_forbids_is_not_called_pdfa(read: Read, tmp_path: Path) -> None:
    import io

    data = a_scan()
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        action = pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS=pikepdf.String("app.alert(1)"))
        document.Root.OpenAction = action
        document.save(buffer)
    answer = made(tmp_path, buffer.getvalue(), {1: read(data)[1]}, "pdf")
    assert not answer["is_pdfa"]
    with pikepdf.open(tmp_path / searchable.FILE) as document, document.open_metadata() as about:
        assert "pdfaid:part" not in about
