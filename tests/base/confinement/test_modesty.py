"""Who waits at a screen goes first: what is confined is modest, alone and as the session it leads."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kundenakte.base.confinement import Confinement, Limits, Once, confined
from tests.waiting import PATIENCE

AUTOGROUP = Path("/proc/self/autogroup")
pytestmark = pytest.mark.skipif(not AUTOGROUP.exists(), reason="this kernel does not share among sessions")
MORE = 12


@confined()
def modesty() -> list[int]:
    return [os.getpriority(os.PRIO_PROCESS, 0), niceness_of(AUTOGROUP.read_text())]


def niceness_of(said: str) -> int:
    return int(said.rpartition(" ")[2])


@pytest.mark.parametrize("more", [10, 5, 0])
def test_what_works_behind_the_screen_is_modest_and_so_is_its_session(more: int) -> None:
    cell = Confinement(Limits(niceness=more))
    own = min(os.getpriority(os.PRIO_PROCESS, 0) + more, 19)
    try:
        assert cell.call(modesty) == [own, min(more, 5) if own >= 10 else 0]
    finally:
        cell.close()


def test_so_is_a_program_that_reads_a_page(tmp_path: Path) -> None:
    programs = [
        Once(
            ("sh", "-c", f"cat /proc/self/autogroup > {number}"), folder=tmp_path, environment={"PATH": os.defpath},
            bounds=Limits(niceness=MORE, may_start_processes=True),
        )
        for number in range(3)
    ]  # fmt: skip
    # At once, of which the kernel hears one in a tenth of a second.
    assert all(one.has_ended(within=PATIENCE) and one.outcome() is None for one in programs)
    assert {niceness_of(file.read_text()) for file in tmp_path.iterdir()} == {5}


def test_the_session_of_the_house_keeps_its_turn() -> None:
    before = AUTOGROUP.read_text()
    cell = Confinement(Limits(niceness=MORE))
    try:
        cell.call(modesty)
    finally:
        cell.close()
    assert AUTOGROUP.read_text() == before
