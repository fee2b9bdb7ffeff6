"""What reading a scan found out about each of its pages; kept beside the text, and made again like it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from kundenakte.base.blobs import derived
from kundenakte.base.blobs.store import NoSuchBlob
from kundenakte.records.pagetext import DocumentText, PageText, Word

NAME: Final = "reading.json.gz"
# Where text may be missing though there is something to read. Mail and plain text are drawn by us, word for word.
_WITH_PICTURES: Final = frozenset({"pdf", "image", "office"})


@dataclass(frozen=True, slots=True)
class Code:
    """A barcode: its kind ("QRCode", "Code128") and what it says."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class ReadPage:
    """One page that was read: its words as the page is shown once it is turned upright."""

    text: PageText
    # Degrees clockwise by which the page must be turned to stand upright: 0, 90, 180 or 270.
    turn: int = 0
    # Nothing is on it, as on the back of a letter.
    is_blank: bool = False
    # How sure the reading is, 0 to 100, over all its letters.
    confidence: float = 0.0
    codes: tuple[Code, ...] = ()
    # Why it could not be read: the code of an error; "" when it was.
    failed: str = ""


@dataclass(frozen=True)
class Reading:
    """The pages that were read, by number from 1. Pages with a text of their own are not among them."""

    pages: Mapping[int, ReadPage] = field(default_factory=dict)

    def with_pages(self, more: Mapping[int, ReadPage]) -> Reading:
        """The same and further pages."""
        return Reading({**self.pages, **more})

    def without_failures(self) -> Reading:
        """Only what was read: the rest is tried again the next time."""
        return Reading({number: page for number, page in self.pages.items() if not page.failed})

    @property
    def failures(self) -> list[int]:
        """The pages that could not be read."""
        return sorted(number for number, page in self.pages.items() if page.failed)

    @property
    def turns(self) -> dict[int, int]:
        """By how much pages must be turned to stand upright; those that do are left out."""
        return {number: page.turn for number, page in self.pages.items() if page.turn}

    def laid_into(self, text: DocumentText) -> DocumentText:
        """The text with what was read on its pages."""
        pages = [
            self.pages[number].text if number in self.pages and not self.pages[number].failed else page
            for number, page in enumerate(text.pages, 1)
        ]
        origin = "ocr" if any(page.text.lines for page in self.pages.values()) else text.origin
        return replace(text, pages=tuple(pages), origin=origin)

    def dumps(self) -> bytes:
        """The form it is kept in."""
        rows = {str(number): _row(page) for number, page in sorted(self.pages.items())}
        return gzip.compress(json.dumps({"pages": rows}, ensure_ascii=False, separators=(",", ":")).encode(), 1)

    @classmethod
    def loads(cls, data: bytes) -> Reading:
        """Read what `dumps` wrote."""
        rows = json.loads(gzip.decompress(data))["pages"]
        return cls({int(number): _page(row) for number, row in rows.items()})


def reading_of(digest: str) -> Reading:
    """What was read of these bytes so far; empty when nothing was."""
    try:
        with derived.default().open(digest, NAME) as file:
            return Reading.loads(file.read())
    except NoSuchBlob:
        return Reading()


def save_reading(digest: str, reading: Reading) -> None:
    """Keep it, in place of what was there."""
    derived.default().put_bytes(digest, NAME, reading.dumps())


def pages_to_read(text: DocumentText | None, reading: Reading) -> list[int]:
    """The pages without text that nobody has read yet."""
    if text is None or text.origin not in _WITH_PICTURES:
        return []
    return [number for number, page in enumerate(text.pages, 1) if not page.lines and number not in reading.pages]


def _row(page: ReadPage) -> dict[str, Any]:
    return {
        "w": round(page.text.width, 2),
        "h": round(page.text.height, 2),
        "lines": [[[word.text, *(round(c, 4) for c in word.box)] for word in line] for line in page.text.lines],
        "turn": page.turn,
        "blank": page.is_blank,
        "confidence": round(page.confidence, 1),
        "codes": [[code.kind, code.text] for code in page.codes],
        "failed": page.failed,
    }


def _page(row: Mapping[str, Any]) -> ReadPage:
    lines = tuple(tuple(Word(w[0], (w[1], w[2], w[3], w[4])) for w in line) for line in row["lines"])
    return ReadPage(
        text=PageText(row["w"], row["h"], lines),
        turn=row["turn"],
        is_blank=row["blank"],
        confidence=row["confidence"],
        codes=tuple(Code(kind, text) for kind, text in row["codes"]),
        failed=row["failed"],
    )
