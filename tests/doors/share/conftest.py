"""A file server for each test, taken over by the real pipeline."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kundenakte import pipeline
from kundenakte.doors.share import tasks, watch_tasks


@pytest.fixture
def root(transactional_db: None, tmp_path: Path) -> Iterator[Path]:
    pipeline.register_jobs()
    tasks.register_jobs()
    watch_tasks.register_jobs()
    folder = tmp_path / "laufwerk"
    folder.mkdir()
    yield folder
    # What a test made unreadable can be removed again.
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o700)
