"""Takes German compounds apart: `wartungsvertrag` is `wartung` and `vertrag`. All words here are folded.

A word comes apart when all its parts are listed (words/parts.txt), or when its last part is listed and long enough to
stand for itself: what a thing is stands at the end ("Rotationsverdampferwartung" is a Wartung). The parts are found in
addition to the whole word, so a part too few costs a hit and a part too many costs a little sharpness, no more.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

# Letters that join parts, the longest first; "" most often.
_JOINTS = ("ens", "ns", "es", "en", "er", "s", "n", "e", "")
_SHORTEST_WORD = 6
_SHORTEST_PART = 3
# A short part ("tor", "ton") counts only beside a long one; else "Motor" would be full of doors.
_LONG_PART = 5
_SHORTEST_HEAD = 6
_SHORTEST_UNKNOWN = 4
_VOWELS = frozenset("aeiouy")
# Two letters, but so frequent in workshops that it is worth an exception.
_OIL = "ol"


@cache
def lexicon() -> frozenset[str]:
    """The listed parts, folded."""
    from kundenakte.steps.search.analysis import fold

    lines = resources.files("kundenakte.steps.search").joinpath("words/parts.txt").read_text(encoding="utf-8")
    words = (word for line in lines.splitlines() if not line.startswith("#") for word in line.split())
    return frozenset(fold(word) for word in words)


def parts(word: str) -> tuple[str, ...]:
    """The parts of a compound, in order, without joints; empty when it is none we know."""
    if len(word) < _SHORTEST_WORD or word in lexicon():
        # A listed word stands for itself; what it is made of ("An-gebot") says nothing.
        return ()
    whole = _split(word, 0)
    if whole:
        return whole
    return _head(word)


def _split(word: str, start: int) -> tuple[str, ...]:
    """Parts that cover the word from `start`, all of them listed, the longest first part that works; () if none."""
    listed = lexicon()
    rest = word[start:]
    if start and _is_listed(rest):
        return (_basic(rest),)
    for end in range(len(word) - _SHORTEST_PART, start + 1, -1):
        part = word[start:end]
        if part not in listed or (len(part) < _SHORTEST_PART and not (part == _OIL and start == 0)):
            continue
        for joint in _JOINTS:
            if not word.startswith(joint, end) or end + len(joint) >= len(word):
                continue
            behind = _split(word, end + len(joint))
            if behind and (len(part) >= _SHORTEST_PART + 1 or len(behind[0]) >= _LONG_PART):
                return (part, *behind)
    return ()


# What German hangs on a noun at the end of a word.
_ENDINGS = ("", "s", "n", "e", "en", "es", "er", "se", "ern", "nen", "sen", "innen", "in")


def _is_listed(word: str) -> bool:
    return len(word) >= _SHORTEST_PART and bool(_basic(word))


@cache
def _endings_by_length() -> tuple[str, ...]:
    return tuple(sorted(_ENDINGS, key=len))


def _basic(word: str) -> str:
    """The listed word behind an inflected one; "" if there is none."""
    listed = lexicon()
    for ending in _endings_by_length():
        if word.endswith(ending):
            bare = word[: len(word) - len(ending)] if ending else word
            if bare in listed and len(bare) >= _SHORTEST_PART:
                return bare
    return ""


def _head(word: str) -> tuple[str, ...]:
    """The last part alone, with what stands before it, when only the last part is listed; the longest that fits."""
    for start in range(_SHORTEST_UNKNOWN, len(word) - _SHORTEST_HEAD + 1):
        head = _basic(word[start:])
        before = word[:start]
        if len(head) >= _SHORTEST_HEAD and not _VOWELS.isdisjoint(before):
            unknown = before.removesuffix("s")
            return (unknown, head) if len(unknown) >= _SHORTEST_UNKNOWN else (head,)
    return ()
