"""Drawn "photographs" (machine plates, a damaged roller) and scans: pictures of papers without any text in them."""

from __future__ import annotations

import functools
import io
from pathlib import Path
from random import Random

import pikepdf
import pypdfium2
import reportlab
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from demo.goods import Machine


@functools.cache
def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    file = Path(reportlab.__file__).parent / "fonts" / ("VeraBd.ttf" if bold else "Vera.ttf")
    return ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.BASIC)


def _noise(rng: Random, size: tuple[int, int], grain: int, strength: float) -> Image.Image:
    """Grain as a grey picture around 128."""
    small = (max(size[0] // grain, 1), max(size[1] // grain, 1))
    raw = Image.frombytes("L", small, rng.randbytes(small[0] * small[1]))
    return raw.resize(size, Image.Resampling.BILINEAR).point([int(128 + (v - 128) * strength) for v in range(256)])


def _textured(rng: Random, size: tuple[int, int], colour: tuple[int, int, int]) -> Image.Image:
    ground = Image.new("RGB", size, colour)
    grain = ImageChops.overlay(_noise(rng, size, 3, 0.22), _noise(rng, size, 160, 0.5))
    return ImageChops.overlay(ground, Image.merge("RGB", [grain] * 3))


def plate_photo(machine: Machine, maker: str, rng: Random) -> bytes:
    """A JPEG as a technician takes it: the type plate of a machine, a little askew."""
    size = (1600, 1200)
    picture = _textured(rng, size, (96, 108, 112))
    plate = Image.new("RGB", (1120, 720), (208, 211, 214))
    draw = ImageDraw.Draw(plate)
    draw.rectangle((6, 6, 1113, 713), outline=(40, 44, 50), width=5)
    draw.rectangle((6, 6, 1113, 128), fill=(22, 66, 91))
    draw.text((40, 34), maker, font=_font(46, bold=True), fill=(240, 243, 246))
    rows = (("Typ", f"{machine.kind} {machine.model}"), ("Serien-Nr.", machine.serial), ("Baujahr", str(machine.built)),
            ("Anschluss", f"3/N/PE 400 V 50 Hz  {rng.choice((16, 25, 32, 63))} A"), ("Masse",
                f"{rng.randint(3, 48) * 50} kg"))  # fmt: skip
    for number, (label, value) in enumerate(rows):
        top = 166 + number * 92
        draw.text((44, top), label, font=_font(34), fill=(60, 64, 70))
        draw.rectangle((330, top - 12, 1070, top + 56), outline=(110, 114, 120), width=3, fill=(228, 230, 232))
        draw.text((350, top - 3), value, font=_font(42, bold=True), fill=(24, 26, 30))
    draw.text((960, 636), "C E", font=_font(52, bold=True), fill=(30, 32, 36))
    for x, y in ((28, 28), (1092, 28), (28, 692), (1092, 692)):
        draw.ellipse((x - 14, y - 14, x + 14, y + 14), fill=(150, 154, 160), outline=(60, 60, 64), width=3)
    grain = _noise(rng, plate.size, 2, 0.12)
    plate = ImageChops.overlay(plate, Image.merge("RGB", [grain] * 3))
    mask = Image.new("L", plate.size, 255)
    angle = rng.uniform(-4, 4)
    plate, mask = (p.rotate(angle, Image.Resampling.BICUBIC, expand=True) for p in (plate, mask))
    at = (240 + rng.randint(-40, 40), 190 + rng.randint(-30, 30))
    picture.paste((30, 34, 36), (at[0] + 10, at[1] + 14), mask.filter(ImageFilter.GaussianBlur(6)))
    picture.paste(plate, at, mask)
    return _jpeg(_lit(picture, rng).resize((1280, 960)))


def damage_photo(rng: Random) -> bytes:
    """A JPEG of a roller with a dent."""
    picture = _textured(rng, (1400, 1050), (122, 116, 104))
    draw = ImageDraw.Draw(picture)
    for row in range(3):
        top = 150 + row * 290
        for step in range(180):
            shade = int(90 + 130 * (1 - abs(step - 70) / 110)) if step > 4 else 70
            draw.line((60, top + step, 1340, top + step), fill=(shade, shade + 2, min(shade + 6, 255)))
        draw.rectangle((20, top + 50, 70, top + 130), fill=(52, 54, 58))
        draw.rectangle((1330, top + 50, 1380, top + 130), fill=(52, 54, 58))
    x, y = 520 + rng.randint(-120, 200), 470 + rng.randint(-20, 30)
    for ring in range(60, 0, -2):
        shade = 60 + ring
        draw.ellipse((x - ring * 2, y - ring // 2, x + ring * 2, y + ring // 2), fill=(shade, shade, shade + 4))
    draw.line((x - 150, y + 8, x + 190, y - 12), fill=(214, 214, 218), width=3)
    return _jpeg(_lit(picture.filter(ImageFilter.GaussianBlur(1.1)), rng))


def _lit(picture: Image.Image, rng: Random) -> Image.Image:
    """Brighter on one side, darker at the edges, as under a hall lamp."""
    far = Image.linear_gradient("L").rotate(rng.choice((35, 145, 215))).crop((64, 80, 192, 176))
    soft = far.point([int(110 + v * 0.28) for v in range(256)]).resize(picture.size, Image.Resampling.BILINEAR)
    return ImageChops.overlay(picture, Image.merge("RGB", [soft] * 3))


def _jpeg(picture: Image.Image, quality: int = 82) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality, subsampling=2)
    return buffer.getvalue()


def scan(pdf: bytes, rng: Random, *, dpi: int = 150) -> bytes:
    """The pages as a scanner sees them, grey, slightly turned, with dust; a PDF that holds pictures only."""
    pictures = [_scanned(page, rng, dpi) for page in _pages(pdf, dpi)]
    return pictures_pdf(pictures, dpi)


def scan_tiff(pdf: bytes, rng: Random, *, dpi: int = 150) -> bytes:
    """The same as a multi-page TIFF, black and white, as fax machines make them."""
    pages = [_scanned(page, rng, dpi).convert("1", dither=Image.Dither.NONE) for page in _pages(pdf, dpi)]
    buffer = io.BytesIO()
    pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:], compression="group4", dpi=(dpi, dpi))
    return buffer.getvalue()


def _pages(pdf: bytes, dpi: int) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L") for page in document]
    finally:
        document.close()


def _scanned(page: Image.Image, rng: Random, dpi: int) -> Image.Image:
    turned = page.rotate(rng.uniform(-0.9, 0.9), Image.Resampling.BILINEAR, fillcolor=247)
    grain = _noise(rng, page.size, 1, 0.12)
    dusty = ImageChops.overlay(turned.point([min(int(v * 0.94) + 12, 250) for v in range(256)]), grain)
    draw = ImageDraw.Draw(dusty)
    for _ in range(rng.randint(6, 18)):
        x, y = rng.randrange(page.width), rng.randrange(page.height)
        draw.ellipse((x, y, x + 2, y + 2), fill=90)
    for top in (0.36, 0.64):  # punched holes
        y, radius = int(page.height * top), int(dpi * 0.11)
        draw.ellipse((int(dpi * 0.3), y, int(dpi * 0.3) + 2 * radius, y + 2 * radius), fill=70)
    return dusty


def pictures_pdf(pictures: list[Image.Image], dpi: int) -> bytes:
    """A PDF whose pages are JPEG pictures."""
    document = pikepdf.new()
    for picture in pictures:
        stream = document.make_stream(_jpeg(picture, 68))
        stream.update(Dictionary(Type=Name.XObject, Subtype=Name.Image, Width=picture.width, Height=picture.height,
                                 ColorSpace=Name.DeviceGray if picture.mode == "L" else Name.DeviceRGB,
                                     BitsPerComponent=8,
                                 Filter=Name.DCTDecode))  # fmt: skip
        wide, high = picture.width * 72 / dpi, picture.height * 72 / dpi
        content = document.make_stream(f"q {wide:.2f} 0 0 {high:.2f} 0 0 cm /Im0 Do Q".encode())
        page = Dictionary(Type=Name.Page, MediaBox=Array([0, 0, round(wide, 2), round(high, 2)]), Contents=content,
                          Resources=Dictionary(XObject=Dictionary(Im0=stream)))  # fmt: skip
        document.pages.append(pikepdf.Page(document.make_indirect(page)))
    buffer = io.BytesIO()
    document.save(buffer, deterministic_id=True)
    return buffer.getvalue()
