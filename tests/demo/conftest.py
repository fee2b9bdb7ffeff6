"""One stock for all tests of the demo, written once."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.stock import Stock, write_company

SAMPLES = Path(__file__).resolve().parents[1] / "samples"


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Stock:
    """A stock small enough for tests and large enough for every class."""
    return write_company(tmp_path_factory.mktemp("stock"), customers=60, documents=90, seed=3, samples=SAMPLES)
