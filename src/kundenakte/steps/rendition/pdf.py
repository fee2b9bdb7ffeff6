"""PDF to page images and text by pdfium. These functions run confined: one opening of the file gives everything."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypedDict

from django.utils.translation.trans_null import gettext_noop as _
from PIL import Image

from kundenakte.base.confinement import Refused, confined
from kundenakte.records.pagetext import DocumentText, PageText
from kundenakte.steps.rendition import page_images
from kundenakte.steps.rendition.page_images import PageImage

MOST_PAGES = 2_000
MOST_TEXT = 2_000_000
FACTS, TEXT = "facts.json", "text.json"
_NEEDS = ("pypdfium2", "PIL.Image", "PIL.WebPImagePlugin", "kundenakte.steps.rendition.pdf_text")

ENCRYPTED = _("Das PDF ist mit einem Passwort geschützt.")
WRONG_PASSWORD = _("Das Passwort passt nicht zu diesem PDF.")
BROKEN = _("Das PDF ist beschädigt und kann nicht angezeigt werden.")
NO_PAGES = _("Das PDF enthält keine Seite.")
PAGE_BROKEN = _("Seite 1 des PDF ist beschädigt und kann nicht angezeigt werden.")


class First(TypedDict):
    """What the first opening gave; the files lie in the folder."""

    pages: int
    page: PageImage
    thumbnail: str
    text_cut: bool


@confined(seconds=60, needs=_NEEDS)
def first(
    *,
    source: str,
    folder: str,
    origin: str = "pdf",
    password: str | None = None,
    with_text: bool = True,
    body: float = 1.0,
    turn: int = 0,
) -> First:
    """The text of all pages, the image of page 1 and the thumbnail.

    `facts.json` (number of pages) and `text.json` are written before the image is tried, so they are left behind when
    that takes too long. Words below `body` (a fraction of the height) are left out. `turn` and `turns` are degrees
    clockwise, for what was scanned lying on its side or upside down. Raises `Refused` for encrypted,
    broken and empty files.
    """
    into = Path(folder)
    with opened(source, password) as document:
        count = len(document)
        (into / FACTS).write_text(json.dumps({"pages": count}), encoding="ascii")
        cut = False
        with page_at(document, 0) as page:
            if with_text:
                text = _text(document, page, count, origin, body)
                (into / TEXT).write_bytes(text.dumps())
                cut = text.cut
            with _drawn(page, turn) as image:
                written = page_images.write_page(image, into, 1)
                thumbnail = page_images.write_thumbnail(image, into)
    return {"pages": count, "page": written, "thumbnail": thumbnail, "text_cut": cut}


@confined(seconds=120, needs=_NEEDS)
def pages(
    *,
    source: str,
    folder: str,
    start: int,
    end: int,
    password: str | None = None,
    turns: Mapping[str, int] | None = None,
    with_thumbnail: bool = False,
) -> list[PageImage]:
    """The images of pages `start` to `end` (from 1, both included). A page that cannot be drawn is left out."""
    made = []
    with opened(source, password) as document:
        for number in range(start, min(end, len(document)) + 1):
            turn = (turns or {}).get(str(number), 0)
            with contextlib.suppress(Refused), page_at(document, number - 1) as page, _drawn(page, turn) as image:
                made.append(page_images.write_page(image, Path(folder), number))
    return made


@contextlib.contextmanager
def opened(source: str, password: str | None) -> Iterator[Any]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(source, password=password)
    except pypdfium2.PdfiumError as error:
        raise _refusal(error, password) from error
    try:
        if len(document) < 1:
            raise Refused("no-pages", NO_PAGES)
        # Without its forms a filled form would look empty.
        with contextlib.suppress(pypdfium2.PdfiumError):
            document.init_forms()
        yield document
    finally:
        document.close()


def _refusal(error: Exception, password: str | None) -> Refused:
    import pypdfium2.raw as pdfium

    if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD:
        if password:
            return Refused("wrong-password", WRONG_PASSWORD)
        return Refused("encrypted", ENCRYPTED)
    return Refused("broken", BROKEN, str(error))


@contextlib.contextmanager
def page_at(document: Any, index: int) -> Iterator[Any]:
    import pypdfium2

    try:
        page = document[index]
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise Refused("broken", PAGE_BROKEN, str(error)) from error
    try:
        yield page
    finally:
        page.close()


@contextlib.contextmanager
def _drawn(page: Any, turn: int = 0) -> Iterator[Image.Image]:
    """The page on white, in colour, at the width of all page images; the image lives in pdfium's own memory."""
    width, height = page.get_size() if turn in {0, 180} else page.get_size()[::-1]
    scale = page_images.scale_for(width, height)
    bitmap = page.render(scale=scale, rotation=turn, rev_byteorder=True, prefer_bgrx=True, may_draw_forms=True)
    try:
        yield Image.frombuffer("RGBX", (bitmap.width, bitmap.height), bitmap.buffer, "raw", "RGBX", bitmap.stride, 1)
    finally:
        bitmap.close()


def _text(document: Any, first_page: Any, count: int, origin: str, body: float) -> DocumentText:
    from kundenakte.steps.rendition import pdf_text

    found: list[PageText] = []
    length = 0
    for index in range(min(count, MOST_PAGES)):
        if length > MOST_TEXT:
            break
        try:
            if index:
                with page_at(document, index) as page:
                    text = pdf_text.read_page(page)
            else:
                text = pdf_text.read_page(first_page)
        except Exception:  # noqa: BLE001 - whatever one page's text throws, the others and the image remain
            text = PageText(0, 0, ())
        if body < 1:
            lines = (tuple(word for word in line if word.box[1] <= body) for line in text.lines)
            text = PageText(text.width, text.height, tuple(line for line in lines if line))
        length += sum(len(word.text) + 1 for line in text.lines for word in line)
        found.append(text)
    return DocumentText(tuple(found), origin=origin, cut=len(found) < count)
