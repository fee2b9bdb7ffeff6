"""T-50: single random manipulations of a clean archive, every one found; clean archives, no false alarm."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import LONG
from tests.verifier.made import Made, an_archive
from tests.verifier.running import verify

MUTATIONS = 500 if LONG else 60
DOCUMENTS = 1000 if LONG else 12
CLEAN = 50 if LONG else 4

Mutate = Callable[[Path, random.Random], str]


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("clean")
    made = an_archive(folder / "archive", DOCUMENTS, heads_every=5)
    made.witness(folder / "heads.jsonl")
    return made


def _a_file(folder: Path, chance: random.Random) -> Path:
    return chance.choice(sorted(file for file in folder.rglob("*") if file.is_file() and file.stat().st_size))


def flip(folder: Path, chance: random.Random) -> str:
    """A bit of any file."""
    file = _a_file(folder, chance)
    raw = bytearray(file.read_bytes())
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    file.write_bytes(raw)
    return f"flip {file.relative_to(folder)}"


def cut(folder: Path, chance: random.Random) -> str:
    """Some bytes of any file."""
    file = _a_file(folder, chance)
    raw = file.read_bytes()
    at = chance.randrange(len(raw))
    file.write_bytes(raw[:at] + raw[at + chance.randint(1, 9) :])
    return f"cut {file.relative_to(folder)}"


def remove(folder: Path, chance: random.Random) -> str:
    """Any file."""
    file = _a_file(folder, chance)
    file.unlink()
    return f"remove {file.relative_to(folder)}"


def move(folder: Path, chance: random.Random) -> str:
    """Any file, to another name beside it."""
    file = _a_file(folder, chance)
    file.rename(file.with_name(f"{file.name}x"))
    return f"move {file.relative_to(folder)}"


def exchange(folder: Path, chance: random.Random) -> str:
    """The contents of two files that differ."""
    one = _a_file(folder, chance)
    others = [file for file in folder.rglob("*") if file.is_file() and file.read_bytes() != one.read_bytes()]
    other = chance.choice(sorted(others))
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    return f"exchange {one.relative_to(folder)} {other.relative_to(folder)}"


def row(folder: Path, chance: random.Random) -> str:
    """A line of the journal: away, twice, elsewhere, or with another time."""
    file = chance.choice(sorted((folder / "journal").glob("*.jsonl")))
    lines = file.read_bytes().splitlines(keepends=True)
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
    file.write_bytes(b"".join(lines))
    return f"{how} {file.name}:{at + 1}"


def add(folder: Path, chance: random.Random) -> str:
    """A file that is not ours."""
    below = chance.choice(sorted(path for path in folder.rglob("*") if path.is_dir()))
    (below / "fremd.pdf").write_bytes(b"%PDF-1.4 fremd")
    return f"add {below.relative_to(folder)}"


KINDS: tuple[Mutate, ...] = (flip, flip, cut, remove, move, exchange, row, row, add)


def test_t50_every_single_manipulation_is_found(clean: Made, tmp_path: Path) -> None:
    chance = random.Random(20261124)
    missed = []
    for number in range(MUTATIONS):
        folder = tmp_path / "mutated"
        shutil.copytree(clean.folder, folder)
        told = chance.choice(KINDS)(folder, chance)
        answer = verify(folder, "--witness", clean.folder.parent / "heads.jsonl")
        if answer.exit not in {1, 2}:
            missed.append(f"{number}: {told}")
        shutil.rmtree(folder)
    assert not missed


def test_t50_clean_archives_raise_no_alarm(tmp_path: Path) -> None:
    for number in range(CLEAN):
        made = an_archive(tmp_path / str(number), 1 + number * 3, heads_every=1 + number)
        answer = verify(made.folder, "--witness", made.witness(tmp_path / f"{number}.jsonl"))
        assert (answer.exit, answer.findings) == (0, [])
