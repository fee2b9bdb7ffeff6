"""Moves files into the done and error folders: never over another file, through a link, or what has changed."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kundenakte.steps.intake.tree import Found, Parts, opened_file, opened_folder, time_of

_LONGEST = 255
_RENAME_NOREPLACE = 1
_renameat2: Callable[..., int] | None = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
_NOT_SUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}


class ChangedMeanwhile(Exception):
    """Somebody wrote to the file or replaced it: what lies there now was not taken, so it stays."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A folder to move to, below a root that an administrator named."""

    root: Path
    parts: Parts


def goal(root: Path, named: str, *below: str) -> Goal:
    """The done or error folder: a name inside the watched folder, or a path of its own."""
    path = Path(named)
    if path.is_absolute():
        return Goal(path, tuple(below))
    return Goal(root, (*(part for part in path.parts if part not in {".", ".."}), *below))


def move(root: Path, found: Found, to: Goal) -> str:
    """Move a file and return its new name: its own, or numbered when that is taken.

    Raises ChangedMeanwhile when it is not the file that was `found` any more, FileNotFoundError when it is gone, and
    OSError as the system says it.
    """
    with _made_folder(to) as there, opened_folder(root, found.parts[:-1]) as here:
        _require_same(here, found.name, found)
        for name in numbered(found.name):
            try:
                _rename(here, found.name, there, name)
            except FileExistsError:
                continue
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                if not _copy(root, found, there, name, here):
                    continue
            else:
                _put_back_if_changed(here, there, name, found)
            os.fsync(there)
            return name
    raise AssertionError  # numbered() never ends


def write_beside(to: Goal, name: str, ending: str, text: str) -> str:
    """Write a small report, whole or not at all, and return its name. It gets a number when the name is taken."""
    with _made_folder(to) as there:
        unfinished = f".{uuid.uuid4().hex}.tmp"
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o664, dir_fd=there)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as target:
                target.write(text)
            for chosen in numbered(fitting(name, ending)):
                with contextlib.suppress(FileExistsError):
                    _rename(there, unfinished, there, chosen)
                    return chosen
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(unfinished, dir_fd=there)
    raise AssertionError


def numbered(name: str) -> Iterator[str]:
    """The name, then `name (2).pdf`, `name (3).pdf` …, each within 255 bytes."""
    yield name
    stem, dot, ending = name.rpartition(".")
    if not stem or len(os.fsencode(ending)) > 20:
        stem, dot, ending = name, "", ""
    number = 2
    while True:
        yield fitting(stem, f" ({number}){dot}{ending}")
        number += 1


def fitting(stem: str, ending: str) -> str:
    """Stem and ending as one name of at most 255 bytes; the stem gives way, in whole characters."""
    room = _LONGEST - len(os.fsencode(ending))
    while len(os.fsencode(stem)) > room:
        stem = stem[:-1]
    return stem + ending


@contextlib.contextmanager
def _made_folder(to: Goal) -> Iterator[int]:
    """A handle on the folder, which is made if need be. A link in its place is refused by the system."""
    to.root.mkdir(parents=True, exist_ok=True)
    for depth in range(len(to.parts)):
        with opened_folder(to.root, to.parts[:depth]) as above, contextlib.suppress(FileExistsError):
            os.mkdir(to.parts[depth], 0o775, dir_fd=above)
    with opened_folder(to.root, to.parts) as handle:
        yield handle


def _require_same(folder: int, name: str, found: Found) -> None:
    about = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if (about.st_size, time_of(about), about.st_ino) != found.state:
        raise ChangedMeanwhile


def _put_back_if_changed(here: int, there: int, name: str, found: Found) -> None:
    """Between look and move somebody may have put another file there: that one was not taken and goes back."""
    try:
        _require_same(there, name, found)
    except ChangedMeanwhile:
        for chosen in numbered(found.name):
            with contextlib.suppress(FileExistsError):
                _rename(there, name, here, chosen)
                raise


def _rename(from_folder: int, name: str, to_folder: int, to_name: str) -> None:
    """Rename without replacing; FileExistsError when the name is taken."""
    if _renameat2 is not None:
        arguments = (from_folder, os.fsencode(name), to_folder, os.fsencode(to_name), _RENAME_NOREPLACE)
        if _renameat2(*arguments) == 0:
            return
        code = ctypes.get_errno()
        if code not in _NOT_SUPPORTED:
            raise OSError(code, os.strerror(code), name)
    # Some network file systems cannot refuse to replace. Only we write into the done folder, so looking first will do.
    try:
        os.stat(to_name, dir_fd=to_folder, follow_symlinks=False)
    except FileNotFoundError:
        os.rename(name, to_name, src_dir_fd=from_folder, dst_dir_fd=to_folder)
        return
    raise FileExistsError(to_name)


def _copy(root: Path, found: Found, there: int, name: str, here: int) -> bool:
    """Move to another file system: copy, bring to disk, then take the source away. False when the name is taken."""
    try:
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o664, dir_fd=there)
    except FileExistsError:
        return False
    try:
        with os.fdopen(handle, "wb") as target, opened_file(root, found.parts) as source:
            shutil.copyfileobj(os.fdopen(os.dup(source), "rb"), target, 1024 * 1024)
            target.flush()
            os.utime(target.fileno(), ns=(found.mtime_ns, found.mtime_ns))
            os.fsync(target.fileno())
        _require_same(here, found.name, found)
    except BaseException:
        os.unlink(name, dir_fd=there)
        raise
    os.unlink(found.name, dir_fd=here)
    return True
