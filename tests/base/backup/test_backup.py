"""A backup is whole, grows by what is new, and is only believed as far as it can be read again."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kundenakte.base import blobs
from kundenakte.base.backup import encryption, run, verify
from kundenakte.base.backup.encryption import Key
from kundenakte.base.backup.folder import Folder
from kundenakte.base.backup.refusals import Busy, Damaged, NoBackup, NoTarget, WrongKey
from kundenakte.records.models import Version
from tests.builders import NOW, a_document

pytestmark = pytest.mark.usefixtures("full_house")


def back_up(target: Folder, *, days: int = 0) -> Any:
    return run.back_up(target, now=NOW + timedelta(days=days), version="1")


def objects(target: Folder) -> list[Path]:
    return [file for file in (target.root / "objects").rglob("*") if file.is_file()]


def test_it_holds_database_originals_and_what_else_lies_in_the_data_folder(target: Folder) -> None:
    made = back_up(target)
    assert run.newest(target) == made
    listed = list(run.lines(target, made))
    assert {line["sha256"] for line in listed if line["kind"] == "blob"} == set(
        Version.objects.values_list("digest", flat=True)
    )
    assert [line["path"] for line in listed if line["kind"] == "file"] == [
        "learned/classes.model",
        "secrets/receiver/erp-key.json",
    ]
    assert made.facts.counts["records_version"] == 3
    assert made.facts.journal_leaves == made.facts.journal_entries > 3
    assert list(verify.faults(target)) == []


def test_nothing_in_it_can_be_read_without_the_key(target: Folder, key: Key) -> None:
    back_up(target)
    words = (b"Rechnung 1", b"learned", b"SQLite format 3", b"Frankenblech", b'"format"')
    for file in objects(target):
        raw = file.read_bytes()
        assert not [word for word in words if word in raw]
    with pytest.raises(WrongKey):
        Folder.at(target.root, Key("another secret text of 32 letters and more"))


def test_what_is_there_is_not_copied_again(target: Folder) -> None:
    first = back_up(target)
    before = {file: file.stat().st_mtime_ns for file in objects(target)}
    second = back_up(target, days=1)
    assert second.written_files == 0
    assert first.written_files > 0
    assert before.items() <= {file: file.stat().st_mtime_ns for file in objects(target)}.items()
    a_document(content=[b"neu" * 10_000])
    third = back_up(target, days=2)
    assert 0 < third.written_files < first.written_files
    assert list(verify.faults(target)) == []


def test_a_run_that_breaks_off_leaves_the_previous_one(target: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    first = back_up(target)
    a_document(content=[b"neu"])
    monkeypatch.setattr(Folder, "finish", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
    with pytest.raises(OSError, match="No space"):
        back_up(target, days=1)
    assert run.newest(target) == first
    assert list(verify.faults(target)) == []
    monkeypatch.undo()
    (target.root / "incoming" / "left over").write_bytes(b"half")
    assert back_up(target, days=1).written_files > 0
    assert list((target.root / "incoming").iterdir()) == []


def test_a_damaged_and_a_missing_object_are_named(target: Folder) -> None:
    back_up(target)
    digests = sorted(Version.objects.values_list("digest", flat=True))
    damaged, gone = (target.place(digest) for digest in digests[:2])
    raw = bytearray(damaged.read_bytes())
    raw[len(raw) // 2] ^= 1
    damaged.write_bytes(raw)
    gone.unlink()
    faults = list(verify.faults(target))
    assert len(faults) == 2
    assert all(any(digest in fault for fault in faults) for digest in digests[:2])


def test_originals_the_house_lost_or_that_changed_are_told(target: Folder) -> None:
    lost, changed, _ = sorted(Version.objects.values_list("digest", flat=True))
    blobs.default().delete(lost)
    file = blobs.default().path(changed)
    file.chmod(0o600)
    file.write_bytes(b"other")
    made = back_up(target)
    assert (made.missing, made.damaged) == (2, [changed])


def test_a_target_that_does_not_keep_what_it_is_given_is_found_out(
    target: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kundenakte.base.backup import target as module

    def forgetful(source: Any, out: Any, key: Key) -> tuple[str, int]:
        digest, size = encrypt(source, out, key)
        out.seek(-1, 2)
        out.write(b"\0\0")
        return digest, size

    encrypt = encryption.encrypt
    monkeypatch.setattr(module, "encrypt", forgetful)
    with pytest.raises(Damaged):
        back_up(target)
    assert target.runs() == []


def test_two_runs_do_not_meet(target: Folder) -> None:
    with target.alone(), pytest.raises(Busy):
        back_up(target)


def test_a_strange_folder_and_a_disk_that_is_not_mounted_are_refused(tmp_path: Path, key: Key) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "me.jpg").touch()
    with pytest.raises(NoTarget, match="nicht leer"):
        Folder.begin(tmp_path / "photos", key)
    with pytest.raises(NoTarget, match="eingehängt"):
        Folder.begin(tmp_path / "no" / "disk", key)
    with pytest.raises(NoBackup):
        Folder.at(tmp_path / "photos", key)


def test_old_ones_go_with_what_only_they_held_and_the_last_one_stays(target: Folder, settings: Any) -> None:
    gone = a_document(content=[b"to be destroyed"]).valid_version
    assert gone is not None
    first = back_up(target)
    blobs.default().delete(gone.digest)
    second = back_up(target, days=60)
    assert verify.let_go(target, now=NOW + timedelta(days=89), keep_days=90) == 0
    assert target.has(gone.digest)
    assert verify.let_go(target, now=NOW + timedelta(days=91), keep_days=90) == 1
    assert target.runs() == [second.run] != [first.run]
    assert not target.has(gone.digest)
    assert list(verify.faults(target)) == []
    assert verify.let_go(target, now=NOW + timedelta(days=999), keep_days=90) == 0


def test_the_house_goes_on_meanwhile(target: Folder) -> None:
    """The snapshot is one moment: every backup made while documents come in can be put together."""
    stop, failures = threading.Event(), list[BaseException]()

    def file_on() -> None:
        from django.db import connection

        number = 0
        try:
            while not stop.is_set():
                number += 1
                a_document(content=[f"later {number}".encode()])
        except BaseException as error:  # noqa: BLE001 - told by the test
            failures.append(error)
        finally:
            connection.close()

    filing = threading.Thread(target=file_on)
    filing.start()
    try:
        made = [back_up(target, days=day) for day in range(4)]
    finally:
        stop.set()
        filing.join()
    assert failures == []
    assert [one.missing for one in made] == [0, 0, 0, 0]
    assert made[0].facts.counts["records_version"] < made[-1].facts.counts["records_version"]
