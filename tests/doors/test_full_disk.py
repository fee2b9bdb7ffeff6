"""No room left, under the files or under the database: no door says yes, nothing is half, and with room it goes on."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as house_settings
from django.db import connection

from kundenakte import pipeline
from kundenakte.base import blobs
from kundenakte.base.jobs import worker
from kundenakte.base.jobs.models import Job
from kundenakte.base.jobs.worker import Worker
from kundenakte.base.journal import sequencer, verifier
from kundenakte.base.journal.models import JournalEntry
from kundenakte.doors.web.upload import incoming
from kundenakte.records.models import Arrival, DocumentClass
from kundenakte.steps.archive import sealing
from kundenakte.steps.archive.models import ArchivePackage
from tests.builders import a_class, a_document
from tests.conftest import ON_POSTGRESQL
from tests.doors.ways import Doors, as_mail
from tests.full_disk import a_small_disk, leave
from tests.steps.archive.papers import findings_of_ocfl

pytestmark = [pytest.mark.kill, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def doors(transactional_db: None, tmp_path: Path) -> Iterator[Doors]:
    pipeline.register_jobs()
    made = Doors(tmp_path / "eingang")
    yield made
    made.close()


def digests(data: bytes) -> set[str]:
    """Under which of these digests the bytes may have arrived: as they are, or as a mail."""
    return {hashlib.sha256(data).hexdigest(), hashlib.sha256(as_mail(data)).hexdigest()}


def arrived(data: bytes) -> int:
    return Arrival.objects.filter(digest__in=digests(data)).count()


def worked_off() -> None:
    works = Worker()
    while works.work_once():
        pass


def whole() -> None:
    """Each arrival has its bytes and its entry, and the journal is in order."""
    whole_so_far()
    while sequencer.sequence():
        pass
    assert verifier.verify().findings == []


@pytest.fixture
def small_data(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The house's files on a small disk; the database is elsewhere."""
    # What the browser's door leaves free for others is more than this disk has.
    monkeypatch.setattr(incoming, "_RESERVE", 0)
    with a_small_disk(tmp_path / "small", megabytes=48) as disk:
        for name in ("BLOBS", "DERIVED", "INDEX", "ARCHIVE", "SCRATCH"):
            setattr(settings, name, disk / name.lower())
        settings.SCRATCH.mkdir()
        settings.FILE_UPLOAD_TEMP_DIR = str(settings.SCRATCH)
        yield disk


def test_with_the_files_disk_full_no_door_says_yes_and_with_room_each_does(small_data: Path, doors: Doors) -> None:
    filler = leave(small_data, kilobytes=64)
    letters = {door: f"Brief von {door.__name__}\r\n".encode() * 10_000 for door in doors.all}
    for door, data in letters.items():
        assert not door(data), door.__name__
        assert arrived(data) == 0
    assert not list(Path(house_settings.BLOBS).glob("incoming/*"))
    filler.unlink()
    for door, data in letters.items():
        assert door(data), door.__name__
        assert arrived(data) == 1, door.__name__
    whole()


def test_with_the_archives_disk_full_sealing_waits_leaves_nothing_half_and_goes_on(
    small_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "PAUSES", (0.0,))
    pipeline.register_jobs()
    a_class()
    DocumentClass.objects.update(seal_when=DocumentClass.SealWhen.AT_ONCE)
    papers = [a_document(content=[f"Angebot {n} ".encode() * 20_000]) for n in range(6)]
    filler = leave(small_data, kilobytes=512)
    for _time in range(12):
        Worker().work_once()
    assert ArchivePackage.objects.count() < len(papers)
    assert len(list(sealing.default().ids())) == ArchivePackage.objects.count()
    assert not Job.objects.filter(state="failed").exists()
    filler.unlink()
    worked_off()
    assert ArchivePackage.objects.count() == len(papers)
    assert findings_of_ocfl() == []
    while sequencer.sequence():
        pass
    assert verifier.verify().findings == []


@pytest.fixture
def small_database(transactional_db: None, tmp_path: Path) -> Iterator[Path]:
    """All tables and indexes of this test's database on a small disk; PostgreSQL's own log of changes is elsewhere."""
    if not ON_POSTGRESQL:
        pytest.skip("tests/base/jobs/test_full_disk.py fills the disk under SQLite")
    # Where PostgreSQL's person may go.
    home = Path(house_settings.DATABASES["default"]["HOST"])
    name = f"small-{tmp_path.name[-20:]}"
    with a_small_disk(home / name, megabytes=64) as disk:
        place = disk / "tables"
        place.mkdir()
        shutil.chown(place, home.owner(), home.group())
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
            for what in ("TABLE", "INDEX"):
                cursor.execute(f"ALTER {what} ALL IN TABLESPACE pg_default SET TABLESPACE small")
        try:
            yield disk
        finally:
            (disk / "filler").unlink(missing_ok=True)
            with connection.cursor() as cursor:
                for what in ("TABLE", "INDEX"):
                    cursor.execute(f"ALTER {what} ALL IN TABLESPACE small SET TABLESPACE pg_default")
                cursor.execute("DROP TABLESPACE small")


def test_with_the_databases_disk_full_a_yes_is_true_a_no_leaves_nothing_and_room_sets_it_going(
    small_database: Path, doors: Doors
) -> None:
    leave(small_database, kilobytes=0)
    said: dict[bytes, bool] = {}
    refused: set[str] = set()
    number = 0
    # Pages that exist take some rows yet: each door is asked until it has said no, and a few times more.
    while len(refused) < len(doors.all) or number % 40:
        for door in doors.all:
            data = f"Brief {number} von {door.__name__}".encode()
            said[data] = door(data)
            if not said[data]:
                refused.add(door.__name__)
        number += 1
        assert number < 2000, refused
    for data, yes in said.items():
        assert arrived(data) == yes, data
    whole_so_far()
    (small_database / "filler").unlink()
    for data, yes in said.items():
        # What lay in the folder comes with the first look into it.
        if not yes and not arrived(data):
            name = data.decode().rpartition(" ")[2]
            assert getattr(doors, name)(data), data
    for data in said:
        assert arrived(data) == 1, data
    whole()
    worked_off()
    assert not Job.objects.filter(state="failed").exists()


def whole_so_far() -> None:
    for digest in Arrival.objects.values_list("digest", flat=True):
        blobs.default().verify(digest)
    assert JournalEntry.objects.filter(kind="arrival.received").count() == Arrival.objects.count()
