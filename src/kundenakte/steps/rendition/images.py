"""Pictures to page images by Pillow: each frame a page, turned the way the camera was held. Runs confined."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypedDict

from django.utils.translation.trans_null import gettext_noop as _
from PIL import Image, ImageOps, UnidentifiedImageError

from kundenakte.base.confinement import Refused, confined
from kundenakte.steps.rendition import page_images
from kundenakte.steps.rendition.page_images import PageImage

# A0 at 300 dpi has 140 million points. More is a bomb or a map, and does not fit the memory limit either.
MOST_POINTS = 150_000_000
MOST_FRAMES = 2_000
# Animations are one picture to a clerk; only TIFF has pages.
_PAGED = frozenset({"TIFF"})
_FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "GIF", "WEBP", "HEIF", "AVIF", "JPEG2000", "MPO")
_NEEDS = (
    "PIL.Image",
    "PIL.ImageOps",
    "PIL.WebPImagePlugin",
    "PIL.TiffImagePlugin",
    "PIL.JpegImagePlugin",
    "pillow_heif",
)

# Degrees clockwise, as Pillow calls them.
TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}

BROKEN = _("Das Bild ist beschädigt und kann nicht angezeigt werden.")
TOO_LARGE = _("Das Bild hat zu viele Bildpunkte und wird nicht angezeigt.")


class FirstFrame(TypedDict):
    """What the first opening of a picture gave; `sizes` are points per frame as far as they were looked at."""

    pages: int
    page: PageImage
    thumbnail: str
    cut: bool


@confined(seconds=60, needs=_NEEDS)
def first(*, source: str, folder: str, turn: int = 0) -> FirstFrame:
    """The number of frames, the image of frame 1 and the thumbnail. Raises `Refused` for broken and giant pictures.

    `turn` and `turns` are degrees clockwise, for what was scanned lying on its side or upside down.
    """
    with opened(source) as picture:
        count = frames(picture)
        with _shown(picture, 0, turn) as image:
            written = page_images.write_page(image, Path(folder), 1)
            thumbnail = page_images.write_thumbnail(image, Path(folder))
        return {"pages": min(count, MOST_FRAMES), "page": written, "thumbnail": thumbnail, "cut": count > MOST_FRAMES}


@confined(seconds=120, needs=_NEEDS)
def pages(
    *,
    source: str,
    folder: str,
    start: int,
    end: int,
    turns: Mapping[str, int] | None = None,
    with_thumbnail: bool = False,
) -> list[PageImage]:
    """The images of frames `start` to `end` (from 1, both included). A frame that cannot be read is left out."""
    made = []
    with opened(source) as picture:
        for number in range(start, min(end, frames(picture)) + 1):
            turn = (turns or {}).get(str(number), 0)
            with contextlib.suppress(Refused), _shown(picture, number - 1, turn) as image:
                made.append(page_images.write_page(image, Path(folder), number))
                if with_thumbnail and number == start:
                    page_images.write_thumbnail(image, Path(folder))
    return made


@contextlib.contextmanager
def opened(source: str) -> Iterator[Image.Image]:
    import pillow_heif

    pillow_heif.register_heif_opener()
    # Our own bound below gives a sentence; Pillow's would be a warning first.
    Image.MAX_IMAGE_PIXELS = None
    try:
        picture = Image.open(source, formats=_FORMATS)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        _tell_machine_from_file(error)
        raise Refused("broken", BROKEN, str(error)) from error
    with picture:
        yield picture


def frames(picture: Image.Image) -> int:
    if picture.format not in _PAGED:
        return 1
    try:
        return max(int(getattr(picture, "n_frames", 1)), 1)
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, TypeError):
        return 1


@contextlib.contextmanager
def _shown(picture: Image.Image, index: int, turn: int = 0) -> Iterator[Image.Image]:
    """One frame on white, upright, at the width of a page image (never enlarged beyond three times)."""
    try:
        if index:
            picture.seek(index)
        if picture.width * picture.height > MOST_POINTS:
            raise Refused("too-large", TOO_LARGE, f"{picture.width} x {picture.height}")
        # JPEG can be decoded small from the start.
        picture.draft("RGB", (page_images.WIDTH, page_images.WIDTH * 2))
        image = _upright(_reduced(picture))
        if turn:
            image = image.transpose(TURNS[turn])
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, TypeError, IndexError) as error:
        _tell_machine_from_file(error)
        raise Refused("broken", BROKEN, str(error)) from error
    yield _on_white(image)


def full(picture: Image.Image, index: int) -> Image.Image:
    """One frame in grey, upright and with square points, in all its points: what is read needs them."""
    try:
        if index:
            picture.seek(index)
        if picture.width * picture.height > MOST_POINTS:
            raise Refused("too-large", TOO_LARGE, f"{picture.width} x {picture.height}")
        picture.load()
        info = picture.info
        image = _grey(picture) if picture.mode in {"1", "I", "F"} or picture.mode.startswith("I;16") else picture
        if image.mode == "P":
            image = image.convert("RGBA" if "transparency" in image.info else "RGB")
        size = _resolved(picture, image)
        if size != image.size:
            image = image.resize(size, Image.Resampling.BICUBIC)
        image.info = info
        return _on_white(_upright(image)).convert("L")
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, TypeError, IndexError) as error:
        _tell_machine_from_file(error)
        raise Refused("broken", BROKEN, str(error)) from error


def _reduced(picture: Image.Image) -> Image.Image:
    """A smaller copy, in the right mode: bitonal faxes need grey to be readable when small."""
    picture.load()
    image = _grey(picture) if picture.mode in {"1", "I", "F"} or picture.mode.startswith("I;16") else picture
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    # By the shorter edge, since turning upright may swap them.
    width, height = _resolved(picture, image)
    scale = min(page_images.scale_for(width, height), 3.0)
    target = max(round(width * scale), 1), max(round(height * scale), 1)
    if target == image.size:
        return image.copy()
    copy = image.resize(target, Image.Resampling.BOX if scale < 0.5 else Image.Resampling.BICUBIC, reducing_gap=2.0)
    copy.info = picture.info
    return copy


def _grey(picture: Image.Image) -> Image.Image:
    """Eight bits of grey from one or more; a plain conversion would show everything above 255 as white."""
    if picture.mode == "1":
        return picture.convert("L")
    top = 65_535.0 if picture.mode.startswith("I;16") else max(float(picture.getextrema()[1]), 255.0)  # type: ignore[arg-type]
    factor = 255 / top
    return picture.point(lambda value: value * factor + 0).convert("L")


def _resolved(picture: Image.Image, image: Image.Image) -> tuple[int, int]:
    """The size with square points: a fax has twice as many across as down."""
    dpi = picture.info.get("dpi")
    width, height = image.size
    try:
        across, down = float(dpi[0]), float(dpi[1])  # type: ignore[index]
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        return width, height
    if across > 0 and down > 0 and 1.2 < across / down < 4:
        return width, round(height * across / down)
    return width, height


def points_of(picture: Image.Image, size: tuple[int, int]) -> tuple[float, float]:
    """The size of a frame in points: by its own resolution if that is one of a scanner, else as wide as A4."""
    try:
        across, down = (float(value) for value in picture.info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        across = down = 0.0
    if not (72 <= across <= 1200 and 72 <= down <= 1200):
        across = down = min(size) / 8.27
    return size[0] * 72 / across, size[1] * 72 / down


def upright(picture: Image.Image) -> Image.Image:
    """The picture turned the way the camera was held, on white."""
    return _on_white(_upright(picture))


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, ZeroDivisionError):
        # A broken Exif block is no reason to show nothing.
        return image


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in {"RGBA", "LA", "PA", "RGBa", "La"}:
        paper = Image.new("RGB", image.size, "white")
        layer = image.convert("RGBA")
        paper.paste(layer, mask=layer.getchannel("A"))
        return paper
    return image.convert("RGB")


def _tell_machine_from_file(error: BaseException) -> None:
    """Let a full disk through as it is; Pillow's own complaints about a file are OSErrors without a number."""
    if isinstance(error, OSError) and error.errno is not None:
        raise error
