"""T-50: single random manipulations of a clean archive, every one found; clean archives, no false alarm."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import LONG
from tests.verifier.made import Made, an_archive
from tests.verifier.running import verify

MUTATIONS = 500 if LONG else 60
DOCUMENTS = 1000 if LONG else 12
CLEAN = 50 if LONG else 4


class Laid:
    """A clean archive that is manipulated again and again: what was touched is put back from memory.

    Copying a thousand documents for each manipulation took five times as long as looking at them.
    """

    def __init__(self, made: Made) -> None:
        self.folder = made.folder
        self.witness = made.witness(made.folder.parent / "heads.jsonl")
        self.kept = {file: file.read_bytes() for file in sorted(self.folder.rglob("*")) if file.is_file()}
        self.filled = [file for file, raw in self.kept.items() if raw]
        self.folders = sorted(path for path in self.folder.rglob("*") if path.is_dir())
        self._touched: set[Path] = set()

    def write(self, file: Path, raw: bytes) -> None:
        """Another content, or a file that was not there."""
        self._touched.add(file)
        file.write_bytes(raw)

    def remove(self, file: Path) -> None:
        """A file is gone."""
        self._touched.add(file)
        file.unlink()

    def put_back(self) -> None:
        """It is clean again."""
        for file in self._touched:
            if file in self.kept:
                file.write_bytes(self.kept[file])
            else:
                file.unlink()
        self._touched.clear()

    def a_file(self, chance: random.Random) -> Path:
        """Any file with something in it."""
        return chance.choice(self.filled)

    def name(self, file: Path) -> str:
        """How a file is called where something is told of it."""
        return str(file.relative_to(self.folder))


Mutate = Callable[[Laid, random.Random], str]


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Laid:
    return Laid(an_archive(tmp_path_factory.mktemp("clean") / "archive", DOCUMENTS, heads_every=5))


def flip(laid: Laid, chance: random.Random) -> str:
    """A bit of any file."""
    file = laid.a_file(chance)
    raw = bytearray(laid.kept[file])
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    laid.write(file, bytes(raw))
    return f"flip {laid.name(file)}"


def cut(laid: Laid, chance: random.Random) -> str:
    """Some bytes of any file."""
    file = laid.a_file(chance)
    raw = laid.kept[file]
    at = chance.randrange(len(raw))
    laid.write(file, raw[:at] + raw[at + chance.randint(1, 9) :])
    return f"cut {laid.name(file)}"


def remove(laid: Laid, chance: random.Random) -> str:
    """Any file."""
    file = laid.a_file(chance)
    laid.remove(file)
    return f"remove {laid.name(file)}"


def move(laid: Laid, chance: random.Random) -> str:
    """Any file, to another name beside it."""
    file = laid.a_file(chance)
    laid.write(file.with_name(f"{file.name}x"), laid.kept[file])
    laid.remove(file)
    return f"move {laid.name(file)}"


def exchange(laid: Laid, chance: random.Random) -> str:
    """The contents of two files that differ."""
    one = laid.a_file(chance)
    first = laid.kept[one]
    other = chance.choice([file for file, raw in laid.kept.items() if raw != first])
    laid.write(one, laid.kept[other])
    laid.write(other, first)
    return f"exchange {laid.name(one)} {laid.name(other)}"


def row(laid: Laid, chance: random.Random) -> str:
    """A line of the journal: away, twice, elsewhere, or with another time."""
    file = chance.choice(sorted((laid.folder / "journal").glob("*.jsonl")))
    lines = laid.kept[file].splitlines(keepends=True)
    at = chance.randrange(len(lines))
    how = chance.choice(["away", "twice", "elsewhere", "time"])
    if how == "away":
        lines.pop(at)
    elif how == "twice":
        lines.insert(at, lines[at])
    elif how == "elsewhere":
        lines.insert((at + chance.randrange(1, len(lines))) % len(lines), lines.pop(at))
    else:
        lines[at] = lines[at].replace(b'"at":"2026', b'"at":"2025')
    laid.write(file, b"".join(lines))
    return f"{how} {file.name}:{at + 1}"


def add(laid: Laid, chance: random.Random) -> str:
    """A file that is not ours."""
    below = chance.choice(laid.folders)
    laid.write(below / "fremd.pdf", b"%PDF-1.4 fremd")
    return f"add {laid.name(below)}"


KINDS: tuple[Mutate, ...] = (flip, flip, cut, remove, move, exchange, row, row, add)


def test_t50_every_single_manipulation_is_found(clean: Laid) -> None:
    chance = random.Random(20261124)
    missed = []
    for number in range(MUTATIONS):
        told = chance.choice(KINDS)(clean, chance)
        if verify(clean.folder, "--witness", clean.witness).exit not in {1, 2}:
            missed.append(f"{number}: {told}")
        clean.put_back()
    assert not missed
    # Each was looked at alone: what came before it had been put back.
    answer = verify(clean.folder, "--witness", clean.witness)
    assert (answer.exit, answer.findings) == (0, [])


def test_t50_clean_archives_raise_no_alarm(tmp_path: Path) -> None:
    for number in range(CLEAN):
        made = an_archive(tmp_path / str(number), 1 + number * 3, heads_every=1 + number)
        answer = verify(made.folder, "--witness", made.witness(tmp_path / f"{number}.jsonl"))
        assert (answer.exit, answer.findings) == (0, [])
