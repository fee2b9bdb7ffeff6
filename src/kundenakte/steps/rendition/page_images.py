"""Page images and thumbnails as WebP, chosen for speed: encoding costs more than everything else about a page.

Measured on a page of 1,240 x 1,754 pixels: lossy method 0 takes 27 ms, lossless method 1 takes 19 ms for printed pages
(and is sharper at the same size) but 42 ms and four times the bytes for scans. Lossy method 4, what Pillow would take,
needs 100 ms. So printed pages are kept lossless, photographed ones lossy.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from PIL import Image, ImageChops

WIDTH = 1240
# A page may be a roll of paper; what is longer is made narrower.
MOST_PIXELS = 12_000_000
LONGEST_EDGE = 12_000
THUMBNAIL = (248, 351)


class PageImage(TypedDict):
    """One page image in the scratch folder: page number from 1, file name, size in pixels."""

    number: int
    file: str
    width: int
    height: int


def scale_for(width: float, height: float) -> float:
    """The factor from page units to pixels: 1,240 pixels wide, less for pages that would become too many pixels."""
    width, height = max(width, 1e-3), max(height, 1e-3)
    by_area = (MOST_PIXELS / (width * height)) ** 0.5
    return float(min(WIDTH / width, by_area, LONGEST_EDGE / max(width, height)))


def write_page(image: Image.Image, folder: Path, number: int) -> PageImage:
    """Write `page-0001.webp` (the page's number) and tell its size."""
    file = f"page-{number:04d}.webp"
    if _is_printed(image):
        image.save(folder / file, "WEBP", lossless=True, quality=0, method=1)
    else:
        image.save(folder / file, "WEBP", quality=75, method=0)
    return {"number": number, "file": file, "width": image.width, "height": image.height}


def write_thumbnail(image: Image.Image, folder: Path) -> str:
    """Write `thumb.webp`, at most 248 x 351 pixels, and give its name."""
    file = "thumb.webp"
    factor = max(min(image.width // THUMBNAIL[0], image.height // THUMBNAIL[1]), 1)
    small = image.reduce(factor) if factor > 1 else image.copy()
    small.thumbnail(THUMBNAIL, reducing_gap=None)
    small.save(folder / file, "WEBP", quality=70, method=0)
    return file


def _is_printed(image: Image.Image) -> bool:
    """True when most pixels equal their neighbour exactly, which noise of a scanner or camera never allows."""
    rows = image.resize((image.width, max(image.height // 12, 1)), Image.Resampling.NEAREST).convert("L")
    same = ImageChops.difference(rows, ImageChops.offset(rows, 1, 0)).histogram()[0]
    return bool(same > 0.8 * rows.width * rows.height)
