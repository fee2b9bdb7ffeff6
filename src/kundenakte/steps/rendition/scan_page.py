"""A page without text as the reading program needs it: grey, at 300 dpi, straight; and what can be seen at once.

Runs confined. Blank backs are told by how little ink they carry, barcodes are read here because the page is at hand.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypedDict

from PIL import Image

from kundenakte.base.confinement import Refused, confined
from kundenakte.steps.rendition import images, pdf

DPI = 300
# An A3 page at 300 dpi has 17 million points; a roll of paper is read at less.
MOST_POINTS = 26_000_000
A4_WIDTH_INCHES = 8.27
# Below this the reading program is better at straightening lines than we are.
LEAST_SKEW = 1.5
# The share of ink that a few specks of dust have.
BLANK = 0.00008
MOST_CODES, LONGEST_CODE = 8, 300
_NEEDS = (
    "kundenakte.steps.rendition.ink",
    "zxingcpp",
    "pypdfium2",
    "PIL.Image",
    "PIL.TiffImagePlugin",
    "PIL.JpegImagePlugin",
    "PIL.PpmImagePlugin",
    "pillow_heif",
    "kundenakte.steps.rendition.pdf",
)

Family = Literal["pdf", "image"]
# The picture, its size in points, and its points per inch.
_Sheet = tuple[Image.Image, tuple[float, float], int]


class Drawn(TypedDict):
    """One page for the reading program; `file` lies in the folder and is "" when there is nothing to read."""

    number: int
    file: str
    width: int
    height: int
    dpi: int
    # The page's size in points as it is shown (after `turn`).
    points: tuple[float, float]
    # Degrees by which the picture was straightened; `lean` is what was measured, also when it was left as it is.
    straightened: float
    lean: float
    is_blank: bool
    # The share of the page that carries ink.
    ink: float
    codes: list[tuple[str, str]]


@confined(seconds=120, needs=_NEEDS)
def draw(
    *,
    source: str,
    folder: str,
    family: Family,
    numbers: Sequence[int],
    turns: Mapping[str, int],
    password: str | None = None,
) -> list[Drawn]:
    """Draw these pages (from 1), each turned clockwise as `turns` says. One that cannot be drawn is left out."""
    made = []
    with _pages(source, family, password) as page_at:
        for number in numbers:
            with contextlib.suppress(Refused):
                image, points, dpi = page_at(number - 1)
                made.append(_seen(_turned(image, points, dpi, turns.get(str(number), 0)), Path(folder), number))
    return made


@contextlib.contextmanager
def _pages(source: str, family: Family, password: str | None) -> Iterator[Any]:
    if family == "pdf":
        with pdf.opened(source, password) as document:
            yield lambda index: _of_pdf(document, index)
    else:
        with images.opened(source) as picture:
            yield lambda index: _of_picture(picture, index)


def _of_pdf(document: Any, index: int) -> _Sheet:
    with pdf.page_at(document, index) as page:
        width, height = page.get_size()
        by_area = (MOST_POINTS / max(width * height, 1.0)) ** 0.5
        scale = min(DPI / 72, by_area)
        bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=True)
        try:
            frame = Image.frombuffer("L", (bitmap.width, bitmap.height), bitmap.buffer, "raw", "L", bitmap.stride, 1)
            return frame.copy(), (width, height), round(scale * 72)
        finally:
            bitmap.close()


def _of_picture(picture: Image.Image, index: int) -> _Sheet:
    image = images.full(picture, index)
    scale = min((MOST_POINTS / (image.width * image.height)) ** 0.5, 1.0)
    # What is as small as a screen is read better enlarged; a letter 300 points high has no legible print anyway.
    across = min(image.size)
    if across < 1200:
        scale = min(2.0, 2400 / max(across, 1))
    if scale != 1.0:
        size = max(round(image.width * scale), 1), max(round(image.height * scale), 1)
        image = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    dpi = min(max(round(min(image.size) / A4_WIDTH_INCHES), 100), 600)
    return image, (image.width * 72 / dpi, image.height * 72 / dpi), dpi


def _turned(image: Image.Image, points: tuple[float, float], dpi: int, turn: int) -> _Sheet:
    if turn:
        image = image.transpose(images.TURNS[turn])
        points = points if turn == 180 else (points[1], points[0])
    return image, points, dpi


def _seen(sheet: _Sheet, folder: Path, number: int) -> Drawn:
    # Only who reads scans needs what is loaded with it, and that starts a thread.
    from kundenakte.steps.rendition import ink

    image, points, dpi = sheet
    small = image.reduce(max(dpi // 100, 1))
    marks = ink.marks(small)
    share = float(marks.mean())
    blank = share < BLANK
    codes = [] if blank else _codes(image)
    drawn: Drawn = {
        "number": number, "file": "", "width": image.width, "height": image.height, "dpi": dpi, "points": points,
        "straightened": 0.0, "lean": 0.0, "is_blank": blank, "ink": share, "codes": codes,
    }  # fmt: skip
    if blank:
        return drawn
    lean = ink.lean(marks)
    if abs(lean) >= LEAST_SKEW:
        image = image.rotate(lean, Image.Resampling.BILINEAR, fillcolor=ink.paper(small))
        drawn["straightened"] = lean
    drawn["lean"] = lean
    drawn["file"] = f"read-{number:04d}.pgm"
    image.save(folder / drawn["file"], "PPM")
    return drawn


def _codes(image: Image.Image) -> list[tuple[str, str]]:
    import zxingcpp

    formats = zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.DataMatrix
    found = zxingcpp.read_barcodes(
        image, formats=zxingcpp.BarcodeFormats(formats), try_invert=False, text_mode=zxingcpp.TextMode.Plain
    )
    return [(code.format.name, code.text[:LONGEST_CODE]) for code in found[:MOST_CODES] if code.text]
