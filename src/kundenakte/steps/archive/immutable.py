"""The immutable flag of Linux file systems (`chattr +i`): what bears it is not written, renamed or removed.

It stops mistakes and other programs. Whoever may set it may take it away as well, root and this program do: so an
archive with it is still one whose alteration is noticed, not one that cannot be altered.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import uuid
from pathlib import Path
from typing import Final, Literal

from django.conf import settings

# linux/fs.h: _IOR('f', 1, long), _IOW('f', 2, long), and the flag.
_GET: Final = 0x80006601 | struct.calcsize("l") << 16
_SET: Final = 0x40006602 | struct.calcsize("l") << 16
_FLAG: Final = 0x10
# What a file system says that has no such flags.
_NOT_HERE: Final = frozenset({errno.ENOTTY, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})

State = Literal["off", "on", "no-such-flag", "not-allowed"]


def state(folder: Path) -> State:
    """Whether what is sealed into this folder becomes immutable: tried on a file, so that it is no guess."""
    if not settings.ARCHIVE_IMMUTABLE:
        return "off"
    file = folder / f".immutable-{uuid.uuid4().hex}"
    try:
        file.touch(mode=0o444)
        try:
            _put(file, is_set=True)
            return "on" if _refuses(file) else "no-such-flag"
        finally:
            release(file)
            file.unlink(missing_ok=True)
    except OSError as error:
        return "no-such-flag" if error.errno in _NOT_HERE else "not-allowed"


def is_set(place: Path) -> bool:
    """Whether a file or folder bears the flag; no where the file system has none."""
    try:
        return bool(_flags(place) & _FLAG)
    except OSError as error:
        if error.errno in _NOT_HERE:
            return False
        raise


def protect(folder: Path) -> None:
    """Set the flag on all below, then on the folder: while it is missing there, something may be left to do.

    Raises OSError where the file system or the right is missing.
    """
    for below, _folders, files in os.walk(folder, topdown=False):
        for name in files:
            _put(Path(below) / name, is_set=True)
        _put(Path(below), is_set=True)


def release(place: Path) -> None:
    """Take the flag away from a file, or from a folder and all in it. Raises OSError when that is not allowed."""
    for below, _folders, files in os.walk(place):
        for one in (Path(below), *(Path(below) / name for name in files)):
            if is_set(one):
                _put(one, is_set=False)
    if place.is_file() and is_set(place):
        _put(place, is_set=False)


def _refuses(file: Path) -> bool:
    try:
        file.unlink()
    except PermissionError:
        return True
    return False


def _flags(place: Path) -> int:
    handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        return int.from_bytes(fcntl.ioctl(handle, _GET, bytes(8))[:4], "little")
    finally:
        os.close(handle)


def _put(place: Path, *, is_set: bool) -> None:
    flags = _flags(place)
    wanted = flags | _FLAG if is_set else flags & ~_FLAG
    if wanted == flags:
        return
    handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.ioctl(handle, _SET, wanted.to_bytes(8, "little"))
    finally:
        os.close(handle)
