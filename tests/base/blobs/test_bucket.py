"""Originals in a real object store: what is locked stays, what is at hand is only a copy."""

from __future__ import annotations

import io
import os
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kundenakte.base import blobs, buckets
from kundenakte.base.blobs.bucket import AT_HAND_SECONDS, BucketStore
from kundenakte.base.blobs.store import BadDigest, NoSuchBlob, OtherBytes, fan_out
from kundenakte.base.buckets import BucketError, Forbidden
from kundenakte.config import environment
from tests.contracts.test_blob_stores import NOBODY_HOME, digest_of, put, read, replace
from tests.object_store import LOCKING, Store


@pytest.fixture
def place(s3: Store) -> str:
    return f"s3://{LOCKING}/{uuid.uuid4().hex}"


@pytest.fixture
def store(place: str, tmp_path: Path) -> BucketStore:
    return BucketStore(buckets.at(place), tmp_path / "here")


def soon(**much: int) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(**much)


def at_hand(tmp_path: Path, digest: str) -> Path:
    return fan_out(tmp_path / "here", digest)


def test_t12_a_locked_original_cannot_be_deleted_and_its_lock_never_gets_shorter(store: BucketStore) -> None:
    digest = put(store, b"invoice")
    assert store.locked_until(digest) is None
    store.lock(digest, until := soon(days=9))
    with pytest.raises(Forbidden):
        store.delete(digest)
    store.lock(digest, until - timedelta(days=3))
    assert store.locked_until(digest) == until
    store.lock(digest, until + timedelta(days=3))
    assert store.locked_until(digest) == until + timedelta(days=3)
    assert read(store, digest) == b"invoice"


def test_without_a_lock_lawful_disposal_leaves_no_version_and_no_copy(store: BucketStore, tmp_path: Path) -> None:
    digest = put(store, b"draft")
    store.bucket.remove(f"blobs/{fan_out(Path(), digest)}")
    store.delete(digest)
    assert list(store.bucket.versions("blobs/")) == []
    assert not at_hand(tmp_path, digest).exists()


def test_what_is_not_there_takes_no_lock(store: BucketStore) -> None:
    with pytest.raises(NoSuchBlob):
        store.lock(NOBODY_HOME, soon(days=1))
    with pytest.raises(BadDigest):
        store.lock("../x", soon(days=1))


def test_whoever_deletes_or_overwrites_in_the_bucket_hides_nothing(
    store: BucketStore, tmp_path: Path, place: str
) -> None:
    deleted, overwritten = put(store, b"deleted"), put(store, b"overwritten")
    store.bucket.remove(f"blobs/{fan_out(Path(), deleted)}")
    store.bucket.put(f"blobs/{fan_out(Path(), overwritten)}", b"something else", sha256=digest_of(b"something else"))
    elsewhere = BucketStore(buckets.at(place), tmp_path / "another machine")
    assert read(elsewhere, deleted) == b"deleted"
    assert read(elsewhere, overwritten) == b"overwritten"
    assert list(elsewhere.digests()) == sorted((deleted, overwritten))
    elsewhere.verify(overwritten)


def test_other_bytes_are_never_handed_out(store: BucketStore, tmp_path: Path, place: str) -> None:
    digest = put(store, b"honest bytes")
    replace(store, digest, b"honest bytez")
    elsewhere = BucketStore(buckets.at(place), tmp_path / "another machine")
    with pytest.raises(NoSuchBlob):
        elsewhere.open(digest)
    with pytest.raises(OtherBytes):
        elsewhere.verify(digest)


def test_a_copy_at_hand_that_went_bad_is_fetched_again(store: BucketStore, tmp_path: Path) -> None:
    digest = put(store, b"honest bytes")
    file = at_hand(tmp_path, digest)
    assert read(store, digest) == b"honest bytes"
    file.chmod(0o640)
    file.write_bytes(b"honest bytez")
    assert read(store, digest) == b"honest bytes"
    store.verify(digest)


def test_copies_nobody_asks_for_go_after_a_day_and_come_back(store: BucketStore, tmp_path: Path) -> None:
    digest = put(store, b"invoice")
    assert store.sweep(now=time.time() + AT_HAND_SECONDS - 60) == 0
    assert store.sweep(now=time.time() + AT_HAND_SECONDS + 60) == 1
    assert not at_hand(tmp_path, digest).exists()
    assert store.path(digest).read_bytes() == b"invoice"


def test_a_store_that_is_not_there_takes_nothing_and_says_so(settings: Any, tmp_path: Path) -> None:
    settings.S3_ENDPOINT, settings.S3_KEY_ID, settings.S3_SECRET = "http://127.0.0.1:9", "nobody", "nothing"
    store = BucketStore(buckets.at("s3://locking/x"), tmp_path / "here")
    with pytest.raises(BucketError, match="nicht zu erreichen"):
        store.put(io.BytesIO(b"invoice"))
    # What the door could not say yes to is not kept here in silence either.
    assert [one for one in (tmp_path / "here").rglob("*") if one.is_file()] == []


def test_the_house_keeps_its_originals_where_the_settings_say(place: str, settings: Any, tmp_path: Path) -> None:
    settings.BLOBS_BUCKET, settings.BLOBS = place, tmp_path / "here"
    digest = put(blobs.default(), b"invoice")
    assert list(buckets.at(place).keys("blobs/")) == [f"blobs/{fan_out(Path(), digest)}"]
    settings.BLOBS_BUCKET = ""
    settings.BLOBS = tmp_path / "folder"
    assert not blobs.default().has(digest)


def test_a_place_is_a_bucket_or_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def said(value: str) -> tuple[str, Path]:
        monkeypatch.setitem(os.environ, "PLACE", value)
        return environment.bucket_or_folder("PLACE", Path("/data/blobs"), at_hand=Path("/data/at-hand"))

    assert said("") == ("", Path("/data/blobs"))
    assert said("/mnt/originals") == ("", Path("/mnt/originals"))
    assert said("s3://house/originals") == ("s3://house/originals", Path("/data/at-hand"))
