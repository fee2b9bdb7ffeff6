"""Stacks without separator sheets: how well the beginnings of their documents are found, and how often one is wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from bench.rows import Measurement, Row, machine

if TYPE_CHECKING:
    from kundenakte.records.pagetext import PageText

STACKS, SINGLE = 120, 600
_SEED = 11


@dataclass(slots=True)
class Tally:
    """What came out. All but `singles` and `held` are of the stacks, and count beginnings."""

    true: int = 0
    proposed: int = 0
    found: int = 0
    sure: int = 0
    sure_right: int = 0
    pages: int = 0
    seconds: float = 0.0
    # Documents of several pages, each by itself, and those of them that would wait for a person.
    singles: int = 0
    held: int = 0
    wrong: list[str] = field(default_factory=list)


def measure(_database: str) -> Iterator[Row]:
    """Shares from 0 to 1; no database is involved."""
    tally = judged(_SEED, stacks=STACKS, singles=SINGLE)
    of = f"of {tally.true} on {tally.pages} pages, a part of them read badly"
    right = tally.found / max(tally.proposed, 1)
    speed = f"{1000 * tally.seconds / tally.pages:.1f} ms per page"
    rows = (
        ("stack-sure-wrong", f"sure beginnings that are none, {of}", 1 - tally.sure_right / max(tally.sure, 1),
         "<= 0.01", f"{tally.sure} sure ones; {'; '.join(tally.wrong[:3]) or 'none wrong'}"),
        ("stack-found", f"beginnings that are proposed, {of}", tally.found / tally.true, ">= 0.9",
         f"{right:.3f} of what is proposed is one; {speed}"),
        ("stack-sure", f"beginnings that are sure, {of}", tally.sure_right / tally.true, ">= 0.7", ""),
        ("stack-held", "single documents of several pages in which a beginning is sure", tally.held / tally.singles,
         "<= 0.02", f"{tally.singles} documents"),
    )  # fmt: skip
    for name, what, value, goal, beside in rows:
        yield Row(name, what, value, "share", goal, beside, None, "", machine())


MEASUREMENT = Measurement(("stack-sure-wrong", "stack-found", "stack-sure", "stack-held"), measure, on_both=False)


def judged(seed: int, *, stacks: int, singles: int) -> Tally:
    """Make the stacks of a seed and look at what is proposed; then documents of several pages, each by itself."""
    from kundenakte.records.pagetext import PageText
    from kundenakte.steps.scanning.proposing import beginnings

    rng = Random(f"stacks/{seed}")
    documents = _documents(seed, rng)
    tally = Tally()
    for stack in range(stacks):
        pages, truth = list[PageText](), set[int]()
        for _ in range(rng.randint(4, 14)):
            if pages:
                truth.add(len(pages) + 1)
            for page in next(documents):
                # Every fifth stack is printed on one side and read on both.
                pages += [page, PageText(page.width, page.height, ())] if stack % 5 == 0 else [page]
        began = time.perf_counter()
        found = beginnings(pages, {number for number, page in enumerate(pages, 1) if not page.lines})
        tally.seconds += time.perf_counter() - began
        proposed, sure = {one.page for one in found}, {one.page for one in found if one.is_sure}
        tally.pages += len(pages)
        tally.true += len(truth)
        tally.proposed += len(proposed)
        tally.found += len(truth & proposed)
        tally.sure += len(sure)
        tally.sure_right += len(truth & sure)
        tally.wrong += [f"stack {stack}: {one}" for one in found if one.is_sure and one.page not in truth]
    for pages in documents:
        if tally.singles == singles:
            break
        if len(pages) > 1:
            tally.singles += 1
            held = [one for one in beginnings(pages, ()) if one.is_sure]
            tally.held += bool(held)
            tally.wrong += [f"single {tally.singles}: {one}" for one in held]
    return tally


def _documents(seed: int, rng: Random) -> Iterator[list[PageText]]:
    """Papers of the demo company and harder ones; two of five are read badly."""
    from bench.born_digital import samples
    from bench.stack_papers import Papers, noisy, pages_of
    from demo.customers import make_customers

    customers = make_customers(300, f"stacks/{seed}")
    papers = Papers(customers, rng)
    demo_papers = samples(customers, count=10**6, seed=seed)
    while True:
        pages = pages_of(next(demo_papers).pdf if rng.random() < 0.3 else papers.any())
        is_poor = rng.random() < 0.4
        yield [noisy(page, rng) for page in pages] if is_poor else list(pages)
