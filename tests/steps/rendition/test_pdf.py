"""PDF: text with places, page images, and what is said about files that cannot be shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from kundenakte.base import confinement
from kundenakte.base.confinement import Crashed, TookTooLong
from kundenakte.records.pagetext import DocumentText
from kundenakte.steps.rendition import pdf, render
from kundenakte.steps.rendition.page_images import scale_for
from kundenakte.steps.rendition.render import RenderedFirst, render_pages

Render = Callable[..., RenderedFirst]


def a_pdf(path: Path, *, pages: int = 1, size: tuple[float, float] = (595.0, 842.0), rotation: int = 0) -> Path:
    """Each page says "Seite n" near its top left corner, before rotation."""
    canvas = Canvas(str(path), pagesize=size)
    for number in range(1, pages + 1):
        canvas.setFont("Helvetica", 12)
        canvas.drawString(50, size[1] - 60, f"Seite {number} Rechnung-Nr. 4711")
        canvas.drawString(300, size[1] - 60, "rechts")
        canvas.drawString(50, 40, "unten")
        canvas.showPage()
    canvas.save()
    if rotation:
        with pikepdf.open(path, allow_overwriting_input=True) as document:
            for page in document.pages:
                page.rotate(rotation, relative=False)
            document.save()
    return path


def test_one_opening_gives_text_first_page_and_thumbnail(rendered: Render, tmp_path: Path) -> None:
    made = rendered(a_pdf(tmp_path / "a.pdf", pages=3))
    assert (made.page_count, made.shows_content, made.note, made.pdf) == (3, True, "", None)
    assert made.media_type.code == "pdf"
    with Image.open(made.first_page.path) as image:
        assert image.format == "WEBP"
        assert image.size == (made.first_page.width, made.first_page.height) == (1240, 1755)
    with Image.open(made.thumbnail) as image:
        assert image.width <= 248
        assert image.height <= 351
    text = made.text
    assert text.origin == "pdf"
    assert not text.cut
    assert [page.lines[0][1].text for page in text.pages] == ["1", "2", "3"]


def test_words_stand_in_rows_with_their_places(rendered: Render, tmp_path: Path) -> None:
    text = rendered(a_pdf(tmp_path / "a.pdf")).text
    rows = [" ".join(word.text for word in line) for line in text.pages[0].lines]
    assert rows == ["Seite 1 Rechnung-Nr. 4711 rechts", "unten"]
    start = text.plain.index("4711")
    place = text.place(start, start + 4)
    assert place is not None
    left, top, right, bottom = place.box
    assert 0.2 < left < right < 0.35
    assert 0.05 < top < bottom < 0.08


@pytest.mark.parametrize(
    ("rotation", "corner"), [(0, "top left"), (90, "top right"), (180, "bottom right"), (270, "bottom left")]
)
def test_places_follow_the_rotation(rendered: Render, tmp_path: Path, rotation: int, corner: str) -> None:
    made = rendered(a_pdf(tmp_path / "a.pdf", rotation=rotation))
    assert (made.first_page.width > made.first_page.height) == (rotation in {90, 270})
    text = made.text
    place = text.place(text.plain.index("Seite"), text.plain.index("Seite") + 5)
    assert place is not None
    left, top, right, bottom = place.box
    assert corner == f"{'top' if top < 0.5 else 'bottom'} {'left' if left < 0.5 else 'right'}"
    # The word lies where something is drawn.
    with Image.open(made.first_page.path) as image:
        box = (left * image.width, top * image.height, right * image.width, bottom * image.height)
        darkest = image.convert("L").crop(tuple(round(c) for c in box)).getextrema()[0]  # type: ignore[arg-type]
    assert darkest < 100  # type: ignore[operator]


def test_places_follow_the_crop_box(rendered: Render, tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(600, 800), cropBox=(100, 100, 500, 700))
    canvas.drawString(110, 690, "Ecke")
    canvas.save()
    made = rendered(tmp_path / "a.pdf")
    place = made.text.place(0, 4)
    assert place is not None
    assert place.box[0] < 0.05
    assert place.box[1] < 0.05
    assert (made.text.pages[0].width, made.text.pages[0].height) == (400, 600)


def test_a_word_broken_at_the_end_of_a_line_is_one_word(rendered: Render, tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"))
    canvas.drawString(50, 700, "Dies ist eine Wartungs-")
    canvas.drawString(50, 686, "vereinbarung mit Ihnen")
    canvas.save()
    assert "Wartungsvereinbarung" in rendered(tmp_path / "a.pdf").text.plain


def test_the_pages_after_the_first_come_by_range(rendered: Render, tmp_path: Path) -> None:
    source = a_pdf(tmp_path / "a.pdf", pages=5)
    scratch = tmp_path / "more"
    scratch.mkdir()
    pages = render_pages(path=source, first=2, last=99, scratch=scratch)
    assert [page.number for page in pages] == [2, 3, 4, 5]
    assert all(Image.open(page.path).size == (1240, 1755) for page in pages)


@pytest.mark.parametrize(
    ("sample", "password", "code"),
    [
        ("pdf/pypdf_libreoffice-writer-password.pdf", None, "encrypted"),
        ("pdf/pypdf_libreoffice-writer-password.pdf", "falsch", "wrong-password"),
        ("pdf/pypdf_libreoffice-writer-password.pdf", "openpassword", ""),
        ("hostile/opf_minimal_test.pdf", None, "broken"),
        ("hostile/opf_T02-02_002_page-tree-kids-links-recursive.pdf", None, "broken"),
    ],
)
def test_what_cannot_be_opened_says_why(rendered: Render, sample: str, password: str | None, code: str) -> None:
    made = rendered(sample, password=password)
    assert made.code == code
    assert made.shows_content is (code == "")
    assert bool(made.note) is (code != "")
    with Image.open(made.first_page.path) as image:
        assert image.width == 1240
    if code:
        # The notice's own words must not be taken for the document's.
        assert made.text.pages == ()
        assert made.text.origin == "none"


@pytest.mark.parametrize("size", [(14_400.0, 14_400.0), (3.0, 3.0), (14_400.0, 10.0), (10.0, 14_400.0)])
def test_odd_sizes_are_bounded(rendered: Render, tmp_path: Path, size: tuple[float, float]) -> None:
    made = rendered(a_pdf(tmp_path / "a.pdf", size=size))
    assert made.shows_content
    assert 1 <= made.first_page.width <= 1241
    assert made.first_page.width * made.first_page.height <= 12_100_000
    assert made.first_page.height <= 12_001


def test_scale_never_divides_by_nothing() -> None:
    assert scale_for(0, 0) > 0


def test_scanned_pages_have_no_words_but_are_there(rendered: Render) -> None:
    made = rendered("scan/kreuzberg_ocr_test_rotated_90.pdf")
    assert made.text.is_empty()
    assert len(made.text.pages) == 1


def test_long_texts_are_cut_and_say_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pdf, "MOST_TEXT", 50)
    source = a_pdf(tmp_path / "a.pdf", pages=10)
    first = pdf.first(source=str(source), folder=str(tmp_path))
    text = DocumentText.loads((tmp_path / "text.json").read_bytes())
    assert first["pages"] == 10
    assert first["text_cut"]
    assert text.cut
    assert 1 <= len(text.pages) < 10


def test_one_page_that_brings_the_parser_down_does_not_take_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = a_pdf(tmp_path / "a.pdf", pages=5)
    real = confinement.Confinement.call

    def falls_over_page_3(function: object, /, **arguments: object) -> object:
        if arguments["start"] <= 3 <= arguments["end"]:  # type: ignore[operator]
            raise Crashed("page 3")
        return real(_CELL, function, **arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(_CELL, "call", falls_over_page_3)
    pages = render_pages(path=source, first=2, last=5, scratch=tmp_path)
    assert [page.number for page in pages] == [2, 4, 5]


class _Fake:
    """Stands where the confinement is asked for a PDF: hangs when it comes to drawing."""

    def __init__(self, *, text_first: bool) -> None:
        self.text_first = text_first

    def __call__(self, function: object, /, **arguments: object) -> object:
        real = confinement.Confinement.call
        if function is pdf.first and arguments.get("with_text", True):
            if not self.text_first:
                raise Crashed("while reading text")
            folder = Path(str(arguments["folder"]))
            real(_CELL, pdf.first, **arguments)  # type: ignore[arg-type]
            assert (folder / pdf.TEXT).exists()
            raise TookTooLong("while drawing")
        return real(_CELL, function, **arguments)  # type: ignore[arg-type]


_CELL = confinement.of_this_process()


def test_text_is_kept_when_the_first_page_cannot_be_drawn(
    rendered: Render, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_CELL, "call", _Fake(text_first=True))
    made = rendered(a_pdf(tmp_path / "a.pdf", pages=2))
    assert (made.page_count, made.shows_content, made.note) == (2, False, render.NO_FIRST_PAGE)
    assert "4711" in made.text.plain


def test_the_page_is_drawn_when_the_text_cannot_be_read(
    rendered: Render, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_CELL, "call", _Fake(text_first=False))
    made = rendered(a_pdf(tmp_path / "a.pdf", pages=2))
    assert (made.page_count, made.shows_content, made.note) == (2, True, render.NO_TEXT)
    assert made.text.is_empty()
