"""Where derived things lie: page images, text with places, our PDF, the XML of an invoice, by the digest of the bytes.

Rendition writes them, recognition, filing, search and the doors read them here. Any of it may be missing: then it is
made again.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Final

from kundenakte.base.blobs import derived
from kundenakte.base.blobs.store import NoSuchBlob
from kundenakte.records.models import Rendition
from kundenakte.records.pagetext import DocumentText, plain_from

TEXT: Final = "text.json.gz"
THUMBNAIL: Final = "thumb.webp"
PDF: Final = "view.pdf"
XML: Final = "invoice.xml"


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


def page_image(digest: str, number: int) -> Path | None:
    """The image of a page, or None while it is not made (or there is no such page)."""
    return _path(digest, page_name(number))


def thumbnail(digest: str) -> Path | None:
    """The small picture of page 1."""
    return _path(digest, THUMBNAIL)


def pdf(digest: str) -> Path | None:
    """The PDF we made of something that was none; None for a PDF itself and for pictures."""
    return _path(digest, PDF)


def pages_of(digest: str) -> Rendition | None:
    """How many pages there are, how many images are ready, and what a reader should know."""
    return Rendition.objects.filter(digest=digest, kind=Rendition.Kind.PAGES).first()


def _path(digest: str, name: str) -> Path | None:
    try:
        return derived.default().path(digest, name)
    except NoSuchBlob:
        return None
