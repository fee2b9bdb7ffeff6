"""Shows where a text answers a question: a few words around the hits, and the places on the pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kundenakte.records.pagetext import Box, DocumentText
from kundenakte.steps.search import business_keys
from kundenakte.steps.search.analysis import pattern, terms_of, tokens
from kundenakte.steps.search.language import Wanted

_LENGTH: Final = 220
# Enough to choose the best window from.
_MOST_HITS: Final = 40
_MOST_MARKS: Final = 2_000
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of text in parts; those to be marked are told apart. `cut_before` and `cut_after`: more text is there."""

    parts: tuple[tuple[str, bool], ...] = ()
    cut_before: bool = False
    cut_after: bool = False

    @property
    def plain(self) -> str:
        """The text alone."""
        return "".join(text for text, _ in self.parts)


@dataclass(frozen=True, slots=True)
class Mark:
    """A word on a page that answers the question."""

    page: int
    box: Box
    word: str


def snippet(text: str, wanted: Wanted, *, length: int = _LENGTH) -> Snippet:
    """The stretch of the text with the most different hits; the beginning when there are none."""
    hits = _hits(text, wanted)
    start = _best_start(hits, length)
    start, end = _word_borders(text, max(0, start - length // 5), length)
    parts: list[tuple[str, bool]] = []
    at = start
    for hit in hits:
        if hit.start < at or hit.end > end:
            continue
        parts += [(text[at : hit.start], False), (text[hit.start : hit.end], True)]
        at = hit.end
    parts.append((text[at:end], False))
    tidy = tuple((_SPACE.sub(" ", part), marked) for part, marked in parts if part)
    return Snippet(tidy, cut_before=start > 0, cut_after=end < len(text.rstrip()))


def marks(text: DocumentText, wanted: Wanted) -> list[Mark]:
    """The words of all pages that answer the question, in reading order; at most 2,000."""
    spans = [(t.start, t.end) for t in tokens(text.plain) if wanted.meets(t.terms)]
    if wanted.keys:
        spans += [
            (k.start, k.end) for k in business_keys.find(text.plain) if business_keys.alike(k.form) in wanted.keys
        ]
    found = dict.fromkeys(
        Mark(page, word.box, word.text) for start, end in sorted(spans) for page, word in text.words_between(start, end)
    )
    return list(found)[:_MOST_MARKS]


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    term: str


def _hits(text: str, wanted: Wanted) -> list[_Hit]:
    """The first hits, until there are many or all that is wanted was seen a few times."""
    hits: list[_Hit] = []
    if not (wanted.terms or wanted.beginnings):
        return hits
    for found in pattern().finditer(text):
        terms = terms_of(found[0])
        if wanted.meets(terms):
            hits.append(_Hit(found.start(), found.end(), terms[0]))
            if len(hits) >= _MOST_HITS:
                break
    return hits


def _best_start(hits: list[_Hit], length: int) -> int:
    """Where the window with the most different terms begins; the first of several."""
    best, at = 0, 0
    for position, first in enumerate(hits):
        seen = {hit.term for hit in hits[position:] if hit.end <= first.start + length}
        if len(seen) > best:
            best, at = len(seen), first.start
    return at


def _word_borders(text: str, start: int, length: int) -> tuple[int, int]:
    """A window that cuts no word in two, unless it is a very long one."""
    end = min(len(text), start + length)
    if start and (space := _SPACE.search(text, start, end)):
        start = space.end()
    if end < len(text):
        spaces = [found.start() for found in _SPACE.finditer(text, start, end)]
        end = spaces[-1] if spaces and spaces[-1] > start else end
    return start, end
