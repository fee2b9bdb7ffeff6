"""A private folder for one piece of work, gone afterwards; those of killed processes are swept."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "kundenakte-"
# Not younger: in a shared /tmp, a process of another container may not be visible from here.
_OLD_SECONDS = 3600


def new_folder(under: Path | None = None) -> Path:
    """A new folder only this user can enter; the caller removes it."""
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=under))


@contextmanager
def scratch_folder(under: Path | None = None) -> Iterator[Path]:
    """A new folder only this user can enter; removed at the end with all that is in it, whatever happened."""
    folder = new_folder(under)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(under: Path | None = None) -> int:
    """Remove folders of this user whose process is gone since an hour; gives how many. Called at a worker's start."""
    removed = 0
    for folder in (under or Path(tempfile.gettempdir())).glob(f"{_PREFIX}*-*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        try:
            about = folder.lstat()
        except OSError:
            continue
        ours = folder.is_dir() and not folder.is_symlink() and about.st_uid == os.getuid()
        if (
            ours
            and owner.isdigit()
            and not Path("/proc", owner).exists()
            and about.st_mtime < time.time() - _OLD_SECONDS
        ):
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed
