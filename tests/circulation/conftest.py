"""Somebody to be killed while the circulation folder goes round."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.circulation.desks import Desks


@pytest.fixture
def desks(house_environment: dict[str, str]) -> Iterator[Desks]:
    """Two who work; none of them outlives the test."""
    both = Desks(house_environment)
    yield both
    both.close()
