"""Given the store, the verifier tells which sealed files it does not lock as long as it must (T-12)."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from kundenakte_verify import locks

from kundenakte.base import buckets
from kundenakte.base.journal import export
from kundenakte.steps.archive import locking, original_locks, replica
from kundenakte.steps.archive.bucket import BucketArchive
from kundenakte.steps.archive.models import ArchivePackage
from tests.builders import a_document
from tests.object_store import KEY_ID, LOCKING, SECRET, Store
from tests.steps.archive.papers import sealed, valid
from tests.verifier.running import Answer, verify

pytestmark = pytest.mark.django_db
Ask = Callable[..., Answer]


@pytest.fixture
def ask(s3: Store, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Second copy and originals in buckets that lock; the verifier has keys of its own in its environment."""
    settings.ARCHIVE_REPLICA = f"s3://{LOCKING}/{uuid.uuid4().hex}"
    settings.BLOBS_BUCKET, settings.BLOBS = f"s3://{LOCKING}/{uuid.uuid4().hex}", tmp_path / "at-hand"
    monkeypatch.setenv("KUNDENAKTE_S3_KEY_ID", KEY_ID)
    monkeypatch.setenv("KUNDENAKTE_S3_SECRET", SECRET)

    def asked(*options: object, path: Path | None = None) -> Answer:
        places = ("--store", settings.ARCHIVE_REPLICA, "--originals", settings.BLOBS_BUCKET)
        return verify(path or Path(settings.ARCHIVE), *places, "--endpoint", s3.endpoint, *options)

    return asked


def a_locked_one(**of: Any) -> ArchivePackage:
    package = sealed(valid(a_document(dated_on=timezone.localdate(), **of)), now=timezone.now())
    replica.copy(package)
    original_locks.lock(package.pk)
    return package


def told(answer: Answer) -> set[tuple[str, str, str]]:
    """Code, subject and sentence's begin of what concerns the store."""
    return {
        (one["code"], one["level"], one["subject"]) for one in answer.findings if one["code"] in {"LOCK", "MISSING"}
    }


def test_t12_what_is_locked_as_it_must_be_is_counted_and_what_is_not_is_named(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    good = a_locked_one()
    with monkeypatch.context() as patched:
        patched.setattr(locking, "until", lambda _document, now: None)
        without = a_locked_one()
    with monkeypatch.context() as patched:
        patched.setattr(locking, "until", lambda _document, now: now + timedelta(days=3))
        short = a_locked_one()
    call_command("export_journal")
    answer = ask()
    assert told(answer) == {("LOCK", "incomplete", package.object_id) for package in (without, short)}
    assert answer.exit == 2
    sentences = [one["en"] for one in answer.findings if one["code"] == "LOCK"]
    assert len(sentences) == 4, "one for the copy and one for the original of each"
    assert sum("is not locked" in sentence for sentence in sentences) == 2
    assert sum("it must be until" in sentence for sentence in sentences) == 2
    # From the journal alone, what was sealed being read from the store itself.
    assert told(ask(path=export.folder())) == told(answer)
    # Overwriting and marking as deleted take nothing away, and are no lack of a lock.
    store = replica.locking()
    assert isinstance(store, BucketArchive)
    key = store.key_of(good.object_id, "v1/content/metadata.json")
    store.bucket.put(key, b"forged", sha256=hashlib.sha256(b"forged").hexdigest())
    assert told(ask()) == told(answer)
    buckets.at(settings.BLOBS_BUCKET).remove(f"blobs/{good.digest[:2]}/{good.digest[2:4]}/{good.digest}")
    assert told(ask()) == told(answer)


def test_t12_a_file_that_is_not_there_a_lock_too_long_and_a_silent_store_are_named(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(locking, "until", lambda _document, now: now + timedelta(days=500))
        long = a_locked_one()
    never_copied = sealed(valid(a_document()), now=timezone.now())
    call_command("export_journal")
    answer = ask()
    assert ("LOCK", "notice", long.object_id) in told(answer)
    assert ("MISSING", "incomplete", never_copied.object_id) in told(answer)
    silent = ask("--endpoint", "http://127.0.0.1:9")
    assert {one for one in told(silent) if one[1] == "incomplete"} == {
        ("LOCK", "incomplete", package.object_id) for package in (long, never_copied)
    }
    assert silent.exit == 2


def test_how_long_a_lock_must_be_follows_from_the_retention() -> None:
    today = date(2026, 11, 30)
    for until, needed in (
        ("2034-12-31", today + locks.LEAST),
        ("2026-12-02", date(2026, 12, 2)),
        ("2026-11-29", None),
        (None, today + locks.LEAST),
    ):
        assert locks.needed({"retain_until": until}, today=today) == needed
    assert locks.needed(None, today=today) is None


@pytest.mark.parametrize(
    ("options", "environment"),
    [
        (("--store", "s3://x/y"), {}),
        (("--store", "folder"), {"KUNDENAKTE_S3_KEY_ID": "a", "KUNDENAKTE_S3_SECRET": "b"}),
    ],
)
def test_a_store_without_keys_or_address_is_a_wrong_call(
    options: tuple[str, ...], environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from kundenakte_verify.cli import main

    for name in ("KUNDENAKTE_S3_KEY_ID", "KUNDENAKTE_S3_SECRET"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "tree-heads.jsonl").touch()
    assert main([str(tmp_path), *options]) == 3
