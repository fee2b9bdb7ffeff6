"""Finds the value that belongs to a label: behind it, to the right of it in another column, or below it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kundenakte.records.letter import Letter, Piece
from kundenakte.records.pagetext import Box
from kundenakte.steps.recognition.labels import Label

# What may stand between a label and its value on the same line.
_BETWEEN = re.compile(
    r"(?: ?\((?:bei uns|bei Ihnen|EUR|€|in EUR|in €|brutto|netto|inkl\. MwSt\.?)\))?"
    r"(?: (?:bei uns|bei Ihnen|lautet|ist|with us|at us))?[ :.#=]*(?:(?:Nr|No)\.?[ :]*)?",
    re.IGNORECASE,
)
# A value below its label stands close to it; a table's header row may have some padding.
_BELOW_REACH = 2.6


@dataclass(frozen=True, slots=True)
class Value:
    """What was found for a label: the match, where it stands in `plain`, and how it lies to the label."""

    found: re.Match[str]
    start: int
    end: int
    how: str  # "behind", "right" or "below"


def value_of(letter: Letter, label: Label, pattern: re.Pattern[str], *, near_only: bool = False) -> Value | None:
    """The value of `label` that fits `pattern`; with `near_only`, only directly behind it on the same line."""
    between = _BETWEEN.match(letter.plain, label.end)
    at = between.end() if between else label.end
    if found := pattern.match(letter.plain, at):
        return Value(found, found.start(), found.end(), "behind")
    if near_only:
        return None
    piece, place = letter.piece_at(label.start), letter.text.place(label.start, label.end)
    if piece is None or place is None:
        return None
    # Right of a label only if the label ends its piece: otherwise what stands there belongs to the words in between.
    if not letter.plain[at : piece.end].strip(" :.#"):
        for other in letter.right_of(piece, place.box)[:1]:
            if found := pattern.match(letter.plain, _behind_signs(letter, other.start)):
                return Value(found, found.start(), found.end(), "right")
    return _below(letter, piece, place.box, pattern)


def _behind_signs(letter: Letter, at: int) -> int:
    while letter.plain[at : at + 1] in (":", " ", "#"):
        at += 1
    return at


def _below(letter: Letter, piece: Piece, box: Box, pattern: re.Pattern[str]) -> Value | None:
    for other in letter.below(piece.page, box, reach=_BELOW_REACH)[:2]:
        at = other.start
        for _, word in letter.text.words_between(other.start, other.end):
            if word.box[0] < box[2] and word.box[2] > box[0] - 0.005:
                if found := pattern.match(letter.plain, at):
                    return Value(found, found.start(), found.end(), "below")
                break
            at += len(word.text) + 1
    return None
