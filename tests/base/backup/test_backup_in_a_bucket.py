"""A backup in a real object store is as whole, as secret and as easily put back as one in a folder."""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from kundenakte.base import blobs
from kundenakte.base.backup import actions, places, run, verify
from kundenakte.base.backup import bucket as module
from kundenakte.base.backup.bucket import InBucket
from kundenakte.base.backup.encryption import Key
from kundenakte.base.backup.folder import Folder
from kundenakte.base.backup.models import BackupRun
from kundenakte.base.backup.refusals import Busy, NoBackup, NoTarget, TooBig, WrongKey
from kundenakte.base.buckets import BucketError
from kundenakte.records.models import Version
from tests.base.backup.conftest import OtherHouse
from tests.builders import NOW, SETUP, a_document
from tests.object_store import KEY_ID, LOCKING, PLAIN, SECRET, Store

pytestmark = [pytest.mark.usefixtures("full_house"), pytest.mark.kill]
Houses = Callable[[], OtherHouse]


@pytest.fixture(params=[PLAIN, LOCKING])
def place(request: pytest.FixtureRequest, s3: Store) -> str:
    """In a bucket that forgets what is deleted, and in one that keeps every version."""
    return f"s3://{request.param}/{uuid.uuid4().hex}"


@pytest.fixture
def one_place(s3: Store) -> str:
    return f"s3://{PLAIN}/{uuid.uuid4().hex}"


@pytest.fixture
def target(place: str, key: Key) -> InBucket:
    made = places.begin(place, key)
    assert isinstance(made, InBucket)
    return made


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def back_up(target: InBucket, *, days: int = 0) -> Any:
    return run.back_up(target, now=NOW + timedelta(days=days), version="1")


def raw(target: InBucket) -> dict[str, bytes]:
    found = {}
    for name in target.bucket.keys(""):
        with target.bucket.open(name) as source:
            found[name] = source.read()
    return found


def test_it_is_whole_unreadable_without_the_key_and_grows_by_what_is_new(target: InBucket) -> None:
    first = back_up(target)
    assert list(verify.faults(target)) == []
    kept = raw(target)
    assert not [name for name, found in kept.items() if b"Rechnung 1" in found or b"learned" in found]
    with pytest.raises(WrongKey):
        places.at(target.bucket.address, Key("another secret text of 32 letters and more"))
    second = back_up(target, days=1)
    assert first.written_files > 0 == second.written_files
    assert kept.items() <= raw(target).items()
    a_document(content=[b"neu" * 10_000])
    assert 0 < back_up(target, days=2).written_files < first.written_files
    assert list(verify.faults(target)) == []
    assert "lock" not in raw(target)


def test_what_lies_there_is_a_folders_backup_too(target: InBucket, key: Key, tmp_path: Path) -> None:
    """The same files under the same names: copied by any means, it is read from a disk."""
    made = back_up(target)
    for name, found in raw(target).items():
        file = tmp_path / "copied" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(found)
    folder = Folder.at(tmp_path / "copied", key)
    assert folder.runs() == [made.run]
    assert list(verify.faults(folder)) == []


def test_old_ones_go_in_every_version_with_what_only_they_held(target: InBucket) -> None:
    gone = a_document(content=[b"to be destroyed"]).valid_version
    assert gone is not None
    back_up(target)
    name = target.key_of(gone.digest)
    blobs.default().delete(gone.digest)
    second = back_up(target, days=60)
    assert verify.let_go(target, now=NOW + timedelta(days=91), keep_days=90) == 1
    assert target.runs() == [second.run]
    assert not target.has(gone.digest)
    assert [one for one in target.bucket.versions(name) if one.key == name] == []
    assert list(verify.faults(target)) == []


def test_what_the_bucket_locks_by_itself_stays_whole_until_it_may_go(s3: Store, key: Key) -> None:
    """A bucket that was told to lock all it is given: against whoever gets hold of the keys."""
    target = places.begin(f"s3://{LOCKING}/{uuid.uuid4().hex}", key)
    assert isinstance(target, InBucket)
    first = back_up(target)
    [manifest] = [one for one in target.bucket.versions("runs/") if not one.is_marker]
    target.bucket.lock(manifest.key, manifest.version, timezone.now() + timedelta(hours=1))
    second = back_up(target, days=60)
    assert verify.let_go(target, now=NOW + timedelta(days=91), keep_days=90) == 0
    assert target.runs() == [first.run, second.run]
    assert list(verify.faults(target, first.run)) == []


def test_a_damaged_and_a_missing_object_are_named(target: InBucket) -> None:
    back_up(target)
    damaged, gone = sorted(Version.objects.values_list("digest", flat=True))[:2]
    with target.stream(target.key_of(damaged)) as source:
        found = bytearray(source.read())
    found[len(found) // 2] ^= 1
    target.bucket.put(target.key_of(damaged), bytes(found), sha256=sha256(bytes(found)))
    target.take_away(target.key_of(gone))
    faults = list(verify.faults(target))
    assert len(faults) == 2
    assert all(any(digest in fault for fault in faults) for digest in (damaged, gone))


def test_two_runs_do_not_meet_here_or_elsewhere_and_one_that_was_cut_off_hinders_nobody(
    target: InBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    with target.alone(), pytest.raises(Busy):
        back_up(target)
    # Cut off: its mark stays, and the next run of the same house takes it over.
    with monkeypatch.context() as patched:
        patched.setattr(InBucket, "take_away", lambda *_: True)
        with target.alone():
            pass
    assert target.bucket.head("lock") is not None
    with target.alone():
        pass
    # The mark of another machine keeps us out for a day, and is renewed while that works.
    with monkeypatch.context() as patched:
        patched.setattr("socket.gethostname", lambda: "another")
        patched.setattr(InBucket, "take_away", lambda *_: True)
        with target.alone():
            pass
    with pytest.raises(Busy):
        back_up(target)
    later = timezone.now() + timedelta(hours=25)
    with monkeypatch.context() as patched:
        patched.setattr("django.utils.timezone.now", lambda: later)
        with target.alone():
            pass
    assert target.bucket.head("lock") is None


def test_a_long_run_renews_its_mark(target: InBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    with target.alone():
        before = target._marked_at
        monkeypatch.setattr(module, "_RENEWED", timedelta(0))
        target.put(io.BytesIO(b"anything"))
        assert before is not None
        assert target._marked_at is not None
        assert target._marked_at > before


def test_what_is_no_backup_and_a_store_that_does_not_answer_are_told(
    one_place: str, key: Key, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(NoBackup):
        places.at(one_place, key)
    with pytest.raises(NoTarget, match="NoSuchBucket"):
        places.begin("s3://nothing-here/x", key)
    target = places.begin(one_place, key)
    assert isinstance(target, InBucket)
    target.bucket.put("sub/strange", b"", sha256=sha256(b""))
    with pytest.raises(NoTarget, match="keine Sicherung"):
        places.begin(f"{one_place}/sub", key)
    with pytest.raises(NoTarget, match="keine Adresse"):
        places.begin("s3://X", key)
    with pytest.raises(NoTarget, match="Ordner oder in einen Objektspeicher"):
        places.chosen("ftp://there/x")
    (tmp_path / "big").write_bytes(b"12")
    monkeypatch.setattr(module, "_MOST", 1)
    with pytest.raises(TooBig):
        target.keep(tmp_path / "big", "objects/x")
    settings.S3_ENDPOINT = "http://127.0.0.1:9"
    with pytest.raises(NoTarget, match="nicht zu erreichen"):
        places.begin(one_place, key)


def test_the_backup_may_have_a_store_and_keys_of_its_own(one_place: str, key: Key, s3: Store, settings: Any) -> None:
    settings.S3_ENDPOINT, settings.S3_KEY_ID, settings.S3_SECRET = "http://127.0.0.1:9", "house", "house"
    settings.BACKUP_S3_ENDPOINT, settings.BACKUP_S3_KEY_ID, settings.BACKUP_S3_SECRET = s3.endpoint, KEY_ID, SECRET
    target = places.begin(one_place, key)
    assert isinstance(target, InBucket)
    back_up(target)
    assert list(verify.faults(target)) == []
    settings.BACKUP_S3_SECRET = ""
    with pytest.raises(NoTarget, match="fehlen die Schlüssel"):
        places.at(one_place, key)


def test_a_store_that_fails_meanwhile_leaves_the_last_backup_and_a_row(
    one_place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = actions.back_up(actor=SETUP, place=one_place, now=NOW)
    a_document(content=[b"more"])

    def fail(*_: Any, **__: Any) -> str:
        raise BucketError("Der Objektspeicher ist gestört: SlowDown")

    monkeypatch.setattr("kundenakte.base.buckets.Bucket.put", fail)
    with pytest.raises(BucketError):
        actions.back_up(actor=SETUP, place=one_place, now=NOW + timedelta(days=1))
    row = BackupRun.objects.order_by("pk").last()
    assert row is not None
    assert (row.succeeded, "SlowDown" in row.sentence) == (False, True)
    assert places.at(one_place, actions.key()).runs() == [first.run]


def test_the_command_backs_up_verifies_proves_and_another_house_restores(
    one_place: str, other_house: Houses, s3: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"{KEY_ID}\n{SECRET}\n")
    keys.chmod(0o600)
    monkeypatch.setenv("KUNDENAKTE_BACKUP_S3_ENDPOINT", s3.endpoint)
    monkeypatch.setenv("KUNDENAKTE_BACKUP_S3_KEYS_FILE", str(keys))
    actions.back_up(actor=SETUP, place=one_place, now=timezone.now())
    row = actions.prove(actor=SETUP, place=one_place, now=timezone.now())
    assert row.sentence == ""
    assert row.succeeded
    house = other_house()
    house.environment.update(
        {
            "KUNDENAKTE_BACKUP_S3_ENDPOINT": s3.endpoint,
            "KUNDENAKTE_BACKUP_S3_KEYS_FILE": str(keys),
            "KUNDENAKTE_BACKUP": one_place,
        }
    )
    done = house.run("restore", one_place)
    assert done.returncode == 0, done.stderr
    assert "Alles stimmt überein" in done.stdout
    verified = house.run("backup", "--verify")
    assert (verified.returncode, "unversehrt" in verified.stdout) == (0, True), verified.stderr
    assert (house.data / "learned" / "classes.model").read_bytes() == b"learned"
