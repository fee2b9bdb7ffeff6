"""The text of a document with the place of each word, as rendition makes it and everybody else reads it.

Coordinates are fractions of the page (0..1), origin at the top left of the page as it is shown (rotation applied),
so a box can be drawn over a page image of any size.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

# A word with its box as `dumps` writes it, and the brackets behind: two end its line, three its page as well.
_KEPT_WORD: Final = re.compile(r'\["([^"\\]*+)"[-+.,e\d]*+(\]{1,3})')
_BEHIND: Final = {"]": " ", "]]": "\n", "]]]": "\n\f"}

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Word:
    """One word and where it stands: left, top, right, bottom."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class PageText:
    """One page: its size in points and its lines from top to bottom, words from left to right."""

    width: float
    height: float
    lines: tuple[tuple[Word, ...], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was found: the page (from 1) and the box around it."""

    page: int
    box: Box


@dataclass(frozen=True)
class DocumentText:
    """All pages; `plain` is the text that patterns search, `place` leads back from there to the page."""

    pages: tuple[PageText, ...]
    # How the text came about: "pdf", "office", "text", "mail", "xml" (OCR adds "ocr").
    origin: str = "pdf"
    # True when there was more text than is kept here; the reader says so instead of pretending.
    cut: bool = False
    _words: list[tuple[int, Word]] = field(default_factory=list, init=False, repr=False, compare=False)
    _starts: list[int] = field(default_factory=list, init=False, repr=False, compare=False)

    @cached_property
    def plain(self) -> str:
        """Words joined by a space, lines by a newline, pages by a form feed. Offsets into it are what `place` takes."""
        parts: list[str] = []
        at = 0
        self._words.clear()
        self._starts.clear()
        for number, page in enumerate(self.pages, 1):
            if number > 1:
                parts.append("\f")
                at += 1
            for line in page.lines:
                for position, word in enumerate(line):
                    if position:
                        parts.append(" ")
                        at += 1
                    self._words.append((number, word))
                    self._starts.append(at)
                    parts.append(word.text)
                    at += len(word.text)
                parts.append("\n")
                at += 1
        return "".join(parts)

    def words_between(self, start: int, end: int) -> list[tuple[int, Word]]:
        """The words that overlap `plain[start:end]`, each with its page number."""
        _ = self.plain
        first = max(bisect_right(self._starts, start) - 1, 0)
        last = bisect_right(self._starts, max(end - 1, start))
        return self._words[first:last]

    def place(self, start: int, end: int) -> Place | None:
        """The page and the box around `plain[start:end]`; of a span over two pages, the part on the first."""
        words = self.words_between(start, end)
        if not words:
            return None
        page = words[0][0]
        boxes = [word.box for number, word in words if number == page]
        return Place(page, around(boxes))

    def dumps(self) -> bytes:
        """A compact JSON form, kept as a rendition."""
        pages: list[dict[str, Any]] = [
            {
                "w": round(page.width, 2),
                "h": round(page.height, 2),
                "lines": [[[word.text, *(round(c, 4) for c in word.box)] for word in line] for line in page.lines],
            }
            for page in self.pages
        ]
        value = {"origin": self.origin, "cut": self.cut, "pages": pages}
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")

    @classmethod
    def loads(cls, data: bytes) -> DocumentText:
        """Read what `dumps` wrote."""
        value = json.loads(data.decode("utf-8", "replace"))
        return cls(
            tuple(
                PageText(
                    p["w"],
                    p["h"],
                    tuple(tuple(Word(w[0], (w[1], w[2], w[3], w[4])) for w in line) for line in p["lines"]),
                )
                for p in value["pages"]
            ),
            origin=value["origin"],
            cut=value["cut"],
        )

    def is_empty(self) -> bool:
        """True when no page carries a word, as in a scan."""
        return not any(line for page in self.pages for line in page.lines)


def plain_from(data: bytes) -> str:
    """What `DocumentText.loads(data).plain` is, without the places: for whoever reads many."""
    kept = data.decode("utf-8", "replace")
    words = _KEPT_WORD.findall(kept)
    if "\\" in kept or "[]" in kept or len(words) != kept.count('["'):
        # Quotation marks and the like, or lines and pages without words.
        pages = json.loads(kept)["pages"]
        return "\f".join("".join(" ".join(word[0] for word in line) + "\n" for line in page["lines"]) for page in pages)
    return "".join([word + _BEHIND[end] for word, end in words]).removesuffix("\f")


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box that holds all of `boxes` (at least one)."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))
