"""Questions to the demo company with the documents that answer them: what the quality of the search is measured with.

`questions.csv` has one question a line: its kind (what it is hard by), the words as somebody types them, and the files
that answer it, as truth.csv names them (the last part of the path), parted by "|". Whoever changes the papers of the
demo company judges anew.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Final

SHIPPED: Final = Path(__file__).with_name("questions.csv")
# People look at the first page of an answer, hardly at more.
LOOKED_AT: Final = 10


@dataclass(frozen=True, slots=True)
class Question:
    """Words somebody types, and the names of the files that answer them."""

    kind: str
    text: str
    wanted: frozenset[str]


@dataclass(frozen=True, slots=True)
class Judged:
    """How well questions were answered, each figure from 0 to 1.

    `recall`: share of the wanted documents among the first ten (of ten, if more are wanted). `rank`: 1 divided by the
    place of the first wanted one; both are means over all questions. `weak`: questions answered less than fully.
    """

    recall: float
    rank: float
    weak: tuple[str, ...]


def questions(path: Path = SHIPPED) -> list[Question]:
    """All questions of a file."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Question(row["kind"], row["question"], frozenset(row["wanted"].split("|"))) for row in csv.DictReader(file)
        ]


def judge(asked: Iterable[Question], answer: Callable[[str], Sequence[str]]) -> Judged:
    """Ask everything. `answer` gives the names of the files found, best first."""
    recalls, ranks, weak = [], [], []
    for question in asked:
        found = list(answer(question.text))[:LOOKED_AT]
        recall = len(question.wanted.intersection(found)) / min(len(question.wanted), LOOKED_AT)
        rank = next((1 / place for place, name in enumerate(found, 1) if name in question.wanted), 0.0)
        recalls.append(recall)
        ranks.append(rank)
        if recall < 1 or rank < 1:
            weak.append(f"{question.text} ({recall:.2f}, {rank:.2f})")
    return Judged(mean(recalls), mean(ranks), tuple(weak))
