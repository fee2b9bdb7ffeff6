"""A worker of the test's own process."""

from __future__ import annotations

import pytest

from kundenakte.base.jobs import kinds
from kundenakte.base.jobs.worker import Worker


@pytest.fixture
def own_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_kinds", {})


@pytest.fixture
def worker(transactional_db: None) -> Worker:
    made = Worker(lease_seconds=2)
    made.rest = lambda seconds: False  # type: ignore[method-assign]
    return made
