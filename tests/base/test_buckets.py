"""What the house believes of an object store, tried on a real one."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kundenakte.base import buckets
from kundenakte.base.buckets import BadAddress, Bucket, BucketError, Forbidden
from tests.object_store import LOCKING, PLAIN, Store


@pytest.fixture
def bucket(s3: Store) -> Bucket:
    return buckets.at(f"s3://{LOCKING}/{uuid.uuid4().hex}")


def put(bucket: Bucket, key: str, content: bytes, **more: Any) -> str:
    return bucket.put(key, content, sha256=hashlib.sha256(content).hexdigest(), **more)


def soon(**much: int) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(**much)


def test_what_is_put_comes_back(bucket: Bucket) -> None:
    content = bytes(range(256)) * 20_000
    put(bucket, "a/kundenakte%3ad1/x.bin", content)
    with bucket.open("a/kundenakte%3ad1/x.bin") as stream:
        assert stream.read() == content
    assert list(bucket.keys("a/")) == ["a/kundenakte%3ad1/x.bin"]
    assert bucket.head("a/nothing") is None
    with pytest.raises(FileNotFoundError):
        bucket.open("a/nothing")


def test_bytes_that_change_on_the_way_are_refused(bucket: Bucket) -> None:
    with pytest.raises(BucketError, match="BadDigest"):
        bucket.put("x", b"one thing", sha256=hashlib.sha256(b"another").hexdigest())
    assert bucket.head("x") is None


def test_t12_a_locked_version_is_neither_deleted_nor_unlocked_with_every_right(bucket: Bucket) -> None:
    until = soon(days=2)
    version = put(bucket, "x", b"sealed", locked_until=until)
    with pytest.raises(Forbidden):
        bucket.remove("x", version)
    with pytest.raises(Forbidden):
        bucket.remove_by_force("x", version)
    with pytest.raises(Forbidden):
        bucket.lock("x", version, until - timedelta(days=1))
    bucket.remove("x")
    put(bucket, "x", b"something else")
    with bucket.open("x", version) as stream:
        assert stream.read() == b"sealed"
    kept = bucket.head("x", version)
    assert kept is not None
    assert kept.locked_until == until
    assert len([one for one in bucket.versions("x") if not one.is_marker]) == 2


def test_a_lock_can_be_lengthened(bucket: Bucket) -> None:
    version = put(bucket, "x", b"sealed", locked_until=soon(days=1))
    bucket.lock("x", version, until := soon(days=9))
    kept = bucket.head("x", version)
    assert kept is not None
    assert kept.locked_until == until


def test_a_version_without_lock_goes(bucket: Bucket) -> None:
    version = put(bucket, "x", b"not sealed")
    bucket.remove("x", version)
    assert list(bucket.versions("x")) == []


def test_a_bucket_without_object_lock_says_so_and_takes_no_lock(bucket: Bucket) -> None:
    plain = buckets.at(f"s3://{PLAIN}/{uuid.uuid4().hex}")
    assert bucket.can_lock()
    assert not plain.can_lock()
    with pytest.raises(BucketError):
        put(plain, "x", b"sealed", locked_until=soon(days=1))


def test_a_store_that_is_not_there_is_an_error_of_the_system(settings: Any) -> None:
    settings.S3_ENDPOINT, settings.S3_REGION = "http://127.0.0.1:9", "us-east-1"
    settings.S3_KEY_ID, settings.S3_SECRET = "nobody", "nothing"
    with pytest.raises(OSError, match="nicht zu erreichen"):
        buckets.at("s3://locking/x").head("x")


@pytest.mark.parametrize("address", ["s3://", "s3://A_B/x", "s3://locking/a b", "/folder"])
def test_what_is_no_address_is_refused(address: str, settings: Any) -> None:
    settings.S3_ENDPOINT, settings.S3_REGION, settings.S3_KEY_ID, settings.S3_SECRET = "", "us-east-1", "a", "b"
    with pytest.raises(BadAddress):
        buckets.at(address)


def test_without_keys_nothing_is_asked(settings: Any) -> None:
    settings.S3_ENDPOINT, settings.S3_REGION, settings.S3_KEY_ID, settings.S3_SECRET = "", "us-east-1", "", ""
    with pytest.raises(BadAddress, match="Schlüssel"):
        buckets.at("s3://locking/x")


def test_a_lock_reaches_a_moment_up_to_the_seconds_a_store_rounds_away() -> None:
    until = datetime(2026, 12, 31, 23, 59, 59, 900_000, tzinfo=UTC)
    assert buckets.is_locked(until.replace(microsecond=0), until)
    assert not buckets.is_locked(until - timedelta(minutes=1), until)
    assert not buckets.is_locked(None, until)
