"""Shows where a text answers a question: a few words around the hits, and the places on the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple

from kundenakte.records.pagetext import Box, DocumentText
from kundenakte.steps.search import business_keys
from kundenakte.steps.search.analysis import terms_of, tokens
from kundenakte.steps.search.language import Wanted

_LENGTH: Final = 220
# Enough to choose the best window from.
_MOST_HITS: Final = 40
_MOST_LIKELY: Final = 1_000
_MOST_MARKS: Final = 2_000
_SPACE = re.compile(r"\s+")
# Bullets of symbol fonts stand in the private area; on screen they are boxes.
_NO_LETTER = re.compile("[\\s\ue000-\uf8ff\ufffd]+")


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


class Snippets:
    """Cuts the snippets of one answer."""

    def __init__(self, wanted: Wanted, *, length: int = _LENGTH) -> None:
        self._wanted = wanted
        self._length = length
        self._likely = _likely([*wanted.terms, *wanted.beginnings])

    def of(self, text: str) -> Snippet:
        """The stretch of the text with the most different hits; the beginning when there are none."""
        hits = list(islice(self._hits(text), _MOST_HITS))
        start = max(0, _best_start(hits, self._length) - self._length // 5)
        start, end = _word_borders(text, start, self._length)
        parts: list[tuple[str, bool]] = []
        at = start
        for hit in hits:
            if hit.start < at or hit.end > end:
                continue
            parts += [(text[at : hit.start], False), (text[hit.start : hit.end], True)]
            at = hit.end
        parts.append((text[at:end], False))
        tidy = tuple((_NO_LETTER.sub(" ", part), marked) for part, marked in parts if part)
        return Snippet(tidy, cut_before=start > 0, cut_after=end < len(text.rstrip()))

    def _hits(self, text: str) -> Iterator[_Hit]:
        """The wanted words of the text in order: first where one is likely, then whether it is one."""
        if self._likely is None:
            return
        end = 0
        for found in islice(self._likely.finditer(text), _MOST_LIKELY):
            if found.start() < end:
                continue
            start, end = _word_around(text, found.start(), found.end())
            terms = terms_of(text[start:end])
            if self._wanted.meets(terms):
                yield _Hit(start, end, terms[0])


class _Hit(NamedTuple):
    start: int
    end: int
    term: str


# A stem stands in its word letter by letter, but for what folding did to it.
_UNFOLDED = {"a": "(?:ae|ä|a)", "o": "(?:oe|ö|o)", "u": "(?:ue|ü|u)", "ss": "(?:ss|ß)"}
_FOLDED = re.compile("ss|[aou]")


def _likely(terms: list[str]) -> re.Pattern[str] | None:
    """Finds all places where one of the terms may stand; analysing every word of twenty texts would take longer than
    finding the twenty among a hundred thousand. Spellings with rare accents are not seen; they stay unmarked."""
    if not terms:
        return None
    patterns = (_FOLDED.sub(lambda found: _UNFOLDED[found[0]], re.escape(term)) for term in sorted(terms))
    return re.compile("|".join(patterns), re.IGNORECASE)


def _word_around(text: str, start: int, end: int) -> tuple[int, int]:
    while start and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    return start, end


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
