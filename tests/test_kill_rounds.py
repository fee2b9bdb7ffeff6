"""kill -9 of any process of the running house at any moment: nothing lost, nothing doubled, nothing stuck.

Each round puts twenty documents into a watched folder and kills processes while they travel. Ten rounds here, two
hundred in `make soak`.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from kundenakte.base.journal import sequencer, verifier
from kundenakte.records.models import Arrival, Document, Version
from kundenakte.steps.intake.folders import add_folder
from tests.builders import NOW, SETUP, a_customer_file
from tests.config.test_supervisor import alive, family
from tests.conftest import LONG, ROOT
from tests.waiting import free_port, until

pytestmark = [pytest.mark.kill, pytest.mark.django_db(transaction=True)]

ROUNDS, DOCUMENTS = (200, 20) if LONG else (10, 20)
CUSTOMERS = 5
# Lease (2 s), restart of a child and the work itself; far more than any of them needs.
SEED = 20261124


class House:
    """`kundenakte serve` with all its children, started again when the parent was killed."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment | {"KUNDENAKTE_LISTEN": f"127.0.0.1:{free_port()}", "KUNDENAKTE_WEB": "1"}
        subprocess.run(
            [sys.executable, "-m", "kundenakte", "setup"], env=self.environment, cwd=ROOT, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None

    def open(self) -> None:
        """Start it unless it runs."""
        if self.process is None or self.process.poll() is not None:
            command = [sys.executable, "-m", "kundenakte", "serve"]
            self.process = subprocess.Popen(
                command, env=self.environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )

    def kill_one(self, dice: random.Random) -> None:
        """kill -9 of any of its processes; now and then of the parent."""
        assert self.process is not None
        mine = [self.process.pid, *family(self.process.pid)]
        with contextlib.suppress(ProcessLookupError):
            os.kill(dice.choice(mine), signal.SIGKILL)
        time.sleep(0.05)
        if self.process.poll() is not None:
            self.open()

    def close(self) -> None:
        """End it and whatever is left of it."""
        if self.process is None:
            return
        left = family(self.process.pid)
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        for pid in [self.process.pid, *left]:
            if alive(pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def house(house_environment: dict[str, str]) -> Iterator[House]:
    running = House(house_environment)
    yield running
    running.close()


def papers(folder: Path, round_: int) -> set[str]:
    """Twenty letters of different customers, moved in as a program would; gives their digests."""
    digests = set()
    for number in range(DOCUMENTS):
        text = (
            f"Frankenblech Anlagenbau GmbH, Am Kanal 7, 90766 Fürth\n\nKundennummer: K-{20001 + number % CUSTOMERS}\n\n"
            f"Rechnung RE-{round_:04d}-{number:02d}\nRechnungsnummer: RE-{round_:04d}-{number:02d}\n"
            f"Rechnungsdatum: 12.11.2026\n\nGesamtbetrag: {100 + number},00 EUR\n"
        ).encode()
        digests.add(hashlib.sha256(text).hexdigest())
        temporary = folder.parent / f"{number}.tmp"
        temporary.write_bytes(text)
        temporary.replace(folder / f"Rechnung {round_}-{number}.txt")
    return digests


def settled(digests: set[str]) -> bool:
    """Whether every paper has a place and nothing is under way."""
    there = set(Arrival.objects.filter(digest__in=digests).values_list("digest", flat=True))
    return there == digests and not Arrival.objects.filter(state=Arrival.State.UNDER_WAY).exists()


def test_nothing_is_lost_doubled_or_stuck_whatever_is_killed(house: House, tmp_path: Path) -> None:
    for number in range(CUSTOMERS):
        a_customer_file(f"Kunde Nummer {number} GmbH", f"K-{20001 + number}")
    folder = tmp_path / "eingang"
    folder.mkdir()
    add_folder(actor=SETUP, name="eingang", path=str(folder), now=NOW, sidecar="none", settle_seconds=0.2)
    connection.close()
    dice = random.Random(SEED)
    house.open()
    for round_ in range(ROUNDS):
        digests = papers(folder, round_)
        for _ in range(dice.randint(1, 4)):
            time.sleep(dice.uniform(0.05, 0.9))
            house.kill_one(dice)
        until(lambda: opened_and_settled(house, digests), progress=lambda: stuck(digests))  # noqa: B023
        assert_each_has_its_place_once(digests, round_)
    house.close()
    while sequencer.sequence():
        pass
    assert verifier.verify().findings == []


def opened_and_settled(house: House, digests: set[str]) -> bool:
    """As a service manager does: a house that was refused (the killed one still held the door) is opened again."""
    house.open()
    return settled(digests)


def stuck(digests: set[str]) -> str:
    """What a failed round tells."""
    rows = Arrival.objects.filter(digest__in=digests).values_list("state", "file_name")
    return f"{len(rows)} of {len(digests)} arrived; under way: {[name for state, name in rows if state == 'under_way']}"


def assert_each_has_its_place_once(digests: set[str], round_: int) -> None:
    reasons = set(Arrival.objects.filter(digest__in=digests).values_list("state", "reason", "sentence"))
    versions = list(Version.objects.filter(digest__in=digests).values_list("digest", flat=True))
    assert sorted(versions) == sorted(digests), f"round {round_}: {reasons}"
    assert Document.objects.filter(number__startswith=f"RE-{round_:04d}-").count() == DOCUMENTS
    # A paper that came twice (killed between receiving and moving) points at the document that has it.
    for arrival in Arrival.objects.filter(digest__in=digests):
        assert arrival.state in {Arrival.State.FILED, Arrival.State.DUPLICATE}, (arrival.state, arrival.sentence)
        assert arrival.document is not None
