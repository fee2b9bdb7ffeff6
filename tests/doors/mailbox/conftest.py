"""A mailbox at a real server, and what arrives in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kundenakte import pipeline
from tests.builders import a_house
from tests.doors.mailbox import dovecot
from tests.doors.mailbox.dovecot import Dovecot


@pytest.fixture
def house(transactional_db: None) -> None:
    a_house()
    pipeline.register_jobs()


@pytest.fixture
def server(house: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    with dovecot.running(tmp_path_factory.mktemp("imap")) as running:
        yield running
