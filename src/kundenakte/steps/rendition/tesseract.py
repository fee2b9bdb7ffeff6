"""The reading program (tesseract): how it is called, how many run at once, and what its answer says."""

from __future__ import annotations

import contextlib
import csv
import fcntl
import functools
import math
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from kundenakte.base.confinement import Limits, Once
from kundenakte.records.pagetext import Box, Word
from kundenakte.steps.rendition.pdf_text import rows

PROGRAM: Final = "tesseract"
LANGUAGES: Final = ("deu", "eng")
SECONDS: Final = 120.0
# Once per core and with one thread each: its own threads cost more than they bring.
_BOUNDS: Final = Limits(
    seconds=SECONDS, memory=1024 * 1024 * 1024, file_size=64 * 1024 * 1024, niceness=10, may_start_processes=True
)
_ORIENTATION: Final = re.compile(r"Rotate: (\d+)\nOrientation confidence: ([\d.]+)")
_SURE_OF_ORIENTATION: Final = 2.0
# A row of hyphens or dots is a rule or dirt; below this sureness so is a lone sign.
_DIRT: Final = 30.0


@dataclass(frozen=True, slots=True)
class Spoken:
    """The words of one picture as fractions of it, in the program's own lines, and how sure it is of their letters."""

    lines: tuple[tuple[Word, ...], ...]
    confidence: float

    @property
    def count(self) -> int:
        """How many words there are."""
        return sum(len(line) for line in self.lines)


def is_there() -> bool:
    """Whether the program is installed."""
    return shutil.which(PROGRAM) is not None


def read(picture: Path, *, dpi: int) -> Once:
    """Start reading a picture; the answer lies beside it as .tsv. Raises FileNotFoundError without the program."""
    return _start(picture, "-l", _languages(), "--dpi", str(dpi), "-c", "tessedit_create_tsv=1", to=picture.stem)


def look_which_way_up(picture: Path, *, dpi: int) -> Once:
    """Start finding out how a picture lies; the answer lies beside it as .osd."""
    return _start(picture, "--psm", "0", "--dpi", str(dpi), to=picture.stem)


def _start(picture: Path, *arguments: str, to: str) -> Once:
    environment = {"PATH": os.environ.get("PATH", ""), "OMP_THREAD_LIMIT": "1", "LC_ALL": "C"}
    if "TESSDATA_PREFIX" in os.environ:
        environment["TESSDATA_PREFIX"] = os.environ["TESSDATA_PREFIX"]
    return Once([PROGRAM, picture.name, to, *arguments], folder=picture.parent, bounds=_BOUNDS, environment=environment)


@functools.cache
def _languages() -> str:
    """Those of ours that are installed; German missing is better than nothing read."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        listed = subprocess.run([PROGRAM, "--list-langs"], capture_output=True, text=True, timeout=20, check=True)
        there = [language for language in LANGUAGES if language in listed.stdout.split()]
        return "+".join(there or ["eng"])
    return "+".join(LANGUAGES)


def words_in(answer: Path, *, width: int, height: int, straightened: float = 0.0) -> Spoken:
    """Read the program's answer. Boxes are those of the picture before it was straightened."""
    found: dict[tuple[str, str, str], list[Word]] = {}
    letters = 0
    sureness = 0.0
    with answer.open(encoding="utf-8", errors="replace", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            text = (row.get("text") or "").strip()
            sure = float(row.get("conf") or -1)
            if row.get("level") != "5" or not text or sure < 0 or (sure < _DIRT and not _has_letters(text)):
                continue
            left, top = float(row["left"]), float(row["top"])
            box = (left, top, left + float(row["width"]), top + float(row["height"]))
            if straightened:
                box = _leaning(box, straightened, width, height)
            place = (row["block_num"], row["par_num"], row["line_num"])
            found.setdefault(place, []).append(Word(text, _share(box, width, height)))
            letters += len(text)
            sureness += sure * len(text)
    words = tuple(tuple(line) for line in found.values())
    return Spoken(words, sureness / letters if letters else 0.0)


def in_rows(spoken: Spoken, *, width: int, height: int, lean: float) -> tuple[tuple[Word, ...], ...]:
    """The words in rows from top to bottom, as in any other document, also on a page that leans."""
    slope = math.tan(math.radians(lean)) * width / height
    level: dict[int, Word] = {}
    shifted = []
    for word in (word for line in spoken.lines for word in line):
        left, top, right, bottom = word.box
        down = slope * ((left + right) / 2 - 0.5)
        moved = Word(word.text, (left, top - down, right, bottom - down))
        level[id(moved)] = word
        shifted.append(moved)
    return tuple(tuple(level[id(word)] for word in row) for row in rows(shifted))


def _has_letters(text: str) -> bool:
    return any(sign.isalnum() for sign in text)


def _share(box: Box, width: int, height: int) -> Box:
    left, top, right, bottom = box
    return (
        min(max(left / width, 0.0), 1.0), min(max(top / height, 0.0), 1.0),
        min(max(right / width, 0.0), 1.0), min(max(bottom / height, 0.0), 1.0),
    )  # fmt: skip


def _leaning(box: Box, degrees: float, width: int, height: int) -> Box:
    """The box in the picture as it was before it was turned counter-clockwise by `degrees` around its middle."""
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    x, y = (box[0] + box[2]) / 2 - width / 2, (box[1] + box[3]) / 2 - height / 2
    x, y = x * cosine - y * sine + width / 2, x * sine + y * cosine + height / 2
    half_x, half_y = (box[2] - box[0]) / 2, (box[3] - box[1]) / 2
    return x - half_x, y - half_y, x + half_x, y + half_y


def turn_by_words(spoken: Spoken, *, width: int, height: int) -> int:
    """Degrees clockwise to turn a picture whose lines run up or down: the program reads those as well."""
    longer = [
        (word, line) for line in spoken.lines for word in line if len(word.text) >= 4
    ]  # fmt: skip
    upright = sum(
        1 for word, _ in longer if (word.box[3] - word.box[1]) * height > 1.5 * (word.box[2] - word.box[0]) * width
    )
    if len(longer) < 5 or upright < 0.6 * len(longer):
        return 0
    rising = sum(
        1 if line[0].box[1] > line[-1].box[1] else -1 for line in spoken.lines if len(line) > 1
    )  # fmt: skip
    return 90 if rising > 0 else 270


def turned(spoken: Spoken, turn: int) -> Spoken:
    """The same words once the picture is turned clockwise by `turn`."""

    def box(one: Box) -> Box:
        left, top, right, bottom = one
        return (1 - bottom, left, 1 - top, right) if turn == 90 else (top, 1 - right, bottom, 1 - left)

    lines = tuple(tuple(Word(word.text, box(word.box)) for word in line) for line in spoken.lines)
    return Spoken(lines, spoken.confidence)


def turn_told(answer: Path) -> int:
    """Degrees clockwise that `look_which_way_up` advises; 0 when it is not sure."""
    with contextlib.suppress(OSError):
        found = _ORIENTATION.search(answer.read_text(encoding="utf-8", errors="replace"))
        if found and float(found[2]) >= _SURE_OF_ORIENTATION and int(found[1]) in {90, 180, 270}:
            return int(found[1])
    return 0


class Slots:
    """So many reading programs run on this machine at once as it has cores, whoever started them.

    A slot is a lock on a file; whoever dies gives his back.
    """

    def __init__(self, count: int | None = None) -> None:
        self.count = count or len(os.sched_getaffinity(0))
        self._folder = Path(settings.SCRATCH) / "reading"

    def take(self) -> int | None:
        """A free slot, to be closed with `os.close`; None when all are taken."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        for number in range(self.count):
            handle = os.open(self._folder / f"slot-{number}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                continue
            return handle
        return None


@functools.cache
def version() -> str:
    """The program, its version and languages, for whoever asks with what a text was read (T-28)."""
    number = ""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        told = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, timeout=20, check=True)
        number = (told.stdout or told.stderr).partition("\n")[0].removeprefix("tesseract").strip()
    return " ".join(filter(None, ("tesseract", number, _languages())))
