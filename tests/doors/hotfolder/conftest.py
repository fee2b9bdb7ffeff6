"""A watched folder for each test, watched by the real pipeline."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kundenakte import pipeline
from tests.doors.hotfolder.benches import Bench


@pytest.fixture
def bench(transactional_db: None, tmp_path: Path) -> Callable[..., Bench]:
    pipeline.register_jobs()
    return lambda **more: Bench(tmp_path / "eingang", **more)
