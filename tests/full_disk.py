"""A disk that can be filled: a small file system in memory, where mounting is allowed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest


@contextmanager
def a_small_disk(folder: Path, *, megabytes: int) -> Iterator[Path]:
    """The folder as a file system of its own; the test is skipped where that is not allowed."""
    folder.mkdir()
    size = f"size={megabytes}m"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a small disk is not allowed here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(file: Path) -> None:
    """Take all the room there is."""
    with file.open("ab", buffering=0) as target, suppress(OSError):
        while True:
            target.write(bytes(4096))


def leave(folder: Path, *, kilobytes: int) -> Path:
    """Take all the room but this. Gives the file that takes it."""
    file = folder / "filler"
    free = os.statvfs(folder)
    with file.open("wb") as target:
        os.posix_fallocate(target.fileno(), 0, max(free.f_bavail * free.f_frsize - kilobytes * 1024, 4096))
    return file
