"""German words as the index knows them: folded, stemmed, compounds taken apart. The same for papers and for questions.

`Größe`, `Groesse` and `grosse` are one word, `Verträge` and `Vertrag` as well; `Wartungsvertrag` is found by itself, by
`Wartung` and by `Vertrag`. Numbers stay as they are here; business_keys.py knows their forms.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from kundenakte.steps.search import compounds
from kundenakte.steps.search.stemming import stem

# A word or a number; a soft hyphen within it is none.
WORD = re.compile(r"[^\W_]+(?:\xad\n?[^\W_]+)*")
_UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss", "æ": "a", "œ": "o", "ø": "o", "ł": "l", "\xad": ""})
# "ue" is ü unless a vowel or q stands before it: "Mueller", but "Steuer", "Quelle", "neue".
_SPELT_OUT = re.compile(r"([ao])e|(?<![aeiouq])ue")
_MOST_REMEMBERED = 30_000
# Nothing that people write is longer; a line of a broken file may be.
LONGEST = 60
# Between two pieces of one word: "E-Mail", and "Wartungs-" at the end of a line.
_HYPHENS = frozenset({"-", "‐", "-\n", "‐\n"})
_HYPHENATED = re.compile(r"(?<![^\W_])([^\W\d_]+)[-‐]\n?(?=([^\W\d_]+))")


class Token(NamedTuple):
    """One word of a text: where it stands, which word it is, and the terms that stand for it, its own stem first."""

    start: int
    end: int
    position: int
    terms: tuple[str, ...]


_remembered: dict[str, tuple[str, ...]] = {}


def fold(word: str) -> str:
    """Small letters without accents; umlauts and their spelt-out forms are the same."""
    if not word.isascii():
        word = unicodedata.normalize("NFKC", word).lower().translate(_UMLAUTS)
        if not word.isascii():
            word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    else:
        word = word.lower()
    return _SPELT_OUT.sub(lambda found: found[1] or "u", word) if "e" in word else word


def terms_of(word: str) -> tuple[str, ...]:
    """The terms of one word: its stem, then the stems of its parts if it is a compound. Numbers stay as they are."""
    known = _remembered.get(word)
    if known is None:
        if len(_remembered) >= _MOST_REMEMBERED:
            _remembered.clear()
        known = _remembered[word] = _analysed(word)
    return known


def _analysed(word: str) -> tuple[str, ...]:
    folded = fold(word)[:LONGEST]
    if not folded.isalpha():
        return (folded,)
    return tuple(dict.fromkeys((stem(folded), *(stem(part) for part in compounds.parts(folded)))))


def tokens(text: str, *, position: int = 0) -> Iterator[Token]:
    """The words of a text in order, counted from `position`. A hyphenated word also stands for its joined form."""
    before: re.Match[str] | None = None
    held: Token | None = None
    for found in WORD.finditer(text):
        word = found[0]
        token = Token(found.start(), found.end(), position, terms_of(word))
        if held is not None:
            if before is not None and text[held.end : token.start] in _HYPHENS and _joins(before[0], word):
                joined = before[0] + word
                held = held._replace(terms=tuple(dict.fromkeys((*held.terms, *terms_of(joined)))))
            yield held
        before, held = found, token
        position += 1
    if held is not None:
        yield held


def placed_terms(text: str, position: int) -> list[tuple[int, str]]:
    """The same for whoever only needs terms and positions, several times as fast.

    Joined forms of hyphenated words stand behind all others: no phrase is looked for in them.
    """
    words = WORD.findall(text)
    known = _remembered
    placed = [(place, term) for place, word in enumerate(words, position) for term in known.get(word) or terms_of(word)]
    place = position + len(words)
    for found in _HYPHENATED.finditer(text):
        if _joins(found[1], found[2]):
            placed += [(place, term) for term in terms_of(found[1] + found[2])]
            place += 2
    return placed


def _joins(first: str, second: str) -> bool:
    return first.isalpha() and second.isalpha() and len(first) + len(second) <= LONGEST


def pieces(text: str) -> list[str]:
    """The words of a question as typed."""
    return WORD.findall(text)
