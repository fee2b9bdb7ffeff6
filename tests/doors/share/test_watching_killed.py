"""kill -9 of whoever looks at a share: the next one goes on, and what is told at the end is what is there."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from django.utils import timezone

from kundenakte.records.models import Arrival, Document
from kundenakte.steps.intake import watching
from kundenakte.steps.intake.models import ShareEntry, ShareLook, ShareRun
from tests.builders import SETUP, a_customer
from tests.conftest import LONG, ROOT
from tests.doors.share.shelves import MUSTER, a_share, imported, put, watched, works_off
from tests.waiting import until

pytestmark = [pytest.mark.kill, pytest.mark.django_db(transaction=True)]

FILES, ROUNDS = (2000, 30) if LONG else (120, 6)
_WORKER = """
import django
django.setup()
from kundenakte import pipeline
from kundenakte.base.jobs.worker import Worker
from kundenakte.doors.share import bringing, looking, missing, sorting, tasks, watch_tasks
from kundenakte.steps.intake import shares, watching
looking.BATCH = sorting.BATCH = missing.BATCH = bringing.BATCH = 7
watch_tasks.STRETCH = tasks.STRETCH = 0.1
pipeline.register_jobs(); tasks.register_jobs(); watch_tasks.register_jobs()
Worker(only=frozenset({shares.JOB, watching.LOOK}), lease_seconds=1).run()
"""


def test_killed_anywhere_it_goes_on_and_tells_and_brings_each_once(
    root: Path, house_environment: dict[str, str]
) -> None:
    dice = Random(20261201)
    a_customer("Muster GmbH", "D-10042")
    for number in range(FILES):
        put(root, f"{MUSTER}/Angebot Nr {number:05}.pdf", f"Inhalt {number}")
    share = a_share(root)
    imported(share)
    watched(share, takes_new=True)
    for number in range(0, FILES, 3):
        (root / f"{MUSTER}/Angebot Nr {number:05}.pdf").unlink()
        put(root, f"{MUSTER}/Zusage Nr {number:05}.pdf", f"Neu {number}")
    watching.look_now(actor=SETUP, share=share, is_thorough=True, now=timezone.now())
    for _ in range(ROUNDS):
        before = _progress()
        worker = subprocess.Popen([sys.executable, "-c", _WORKER], env=house_environment, cwd=ROOT)
        try:
            until(lambda before=before: _progress() != before or _is_through())  # type: ignore[misc]
            time.sleep(dice.uniform(0.0, 0.3))
        finally:
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()

    def is_through() -> bool:
        works_off()
        return _is_through()

    until(is_through)
    new = len(range(0, FILES, 3))
    assert Arrival.objects.count() == Document.objects.count() == FILES + new
    assert Arrival.objects.values("digest").distinct().count() == FILES + new
    assert not ShareLook.objects.exclude(problem="").exists()
    kinds = list(share.entries.values_list("kind", flat=True))
    assert (kinds.count(ShareEntry.Kind.FILED), kinds.count(ShareEntry.Kind.GONE)) == (FILES, new)
    assert len(kinds) == FILES + new


def _progress() -> tuple[object, ...]:
    return tuple(ShareLook.objects.order_by("pk").values_list("phase", "cursor")), Arrival.objects.count()


def _is_through() -> bool:
    return not (ShareLook.objects.filter(ended_at=None).exists() or ShareRun.objects.filter(ended_at=None).exists())
