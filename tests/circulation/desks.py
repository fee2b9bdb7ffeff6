"""Two people who do every task there is and work the ledger off beside it, to be killed at any moment."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

from tests.conftest import ROOT

_DESK = """
import django
django.setup()
from django.utils import timezone
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs.worker import Worker
from kundenakte.base.refusals import Refused
from kundenakte.circulation import actions
from kundenakte.circulation.models import Task
from kundenakte.config import children
children.register_jobs()
worker = Worker(lease_seconds=2)
print("ready", flush=True)
while True:
    task = Task.objects.filter(is_under_way=True).order_by("?").select_related("user", "stop").first()
    if task is not None:
        try:
            actions.complete(actor=Actor.of(task.user), task=task, edition=task.edition, now=timezone.now())
        except Refused:
            pass
    if task is None or task.pk % 3 == 0:
        worker.work_once()
"""


class Desks:
    """The two of them, as processes on the database of the test."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._running: list[subprocess.Popen[bytes]] = []

    def fill(self) -> None:
        """Both are there and at work."""
        self._running = [one for one in self._running if one.poll() is None]
        begun = [
            subprocess.Popen(
                [sys.executable, "-c", _DESK], env=self._environment, cwd=ROOT, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            for _ in range(2 - len(self._running))
        ]  # fmt: skip
        self._running += begun
        for one in begun:
            assert one.stdout is not None
            assert one.stdout.readline() == b"ready\n"

    def kill_one(self, dice: random.Random) -> None:
        """kill -9 for one of them, some time within the next moments."""
        time.sleep(dice.uniform(0.0, 0.6))
        one = dice.choice(self._running)
        os.kill(one.pid, signal.SIGKILL)
        one.wait()

    def close(self) -> None:
        """Nobody is left."""
        for one in self._running:
            one.kill()
            one.wait()
