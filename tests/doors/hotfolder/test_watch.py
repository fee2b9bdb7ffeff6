"""The loop that follows all folders: quick, picks up changes, survives kills and a locked database."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from kundenakte import pipeline
from kundenakte.doors.hotfolder import notices, watch
from kundenakte.doors.hotfolder.watched import Watched
from kundenakte.records.models import Arrival, Document
from kundenakte.steps.intake.folders import add_folder, change_folder
from kundenakte.steps.intake.models import FolderEvent, WatchedFolder
from tests.builders import NOW, SETUP, a_customer, a_house
from tests.waiting import PATIENCE

_PROCESS = """
import django, threading, signal
django.setup()
from kundenakte import pipeline
from kundenakte.doors.hotfolder import watch
pipeline.register_jobs()
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
watch.run(stop)
"""


def wait_for(what: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = what()
        if found:
            return found
        time.sleep(0.02)
    pytest.fail(f"did not happen within {seconds} seconds: {what}")


def followed() -> list[int]:
    """The editions of folders that are being followed right now."""
    return [thread.edition for thread in threading.enumerate() if isinstance(thread, watch._Follower)]


@pytest.fixture
def place(transactional_db: None, tmp_path: Path) -> Path:
    a_house()
    pipeline.register_jobs()
    (tmp_path / "eingang").mkdir()
    return tmp_path / "eingang"


@pytest.fixture
def following(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(watch, "CONFIG", 0.2)
    stop = threading.Event()
    thread = threading.Thread(target=watch.run, args=(stop,))
    thread.start()
    yield
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_file_dropped_while_it_runs_is_filed(place: Path, following: None) -> None:
    a_customer("Müller GmbH", "10023")
    add_folder(actor=SETUP, name="erp", path=str(place), patterns=["{class}_{number}_{customer}.pdf"], now=NOW)
    sub = place / "neu"
    sub.mkdir()
    (sub / "RE_4711_10023.pdf").write_bytes(b"%PDF")
    document = wait_for(Document.objects.first)
    assert document.number == "4711"
    wait_for(lambda: not (sub / "RE_4711_10023.pdf").exists())


def test_changed_settings_are_picked_up_and_a_folder_switched_off_is_left_alone(place: Path, following: None) -> None:
    folder = add_folder(actor=SETUP, name="erp", path=str(place), now=NOW)
    (place / "a.pdf").write_bytes(b"a")
    wait_for(Arrival.objects.exists)
    change_folder(actor=SETUP, folder=folder, now=NOW, done_folder="erledigt")
    wait_for(lambda: followed() == [WatchedFolder.objects.get().edition])
    (place / "b.pdf").write_bytes(b"b")
    wait_for(lambda: list(place.glob("erledigt/*/b.pdf")))
    change_folder(actor=SETUP, folder=folder, now=NOW, enabled=False)
    wait_for(lambda: not followed())
    (place / "c.pdf").write_bytes(b"c")
    time.sleep(0.5)
    assert (place / "c.pdf").exists()


def test_a_database_locked_by_another_process_leaves_the_file_and_goes_on(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_folder(actor=SETUP, name="erp", path=str(place), settle_seconds=0, now=NOW)
    watched = Watched(WatchedFolder.objects.get())
    other = connection.copy()
    try:
        if connection.vendor == "sqlite":
            lock, patience = "BEGIN IMMEDIATE", "PRAGMA busy_timeout=100"
            monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.1)
        else:
            lock, patience = "BEGIN; LOCK TABLE records_arrival", "SET lock_timeout='100ms'"
        other.cursor().execute(lock)
        connection.cursor().execute(patience)
        (place / "a.pdf").write_bytes(b"a")
        watch.look_once(watched)
        assert (place / "a.pdf").exists()
        other.cursor().execute("ROLLBACK")
    finally:
        other.close()
        connection.close()
    assert not Arrival.objects.exists()
    watch.look_once(watched)
    assert Arrival.objects.get().file_name == "a.pdf"
    assert not (place / "a.pdf").exists()
    assert WatchedFolder.objects.get().problem == ""


@pytest.mark.kill
def test_killed_at_any_point_nothing_is_lost_or_doubled(place: Path, house_environment: dict[str, str]) -> None:
    a_customer("Müller GmbH", "10023")
    add_folder(actor=SETUP, name="erp", path=str(place), patterns=["{class}_{number}_{customer}.pdf"],
               settle_seconds=0.05, now=NOW)  # fmt: skip
    for n in range(40):
        (place / f"RE_{n}_10023.pdf").write_bytes(b"%%PDF %d" % n)
    for n in range(20):
        (place / f"Brief {n}.pdf").write_bytes(b"letter %d" % n)

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", _PROCESS], env=house_environment, stderr=subprocess.DEVNULL)

    kills = 0
    while kills < 4 and list(place.glob("*.pdf")):
        before = Arrival.objects.count()
        process = start()
        wait_for(lambda: Arrival.objects.count() > before or not list(place.glob("*.pdf")))  # noqa: B023
        time.sleep(0.03 * kills)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        kills += 1
    process = start()
    try:
        wait_for(lambda: not list(place.glob("*.pdf")))
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0
    assert kills
    assert Document.objects.count() == 40
    assert Arrival.objects.filter(file_name__startswith="Brief").count() == 20
    assert all(document.versions.count() == 1 for document in Document.objects.all())
    assert len(list(place.glob("fertig/*/*.pdf"))) == 60
    assert FolderEvent.objects.exclude(arrival=None).count() == 60


def test_a_folder_that_is_away_is_said_once_until_it_was_there_again(
    place: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = add_folder(actor=SETUP, name="weg", path=str(place), now=NOW)
    caplog.set_level("INFO", logger=notices.__name__)
    with notices.Notices(Watched(folder)) as looking:
        for said in (1, 2):
            shutil.rmtree(place)
            for _ in range(3):
                looking._watch_folders()
            assert len(caplog.records) == said
            place.mkdir()
            looking._watch_folders()
            assert len(caplog.records) == said
