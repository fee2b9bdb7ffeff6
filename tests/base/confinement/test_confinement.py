"""Confined work: what it may, what it may not, and what the caller is told."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kundenakte.base import confinement
from kundenakte.base.confinement import (
    Confinement,
    Crashed,
    Limits,
    OutOfMemory,
    Refused,
    TooBig,
    TookTooLong,
    confined,
)
from kundenakte.base.confinement.limits import MIB


@pytest.fixture
def cell() -> Iterator[Confinement]:
    small = Confinement(Limits(seconds=10, memory=256 * MIB, file_size=4 * MIB, calls=50, niceness=0))
    yield small
    small.close()


@confined()
def echo(*, value: object) -> object:
    return value


@confined()
def which_process() -> int:
    return os.getpid()


@confined()
def refuse() -> None:
    raise Refused("encrypted", "Das PDF ist mit einem Passwort geschützt.", "detail")


@confined(seconds=0.3)
def loop_forever() -> None:
    while True:
        pass


@confined(seconds=0.3)
def sleep_against_signals() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(60)


@confined()
def eat_memory() -> int:
    eaten = []
    while True:
        eaten.append(bytearray(16 * MIB))


@confined()
def read_nowhere() -> None:
    ctypes.string_at(0)


@confined()
def abort() -> None:
    os.abort()


@confined()
def write_a_giant(*, path: str) -> None:
    with Path(path).open("wb") as file:
        file.seek(10**10)
        file.write(b"x")


@confined()
def fill_a_file(*, path: str) -> None:
    with Path(path).open("wb", buffering=0) as file:
        while True:
            file.write(bytes(MIB))


@confined()
def fork_bomb() -> str:
    try:
        while True:
            os.fork()
    except OSError as error:
        return type(error).__name__


@confined()
def start_a_program() -> str:
    try:
        subprocess.run(["/bin/true"], check=True)
    except OSError as error:
        return type(error).__name__
    return "started"


@confined()
def open_a_connection() -> str:
    try:
        socket.create_connection(("127.0.0.1", 1), timeout=1)
    except OSError as error:
        return type(error).__name__
    return "connected"


@confined()
def kill_the_parent() -> str:
    try:
        os.kill(os.getppid(), signal.SIGKILL)
    except OSError as error:
        return type(error).__name__
    return "killed"


@confined()
def use_a_thread() -> list[int]:
    seen: list[int] = []
    thread = threading.Thread(target=seen.append, args=(1,))
    thread.start()
    thread.join()
    return seen


@confined()
def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - the folder's own number is among them


@confined()
def answer_nonsense() -> object:
    return object()


@confined()
def speak_out_of_turn() -> None:
    os.write(3, b"\x00\x00\x00\x05{hell")
    time.sleep(5)


@confined()
def fail() -> None:
    raise KeyError("what nobody foresaw")


@confined()
def full_disk() -> None:
    raise OSError(28, "No space left on device", "/somewhere")


def not_on_the_list() -> None:
    """Nothing marks this one."""


def test_values_cross_as_json_and_the_child_is_kept(cell: Confinement) -> None:
    value = {"text": "Größe", "list": [1, 2.5, None, True]}
    assert cell.call(echo, value=value) == value
    assert cell.call(which_process) == cell.call(which_process) == cell.pid != os.getpid()


def test_only_marked_functions_run(cell: Confinement) -> None:
    with pytest.raises(LookupError):
        cell.call(not_on_the_list)


def test_a_function_marked_after_the_fork_gets_a_new_child(cell: Confinement) -> None:
    first = cell.call(which_process)

    @confined()
    def latecomer() -> int:
        return os.getpid()

    assert cell.call(latecomer) != first


def test_a_refusal_keeps_code_and_sentence(cell: Confinement) -> None:
    with pytest.raises(Refused) as caught:
        cell.call(refuse)
    assert (caught.value.code, caught.value.detail) == ("encrypted", "detail")
    assert caught.value.sentence == "Das PDF ist mit einem Passwort geschützt."
    before = cell.pid
    assert cell.call(which_process) == before


@pytest.mark.parametrize("function", [loop_forever, sleep_against_signals])
def test_what_takes_too_long_is_killed_and_replaced(cell: Confinement, function: object) -> None:
    cell.start()
    old = cell.pid
    began = time.monotonic()
    with pytest.raises(TookTooLong) as caught:
        cell.call(function)  # type: ignore[arg-type]
    assert time.monotonic() - began < 30
    assert caught.value.sentence.endswith("zu lange gedauert hat.")
    assert old is not None
    assert not Path("/proc", str(old)).exists()
    assert cell.call(echo, value=1) == 1


def test_a_memory_hog_is_stopped(cell: Confinement) -> None:
    with pytest.raises(OutOfMemory):
        cell.call(eat_memory)
    assert cell.call(echo, value=1) == 1


@pytest.mark.parametrize("function", [read_nowhere, abort, fail, answer_nonsense])
def test_a_crash_is_told_and_the_next_call_works(cell: Confinement, function: object) -> None:
    with pytest.raises(Crashed) as caught:
        cell.call(function)  # type: ignore[arg-type]
    assert caught.value.detail
    assert cell.call(echo, value=1) == 1


def test_an_answer_out_of_form_ends_the_child(cell: Confinement) -> None:
    with pytest.raises(Crashed):
        cell.call(speak_out_of_turn)
    assert cell.call(echo, value=1) == 1


@pytest.mark.parametrize("function", [write_a_giant, fill_a_file])
def test_a_giant_file_is_stopped(cell: Confinement, tmp_path: Path, function: object) -> None:
    target = tmp_path / "giant"
    with pytest.raises(TooBig):
        cell.call(function, path=str(target))  # type: ignore[arg-type]
    assert target.stat().st_size <= 4 * MIB


@pytest.mark.parametrize("function", [fork_bomb, start_a_program, open_a_connection, kill_the_parent])
def test_nothing_can_be_started_reached_or_killed(cell: Confinement, function: object) -> None:
    protection = cell.start()
    assert protection.network_is_closed
    assert protection.starts_nothing, "this processor is not in kernel.py's table"
    assert cell.call(function) == "PermissionError"  # type: ignore[arg-type]


def test_threads_are_allowed(cell: Confinement) -> None:
    assert cell.call(use_a_thread) == [1]


def test_the_parents_files_are_closed_in_the_child(cell: Confinement, tmp_path: Path) -> None:
    with (tmp_path / "secret").open("w"):
        # 0, 1, 2, the line to the parent, and the listing itself.
        assert cell.call(open_files) == 5


def test_a_full_disk_is_the_machines_fault(cell: Confinement) -> None:
    with pytest.raises(OSError, match="No space left") as caught:
        cell.call(full_disk)
    assert caught.value.errno == 28


def test_the_health_page_can_ask_what_protects_us() -> None:
    assert confinement.network_is_closed() is confinement.protection().network_is_closed
    assert confinement.protection().starts_nothing
