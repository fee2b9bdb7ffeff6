"""Writes the whole stock of the demo company into a folder, sorted by the doors through which it shall arrive."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from demo import interfaces
from demo.customers import FORMER, PROSPECT, Customer, make_customers, write_erp_export
from demo.numbers import Numbers
from demo.pieces import ERP, POST, Piece
from demo.recipes import RECIPES, Recipe, full_sale, new_case, relations, repair
from demo.samples import SAMPLES_FOLDER, copy_samples
from demo.truth import Truth, write_truth
from demo.unclear import unclear

# The last day of the story. Fixed, so that the same seed gives the same papers on any day.
UNTIL = date(2026, 6, 30)
BEGINS = date(2024, 1, 8)
SEED = 7
# One paper in so many waits for a person by intent.
_ONE_UNCLEAR_IN = 20


@dataclass(frozen=True, slots=True)
class Stock:
    """What was written. `truth` is in the order in which the files should arrive."""

    folder: Path
    customers: list[Customer]
    truth: list[Truth]


def write_company(
    folder: Path, *, customers: int = 150, documents: int = 260, seed: int = SEED, samples: Path | None = None
) -> Stock:
    """Write `kunden.csv`, `truth.csv` and the files below `eingang/…` and `post/`. The folder should be empty.

    Files carry the time of their paper's date. Versions of one document are in order, in the truth and by time.
    `samples` is the folder of foreign sample files (tests/samples); a choice of them goes to `eingang/fremd`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = make_customers(customers, seed)
    write_erp_export(folder / "kunden.csv", known)
    pieces = _some_by_rest(sorted(_pieces(known, documents, seed), key=lambda piece: piece.dated_on))
    truth = [*_written(folder, _with_own_names(pieces)), *copy_samples(samples, folder)]
    truth = [replace(row, order=number) for number, row in enumerate(truth, 1)]
    write_truth(folder / "truth.csv", truth)
    return Stock(folder, known, truth)


def _pieces(customers: list[Customer], documents: int, seed: int) -> list[Piece]:
    """As many files as asked for: business first in all its kinds, and one in twenty that is unclear by intent."""
    doubts = unclear(customers, seed, UNTIL)
    few = max(documents // _ONE_UNCLEAR_IN, min(11, documents // 6))
    pieces = [next(doubts) for _ in range(few)]
    for piece in business(customers, seed):
        if len(pieces) >= documents:
            break
        pieces.append(piece)
    return pieces


def business(customers: list[Customer], seed: int | str, *, until: date = UNTIL) -> Iterator[Piece]:
    """Papers of ordinary business, case after case, without end."""
    rng, numbers = Random(f"business/{seed}"), Numbers()
    recipes: list[Recipe] = [recipe for recipe, _ in RECIPES]
    weights = [weight for _, weight in RECIPES]
    # A handful of customers is very busy, some are busy, most are quiet.
    busy = rng.sample(customers, max(len(customers) // 6, 1))
    active = [c for c in customers if c.state not in {PROSPECT, FORMER}]
    turn = 0
    while True:
        customer = rng.choice(rng.choices((busy[:6], busy, customers), (35, 35, 30))[0])
        recipe = recipes[turn] if turn < len(recipes) else rng.choices(recipes, weights)[0]
        if turn < len(recipes):
            customer = rng.choice(active or customers)
        elif customer.state == PROSPECT:
            recipe = rng.choice((relations, full_sale))
        elif customer.state == FORMER:
            recipe = rng.choice((repair, full_sale))
        last = (until - BEGINS).days - 160
        starts_on = BEGINS + timedelta(rng.randrange(last // 2 if customer.state == FORMER else last))
        case = new_case(
            customer,
            rng,
            numbers,
            starts_on + timedelta((0, 0, 0, 0, 0, 2, 1)[starts_on.weekday()]),
            service_work=recipe is repair,
        )
        # A prospect has not ordered: only what comes before an order.
        made = recipe(case)
        yield from (
            _only(made, {"ENQUIRY", "OFFER", "LETTER", "EMAIL_LETTER", "MASTER_DATA"})
            if customer.state == PROSPECT
            else made
        )
        turn += 1


def _only(pieces: Iterator[Piece], classes: set[str]) -> Iterator[Piece]:
    for piece in pieces:
        if piece.truth.class_code not in classes:
            return
        yield piece


def _some_by_rest(pieces: list[Piece]) -> list[Piece]:
    """Every fifth paper of the ERP comes through its new interface; single ones, so that versions keep their order."""
    versions = Counter(piece.truth.chain for piece in pieces)
    out: list[Piece] = []
    seen = 0
    for piece in pieces:
        single = bool(piece.door == ERP and piece.keys and versions[piece.truth.chain] == 1)
        seen += single
        out.append(replace(piece, door=POST) if single and seen % 5 == 0 else piece)
    return out


def _with_own_names(pieces: list[Piece]) -> Iterator[Piece]:
    """No two files of one door share a name, whatever the file system thinks of case and umlauts."""
    seen: Counter[tuple[str, str]] = Counter()
    for piece in pieces:
        stem, ending = re.sub(r'[<>:"/\\|?*]', " ", piece.name).rsplit(".", 1)
        key = (piece.door, unicodedata.normalize("NFC", f"{stem}.{ending}").casefold())
        seen[key] += 1
        yield replace(piece, name=f"{stem} ({seen[key]}).{ending}" if seen[key] > 1 else f"{stem}.{ending}")


def _written(folder: Path, pieces: Iterator[Piece]) -> Iterator[Truth]:
    lists: dict[str, list[Piece]] = {}
    erp = 0
    for piece in pieces:
        path = folder / piece.door / piece.name
        _write(path, piece.data, piece.dated_on)
        if piece.door == ERP and piece.keys:
            erp += 1
            _beside(path, piece, erp, lists)
        if piece.door == POST:
            facts = json.dumps(interfaces.rest_facts(piece), ensure_ascii=False, indent=2)
            _write(path.with_name(f"{piece.name}.keys.json"), facts.encode(), piece.dated_on)
        yield replace(piece.truth, path=f"{piece.door}/{piece.name}", door=piece.door)
    for name, listed in lists.items():
        list_name, data = interfaces.csv_list(f"Belegliste_{name}.csv", listed)
        _write(folder / ERP / list_name, data, listed[-1].dated_on)


def _beside(path: Path, piece: Piece, count: int, lists: dict[str, list[Piece]]) -> None:
    """What the ERP puts beside its paper; a name that says it all needs nothing."""
    if re.fullmatch(r"[A-Z]{2}_.+_D-\d+\.pdf", piece.name):
        return
    maker = (interfaces.json_sidecar, interfaces.xml_sidecar, interfaces.csv_sidecar, None)[count % 4]
    if maker is None:
        lists.setdefault(f"{piece.dated_on:%Y}-Q{(piece.dated_on.month + 2) // 3}", []).append(piece)
        return
    name, data = maker(piece)
    _write(path.with_name(name), data, piece.dated_on)
    if count % 3 == 0:
        _write(path.with_suffix(".ok"), b"", piece.dated_on)


def _write(path: Path, data: bytes, on: date) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    stamp = datetime(on.year, on.month, on.day, 8, tzinfo=UTC).timestamp()
    os.utime(path, (stamp, stamp))


__all__ = ["SAMPLES_FOLDER", "SEED", "UNTIL", "Stock", "business", "write_company"]
