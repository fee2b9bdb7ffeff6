"""Pictures: frames as pages, the right way up, and never a bomb."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from kundenakte.steps.rendition.render import RenderedFirst, render_pages

Render = Callable[..., RenderedFirst]


def a_picture(*, mode: str = "RGB") -> Image.Image:
    """White with a black block at the top left, 400 wide and 300 high."""
    image = Image.new(mode, (400, 300), "white" if mode != "1" else 1)
    ImageDraw.Draw(image).rectangle((0, 0, 100, 75), fill="black" if mode != "1" else 0)
    return image


def corner(made: RenderedFirst) -> str:
    """Where the black block is in the page image."""
    with Image.open(made.first_page.path) as image:
        grey = image.convert("L")
        points = {
            "top left": (5, 5),
            "top right": (grey.width - 5, 5),
            "bottom left": (5, grey.height - 5),
            "bottom right": (grey.width - 5, grey.height - 5),
        }
        return ", ".join(name for name, point in points.items() if grey.getpixel(point) < 100)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [(1, "top left"), (2, "top right"), (3, "bottom right"), (4, "bottom left"), (6, "top right"), (8, "bottom left")],
)
def test_a_photo_is_turned_as_the_camera_was_held(
    rendered: Render, tmp_path: Path, orientation: int, expected: str
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    a_picture().save(tmp_path / "foto.jpg", exif=exif)
    made = rendered(tmp_path / "foto.jpg")
    assert corner(made) == expected
    assert (made.first_page.width > made.first_page.height) == (orientation < 5)


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("a.png", "RGB"), ("a.png", "P"), ("a.png", "L"), ("a.png", "1"), ("a.bmp", "RGB"),
        ("a.gif", "P"), ("a.webp", "RGB"), ("a.tif", "RGB"), ("a.tif", "CMYK"), ("a.jpg", "CMYK"), ("a.jp2", "RGB"),
    ],
)  # fmt: skip
def test_formats_and_colours(rendered: Render, tmp_path: Path, name: str, mode: str) -> None:
    a_picture().convert(mode).save(tmp_path / name)
    made = rendered(tmp_path / name)
    assert made.shows_content
    assert made.media_type.family == "image"
    assert corner(made) == "top left"


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_sixteen_bits_of_grey_are_not_all_white(rendered: Render, tmp_path: Path, name: str) -> None:
    deep = b"".join(bytes([0, value // 2]) for value in a_picture(mode="L").tobytes())
    Image.frombytes("I;16", (400, 300), deep).save(tmp_path / name)
    with Image.open(rendered(tmp_path / name).first_page.path) as image:
        # Lossy encoding moves a value by one or two.
        assert 120 <= image.convert("L").getpixel((image.width - 5, 5)) <= 132  # type: ignore[operator]


def test_transparency_is_shown_on_white(rendered: Render, tmp_path: Path) -> None:
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(tmp_path / "a.png")
    with Image.open(rendered(tmp_path / "a.png").first_page.path) as image:
        assert image.convert("L").getextrema() == (255, 255)


def test_each_frame_of_a_fax_is_a_page(rendered: Render, tmp_path: Path) -> None:
    frames = [a_picture(mode="1") for _ in range(3)]
    path = tmp_path / "fax.tif"
    frames[0].save(path, save_all=True, append_images=frames[1:], compression="group4", dpi=(204, 98))
    made = rendered(path)
    assert (made.page_count, made.text.is_empty(), len(made.text.pages)) == (3, True, 3)
    # A fax in coarse resolution has twice as many points across as down.
    assert made.first_page.height > made.first_page.width
    scratch = tmp_path / "more"
    scratch.mkdir()
    assert [page.number for page in render_pages(path=path, first=2, last=9, scratch=scratch)] == [2, 3]


def test_an_animation_is_one_page(rendered: Render, tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert rendered(tmp_path / "a.gif").page_count == 1


def test_heic_is_shown(rendered: Render) -> None:
    made = rendered("scan/tika_testHEIF.heic")
    assert made.shows_content
    assert made.first_page.width == 1240


def test_a_bomb_is_refused_before_it_is_unpacked(rendered: Render, tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(10_000_000))
    path = tmp_path / "bomb.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b""))
    made = rendered(path)
    assert (made.code, made.shows_content) == ("too-large", False)


@pytest.mark.parametrize("length", [20, 200, 2000])
def test_half_a_picture_gives_a_page_or_a_sentence(rendered: Render, tmp_path: Path, length: int) -> None:
    a_picture().save(tmp_path / "whole.jpg")
    path = tmp_path / "half.jpg"
    path.write_bytes((tmp_path / "whole.jpg").read_bytes()[:length])
    made = rendered(path)
    assert made.shows_content is (made.code == "")
    assert made.first_page.path.exists()
