"""The bench runs hours, so only seldom; that it can be run at all is seen here."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.conftest import ROOT


def test_every_measurement_is_loaded_and_one_nobody_knows_is_refused() -> None:
    # As `make bench` does: nothing but the environment says where the packages lie.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", "bench", "--only", "no-such-row"]
    told = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (2, "There is no row no-such-row.\n")
