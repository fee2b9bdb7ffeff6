"""kill -9 of whoever reads a scan: what was read is kept, another reads the rest, and the same comes out."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from random import Random

import pytest

from kundenakte import pipeline
from kundenakte.base import confinement
from kundenakte.base.jobs.models import Job
from kundenakte.base.jobs.worker import Worker
from kundenakte.records import renditions, scanned
from kundenakte.records.models import Arrival
from tests.builders import NOW, SETUP, a_customer_file
from tests.conftest import LONG, ROOT
from tests.scans import a_picture, a_scan
from tests.waiting import until

pytestmark = [pytest.mark.kill, pytest.mark.django_db(transaction=True)]

PAGES, ROUNDS = (24, 10) if LONG else (8, 2)
SEED = 20261130
# A reader that keeps what it has after each page.
_READER = """
import django
django.setup()
from kundenakte import pipeline
from kundenakte.base.jobs.worker import Worker
from kundenakte.steps.rendition import read_tasks
read_tasks.SECONDS_AT_ONCE = 0.0
pipeline.register_jobs()
print("ready", flush=True)
Worker(only=frozenset({pipeline.READ}), lease_seconds=1).run()
"""


@pytest.fixture(autouse=True)
def _jobs() -> Iterator[None]:
    pipeline.register_jobs()
    yield
    confinement.of_this_process().close()


def killed_after_some_reading(environment: dict[str, str], arrival: Arrival, dice: Random) -> None:
    """A reader that is killed some moments after it has kept another page, if there is one left."""
    before = len(scanned.reading_of(arrival.digest).pages)
    reader = subprocess.Popen([sys.executable, "-c", _READER], env=environment, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        until(lambda: len(scanned.reading_of(arrival.digest).pages) > min(before, PAGES - 1))
        time.sleep(dice.uniform(0.0, 0.3))
    finally:
        os.kill(reader.pid, signal.SIGKILL)
        reader.wait()


def worked_off(arrival: Arrival) -> None:
    """Everything on the way of this arrival; a job of the killed becomes free as soon as its lease has lapsed."""
    worker = Worker()
    on_its_way = Job.objects.filter(subject_id=arrival.pk, state__in=("waiting", "running"))

    def is_through() -> bool:
        while worker.work_once():
            pass
        return not on_its_way.filter(name__in=(pipeline.READ, *(step.name for step in pipeline.WAY))).exists()

    until(is_through)


def test_a_killed_reader_is_followed_by_another_and_nothing_is_lost(house_environment: dict[str, str]) -> None:
    dice = Random(SEED)
    a_customer_file("Muster Maschinenbau GmbH", "K-10001")
    said = [f"Dies ist die Seite mit der Nummer {n}" for n in range(2, PAGES + 1)]
    data = a_scan([a_picture(), *(a_picture((line,)) for line in said)])
    arrival = pipeline.receive(actor=SETUP, stream=io.BytesIO(data), file_name="scan.pdf", source="web", now=NOW)
    worker = Worker(leaves=frozenset({pipeline.READ}))
    while worker.work_once():
        pass
    for _ in range(ROUNDS):
        killed_after_some_reading(house_environment, arrival, dice)
    kept = scanned.reading_of(arrival.digest).pages
    assert ROUNDS <= len(kept) <= PAGES
    worked_off(arrival)
    # What the killed had read was not read again.
    assert {n: scanned.reading_of(arrival.digest).pages[n].text for n in kept} == {n: kept[n].text for n in kept}
    arrival.refresh_from_db()
    assert arrival.state == Arrival.State.FILED, arrival.sentence
    text = renditions.text_of(arrival.digest)
    assert text is not None
    told = [" ".join(word.text for line in page.lines for word in line) for page in text.pages]
    assert ("K-10001" in told[0], told[1:]) == (True, said)
    assert renditions.searchable(arrival.digest) is not None
    assert Arrival.objects.count() == 1
