"""Sealed originals in a real bucket with Object Lock: locked as long as they must be kept, and no longer (R-34)."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from kundenakte import pipeline
from kundenakte.base import blobs
from kundenakte.base.buckets import Forbidden
from kundenakte.base.jobs import ledger
from kundenakte.base.jobs import queries as jobs
from kundenakte.base.jobs.ledger import GiveUp
from kundenakte.records.disposition.traces import Gone
from kundenakte.steps.archive import disposing, locking, original_locks, tasks, turns
from kundenakte.steps.archive.models import ArchivePackage, SealDue
from tests.builders import a_document
from tests.object_store import LOCKING, PLAIN, Store
from tests.steps.archive.papers import sealed, valid

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_a_bucket(s3: Store, settings: Any, tmp_path: Path) -> None:
    settings.BLOBS_BUCKET, settings.BLOBS = f"s3://{LOCKING}/{uuid.uuid4().hex}", tmp_path / "at-hand"


@pytest.fixture
def in_a_bucket_that_cannot_lock(s3: Store, settings: Any, tmp_path: Path) -> None:
    settings.BLOBS_BUCKET, settings.BLOBS = f"s3://{PLAIN}/{uuid.uuid4().hex}", tmp_path / "at-hand"


def a_sealed_one() -> ArchivePackage:
    return sealed(valid(a_document(dated_on=timezone.localdate())), now=timezone.now())


@pytest.mark.usefixtures("in_a_bucket")
def test_t12_a_sealed_original_is_locked_as_far_as_r34_allows_and_nobody_deletes_it() -> None:
    package = a_sealed_one()
    assert blobs.default().locked_until(package.digest) is None
    original_locks.lock(package.pk)
    lock = blobs.default().locked_until(package.digest)
    justified = locking.until(package.document, now=timezone.now())
    assert justified is not None
    assert lock == justified.replace(microsecond=0)
    assert timezone.localdate(lock) <= locking.furthest(timezone.localdate())
    with pytest.raises(Forbidden):
        blobs.default().delete(package.digest)


@pytest.mark.usefixtures("in_a_bucket")
def test_disposal_is_told_how_long_the_original_is_locked() -> None:
    package = a_sealed_one()
    original_locks.lock(package.pk)
    gone = Gone(document_id=package.document_id, versions=(package.version_id,), digests=(package.digest,), arrivals=())
    assert disposing.locked_until(gone) == blobs.default().locked_until(package.digest)


@pytest.mark.usefixtures("in_a_bucket")
def test_a_lock_is_renewed_and_never_shortened(monkeypatch: pytest.MonkeyPatch) -> None:
    package = a_sealed_one()
    now = timezone.now().replace(microsecond=0)
    for days, expected in ((5, 5), (9, 9), (2, 9)):
        monkeypatch.setattr(locking, "until", lambda _document, now, until=now + timedelta(days=days): until)
        original_locks.lock(package.pk)
        assert blobs.default().locked_until(package.digest) == now + timedelta(days=expected)


@pytest.mark.usefixtures("in_a_bucket")
def test_what_need_not_be_kept_gets_no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    package = a_sealed_one()
    monkeypatch.setattr(locking, "until", lambda _document, now: None)
    original_locks.lock(package.pk)
    assert blobs.default().locked_until(package.digest) is None


@pytest.mark.usefixtures("in_a_bucket")
def test_an_original_that_is_gone_from_the_bucket_is_told() -> None:
    package = a_sealed_one()
    blobs.default().delete(package.digest)
    with pytest.raises(GiveUp):
        original_locks.lock(package.pk)


@pytest.mark.usefixtures("in_a_bucket")
def test_sealing_asks_for_the_lock_and_each_month_sees_every_original(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline.register_jobs()
    version = valid(a_document(dated_on=timezone.localdate()))
    SealDue.objects.update_or_create(version=version, defaults={"due_at": timezone.now() - timedelta(days=1)})
    with transaction.atomic():
        tasks.seal(version.pk)()
    package = ArchivePackage.objects.get(version=version)
    assert jobs.of_subject((original_locks.LOCK,), package.pk).count() == 1
    monkeypatch.setattr(turns, "whose_turn", lambda _today: [package.pk])
    asked: list[int] = []
    monkeypatch.setattr(ledger, "enqueue_all", lambda _name, packages: asked.extend(packages))
    original_locks.locks(0)()
    assert asked == [package.pk]


@pytest.mark.usefixtures("in_a_bucket_that_cannot_lock")
def test_a_bucket_that_cannot_lock_is_not_asked_to() -> None:
    package = a_sealed_one()
    original_locks.lock(package.pk)
    assert blobs.default().locked_until(package.digest) is None
    assert not blobs.default().can_lock()
    blobs.default().delete(package.digest)
    assert not blobs.default().has(package.digest)


def test_originals_in_a_folder_have_no_lock() -> None:
    package = a_sealed_one()
    original_locks.lock(package.pk)
    assert blobs.default().locked_until(package.digest) is None
    assert original_locks.locks(0)()
