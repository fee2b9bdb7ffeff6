"""Finds what somebody types on all pages of a document, as the browser's own search would in a text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

from kundenakte.records.pagetext import Box, DocumentText

MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Hit:
    """One place: the page and the boxes of the words it covers there."""

    page: int
    boxes: tuple[Box, ...]


def find(text: DocumentText | None, asked: str) -> list[Hit]:
    """All places of `asked` in reading order, at most `MOST`. Capitals and accents make no difference, and any space
    may be a line's end. A place that goes on over the page's end counts on the page where it begins."""
    words = folded(asked).split()
    if text is None or not words:
        return []
    pattern = re.compile(r"\s+".join(re.escape(word) for word in words))
    hits: list[Hit] = []
    for found in pattern.finditer(folded(text.plain)):
        covered = text.words_between(found.start(), found.end())
        if covered:
            page = covered[0][0]
            hits.append(Hit(page, tuple(word.box for number, word in covered if number == page)))
        if len(hits) == MOST:
            break
    return hits


def folded(text: str) -> str:
    """Small letters without accents, sign for sign, so that places in it are places in `text`."""
    return "".join(low if len(low := sign.lower()) == 1 else sign for sign in text.translate(_plain_letters()))


@cache
def _plain_letters() -> dict[int, str]:
    """Ä → A, é → e …: every letter that is a plain one with an accent."""
    bare = {sign: unicodedata.normalize("NFD", chr(sign))[0] for sign in range(0xC0, 0x250)}
    return {sign: letter for sign, letter in bare.items() if letter != chr(sign)}
