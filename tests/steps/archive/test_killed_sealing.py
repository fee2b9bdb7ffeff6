"""kill -9 of those who seal, at any moment: no object without an entry, no entry without an object, nothing half."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from django.db import connection

from kundenakte import pipeline
from kundenakte.base.journal import sequencer, verifier
from kundenakte.base.journal.models import JournalEntry
from kundenakte.records.models import DocumentClass, Version
from kundenakte.steps.archive import sealing
from kundenakte.steps.archive.models import ArchivePackage, SealDue
from kundenakte.steps.archive.names import place
from kundenakte.steps.archive.staging import read_back
from tests.builders import a_class, a_customer_file, a_document
from tests.conftest import LONG, ROOT
from tests.steps.archive.papers import findings_of_ocfl
from tests.waiting import until

pytestmark = [pytest.mark.kill, pytest.mark.django_db(transaction=True)]

ROUNDS, DOCUMENTS, WRITERS = (1000, 100, 8) if LONG else (8, 12, 2)
SEED = 20261124
_WORKER = """
import django
django.setup()
from kundenakte import pipeline
from kundenakte.base.jobs.worker import Worker
pipeline.register_jobs()
print("ready", flush=True)
Worker().run()
"""


class Writers:
    """Workers that seal, replaced as they are killed."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._running: list[subprocess.Popen[bytes]] = []

    def fill(self) -> None:
        """Start those that are missing and wait until they work."""
        self._running = [one for one in self._running if one.poll() is None]
        begun = [
            subprocess.Popen(
                [sys.executable, "-c", _WORKER], env=self._environment, cwd=ROOT, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            for _ in range(WRITERS - len(self._running))
        ]  # fmt: skip
        self._running += begun
        for one in begun:
            assert one.stdout is not None
            assert one.stdout.readline() == b"ready\n"

    def kill(self, dice: random.Random) -> None:
        """kill -9 of any of them."""
        one = dice.choice(self._running)
        os.kill(one.pid, signal.SIGKILL)
        one.wait()

    def end(self) -> None:
        """End all."""
        for one in self._running:
            one.kill()
            one.wait()


@pytest.fixture
def writers(house_environment: dict[str, str]) -> Iterator[Writers]:
    made = Writers(house_environment)
    yield made
    made.end()


def test_t23_no_archived_document_without_its_leaf_and_no_leaf_without_its_document(writers: Writers) -> None:
    pipeline.register_jobs()
    a_class()
    DocumentClass.objects.update(seal_when=DocumentClass.SealWhen.AT_ONCE)
    file, dice = a_customer_file(), random.Random(SEED)
    connection.close()
    for _ in range(ROUNDS):
        # The first may be killed while they write the rows, the others in the middle of an object.
        for _ in range(DOCUMENTS):
            a_document(customer_file=file)
        writers.fill()
        time.sleep(dice.uniform(0.0, 0.25))
        writers.kill(dice)
    writers.fill()
    until(lambda: ArchivePackage.objects.count() == Version.objects.count(), progress=lambda: sorted(
        SealDue.objects.values_list()
    ))  # fmt: skip
    assert_each_is_sealed_once()


def assert_each_is_sealed_once() -> None:
    while sequencer.sequence():
        pass
    packages = list(ArchivePackage.objects.all())
    assert len(packages) == Version.objects.count() == len({package.version_id for package in packages})
    said = JournalEntry.objects.filter(kind="document.sealed", leaf__isnull=False)
    assert sorted(said.values_list("subject_id", flat=True)) == sorted(one.document_id for one in packages)
    store = sealing.default()
    assert sorted(store.ids()) == sorted(package.object_id for package in packages)
    for package in packages:
        read_back(store.root / place(package.object_id), package.inventory_sha512)
    assert findings_of_ocfl() == []
    assert verifier.verify().findings == []
