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
from kundenakte.steps.search.engine import Passage
from kundenakte.steps.search.stemming import stem

# A word or a number; a soft hyphen within it is none.
WORD = re.compile(r"[^\W_]++(?:\xad\n?[^\W_]++)*+")
_UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss", "æ": "a", "œ": "o", "ø": "o", "ł": "l", "\xad": ""})
# "ue" is ü unless a vowel or q stands before it: "Mueller", but "Steuer", "Quelle", "neue".
_SPELT_OUT = re.compile(r"([ao])e|(?<![aeiouq])ue")
_MOST_REMEMBERED = 30_000
# Nothing that people write is longer; a line of a broken file may be.
LONGEST = 60
# Between two pieces of one word: "E-Mail", and "Wartungs-" at the end of a line.
_HYPHENS = frozenset({"-", "‐", "-\n", "‐\n"})
_HYPHENATED = re.compile(r"[-‐]\n?([^\W\d_]+)")
_BEFORE_HYPHEN = re.compile(r"(?<![^\W_])[^\W\d_]+\Z")


class Token(NamedTuple):
    """One word of a text: where it stands, which word it is, and the terms that stand for it, its own stem first."""

    start: int
    end: int
    position: int
    terms: tuple[str, ...]


class _Remembered(dict[str, tuple[str, ...]]):
    """The terms of words, made when they are first asked for."""

    def __missing__(self, word: str) -> tuple[str, ...]:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        terms = self[word] = _analysed(word)
        return terms


_remembered = _Remembered()


def fold(word: str) -> str:
    """Small letters without accents; umlauts and their spelt-out forms are the same."""
    if not word.isascii():
        word = unicodedata.normalize("NFKC", word).lower().translate(_UMLAUTS)
        if not word.isascii():
            # A few signs stand for whole sentences; a term is one word.
            word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c) and c != " ")
    else:
        word = word.lower()
    return _SPELT_OUT.sub(lambda found: found[1] or "u", word) if "e" in word else word


def terms_of(word: str) -> tuple[str, ...]:
    """The terms of one word: its stem, then the stems of its parts if it is a compound. Numbers stay as they are."""
    return _remembered[word]


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


def passage(text: str, words: list[str]) -> Passage:
    """The same for the index: the terms of a text whose words (`pieces`) these are, many times as fast."""
    found = list(map(_remembered.__getitem__, words))
    beside = [part for terms in found if len(terms) > 1 for part in terms[1:]]
    if "-" in text or "‐" in text:
        beside += [term for joined in _joined(text) for term in _remembered[joined]]
    return Passage(" ".join([terms[0] for terms in found]), beside)


def _joined(text: str) -> Iterator[str]:
    """The joined forms of the hyphenated words."""
    for found in _HYPHENATED.finditer(text):
        before = _BEFORE_HYPHEN.search(text, max(found.start() - LONGEST, 0), found.start())
        if before and _joins(before[0], found[1]):
            yield before[0] + found[1]


def _joins(first: str, second: str) -> bool:
    return first.isalpha() and second.isalpha() and len(first) + len(second) <= LONGEST


def pieces(text: str) -> list[str]:
    """The words as they stand there."""
    return WORD.findall(text)
