"""kill -9 of whoever takes a share over: the next one goes on, nothing is doubled and nothing is left out."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from kundenakte.base.jobs.worker import Worker
from kundenakte.records.models import Arrival, Document
from kundenakte.steps.intake import shares
from kundenakte.steps.intake.models import ShareFile, ShareLine, ShareRun
from tests.builders import NOW, SETUP, a_customer
from tests.conftest import LONG, ROOT
from tests.doors.share.shelves import MUSTER, a_share, outcomes, put
from tests.waiting import until

pytestmark = [pytest.mark.kill, pytest.mark.django_db(transaction=True)]

FILES, ROUNDS = (2000, 12) if LONG else (120, 3)
_WORKER = """
import django
django.setup()
from kundenakte import pipeline
from kundenakte.base.jobs.worker import Worker
from kundenakte.doors.share import listing, tasks
from kundenakte.steps.intake import shares
listing.BATCH, tasks.STRETCH = 7, 0.2
pipeline.register_jobs(); tasks.register_jobs()
Worker(only=frozenset({shares.JOB}), lease_seconds=1).run()
"""


def test_killed_anywhere_it_goes_on_and_doubles_nothing(root: Path, house_environment: dict[str, str]) -> None:
    dice = Random(20261130)
    a_customer("Muster GmbH", "D-10042")
    for number in range(FILES):
        put(root, f"{MUSTER}/{chr(97 + number % 26) * 8}{number:05}/x.pdf", f"Inhalt {number}")
    share = a_share(root, patterns=["{kunde} {name}/{register}/{jahr}/{titel}/{*}"])
    run = shares.start(actor=SETUP, share=share, kind=ShareRun.Kind.IMPORT, now=NOW)
    for _ in range(ROUNDS):
        before = (run.lines.count(), Arrival.objects.count())
        worker = subprocess.Popen([sys.executable, "-c", _WORKER], env=house_environment, cwd=ROOT)
        try:
            until(lambda before=before: (run.lines.count(), Arrival.objects.count()) != before)  # type: ignore[misc]
            time.sleep(dice.uniform(0.0, 0.3))
        finally:
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
    mine = Worker(only=frozenset({shares.JOB}))

    def is_through() -> bool:
        mine.work_once()
        run.refresh_from_db()
        return run.ended_at is not None

    until(is_through)
    assert not run.problem
    assert list(outcomes(run).values()) == [ShareLine.Outcome.FILED] * FILES
    assert Arrival.objects.count() == Document.objects.count() == ShareFile.objects.count() == FILES
    assert Arrival.objects.values("digest").distinct().count() == FILES
    assert run.lines.values("arrival").distinct().count() == FILES
