"""Pages without text are read: several at once, one program per core, each bounded in time and memory.

Nothing here touches the database. What was read is told page by page, so that a long stack may be put down and taken
up again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kundenakte.base import confinement
from kundenakte.base.confinement import ConfinementError, Crashed, Once
from kundenakte.records.pagetext import PageText
from kundenakte.records.scanned import Code, ReadPage
from kundenakte.steps.rendition import scan_page, tesseract
from kundenakte.steps.rendition.scan_page import Drawn, Family
from kundenakte.steps.rendition.tesseract import Slots, Spoken

# Less sure than this is what a page upside down gives, or one without any print.
_DOUBTFUL = 60.0
# Where not one word was found, so little ink is dirt.
_DUST = 0.001
_PAUSE = 0.02
_EMPTY = PageText(0, 0, ())


@dataclass(frozen=True, slots=True)
class Scan:
    """The file to read: where it lies, of what family, with which password, and a folder for what is on the way."""

    source: Path
    family: Family
    scratch: Path
    password: str | None = None


class _Page:
    """One page on its way: drawn, read, perhaps turned and read once more."""

    def __init__(self, scan: Scan, drawn: Drawn, turn: int = 0, before: Spoken | None = None) -> None:
        self.scan = scan
        self.drawn = drawn
        self.turn = turn
        # What it gave before it was turned; kept if turning made it worse.
        self._before = before
        self._picture = scan.scratch / Path(drawn["file"]).name if drawn["file"] else None
        self._spoken: Spoken | None = None
        self._once: Once | None = None
        self._slot: int | None = None

    def start(self, slot: int) -> None:
        """Let the program read it; `slot` is given back when it has ended."""
        assert self._picture is not None  # noqa: S101 - blank pages are never started
        self._slot = slot
        ask = tesseract.read if self._spoken is None else tesseract.look_which_way_up
        try:
            self._once = ask(self._picture, dpi=self.drawn["dpi"])
        except BaseException:
            self._give_back()
            raise

    def is_running(self) -> bool:
        """Whether the program still reads it."""
        if self._once is not None and not self._once.has_ended():
            return True
        self._give_back()
        return False

    def outcome(self) -> ReadPage | int | None:
        """What was read, the degrees to turn it by, or None to be started once more."""
        once, self._once = self._once, None
        assert once is not None  # noqa: S101
        assert self._picture is not None  # noqa: S101
        problem = once.outcome()
        if self._spoken is not None:
            turn = 0 if problem else tesseract.turn_told(self._picture.with_suffix(".osd"))
            return turn or self._read(self._spoken)
        if problem is not None:
            return ReadPage(_EMPTY, turn=self.turn, failed=problem.code)
        width, height = self.drawn["width"], self.drawn["height"]
        answer = self._picture.with_suffix(".tsv")
        try:
            spoken = tesseract.words_in(answer, width=width, height=height, straightened=self.drawn["straightened"])
        except (OSError, ValueError, KeyError, TypeError):
            return ReadPage(_EMPTY, turn=self.turn, failed=Crashed.code)
        if self._before is not None:
            return self._read(spoken) if _better(spoken, self._before) else self._as_it_was()
        if spoken.confidence < _DOUBTFUL:
            self._spoken = spoken
            return None
        turn = tesseract.turn_by_words(spoken, width=width, height=height)
        return self._read(tesseract.turned(spoken, turn), turn) if turn else self._read(spoken)

    def end(self) -> None:
        """Break off."""
        if self._once is not None:
            self._once.end()
        self._give_back()

    def again(self, turn: int) -> _Page | None:
        """The same page drawn turned; None when that is not possible."""
        drawn = _draw(self.scan, [self.drawn["number"]], {self.drawn["number"]: turn})
        return _Page(self.scan, drawn[0], turn, self._spoken) if drawn and drawn[0]["file"] else None

    def without_words(self) -> ReadPage:
        """What is known of a page on which nothing is to be read."""
        return self._read(Spoken((), 0.0))

    def as_read(self) -> ReadPage:
        """What was read before it was looked at which way it lies."""
        return self._read(self._spoken or Spoken((), 0.0))

    def _as_it_was(self) -> ReadPage:
        before = self._before or Spoken((), 0.0)
        drawn = _draw(self.scan, [self.drawn["number"]], {})
        return _Page(self.scan, drawn[0] if drawn else self.drawn)._read(before)

    def _read(self, spoken: Spoken, turn: int = 0) -> ReadPage:
        drawn = self.drawn
        sideways = turn in {90, 270}
        width, height = (drawn["height"], drawn["width"]) if sideways else (drawn["width"], drawn["height"])
        across, down = drawn["points"][::-1] if sideways else drawn["points"]
        lines = tesseract.in_rows(spoken, width=width, height=height, lean=0.0 if sideways else drawn["lean"])
        return ReadPage(
            text=PageText(across, down, lines),
            turn=(self.turn + turn) % 360,
            is_blank=drawn["is_blank"] or (not lines and drawn["ink"] < _DUST),
            confidence=spoken.confidence,
            codes=tuple(Code(kind, text) for kind, text in drawn["codes"]),
        )

    def _give_back(self) -> None:
        if self._slot is not None:
            os.close(self._slot)
            self._slot = None


def read_pages(
    scan: Scan, numbers: Sequence[int], *, until: Callable[[], bool], slots: Slots | None = None
) -> dict[int, ReadPage]:
    """Read these pages (from 1). When `until` says so, no further page is begun: ask again for those that are missing.

    A page that cannot be read says why. Raises FileNotFoundError when the program is not installed.
    """
    slots = slots or Slots()
    waiting = list(numbers)
    drawn: list[_Page] = []
    running: list[_Page] = []
    done: dict[int, ReadPage] = {}
    try:
        while running or drawn or (waiting and not (done and until())):
            if waiting and not drawn and not (done and until()):
                _take(scan, waiting.pop(0), drawn, done)
            if drawn and (slot := slots.take()) is not None:
                page = drawn.pop(0)
                running.append(page)
                page.start(slot)
                continue
            if not _settled(running, drawn, done) and (drawn or not waiting):
                time.sleep(_PAUSE)
    finally:
        for page in running:
            page.end()
    return done


def _take(scan: Scan, number: int, drawn: list[_Page], done: dict[int, ReadPage]) -> None:
    """Draw the next page. One without anything on it is done with that."""
    try:
        seen = _draw(scan, [number], {})
    except ConfinementError as problem:
        done[number] = ReadPage(_EMPTY, failed=problem.code)
        return
    if not seen:
        done[number] = ReadPage(_EMPTY, failed="broken")
        return
    page = _Page(scan, seen[0])
    if seen[0]["file"]:
        drawn.append(page)
    else:
        done[number] = page.without_words()


def _settled(running: list[_Page], drawn: list[_Page], done: dict[int, ReadPage]) -> bool:
    """Take what has ended. Returns whether anything had."""
    ended = [page for page in running if not page.is_running()]
    for page in ended:
        running.remove(page)
        number = page.drawn["number"]
        outcome = page.outcome()
        if outcome is None:
            drawn.insert(0, page)
        elif isinstance(outcome, ReadPage):
            done[number] = outcome
        else:
            try:
                again = page.again(outcome)
            except ConfinementError:
                again = None
            if again is None:
                done[number] = page.as_read()
            else:
                drawn.insert(0, again)
    return bool(ended)


def _better(now: Spoken, before: Spoken) -> bool:
    return now.confidence * (now.count > 0) > before.confidence


def _draw(scan: Scan, numbers: Sequence[int], turns: Mapping[int, int]) -> list[Drawn]:
    return confinement.of_this_process().call(
        scan_page.draw,
        source=str(scan.source),
        folder=str(scan.scratch),
        family=scan.family,
        numbers=list(numbers),
        turns={str(number): turn for number, turn in turns.items()},
        password=scan.password,
    )
