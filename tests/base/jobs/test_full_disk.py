"""A worker whose database has no room left: it says so, waits, and goes on when there is room again."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import ON_POSTGRESQL, ROOT
from tests.full_disk import a_small_disk, fill
from tests.waiting import until

pytestmark = [
    pytest.mark.kill,
    pytest.mark.skipif(ON_POSTGRESQL, reason="fills the disk under a SQLite file of its own"),
]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with a_small_disk(tmp_path / "small", megabytes=24) as folder:
        yield folder


def test_a_full_disk_stops_the_work_loses_nothing_and_room_sets_it_going_again(small_disk: Path) -> None:
    file = small_disk / "kundenakte.sqlite3"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "kundenakte.config.settings",
        "KUNDENAKTE_DATA": str(small_disk),
        "KUNDENAKTE_DATABASE_URL": "",
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
    }
    subprocess.run(
        [sys.executable, "-m", "kundenakte", "migrate", "--verbosity=0"], env=environment, cwd=ROOT, check=True
    )
    program = (
        "import django, sys; django.setup()\n"
        "from kundenakte.base.jobs import ledger\n"
        "ledger.enqueue_all('first', range(500))\n"
    )
    subprocess.run([sys.executable, "-c", program], env=environment, cwd=ROOT, check=True)
    filler = small_disk / "filler"
    said = small_disk.parent / "said"
    # Opened while there is room, as the other processes of a house would have it.
    with closing(sqlite3.connect(file)) as database, said.open("wb") as log:

        def done() -> int:
            return int(database.execute("SELECT COUNT(*) FROM jobs_job WHERE state = 'done'").fetchone()[0])

        assert done() == 0
        fill(filler)
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.base.jobs.labour", "2"],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=log,
        )
        try:
            until(lambda: "Datenträger" in said.read_text(encoding="utf-8"))
            stuck_at = done()
            assert stuck_at < 500
            assert worker.poll() is None
            filler.unlink()
            until(lambda: done() > stuck_at + 20)
        finally:
            worker.kill()
            worker.communicate()
        assert database.execute("SELECT MAX(attempt) FROM jobs_job WHERE state = 'failed'").fetchone()[0] is None
        lost = "SELECT COUNT(*) FROM (SELECT name FROM accounts_role GROUP BY name HAVING COUNT(*) > 1)"
        assert database.execute(lost).fetchone()[0] == 0
