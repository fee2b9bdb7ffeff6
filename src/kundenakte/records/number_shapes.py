"""The shape of the customer numbers a company uses, learnt from its customers: "K-10042" is K, hyphen, five digits.

A shape tells a customer number from the many other numbers on a page, and it completes what a page leaves out ("10042"
after "Kundennummer" when all numbers begin with K). Shapes are data: `to_json` is what is kept.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from kundenakte.customers.normal_forms import number as normal_number

_RUN = re.compile(r"[A-Za-z]+|\d+|[^A-Za-z\d]+")
# A shape that fewer than one number in two hundred has is an accident of one system's history, not a rule.
_RARE = 0.005
_MANY_SHAPES = 12
# How many different beginnings are still fixed words ("K", "D") and not part of each customer's own code ("MUE001").
_FEW_WORDS = 3


@dataclass(frozen=True, slots=True)
class Shape:
    """Runs of a number: ("A", "K") fixed letters, ("a", 3) any three letters, ("9", 5, 5) five digits."""

    runs: tuple[tuple[str, str], ...]

    @property
    def pattern(self) -> str:
        """Matches the number with any spaces, hyphens, dots or slashes between its runs, and in either case."""
        parts = []
        for kind, detail in self.runs:
            if kind == "A":
                parts.append(re.escape(detail))
            elif kind == "a":
                parts.append(f"[A-Za-z]{{{detail}}}")
            else:
                parts.append(rf"\d{{{detail}}}")
        return r"[ \-./_]{0,3}".join(parts)

    @property
    def spaced_pattern(self) -> str:
        """The same with digits in groups ("10 042"); only behind a label, since spaces part numbers elsewhere."""
        return re.sub(r"\\d\{(\d+)(?:,(\d+))?\}", _spaced, self.pattern)

    @property
    def prefix(self) -> str:
        """The fixed letters it begins with, which people leave out; "" if none."""
        return self.runs[0][1] if self.runs[0][0] == "A" else ""

    @property
    def distinctive(self) -> bool:
        """True when such a number is hardly anything else even without a label: letters and 3 digits, or 9 digits."""
        letters = any(kind in "Aa" for kind, _ in self.runs)
        digits = sum(int(detail.split(",")[0]) for kind, detail in self.runs if kind == "9")
        return (letters and digits >= 3) or digits >= 9

    @property
    def digits(self) -> tuple[int, int]:
        """The least and the greatest count of digits."""
        pairs = [detail.split(",") for kind, detail in self.runs if kind == "9"]
        return sum(int(pair[0]) for pair in pairs), sum(int(pair[-1]) for pair in pairs)


@dataclass(frozen=True)
class NumberShapes:
    """All shapes in use, the most frequent first; empty when nothing is known: then any number after a label counts."""

    shapes: tuple[Shape, ...] = ()

    @classmethod
    def from_numbers(cls, numbers: Iterable[str]) -> NumberShapes:
        """Learn from the numbers as people write them."""
        runs = [row for text in numbers if (row := [part for part in _RUN.findall(text.strip()) if part[0].isalnum()])]
        kinds = Counter(tuple("a" if run[0].isalpha() else "9" for run in row) for row in runs)
        shapes = []
        for kind, count in kinds.most_common(_MANY_SHAPES):
            if count < max(1.0, len(runs) * _RARE):
                continue
            same = [row for row in runs if tuple("a" if run[0].isalpha() else "9" for run in row) == kind]
            shapes.extend(_shapes_of(kind, same))
        return cls(tuple(shapes[:_MANY_SHAPES]))

    @cached_property
    def unlabelled(self) -> re.Pattern[str] | None:
        """Finds numbers of distinctive shape anywhere in a text; None when there is no such shape."""
        patterns = [shape.pattern for shape in self.shapes if shape.distinctive]
        return re.compile(rf"(?<![\w\-./])(?:{'|'.join(patterns)})(?![\w])(?![\-./]\w)") if patterns else None

    @cached_property
    def labelled(self) -> re.Pattern[str]:
        """Matches a number of any shape that stands after a label, with or without its fixed letters."""
        patterns = []
        for shape in self.shapes:
            patterns.append(shape.spaced_pattern)
            if shape.prefix and len(shape.runs) > 1:
                patterns.append(Shape(shape.runs[1:]).spaced_pattern)
        patterns.sort(key=len, reverse=True)
        anything = r"[A-Za-z]{0,5}[\-./ ]?\d[\d\-./]{0,14}\d[A-Za-z]?|\d"
        return re.compile(rf"(?:(?:{'|'.join([*patterns, anything])}))(?!\w)", re.IGNORECASE)

    def variants(self, shown: str) -> list[str]:
        """The normalised forms a written number may stand for, the plainest first."""
        value = normal_number(shown)
        made = [value]
        for shape in self.shapes:
            prefix = shape.prefix.upper()
            least, most = shape.digits
            if prefix and value.isdigit() and least <= len(value) <= most:
                made.append(prefix + value)
            if not prefix and value.isdigit() and len(value) < least and least == most:
                made.append(value.zfill(least))
        return list(dict.fromkeys(made))

    def fits(self, value: str) -> bool:
        """True when a normalised number has one of the shapes (or none are known)."""
        return not self.shapes or any(re.fullmatch(shape.pattern, value, re.IGNORECASE) for shape in self.shapes)

    def is_distinctive(self, value: str) -> bool:
        """True when a normalised number has a shape that hardly anything else has."""
        return any(
            shape.distinctive and re.fullmatch(shape.pattern, value, re.IGNORECASE) is not None for shape in self.shapes
        )

    def to_json(self) -> list[list[list[str]]]:
        """Plain values for a JSON column."""
        return [[list(run) for run in shape.runs] for shape in self.shapes]

    @classmethod
    def from_json(cls, rows: list[list[list[str]]]) -> NumberShapes:
        """Read what `to_json` wrote."""
        return cls(tuple(Shape(tuple((run[0], run[1]) for run in row)) for row in rows))


def _spaced(found: re.Match[str]) -> str:
    least, most = int(found[1]), int(found[2] or found[1])
    return rf"\d(?:[ .]?\d){{{least - 1},{most - 1}}}"


def _shapes_of(kind: tuple[str, ...], rows: list[list[str]]) -> list[Shape]:
    """Shapes of numbers with the same order of letters and digits: one per fixed beginning."""
    by_words: defaultdict[tuple[str, ...], list[list[str]]] = defaultdict(list)
    for row in rows:
        by_words[tuple(run.upper() for run, k in zip(row, kind, strict=True) if k == "a")].append(row)
    if len(by_words) <= _FEW_WORDS:
        ordered = sorted(by_words.items(), key=lambda item: -len(item[1]))
        return [Shape(tuple(_fixed(kind, group))) for _, group in ordered]
    return [Shape(tuple(_free(kind, rows)))]


def _fixed(kind: tuple[str, ...], rows: list[list[str]]) -> list[tuple[str, str]]:
    return [
        ("A", rows[0][at].upper()) if k == "a" else ("9", _lengths([row[at] for row in rows]))
        for at, k in enumerate(kind)
    ]


def _free(kind: tuple[str, ...], rows: list[list[str]]) -> list[tuple[str, str]]:
    return [("a" if k == "a" else "9", _lengths([row[at] for row in rows])) for at, k in enumerate(kind)]


def _lengths(texts: list[str]) -> str:
    least, most = min(map(len, texts)), max(map(len, texts))
    return str(least) if least == most else f"{least},{most}"
