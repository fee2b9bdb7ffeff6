"""kill -9 of whoever opens an archive or divides a batch: all parts come in once, or not yet."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from kundenakte import pipeline
from kundenakte.base import confinement
from kundenakte.base.jobs.models import Job
from kundenakte.base.jobs.worker import Worker
from kundenakte.records.models import Arrival
from kundenakte.steps.intake import batches, folders, packed
from tests.builders import NOW, SETUP, a_customer_file
from tests.conftest import LONG, ROOT
from tests.erp_papers import a_pdf, an_invoice
from tests.test_mail_way import a_mail, received
from tests.zips import a_zip

pytestmark = [pytest.mark.kill, pytest.mark.django_db(transaction=True)]

# The ledger believes that what has brought five workers down is at fault itself.
PARTS, ROUNDS = 60 if LONG else 30, 4
SEED = 20261130
_OPENER = """
import django
django.setup()
from kundenakte import pipeline
from kundenakte.base.jobs.worker import Worker
from kundenakte.steps.intake import batches, packed, unpacking
pipeline.register_jobs()
print("ready", flush=True)
Worker(only=frozenset({packed.OPEN, batches.JOB, unpacking.OPEN}), lease_seconds=1).run()
"""


@pytest.fixture(autouse=True)
def _jobs() -> Iterator[None]:
    pipeline.register_jobs()
    yield
    confinement.of_this_process().close()


def killed_at_some_moment(environment: dict[str, str], dice: Random) -> None:
    opener = subprocess.Popen([sys.executable, "-c", _OPENER], env=environment, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert opener.stdout is not None
        assert opener.stdout.readline() == b"ready\n"
        time.sleep(dice.uniform(0.0, 1.0))
    finally:
        os.kill(opener.pid, signal.SIGKILL)
        opener.wait()


def test_whoever_opens_is_killed_and_nothing_is_lost_or_doubled(
    house_environment: dict[str, str], tmp_path: Path
) -> None:
    a_customer_file("Muster GmbH", "K-10001")
    place = tmp_path / "erp"
    place.mkdir()
    folders.add_folder(actor=SETUP, name="erp", path=str(place), now=NOW, batch="value", batch_words="Rechnungsnummer")
    files = {f"Brief {n}.txt": f"Inhalt {n}\n".encode() for n in range(PARTS)}
    pages = [page for n in range(PARTS) for page in an_invoice(f"RE-{1000 + n}", "K-10001", "Muster GmbH", pages=2)]
    wholes = [
        received(a_zip(files), "Unterlagen.zip", source="folder:erp"),
        received(a_pdf(pages), "Rechnungslauf.pdf", source="folder:erp"),
        received(a_mail(files=[("Unterlagen.zip", a_zip(files))])),
    ]
    dice = Random(SEED)
    for _ in range(ROUNDS):
        killed_at_some_moment(house_environment, dice)
        counts = {Arrival.objects.filter(part_of=whole).count() for whole in wholes}
        assert counts <= {0, 1, PARTS}
    worker = Worker(only=frozenset({packed.OPEN, batches.JOB, "intake.open_mail"}), lease_seconds=1)
    until_done = time.monotonic() + 60
    while Job.objects.filter(name__in=(packed.OPEN, batches.JOB, "intake.open_mail"), state__in=("waiting", "running")):
        assert time.monotonic() < until_done
        if not worker.work_once():
            time.sleep(0.2)
    archive, batch, mail = wholes
    for whole in (archive, batch, mail.parts.get()):
        parts = list(Arrival.objects.filter(part_of=whole).order_by("pk"))
        assert len(parts) == PARTS
        assert len({one.digest for one in parts}) == PARTS
    for source, count in ((packed.SOURCE, 2 * PARTS), (batches.SOURCE, PARTS)):
        numbers = Arrival.objects.filter(source=source).values_list("source_number", flat=True)
        assert sorted(number or 0 for number in numbers) == list(range(1, count + 1))
