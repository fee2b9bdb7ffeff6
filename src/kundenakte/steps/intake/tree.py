"""The files under a folder of somebody else, reached step by step: no symbolic link is followed, no path leads out.

Names are text as Python gives it for file systems: bytes that are no UTF-8 come as surrogates and go back unchanged.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: a pipe put in the folder must not make anybody wait for its other end.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

_FURTHEST = 2**63 - 1

Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file as it was at one look."""

    parts: Parts
    size: int
    mtime_ns: int
    inode: int

    @property
    def name(self) -> str:
        """The last part."""
        return self.parts[-1]

    @property
    def relative(self) -> str:
        """The path below the root."""
        return "/".join(self.parts)

    @property
    def state(self) -> tuple[int, int, int]:
        """What differs when somebody has written to it or put another in its place."""
        return self.size, self.mtime_ns, self.inode

    @property
    def stamp(self) -> str:
        """`state` as text, for the ledger."""
        return f"{self.inode}:{self.size}:{self.mtime_ns}"


def time_of(about: os.stat_result) -> int:
    """When the file was last written, in nanoseconds, as far as a database can hold it: to the year 2262."""
    return max(-_FURTHEST, min(about.st_mtime_ns, _FURTHEST))


def moment_of(mtime_ns: int) -> datetime | None:
    """The time of a file; None for one that no calendar has, as a broken disk or a joker gives it."""
    if abs(mtime_ns) >= _FURTHEST:
        return None
    try:
        return datetime.fromtimestamp(mtime_ns / 1e9, UTC)
    except (OverflowError, ValueError, OSError):
        return None


class NotThere(Exception):
    """The file is gone, or is no regular file any more."""


class NotAFile(Exception):
    """A link, a pipe or something else that is never taken."""


@contextlib.contextmanager
def opened_folder(root: Path, parts: Parts) -> Iterator[int]:
    """A handle on a folder below `root`. A link anywhere on the way below `root` is refused by the system (OSError)."""
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts:
            inner = os.open(part, _FOLDER, dir_fd=handle)
            os.close(handle)
            handle = inner
        yield handle
    finally:
        os.close(handle)


def walk(root: Path, *, depth: int, leave_out: frozenset[Parts]) -> Iterator[tuple[Parts, list[Found], list[str]]]:
    """Each folder down to `depth` with its regular files and the names of what is no file (links, pipes).

    Folders that vanish or may not be read meanwhile are passed over; the root itself raises OSError.
    """
    waiting: list[Parts] = [()]
    while waiting:
        parts = waiting.pop()
        try:
            folders, files, others = _look(root, parts)
        except OSError:
            if not parts:
                raise
            continue
        yield parts, files, others
        if len(parts) < depth:
            inner = [(*parts, name) for name in sorted(folders, reverse=True)]
            waiting.extend(path for path in inner if path not in leave_out)


def _look(root: Path, parts: Parts) -> tuple[list[str], list[Found], list[str]]:
    folders: list[str] = []
    files: list[Found] = []
    others: list[str] = []
    with opened_folder(root, parts) as handle, os.scandir(handle) as entries:
        for entry in entries:
            try:
                about = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            if stat.S_ISDIR(about.st_mode):
                folders.append(entry.name)
            elif stat.S_ISREG(about.st_mode):
                files.append(Found((*parts, entry.name), about.st_size, time_of(about), about.st_ino))
            else:
                others.append(entry.name)
    return folders, files, others


@contextlib.contextmanager
def opened_file(root: Path, parts: Parts) -> Iterator[int]:
    """A handle for reading. Raises NotThere, NotAFile, or OSError as the system says it (EACCES)."""
    try:
        with opened_folder(root, parts[:-1]) as folder:
            handle = os.open(parts[-1], _FILE, dir_fd=folder)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotThere from error
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise NotAFile
        yield handle
    finally:
        os.close(handle)


def found_at(root: Path, parts: Parts) -> Found | None:
    """The file as it is now, or None."""
    with contextlib.suppress(OSError), opened_folder(root, parts[:-1]) as folder:
        about = os.stat(parts[-1], dir_fd=folder, follow_symlinks=False)
        if stat.S_ISREG(about.st_mode):
            return Found(parts, about.st_size, time_of(about), about.st_ino)
    return None


def found_in(handle: int, parts: Parts) -> Found:
    """The open file as it is now."""
    about = os.fstat(handle)
    return Found(parts, about.st_size, time_of(about), about.st_ino)


def somebody_writes(handle: int) -> bool:
    """Whether a process of this machine has the file open for writing.

    Asked by way of a read lease, which Linux grants only when nobody writes. Where leases do not exist (network shares)
    the answer is no, and the resting time has to do.
    """
    try:
        # A writer who opens between the two calls makes the kernel send this signal; SIGURG is ignored by default,
        # SIGIO would end the process.
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    with contextlib.suppress(OSError):
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False
