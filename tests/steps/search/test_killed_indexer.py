"""The indexer as a real process, killed at any moment: afterwards the index is as the database is."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from kundenakte.records import search_due
from kundenakte.records.models import Document
from kundenakte.steps.search import folder
from kundenakte.steps.search.comparing import compare
from tests.builders import a_customer_file
from tests.conftest import LONG, ROOT
from tests.steps.search.papers import a_paper, catch_up
from tests.waiting import PATIENCE

pytestmark = pytest.mark.kill

Start = Callable[[], subprocess.Popen[bytes]]
_PROGRAM = """
import threading, django
django.setup()
from kundenakte.steps.search import indexer
indexer.run(threading.Event())
"""


@pytest.fixture
def start(house_environment: dict[str, str]) -> Iterator[Start]:
    """Start an indexer process; all are gone after the test."""
    started: list[subprocess.Popen[bytes]] = []

    def begin() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM], env=house_environment, cwd=ROOT, stderr=subprocess.DEVNULL
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()


def wait_for(indexer: subprocess.Popen[bytes]) -> None:
    """Until it holds the index."""
    end = time.monotonic() + PATIENCE
    while not (lock := folder.root() / "lock").exists() or lock.read_text() != str(indexer.pid):
        assert time.monotonic() < end
        time.sleep(0.01)


def test_the_index_is_as_the_database_however_often_its_writer_was_killed(start: Start) -> None:
    chance, rounds = random.Random(5), 60 if LONG else 6
    file = a_customer_file()
    for turn in range(rounds):
        indexer = start()
        wait_for(indexer)
        if turn % 3 == 1:
            folder.wish_rebuild()
        end = time.monotonic() + chance.uniform(0.05, 1.5)
        while time.monotonic() < end:
            paper = a_paper(f"Pumpe {turn}", title=f"Runde {turn}", customer_file=file)
            old = Document.objects.order_by("?").exclude(pk=paper.pk).first()
            if old:
                old.title += "!"
                old.save()
                search_due.mark(old)
        indexer.send_signal(signal.SIGKILL)
        indexer.wait()
    catch_up()
    result = compare(thorough=True)
    assert (result.missing, result.surplus, result.different) == ((), (), ())
    assert result.documents == Document.objects.count() > rounds
