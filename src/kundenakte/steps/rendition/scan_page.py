"""A page without text as the reading program needs it: grey, at 300 dpi, straight; and what can be seen at once.

Runs confined. Blank backs are told by how little ink they carry, barcodes are read here because the page is at hand.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypedDict

import numpy as np
from PIL import Image, ImageFilter

from kundenakte.base.confinement import Refused, confined
from kundenakte.steps.rendition import images, pdf

DPI = 300
# An A3 page at 300 dpi has 17 million points; a roll of paper is read at less.
MOST_POINTS = 26_000_000
A4_WIDTH_INCHES = 8.27
# Below this the reading program is better at straightening lines than we are.
LEAST_SKEW, MOST_SKEW = 1.5, 15.0
# How much darker than its surroundings ink is, of 255; and the share of ink that a few specks of dust have.
LEAST_CONTRAST = 35
BLANK = 0.00008
MOST_CODES, LONGEST_CODE = 8, 300
_NEEDS = (
    "numpy",
    "zxingcpp",
    "pypdfium2",
    "PIL.Image",
    "PIL.ImageFilter",
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
    image, points, dpi = sheet
    small = image.reduce(max(dpi // 100, 1))
    ink = _ink(small)
    share = float(ink.mean())
    blank = share < BLANK
    codes = [] if blank else _codes(image)
    drawn: Drawn = {
        "number": number, "file": "", "width": image.width, "height": image.height, "dpi": dpi, "points": points,
        "straightened": 0.0, "lean": 0.0, "is_blank": blank, "ink": share, "codes": codes,
    }  # fmt: skip
    if blank:
        return drawn
    lean = _lean(ink)
    if abs(lean) >= LEAST_SKEW:
        paper = int(np.median(np.asarray(small)))
        image = image.rotate(lean, Image.Resampling.BILINEAR, fillcolor=paper)
        drawn["straightened"] = lean
    drawn["lean"] = lean
    drawn["file"] = f"read-{number:04d}.pgm"
    image.save(folder / drawn["file"], "PPM")
    return drawn


def _ink(small: Image.Image) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Where something clearly darker than its surroundings stands, the rim left out: scanners leave shadows there.

    Compared with the surroundings, for a receipt may lie on a grey bed; print of the other side shines through fainter.
    """
    around = np.asarray(small.filter(ImageFilter.BoxBlur(12)), dtype=np.int16)
    darker = (around - np.asarray(small, dtype=np.int16)) > LEAST_CONTRAST
    rim_y, rim_x = darker.shape[0] // 30, darker.shape[1] // 30
    return darker[rim_y : darker.shape[0] - rim_y or None, rim_x : darker.shape[1] - rim_x or None]


def _codes(image: Image.Image) -> list[tuple[str, str]]:
    import zxingcpp

    formats = zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.DataMatrix
    found = zxingcpp.read_barcodes(
        image, formats=zxingcpp.BarcodeFormats(formats), try_invert=False, text_mode=zxingcpp.TextMode.Plain
    )
    return [(code.format.name, code.text[:LONGEST_CODE]) for code in found[:MOST_CODES] if code.text]


def _lean(ink: np.ndarray[Any, np.dtype[np.bool_]]) -> float:
    """Degrees by which lines of print fall to the right (so turning it counter-clockwise by that straightens it).

    At the right angle the rows of print and the white between them stand out most; where hardly any angle is better
    than another, as in a photograph, it is 0.
    """
    ys, xs = np.nonzero(ink)
    if len(ys) < 200:
        return 0.0
    if len(ys) > 20_000:
        chosen = np.linspace(0, len(ys) - 1, 20_000).astype(int)
        ys, xs = ys[chosen], xs[chosen]
    xs = xs - xs.mean()

    def sharpness(degrees: float) -> float:
        rows = np.rint(ys - xs * np.tan(np.radians(degrees))).astype(int)
        counts = np.bincount(rows - rows.min()).astype(float)
        return float((counts**2).sum())

    coarse = {float(angle): sharpness(angle) for angle in np.arange(-MOST_SKEW, MOST_SKEW + 0.1, 1.0)}
    usual = float(np.median(list(coarse.values())))
    near = max(coarse, key=coarse.__getitem__)
    fine = {float(angle): sharpness(angle) for angle in np.arange(near - 1.0, near + 1.01, 0.1)}
    best = max(fine, key=fine.__getitem__)
    return round(best, 2) if fine[best] > 1.25 * usual and abs(best) < MOST_SKEW else 0.0
