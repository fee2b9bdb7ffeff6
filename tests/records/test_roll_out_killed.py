"""kill -9 of the process that rolls out a plan edition: what was committed stays, the rest is done by another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from kundenakte import pipeline
from kundenakte.base.jobs.models import Job
from kundenakte.base.jobs.worker import Worker
from kundenakte.base.journal import queries as journal
from kundenakte.records import editions
from kundenakte.records.actions import plans, roll_out
from kundenakte.records.actions.plans import SectionWish
from kundenakte.records.models import Document, StructureRun
from tests.builders import NOW, a_customer_file, a_document, an_actor
from tests.conftest import ROOT
from tests.waiting import until

pytestmark = [pytest.mark.kill, pytest.mark.django_db(transaction=True)]

# A worker whose batches are small and slow, so that it dies within one.
_SLOW = """
import time
import django
django.setup()
from kundenakte import pipeline
from kundenakte.base.jobs.worker import Worker
from kundenakte.records.actions import roll_out
roll_out.BATCH = 3
carry_out = roll_out._carry_out
def slowly(*args):
    carry_out(*args)
    time.sleep(0.3)
roll_out._carry_out = slowly
pipeline.register_jobs()
Worker().run()
"""


def test_a_killed_roll_out_is_finished_by_the_next_worker(house_environment: dict[str, str]) -> None:
    file = a_customer_file()
    made = [a_document(customer_file=file, number=f"AN-{n}", fields={"project": "P7"}) for n in range(20)]
    draft = plans.begin_draft(actor=an_actor(), plan=editions.the_plan(), now=NOW)
    wish = SectionWish("Projekte", fields={"project": ["*"]})
    section = plans.add_section(actor=an_actor(), edition=draft, revision=1, wish=wish, now=NOW).section
    pipeline.register_jobs()
    run = roll_out.publish(actor=an_actor(), edition=draft, revision=2, comment="", now=NOW)
    killed = subprocess.Popen([sys.executable, "-c", _SLOW], env=house_environment, cwd=ROOT)
    try:
        until(lambda: StructureRun.objects.get(pk=run.pk).done >= 6)
    finally:
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
    half = StructureRun.objects.get(pk=run.pk)
    assert half.ended_at is None
    assert Document.objects.filter(section=section).count() == half.done < len(made)
    # Its row is free again when the lease has lapsed.
    Job.objects.filter(name=roll_out.JOB, state=Job.State.RUNNING).update(lease_until=NOW)
    worker = Worker()
    until(lambda: worker.work_once() == 0)
    run.refresh_from_db()
    assert (run.done, sum(run.report["moves"].values()), run.ended_at is not None) == (20, 20, True)
    assert Document.objects.filter(section=section).count() == 20
    for document in made:
        moves = [entry for entry in journal.history(document) if entry.kind == "document.moved"]
        assert len(moves) == 1, "each document moved once, and said so once"
