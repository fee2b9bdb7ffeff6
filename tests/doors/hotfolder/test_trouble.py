"""What goes wrong in a watched folder: odd names, links, full disks, files nobody may read, two doors at once."""

import contextlib
import os
import resource
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connections

from kundenakte import pipeline
from kundenakte.base.accounts.actors import Actor
from kundenakte.doors.hotfolder import receiving
from kundenakte.doors.hotfolder.bundles import Bundle
from kundenakte.doors.hotfolder.receiving import Paused
from kundenakte.doors.hotfolder.watch import look_once
from kundenakte.records.models import Arrival, Document
from kundenakte.steps.intake.models import FolderEvent, WatchedFolder
from kundenakte.steps.intake.tree import found_at
from tests.builders import NOW, a_customer
from tests.doors.hotfolder.benches import Bench
from tests.waiting import PATIENCE

Outcome = FolderEvent.Outcome
FACTS = {"customer": "10023", "class": "INV_OUT", "number": "4711", "dated_on": "2026-11-20"}


def test_links_are_neither_followed_nor_touched_and_said_once(bench: Callable[..., Bench], tmp_path: Path) -> None:
    b = bench()
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    (b.root / "link.txt").symlink_to(secret)
    (b.root / "loop").symlink_to(b.root)
    for _ in range(3):
        b.settle()
        b.restart()
    assert not Arrival.objects.exists()
    assert (b.root / "link.txt").is_symlink()
    assert secret.read_text() == "secret"
    assert sorted(b.outcomes()) == [("link.txt", Outcome.IGNORED), ("loop", Outcome.IGNORED)]


@pytest.mark.parametrize(
    "raw",
    [b"Pr\xfcfung.pdf", b"zwei\nZeilen.pdf", "ü".encode() * 125 + b".pdf", b"-rf.pdf", b"a b'\"$(x)`.pdf",
     "e\u0301.pdf".encode()],
)  # fmt: skip
def test_any_name_is_taken_and_moved(bench: Callable[..., Bench], raw: bytes) -> None:
    b = bench()
    with open(os.path.join(os.fsencode(b.root), raw), "wb") as target:  # noqa: PTH118, PTH123 – bytes
        target.write(b"x")
    b.settle()
    arrival = Arrival.objects.get()
    assert arrival.file_name.endswith(".pdf")
    assert "\n" not in arrival.file_name
    assert {os.fsencode(path.name) for path in (b.root / "fertig/2026-11-24").iterdir()} == {raw}


def test_an_empty_file_is_taken_after_some_patience(bench: Callable[..., Bench]) -> None:
    b = bench()
    b.put("leer.pdf", b"")
    b.look()
    b.look(2)
    assert not Arrival.objects.exists()
    b.look(4)
    assert Arrival.objects.get().size == 0


def test_temporary_files_stay_where_they_are(bench: Callable[..., Bench]) -> None:
    b = bench()
    names = {"a.pdf.part", "~$Angebot.docx", "Thumbs.db", ".DS_Store", "a.tmp"}
    for name in names:
        b.put(name)
    b.settle()
    assert b.left() == names
    assert not Arrival.objects.exists()


def test_a_file_that_vanishes_meanwhile_leaves_nothing_behind(bench: Callable[..., Bench]) -> None:
    b = bench()
    path = b.put("weg.pdf")
    b.look()
    path.unlink()
    b.look(6)
    assert not Arrival.objects.exists()
    assert b.outcomes() == []


def test_stopped_between_receiving_and_moving_it_is_moved_and_not_received_again(bench: Callable[..., Bench]) -> None:
    b = bench(sidecar="required")
    b.put("RE_1.pdf")
    b.put("RE_1.json", {"customer": "1", "number": "2"})
    b.look()
    bundle_only_received(b)
    assert Arrival.objects.count() == 1
    assert b.left() == {"RE_1.pdf", "RE_1.json"}
    # The sidecar may have been moved already.
    (b.root / "RE_1.json").unlink()
    b.restart()
    b.settle()
    assert Arrival.objects.count() == 1
    assert b.left() == {"fertig/2026-11-24/RE_1.pdf"}


def bundle_only_received(b: Bench) -> None:
    """What a crash between the two leaves behind."""
    found = found_at(b.root, ("RE_1.pdf",))
    assert found is not None
    receiving.received(b.watched, Bundle((found,)), found, NOW)


def test_a_done_folder_that_refuses_is_said_once_and_nothing_is_received_twice(bench: Callable[..., Bench]) -> None:
    b = bench()
    (b.root / "fertig").write_bytes(b"a file where the folder should be")
    b.put("Brief.pdf")
    for _ in range(4):
        b.look(31)
    assert Arrival.objects.filter(file_name="Brief.pdf").count() == 1
    problems = [event for event in b.outcomes() if event[1] == Outcome.PROBLEM]
    assert problems.count(("Brief.pdf", Outcome.PROBLEM)) == 1
    (b.root / "fertig").unlink()
    b.look(31)
    assert "fertig/2026-11-24/Brief.pdf" in b.left()
    assert Arrival.objects.filter(file_name="Brief.pdf").count() == 1


def test_a_full_disk_pauses_the_folder_and_keeps_the_file_until_there_is_room(
    bench: Callable[..., Bench], settings: LazySettings
) -> None:
    b = bench()
    b.put("gross.pdf", b"x" * 3_000_000)
    b.look()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, hard))
    try:
        with pytest.raises(Paused, match="bleiben liegen"):
            b.look(6)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert b.left() == {"gross.pdf"}
    assert not Arrival.objects.exists()
    assert not list(settings.BLOBS.glob("incoming/*"))
    b.look(6)
    assert Arrival.objects.get().size == 3_000_000


def test_a_paused_folder_says_why_and_goes_on_by_itself(bench: Callable[..., Bench]) -> None:
    b = bench()
    b.root.rename(b.root.with_name("fort"))
    look_once(b.watched)
    assert WatchedFolder.objects.get().problem.endswith(" ist nicht erreichbar: An dieser Stelle ist nichts mehr.")
    b.root.with_name("fort").rename(b.root)
    look_once(b.watched)
    assert WatchedFolder.objects.get().problem == ""


def test_a_file_nobody_may_read_stays_and_is_said_once(transactional_db: None, settings: LazySettings) -> None:
    pipeline.register_jobs()
    # Outside pytest's own folder, which only its owner may enter.
    with tempfile.TemporaryDirectory() as place:
        settings.BLOBS = Path(place) / "blobs"
        b = Bench(Path(place) / "eingang")
        b.put("geheim.pdf").chmod(0)
        b.put("offen.pdf").chmod(0o644)
        with as_nobody(Path(place)):
            b.settle()
            b.look(31)
        assert [a.file_name for a in Arrival.objects.all()] == ["offen.pdf"]
        assert "geheim.pdf" in b.left()
        assert b.outcomes().count(("geheim.pdf", Outcome.PROBLEM)) == 1


@contextlib.contextmanager
def as_nobody(place: Path) -> Iterator[None]:
    """Root may read everything, so it becomes somebody else for a moment."""
    if os.geteuid() != 0:
        yield
        return
    for path in (place, *place.iterdir()):
        path.chmod(0o777)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_one_poisonous_file_does_not_hold_up_the_others(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    b = bench()
    b.put("a-gift.pdf")
    b.put("b-gut.pdf")
    whole = pipeline.receive

    def receive(**more: Any) -> Arrival:
        if more["file_name"] == "a-gift.pdf":
            raise ValueError("poison")
        return whole(**more)

    monkeypatch.setattr(pipeline, "receive", receive)
    b.settle()
    assert [a.file_name for a in Arrival.objects.all()] == ["b-gut.pdf"]
    assert ("a-gift.pdf", Outcome.PROBLEM) in b.outcomes()


def test_the_same_file_by_two_doors_at_once_is_one_document(bench: Callable[..., Bench]) -> None:
    a_customer("Müller GmbH", "10023")
    b = bench()
    b.put("RE_4711.pdf", b"same")
    b.put("RE_4711.json", FACTS)
    b.look()
    start = threading.Barrier(2)

    def other_door() -> None:
        try:
            start.wait(PATIENCE)
            pipeline.receive(
                actor=Actor.system("command"), stream=BytesIO(b"same"), file_name="x.pdf", source="command", now=NOW,
                facts=FACTS,
            )  # fmt: skip
        finally:
            connections.close_all()

    thread = threading.Thread(target=other_door)
    thread.start()
    start.wait(PATIENCE)
    b.look(6)
    thread.join()
    assert Document.objects.count() == 1
    assert Document.objects.get().versions.count() == 1
    assert Arrival.objects.count() == 2
