"""A private folder for one piece of work, gone afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_folder(under: Path | None = None) -> Iterator[Path]:
    """A new folder only this user can enter; removed at the end with all that is in it, whatever happened."""
    folder = Path(tempfile.mkdtemp(prefix="kundenakte-", dir=under))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
