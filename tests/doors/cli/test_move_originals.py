"""Moving the originals from the data folder to a real bucket, or to another folder."""

from __future__ import annotations

import io
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from kundenakte.base import blobs, health
from kundenakte.base.blobs.local import LocalStore
from tests.object_store import LOCKING, Store
from tests.steps.archive.papers import flip_a_byte

pytestmark = pytest.mark.django_db


@pytest.fixture
def before(settings: Any, tmp_path: Path) -> LocalStore:
    """A house with originals in its data folder."""
    settings.DATA, settings.BLOBS = tmp_path, tmp_path / "blobs"
    return LocalStore(tmp_path / "blobs")


def put(store: LocalStore, content: bytes) -> str:
    return store.put(io.BytesIO(content)).digest


def is_closed() -> bool:
    return any(finding.code == "originals-elsewhere" and finding.blocks for finding in health.findings())


def test_into_a_bucket_any_number_of_times_and_the_house_stays_closed_until_the_old_ones_are_gone(
    before: LocalStore, s3: Store, settings: Any, tmp_path: Path
) -> None:
    digests = sorted(put(before, content) for content in (b"invoice", b"letter", b""))
    assert not is_closed()
    settings.BLOBS_BUCKET, settings.BLOBS = f"s3://{LOCKING}/{uuid.uuid4().hex}", tmp_path / "blobs-at-hand"
    assert is_closed()
    for _ in range(2):
        call_command("move_originals", stdout=(said := io.StringIO()))
        assert "Am neuen Ort: 3." in said.getvalue()
    assert list(blobs.default().digests()) == digests
    for digest in digests:
        blobs.default().verify(digest)
    assert is_closed()
    (tmp_path / "blobs").rename(tmp_path / "taken-away")
    assert not is_closed()


def test_a_damaged_original_is_named_and_not_taken_along(before: LocalStore, settings: Any, tmp_path: Path) -> None:
    good, bad = put(before, b"good"), put(before, b"damaged")
    flip_a_byte(before.path(bad))
    settings.BLOBS = tmp_path / "another disk"
    with pytest.raises(CommandError, match="1 Originale sind beschädigt"):
        call_command("move_originals", stdout=io.StringIO(), stderr=(said := io.StringIO()))
    assert bad in said.getvalue()
    assert list(blobs.default().digests()) == [good]


def test_a_bucket_without_keys_keeps_the_house_closed(settings: Any) -> None:
    settings.BLOBS_BUCKET, settings.S3_KEY_ID, settings.S3_SECRET = f"s3://{LOCKING}/{uuid.uuid4().hex}", "", ""
    said = {finding.code: finding for finding in health.findings()}
    assert said["originals-no-store"].blocks
    assert "Schlüssel" in said["originals-no-store"].sentence


def test_to_the_same_place_there_is_nothing_to_do(before: LocalStore) -> None:
    put(before, b"invoice")
    with pytest.raises(CommandError, match="nichts zu tun"):
        call_command("move_originals")
