"""kill -9 of those who seal, at any moment: no object without an entry, no entry without an object, nothing half."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.db import OperationalError, connection

from kundenakte import pipeline
from kundenakte.base.journal import sequencer, verifier
from kundenakte.base.journal.models import JournalEntry
from kundenakte.records.models import CustomerFile, DocumentClass, Version
from kundenakte.steps.archive import sealing, tasks
from kundenakte.steps.archive.models import ArchivePackage, SealDue
from kundenakte.steps.archive.names import place
from kundenakte.steps.archive.staging import read_back
from tests.builders import a_class, a_customer_file, a_document
from tests.conftest import LONG, ON_POSTGRESQL, ROOT
from tests.steps.archive.papers import findings_of_ocfl
from tests.waiting import until

pytestmark = [pytest.mark.kill, pytest.mark.django_db(transaction=True)]

# New documents of each round; writers at once. SQLite lets one write after the other: on a busy machine a hundred wait
# longer than its twenty seconds.
DOCUMENTS = 12
ROUNDS, WRITERS = (1000, 40 if ON_POSTGRESQL else 16) if LONG else (8, 3)
SEED = 20261124
# As the house does it: what is loaded once is forked. Starting an interpreter for each of a thousand that are killed
# would take longer than all they do. The first of a family numbers the journal, the others seal.
_FAMILY = """
import os, signal, sys, threading
import django
django.setup()
from kundenakte import pipeline
from kundenakte.base.jobs.worker import Worker
from kundenakte.base.journal import sequencer
pipeline.register_jobs()
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for wish in sys.stdin:
    born = os.fork()
    if not born:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if wish.strip() == "number":
            sequencer.SECONDS = 0.02
            sequencer.run(threading.Event())
        else:
            Worker().run()
        os._exit(0)
    print(born, flush=True)
"""


class Writers:
    """One that numbers and many that seal, replaced as they are killed."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._family = subprocess.Popen(
            [sys.executable, "-c", _FAMILY], env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self._running: list[int] = []

    def fill(self) -> None:
        """Begin those that are missing."""
        while len(self._running) < WRITERS:
            self._running.append(self._born("seal" if self._running else "number"))

    def kill(self, dice: random.Random) -> None:
        """kill -9 of any of them; every eighth time of the one that numbers, who would else be met too seldom."""
        place = 0 if dice.random() < 1 / 8 else dice.randrange(1, WRITERS)
        os.kill(self._running[place], signal.SIGKILL)
        if place:
            del self._running[place]
        else:
            self._running[0] = self._born("number")

    def end(self) -> None:
        """End all."""
        for pid in self._running:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._family.kill()
        self._family.communicate()

    def _born(self, what: str) -> int:
        assert self._family.stdin is not None
        assert self._family.stdout is not None
        self._family.stdin.write(f"{what}\n")
        self._family.stdin.flush()
        return int(self._family.stdout.readline())


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
        # Something is being sealed while somebody dies: in the rows, in the middle of an object, or after it.
        for _ in range(DOCUMENTS):
            until(lambda: comes(file))
        writers.fill()
        time.sleep(dice.uniform(0.0, 0.25))
        writers.kill(dice)
    writers.fill()
    until(
        lambda: not SealDue.objects.filter(trouble="").exists(), progress=lambda: sorted(SealDue.objects.values_list())
    )
    # At a few somebody died time and again, which is what a document looks like that kills whoever touches it. They
    # are left alone for the day, and taken up again.
    assert SealDue.objects.count() <= ROUNDS / 100
    tasks.gather(0)()
    until(lambda: ArchivePackage.objects.count() == Version.objects.count(), progress=lambda: sorted(
        SealDue.objects.values_list()
    ))  # fmt: skip
    writers.end()
    assert_each_is_sealed_once()


def comes(file: CustomerFile) -> bool:
    """One more document. Sixteen who write one after the other on a busy machine let nobody in for a while: like any
    door, this one tries again."""
    try:
        a_document(customer_file=file)
    except OperationalError:
        return False
    return True


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
