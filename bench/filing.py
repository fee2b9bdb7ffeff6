"""How often the right customer is found for 3,000 documents of a company with 1,000 customers, in groups."""

from __future__ import annotations

from collections.abc import Iterator

from bench import filing_corpus
from bench.rows import Measurement, Row, machine

DOCUMENTS, CUSTOMERS, SEED = 3000, 1000, 2026
# What must be right where somebody who knows everything could file it; the rest may be asked.
_RIGHT = {"number": ">= 99", "key": ">= 99", "name": ">= 90"}
_WORDS = {
    "number": "customer number printed",
    "key": "only VAT id, IBAN or mail address",
    "name": "only name and address",
    "two": "two customers named",
    "none": "none of ours",
}


def measure(_: str) -> Iterator[Row]:
    """Wrong and right in per cent for each group; nothing is trained."""
    tallies, seconds = filing_corpus.measure(DOCUMENTS, CUSTOMERS, SEED, "letter")
    for group, words in _WORDS.items():
        one = tallies[group]
        beside = f"{one.count} documents: {one.right} right, {one.asked} asked, {one.wrong} wrong"
        yield Row(
            f"filing-{group}-wrong", f"{words}: filed wrong", 100 * one.wrong / one.count, "%", "<= 0.1", beside,
            None, "", machine(),
        )  # fmt: skip
        if group in _RIGHT:
            share = 100 * one.right / max(one.answerable, 1)
            yield Row(
                f"filing-{group}-right", f"{words}: filed right", share, "%", _RIGHT[group], beside, None, "", machine()
            )
    yield Row(
        "filing-cpu", "recognition and matching, CPU per document", seconds * 1000, "ms", "", "", None, "", machine()
    )


_IDS = tuple(
    f"filing-{group}-{what}" for group in _WORDS for what in ("wrong", "right") if what == "wrong" or group in _RIGHT
)
MEASUREMENT = Measurement((*_IDS, "filing-cpu"), measure, on_both=False)
