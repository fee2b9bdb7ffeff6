"""When the nightly backup is due, and that what it starts ends with it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from kundenakte.config import processes
from kundenakte.config.nightly import due
from tests.config.test_supervisor import alive
from tests.conftest import ROOT
from tests.waiting import PATIENCE, until

# 10:00 in Berlin.
MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("last", "succeeded", "expected"),
    [
        (None, False, True),
        (at(24, 1), True, False),
        (at(24, 0), True, True),
        (at(23, 22), True, True),
        (at(24, 8), False, False),
        (at(24, 6), False, True),
    ],
)
def test_once_a_night_at_once_when_none_ever_was_and_again_after_a_failure(
    last: datetime | None,
    succeeded: bool,  # noqa: FBT001
    expected: bool,  # noqa: FBT001
) -> None:
    assert due(now=MORNING, last=last, last_succeeded=succeeded, hour=2) is expected


def test_before_the_hour_last_night_counts() -> None:
    assert not due(now=at(24, 0), last=at(23, 1), last_succeeded=True, hour=2)
    assert due(now=at(24, 1), last=at(23, 1), last_succeeded=True, hour=2)


COMMAND = """
import os, time
from kundenakte.config import processes
processes.end_with_starter()
print(os.getpid(), flush=True)
time.sleep(600)
"""
STARTER = """
import os, subprocess, sys, threading
def start():
    subprocess.run([sys.executable, "-c", sys.argv[1]], env=os.environ | {sys.argv[2]: str(os.getpid())})
thread = threading.Thread(target=start)
thread.start()
thread.join()
"""


def test_a_command_ends_with_the_process_that_started_it_even_by_kill_9() -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, COMMAND, processes.PARENT], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    command = int(starter.stdout.readline())
    assert alive(command)
    starter.kill()
    starter.wait()
    until(lambda: not alive(command))


def test_a_command_whose_starter_is_gone_already_does_not_begin() -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), processes.PARENT: "1"}
    gone = subprocess.run(
        [sys.executable, "-c", COMMAND], env=environment, capture_output=True, check=False, timeout=PATIENCE
    )
    assert (gone.returncode, gone.stdout) == (1, b"")
