"""The second copy in a real object store: the same bytes, locked while they must be kept, healing and healed."""

from __future__ import annotations

import hashlib
import http.client
import time
import uuid
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from kundenakte.base.buckets import Forbidden
from kundenakte.steps.archive import locking, replica, sealing
from kundenakte.steps.archive.bucket import BucketArchive
from kundenakte.steps.archive.models import ArchivePackage
from kundenakte.steps.archive.staging import Unreadable
from tests.builders import a_document
from tests.object_store import LOCKING, Store
from tests.steps.archive.papers import findings_of_ocfl, sealed, valid

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_a_bucket(s3: Store, settings: Any) -> None:
    settings.ARCHIVE_REPLICA = f"s3://{LOCKING}/{uuid.uuid4().hex}"


def second() -> BucketArchive:
    found = replica.locking()
    assert found is not None
    return found


def in_both() -> ArchivePackage:
    package = sealed(valid(a_document(dated_on=timezone.localdate())), now=timezone.now())
    replica.copy(package)
    return package


def local_bytes(package: ArchivePackage) -> dict[str, bytes]:
    files = sealing.default().files(package.object_id, inventory_sha512=package.inventory_sha512)
    return {path: stream.read() for path, stream in files}


def spoil_here(package: ArchivePackage) -> None:
    file = sealing.default().path(package.object_id, package.original)
    file.chmod(0o644)
    file.write_bytes(b"something else")


def overwrite_there(package: ArchivePackage) -> None:
    key = second().key_of(package.object_id, f"v1/content/{package.original}")
    second().bucket.put(key, b"forged", sha256=hashlib.sha256(b"forged").hexdigest())


def lose_there(package: ArchivePackage, settings: Any) -> None:
    """As after a loss of the whole bucket."""
    settings.ARCHIVE_REPLICA = f"s3://{LOCKING}/{uuid.uuid4().hex}"


def test_the_second_copy_has_every_file_under_the_same_path() -> None:
    package = in_both()
    replica.copy(package)
    start = second().key_of(package.object_id, "")
    there = {}
    for key in second().bucket.keys(start):
        with second().bucket.open(key) as stream:
            there[key.removeprefix(start)] = stream.read()
    assert there == local_bytes(package)
    assert list(second().ids()) == [package.object_id]
    assert replica.check(package, now=timezone.now()).found == "good"
    with second().open(package.object_id, package.original) as original:
        assert hashlib.sha256(original.read()).hexdigest() == package.digest


def test_t12_no_file_of_a_sealed_object_is_deleted_or_unlocked_with_every_right() -> None:
    package = in_both()
    versions = list(second().bucket.versions(second().key_of(package.object_id, "")))
    assert len(versions) == package.files
    for one in versions:
        kept = second().bucket.head(one.key, one.version)
        assert kept is not None
        assert kept.locked_until is not None
        with pytest.raises(Forbidden):
            second().bucket.remove_by_force(one.key, one.version)
        with pytest.raises(Forbidden):
            second().bucket.lock(one.key, one.version, kept.locked_until - timedelta(days=1))
    with pytest.raises(OSError, match="lehnt ab"):
        second().destroy(package.object_id)


def test_t12_the_lock_never_goes_beyond_what_may_be_justified() -> None:
    now = timezone.now()
    package = in_both()
    lock = second().locked_until(package.object_id)
    assert lock is not None
    assert timezone.localdate(lock) <= locking.furthest(timezone.localdate(now))
    assert lock == locking.until(package.document, now=now).replace(microsecond=0)  # type: ignore[union-attr]


def test_t12_an_object_without_its_lock_is_reported_and_locked() -> None:
    package = in_both()
    key = second().key_of(package.object_id, "v1/content/unlocked.txt")
    second().bucket.put(key, b"x", sha256=hashlib.sha256(b"x").hexdigest())
    until = timezone.now().replace(microsecond=0) + timedelta(days=400)
    assert second().lock(package.object_id, until) == until
    kept = second().bucket.head(key)
    assert kept is not None
    assert kept.locked_until == until


def test_a_damaged_object_here_comes_back_from_the_bucket() -> None:
    package = in_both()
    before = local_bytes(package)
    spoil_here(package)
    assert replica.check(package, now=timezone.now()) == replica.Checked("repaired", ("archive",))
    assert local_bytes(package) == before
    assert findings_of_ocfl() == []


def test_what_is_overwritten_and_deleted_in_the_bucket_still_heals_the_archive() -> None:
    """Whoever holds the keys can only add versions and marks; the sealed ones stay below."""
    package = in_both()
    before = local_bytes(package)
    overwrite_there(package)
    for key in list(second().bucket.keys(second().key_of(package.object_id, ""))):
        second().bucket.remove(key)
    spoil_here(package)
    assert replica.check(package, now=timezone.now()) == replica.Checked("repaired", ("archive",))
    assert local_bytes(package) == before


def test_an_object_lost_in_the_bucket_comes_back_from_the_archive(settings: Any) -> None:
    package = in_both()
    lose_there(package, settings)
    assert replica.check(package, now=timezone.now()) == replica.Checked("repaired", ("replica",))
    second().verify(package.object_id, inventory_sha512=package.inventory_sha512)


def test_the_lock_holds_at_the_door_for_s3_only(s3: Store) -> None:
    """SeaweedFS keeps the lock in its S3 gateway: its filer deletes all the same. The operator's guide says so; here it
    is shown, and that the archive heals what was taken away behind the gateway's back."""
    package = in_both()
    key = second().key_of(package.object_id, f"v1/content/{package.original}")
    path = f"/buckets/{LOCKING}/{second().bucket.prefix}{key}.versions"
    filer = http.client.HTTPConnection(s3.filer, timeout=10)
    filer.request("DELETE", f"{quote(path)}?recursive=true")
    assert filer.getresponse().status == 204
    filer.close()
    with pytest.raises(Unreadable):
        second().verify(package.object_id, inventory_sha512=package.inventory_sha512)
    assert replica.check(package, now=timezone.now()) == replica.Checked("repaired", ("replica",))
    second().verify(package.object_id, inventory_sha512=package.inventory_sha512)


def test_a_bucket_out_of_reach_is_not_taken_for_damage(settings: Any) -> None:
    package = in_both()
    settings.S3_ENDPOINT = "http://127.0.0.1:9"
    assert replica.check(package, now=timezone.now()).found == "good"
    spoil_here(package)
    assert replica.check(package, now=timezone.now()) == replica.Checked("damaged", ("archive",))


def test_disposal_waits_for_the_lock_and_then_takes_every_version(monkeypatch: pytest.MonkeyPatch) -> None:
    soon = timezone.now().replace(microsecond=0) + timedelta(seconds=3)
    monkeypatch.setattr(locking, "until", lambda _document, now: soon)
    package = in_both()
    overwrite_there(package)
    assert second().locked_until(package.object_id) == soon
    until_it_is_over(soon)
    second().destroy(package.object_id)
    assert list(second().bucket.versions(second().key_of(package.object_id, ""))) == []
    assert not second().has(package.object_id)


def until_it_is_over(lock: datetime) -> None:
    while timezone.now() <= lock + timedelta(seconds=1):
        time.sleep(0.1)
