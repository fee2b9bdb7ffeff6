"""How confined children live: replaced, killed, ended with their worker; and the folders they work in."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from kundenakte.base import confinement
from kundenakte.base.confinement import (
    Confinement,
    Limits,
    OutOfMemory,
    calls,
    confined,
    scratch_folder,
)
from kundenakte.base.confinement.limits import MIB
from kundenakte.base.confinement.scratch import sweep
from tests.waiting import PATIENCE, until


@confined()
def waits_in(*, folder: str, times: int) -> int:
    """Says that it is there, and waits to be killed for the first `times` times."""
    there = len(list(Path(folder).iterdir()))
    (Path(folder) / str(there)).touch()
    if there < times:
        time.sleep(20)
    return there


@confined()
def which_process() -> int:
    return os.getpid()


def test_a_child_is_replaced_after_its_number_of_calls() -> None:
    cell = Confinement(Limits(calls=3))
    try:
        seen = [cell.call(which_process) for _ in range(6)]
    finally:
        cell.close()
    assert len(set(seen[:3])) == 1
    assert len(set(seen)) == 2


@confined()
def keep_memory() -> int:
    # Far more than what a child may give back meanwhile of the memory it was forked with.
    globals()["_kept"] = bytearray(b"x") * (256 * MIB)
    return os.getpid()


def test_a_child_that_has_grown_is_replaced() -> None:
    cell = Confinement(Limits(growth=16 * MIB))
    try:
        grown = cell.call(keep_memory)
        assert cell.call(which_process) != grown
    finally:
        cell.close()


def test_the_child_dies_with_its_worker() -> None:
    program = (
        "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'kundenakte.config.settings'\n"
        "from kundenakte.base.confinement import Confinement\n"
        "cell = Confinement(); cell.start(); print(cell.pid, flush=True); import time; time.sleep(60)"
    )
    source = Path(__file__).parents[3] / "src"
    worker = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(source)}
    )
    assert worker.stdout is not None
    assert select.select([worker.stdout], [], [], PATIENCE)[0], "the worker did not start"
    child = int(worker.stdout.readline())
    assert Path("/proc", str(child)).exists()
    worker.kill()
    worker.wait()
    worker.stdout.close()
    until(lambda: not _is_alive(child))


def _is_alive(pid: int) -> bool:
    try:
        return Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_forked_process_gets_a_confinement_of_its_own() -> None:
    assert confinement.of_this_process() is confinement.of_this_process()
    ours = id(confinement.of_this_process())
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writer, b"same" if id(confinement.of_this_process()) == ours else b"own!")
        os._exit(0)
    os.waitpid(pid, 0)
    assert os.read(reader, 4) == b"own!"
    os.close(reader)
    os.close(writer)


def test_scratch_is_private_and_gone_afterwards(tmp_path: Path) -> None:
    with scratch_folder(tmp_path) as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "page.webp").write_bytes(b"x")
    assert not folder.exists()


def test_scratch_of_killed_processes_is_swept_and_that_of_living_ones_kept(tmp_path: Path) -> None:
    dead = subprocess.Popen(["/bin/true"])
    dead.wait()
    old, living, young = (tmp_path / f"kundenakte-{pid}-abc" for pid in (dead.pid, os.getpid(), dead.pid + 10**7))
    for folder in (old, living, young):
        folder.mkdir()
    for folder in (old, living):
        os.utime(folder, (1, 1))
    assert sweep(tmp_path) == 1
    assert [folder.exists() for folder in (old, living, young)] == [False, True, True]


def killed_from_outside(folder: Path, times: int) -> int:
    """The answer of a call whose child somebody kills so many times."""
    with contextlib.closing(Confinement()) as confinement:
        confinement.start()

        def kill() -> None:
            for seen in range(1, times + 1):
                while len(list(folder.iterdir())) < seen:
                    time.sleep(0.01)
                assert confinement.pid is not None
                os.kill(confinement.pid, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        try:
            return confinement.call(waits_in, folder=str(folder), times=times)
        finally:
            killer.join()


@pytest.mark.parametrize("times", [1, 2])
def test_a_child_that_others_kill_gets_further_chances(tmp_path: Path, times: int) -> None:
    assert killed_from_outside(tmp_path, times) == times


def test_a_file_whose_every_child_is_killed_is_believed(tmp_path: Path) -> None:
    with pytest.raises(OutOfMemory):
        killed_from_outside(tmp_path, 1 + len(calls.PAUSES))
