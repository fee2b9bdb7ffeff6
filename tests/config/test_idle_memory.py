"""What a house loads before its processes are forked stays in memory for good: what few houses need is not in it."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

from tests.conftest import ROOT

# Loaded by whoever uses it, when he does: object stores, mailboxes, the mail door, learning, signatures, clients of
# other doors.
LATE = ("aiohttp", "aiosmtpd", "botocore", "facturx", "imap_tools", "pyhanko", "scipy", "sklearn")
_LOADED = """
import sys
import django
django.setup()
from kundenakte.base.confinement import calls
from kundenakte.config import supervisor
supervisor.preload()
calls.load_needs()
print(*{name.partition(".")[0] for name in sys.modules})
"""


def loaded(environment: dict[str, str]) -> set[str]:
    """The packages a fresh parent has loaded when it has forked its children."""
    done = subprocess.run(
        [sys.executable, "-c", _LOADED], env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    return set(done.stdout.split())


def test_a_house_of_folders_loads_neither_the_client_of_a_store_nor_that_of_a_mailbox(
    house_environment: dict[str, str],
) -> None:
    found = loaded(house_environment)
    assert all(find_spec(name) for name in LATE), "a name nobody knows would never be loaded"
    assert found.isdisjoint(LATE)


@pytest.mark.parametrize("name", ["KUNDENAKTE_BLOBS", "KUNDENAKTE_ARCHIVE_REPLICA"])
def test_a_house_with_a_store_loads_its_client_once_for_all(house_environment: dict[str, str], name: str) -> None:
    assert "botocore" in loaded(house_environment | {name: "s3://eimer/haus"})
