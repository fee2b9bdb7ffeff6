"""A look at a watched folder: what is complete is received and moved, in the real pipeline."""

import contextlib
import json
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
from django.urls import resolve

from kundenakte import pipeline
from kundenakte.base.accounts.actors import Actor
from kundenakte.doors.hotfolder import receiving
from kundenakte.doors.hotfolder.bundles import Bundle
from kundenakte.doors.hotfolder.models import FolderEvent, SeenFile, WatchedFolder
from kundenakte.doors.hotfolder.receiving import Paused
from kundenakte.doors.hotfolder.scan import look
from kundenakte.doors.hotfolder.tree import found_at
from kundenakte.doors.hotfolder.watch import look_once
from kundenakte.doors.hotfolder.watched import Watched
from kundenakte.records.models import Arrival, Document
from tests.builders import NOW, a_customer, a_house

Outcome = FolderEvent.Outcome
FACTS = {"customer": "10023", "class": "INV_OUT", "number": "4711", "dated_on": "2026-11-20"}


class Bench:
    """A watched folder under test, with a clock of its own."""

    def __init__(self, root: Path, **more: Any) -> None:
        a_house()
        root.mkdir(exist_ok=True)
        self.root, self.now = root, 1000.0
        self.folder = WatchedFolder.objects.create(name="erp", path=str(root), **more)
        self.watched = Watched(self.folder)

    def put(self, name: str, data: bytes | str | dict[str, Any] = b"%PDF-1.4 x") -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = json.dumps(data) if isinstance(data, dict) else data
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def look(self, seconds: float = 0.0) -> float:
        self.now += seconds
        return look(self.watched, now=self.now, at=NOW)

    def settle(self) -> None:
        self.look()
        self.look(6)

    def restart(self) -> None:
        self.watched = Watched(WatchedFolder.objects.get())

    def left(self) -> set[str]:
        return {str(path.relative_to(self.root)) for path in self.root.rglob("*") if not path.is_dir()}

    def outcomes(self) -> list[tuple[str, str]]:
        return list(FolderEvent.objects.order_by("pk").values_list("file", "outcome"))


@pytest.fixture
def bench(transactional_db: None, tmp_path: Path) -> Callable[..., Bench]:
    pipeline.register_jobs()
    return lambda **more: Bench(tmp_path / "eingang", **more)


def test_a_file_is_taken_when_it_rests_and_moved_into_the_folder_of_the_day(bench: Callable[..., Bench]) -> None:
    b = bench()
    b.put("Brief.pdf")
    assert 0 < b.look() < 0.71
    assert not Arrival.objects.exists()
    b.look(0.8)
    arrival = Arrival.objects.get()
    assert (arrival.file_name, arrival.source, arrival.source_number) == ("Brief.pdf", "folder:erp", 1)
    assert arrival.origin == str(b.root / "Brief.pdf")
    assert b.left() == {"fertig/2026-11-24/Brief.pdf"}
    assert b.outcomes() == [("Brief.pdf", Outcome.RECEIVED)]
    assert FolderEvent.objects.get().arrival == arrival


def test_a_growing_file_is_not_touched(bench: Callable[..., Bench]) -> None:
    b = bench()
    path = b.put("gross.pdf", b"1")
    for size in range(5):
        b.look(0.6)
        path.write_bytes(b"1" * (size + 2))
    assert not Arrival.objects.exists()
    b.settle()
    assert Arrival.objects.get().size == 6


def test_a_file_that_somebody_still_has_open_is_left_alone_however_long(bench: Callable[..., Bench]) -> None:
    b = bench()
    with (b.root / "kopie.pdf").open("wb") as writer:
        writer.write(b"first half ")
        writer.flush()
        b.settle()
        assert not Arrival.objects.exists()
        writer.write(b"second half")
    b.settle()
    assert Arrival.objects.get().size == 22


def test_a_sidecar_files_the_document_at_once_and_goes_with_it(bench: Callable[..., Bench]) -> None:
    a_customer("Müller GmbH", "10023")
    b = bench(answers=True)
    b.put("RE_4711.pdf")
    b.put("RE_4711.json", FACTS)
    b.settle()
    document = Document.objects.get()
    assert (document.document_class.code, document.number) == ("INV_OUT", "4711")
    assert document.customer_file.customer.name == "Müller GmbH"
    done = "fertig/2026-11-24/"
    assert b.left() == {done + "RE_4711.pdf", done + "RE_4711.json", done + "RE_4711.pdf.ergebnis.json"}
    answer = json.loads((b.root / done / "RE_4711.pdf.ergebnis.json").read_text())
    assert resolve(answer["link"]).url_name == "document"
    assert answer["document"] == document.pk
    assert answer["outcome"] == "filed"
    assert resolve(answer["link"]).kwargs == {"pk": document.pk}
    assert b.outcomes() == [("RE_4711.pdf", Outcome.FILED)]


def test_the_name_pattern_and_the_folders_own_facts_file_as_well(bench: Callable[..., Bench]) -> None:
    a_customer("Müller GmbH", "10023")
    b = bench(patterns=["{class}_{number}_{customer}.pdf"], facts={"system": "erp", "fields": {"project": "Süd"}})
    b.put("RE_4711_10023.pdf")
    b.settle()
    document = Document.objects.get()
    assert (document.document_class.code, document.number, document.project) == ("INV_OUT", "4711", "Süd")


def test_the_same_number_under_a_new_name_and_other_bytes_is_a_new_version(bench: Callable[..., Bench]) -> None:
    a_customer("Müller GmbH", "10023")
    b = bench()
    for name, data in (("a.pdf", b"one"), ("b.pdf", b"two"), ("c.pdf", b"two")):
        b.put(name, data)
        b.put(f"{name}.json", FACTS)
        b.settle()
    document = Document.objects.get()
    assert document.versions.count() == 2
    assert [outcome for _, outcome in b.outcomes()] == [Outcome.FILED, Outcome.FILED, Outcome.DUPLICATE]


def test_where_the_path_is_a_key_new_bytes_are_a_new_version(bench: Callable[..., Bench]) -> None:
    a_customer("Müller GmbH", "10023")
    b = bench(path_is_key=True, keep_in_place=True, patterns=["{customer}/{*}.xlsx"], facts={"class": "PRICE_CALC"})
    b.put("10023/Kalkulation.xlsx", b"one")
    b.settle()
    b.put("10023/Kalkulation.xlsx", b"other")
    b.settle()
    assert Document.objects.get().versions.count() == 2
    assert b.left() == {"10023/Kalkulation.xlsx"}


def test_where_files_stay_each_state_is_taken_once_also_after_a_restart(bench: Callable[..., Bench]) -> None:
    b = bench(keep_in_place=True)
    path = b.put("unter/Kalkulation.xlsx", b"one")
    b.settle()
    b.settle()
    b.restart()
    b.settle()
    assert Arrival.objects.count() == 1
    assert SeenFile.objects.get().file == "unter/Kalkulation.xlsx"
    os.utime(path, ns=(1, 1))
    b.settle()
    assert Arrival.objects.count() == 1, "a new time with the old bytes is nothing new"
    path.write_bytes(b"two")
    b.settle()
    assert Arrival.objects.count() == 2
    assert b.left() == {"unter/Kalkulation.xlsx"}


def test_one_csv_describes_many_and_goes_when_all_have_come(bench: Callable[..., Bench]) -> None:
    for number in ("10023", "10024"):
        a_customer(f"Kunde {number}", number)
    b = bench(sidecar="required")
    b.put("index.csv", "Datei;KdNr;Belegart;Belegnr\nRE_1.pdf;10023;RE;1\nRE_2.pdf;10024;RE;2\n")
    b.put("RE_1.pdf", b"one")
    b.settle()
    assert "index.csv" in b.left()
    b.put("RE_2.pdf", b"two")
    b.settle()
    b.look(6)
    assert {(d.number, d.customer_file.customer.number) for d in Document.objects.all()} == {
        ("1", "10023"),
        ("2", "10024"),
    }
    assert b.left() == {f"fertig/2026-11-24/{name}" for name in ("index.csv", "RE_1.pdf", "RE_2.pdf")}


def test_a_list_whose_files_do_not_all_come_is_reported_with_their_names(bench: Callable[..., Bench]) -> None:
    b = bench(wait_seconds=60)
    b.put("index.csv", "Datei;KdNr\nRE_1.pdf;10023\nRE_2.pdf;10024\n")
    b.put("RE_1.pdf", b"one")
    b.settle()
    b.look(61)
    reason = (b.root / "fehler/index.csv.fehler.txt").read_text()
    assert "RE_2.pdf" in reason
    assert "RE_1.pdf" not in reason


def test_a_document_waits_for_its_required_sidecar_and_is_then_reported(bench: Callable[..., Bench]) -> None:
    b = bench(sidecar="required", wait_seconds=60)
    b.put("RE_1.pdf")
    b.settle()
    assert b.left() == {"RE_1.pdf"}
    b.look(61)
    assert b.left() == {"fehler/RE_1.pdf", "fehler/RE_1.pdf.fehler.txt"}
    assert "Begleitdatei" in (b.root / "fehler/RE_1.pdf.fehler.txt").read_text()
    assert b.outcomes() == [("RE_1.pdf", Outcome.ERROR)]
    assert not Arrival.objects.exists()


def test_a_sidecar_whose_document_never_comes_is_reported(bench: Callable[..., Bench]) -> None:
    b = bench(wait_seconds=60)
    b.put("RE_1.json", FACTS)
    b.settle()
    assert b.left() == {"RE_1.json"}
    b.look(61)
    assert b.left() == {"fehler/RE_1.json", "fehler/RE_1.json.fehler.txt"}


def test_a_broken_sidecar_takes_its_document_to_the_error_folder(bench: Callable[..., Bench]) -> None:
    b = bench()
    b.put("RE_1.pdf")
    b.put("RE_1.xml", "<a><b></a>")
    b.settle()
    assert b.left() == {"fehler/RE_1.pdf", "fehler/RE_1.xml", "fehler/RE_1.pdf.fehler.txt"}
    assert "XML" in (b.root / "fehler/RE_1.pdf.fehler.txt").read_text()


def test_a_marker_completes_without_rest_and_moves_along(bench: Callable[..., Bench]) -> None:
    b = bench(markers=[".ok"], marker_required=True)
    b.put("RE_1.pdf")
    b.look()
    b.look(30)
    assert b.left() == {"RE_1.pdf"}
    b.put("RE_1.ok", b"")
    b.look()
    assert b.left() == {"fertig/2026-11-24/RE_1.pdf", "fertig/2026-11-24/RE_1.ok"}


def test_nothing_is_overwritten_in_the_done_folder(bench: Callable[..., Bench]) -> None:
    b = bench()
    for data in (b"one", b"two"):
        b.put("Scan.pdf", data)
        b.settle()
    assert (b.root / "fertig/2026-11-24/Scan.pdf").read_bytes() == b"one"
    assert (b.root / "fertig/2026-11-24/Scan (2).pdf").read_bytes() == b"two"


def test_sub_folders_are_walked_and_keep_their_names(bench: Callable[..., Bench]) -> None:
    b = bench(depth=2)
    b.put("a/b/Scan.pdf")
    b.put("a/b/c/zu-tief.pdf")
    b.settle()
    assert b.left() == {"fertig/2026-11-24/a/b/Scan.pdf", "a/b/c/zu-tief.pdf"}


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
    assert "nicht erreichbar" in WatchedFolder.objects.get().problem
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
            start.wait(5)
            pipeline.receive(
                actor=Actor.system("command"), stream=BytesIO(b"same"), file_name="x.pdf", source="command", now=NOW,
                facts=FACTS,
            )  # fmt: skip
        finally:
            connections.close_all()

    thread = threading.Thread(target=other_door)
    thread.start()
    start.wait(5)
    b.look(6)
    thread.join()
    assert Document.objects.count() == 1
    assert Document.objects.get().versions.count() == 1
    assert Arrival.objects.count() == 2
