"""What the house says about itself before it opens."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from kundenakte.base import health
from kundenakte.base.journal import guards

Usage = namedtuple("Usage", "total used free")


def codes() -> dict[str, bool]:
    return {finding.code: finding.blocks for finding in health.findings()}


def with_free(monkeypatch: pytest.MonkeyPatch, megabytes: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 0, megabytes * 1024 * 1024))


def test_a_sound_house_has_nothing_to_say(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with_free(monkeypatch, 50_000)
    assert codes() == {}


def sentences() -> list[str]:
    return [finding.sentence for finding in health.findings() if finding.code == "not-migrated"]


def test_a_database_of_an_older_version_is_told_from_an_empty_one(db: None) -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied(*MigrationLoader(connection).graph.leaf_nodes("records")[0])
    assert ["früheren Version" in sentence for sentence in sentences()] == [True]
    recorder.migration_qs.all().delete()
    assert ["noch nicht eingerichtet" in sentence for sentence in sentences()] == [True]
    assert codes()["not-migrated"] is True


def test_missing_guards_keep_it_closed(transactional_db: None) -> None:
    guards.lift()
    assert codes()["guards-missing"] is True


def test_a_folder_that_cannot_be_written_keeps_it_closed(db: None, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "a-file").touch()
    settings.BLOBS = tmp_path / "a-file" / "blobs"
    assert codes()["folder-not-writable"] is True


@pytest.mark.parametrize(("megabytes", "code"), [(1000, "little-room"), (50, "no-room")])
def test_little_room_is_said_and_keeps_it_open(
    db: None, monkeypatch: pytest.MonkeyPatch, megabytes: int, code: str
) -> None:
    with_free(monkeypatch, megabytes)
    assert codes() == {code: False}
