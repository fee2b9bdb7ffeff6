"""Where derived things lie: page images, text with places, our PDF, the XML of an invoice, by the digest of the bytes.

Rendition writes them, recognition, filing, search and the doors read them here. Any of it may be missing: then it is
made again.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any, Final

from kundenakte.base.blobs import derived
from kundenakte.base.blobs.store import NoSuchBlob
from kundenakte.records.models import Rendition
from kundenakte.records.pagetext import DocumentText, plain_from

TEXT: Final = "text.json.gz"
THUMBNAIL: Final = "thumb.webp"
PDF: Final = "view.pdf"
XML: Final = "invoice.xml"
# A scan with the words that were read laid over it.
SEARCHABLE: Final = "searchable.pdf"
# The code of a text that is still being read from the pages; `ready` counts the pages that are.
BEING_READ: Final = "reading"
# The codes of renditions that a password would help.
LOCKED: Final = frozenset({"encrypted", "wrong-password"})


def page_name(number: int) -> str:
    """The name of a page image, pages counted from 1."""
    return f"page-{number:04d}.webp"


def save_text(digest: str, text: DocumentText) -> None:
    """Keep the text with its places."""
    derived.default().put_bytes(digest, TEXT, gzip.compress(text.dumps(), 1))


def text_of(digest: str) -> DocumentText | None:
    """The text with its places; None while there is none."""
    try:
        with derived.default().open(digest, TEXT) as file:
            return DocumentText.loads(gzip.decompress(file.read()))
    except NoSuchBlob:
        return None


def plain_text_of(digest: str) -> str:
    """The text alone, as `DocumentText.plain` has it, without an object for every word; "" while there is none."""
    try:
        with derived.default().open(digest, TEXT) as file:
            return plain_from(gzip.decompress(file.read()))
    except NoSuchBlob:
        return ""


def text_pages(digest: str, *, first: int, last: int) -> list[dict[str, Any]]:
    """Some pages of the text in the form they are kept in (`DocumentText.dumps`), without an object for every word:
    size `w` and `h` in points, and `lines` of words with their boxes. [] while there is no text."""
    try:
        with derived.default().open(digest, TEXT) as file:
            pages: list[dict[str, Any]] = json.loads(gzip.decompress(file.read()).decode("utf-8", "replace"))["pages"]
    except NoSuchBlob:
        return []
    return pages[max(first - 1, 0) : last]


def page_image(digest: str, number: int) -> Path | None:
    """The image of a page, or None while it is not made (or there is no such page)."""
    return _path(digest, page_name(number))


def page_size(digest: str, number: int) -> tuple[int, int] | None:
    """Width and height of a page image in pixels, read from its first bytes; None while there is none."""
    try:
        with derived.default().open(digest, page_name(number)) as file:
            return size_of_webp(file.read(30))
    except NoSuchBlob:
        return None


def size_of_webp(head: bytes) -> tuple[int, int] | None:
    """Width and height as the first 30 bytes of a WebP file have them (RFC 9649); None for anything else."""
    if len(head) < 30 or head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        return None
    kind, body = head[12:16], head[20:]
    if kind == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        # The two highest bits are a scale for display, not part of the size.
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    if kind == b"VP8L" and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    return None


def thumbnail(digest: str) -> Path | None:
    """The small picture of page 1."""
    return _path(digest, THUMBNAIL)


def pdf(digest: str) -> Path | None:
    """The PDF we made of something that was none; None for a PDF itself and for pictures."""
    return _path(digest, PDF)


def searchable(digest: str) -> Path | None:
    """The searchable PDF of a scan; None for all else, and while it is not made."""
    return _path(digest, SEARCHABLE)


def text_state(digest: str) -> Rendition | None:
    """How far the text is: `code` says that it is still being read from a scan, `note` what a reader should know."""
    return Rendition.objects.filter(digest=digest, kind=Rendition.Kind.TEXT).first()


def is_being_read(digest: str) -> bool:
    """Whether words are still being read from a scan."""
    return Rendition.objects.filter(digest=digest, kind=Rendition.Kind.TEXT, code=BEING_READ).exists()


def pages_of(digest: str) -> Rendition | None:
    """How many pages there are, how many images are ready, and what a reader should know."""
    return Rendition.objects.filter(digest=digest, kind=Rendition.Kind.PAGES).first()


def _path(digest: str, name: str) -> Path | None:
    try:
        return derived.default().path(digest, name)
    except NoSuchBlob:
        return None
