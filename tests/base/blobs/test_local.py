"""The local store alone: what is on disk when, second names instead of copies, leftovers of a crash."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from kundenakte.base.blobs.local import ABANDONED_SECONDS, LocalStore
from tests.contracts.test_blob_stores import a_file, put


@pytest.fixture
def fsyncs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was brought to disk, as "file" and "folder", in order."""
    seen: list[str] = []
    real = os.fsync

    def counted(handle: int) -> None:
        seen.append("folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "file")  # noqa: PTH112
        real(handle)

    monkeypatch.setattr(os, "fsync", counted)
    return seen


def test_the_bytes_come_to_disk_before_their_name(tmp_path: Path, fsyncs: list[str]) -> None:
    store = LocalStore(tmp_path / "store")
    put(store, b"first")
    # The bytes, their name, and the names of the three folders on the way there.
    assert fsyncs == ["file", *["folder"] * 4]
    fsyncs.clear()
    # Once the folders are known to be on disk:
    digest = put(store, b"first")
    assert fsyncs == ["file", "folder"]
    assert store.path(digest).stat().st_mode & 0o777 == 0o440


def test_a_finished_file_is_not_copied_and_comes_to_disk_before_its_name(tmp_path: Path, fsyncs: list[str]) -> None:
    store = LocalStore(tmp_path / "store")
    put(store, b"first")
    file = a_file(tmp_path / "beside", b"finished")
    fsyncs.clear()
    kept = store.path(store.put_file(file).digest)
    assert kept.stat().st_ino == file.path.stat().st_ino
    assert kept.stat().st_mode & 0o777 == 0o440
    assert fsyncs[:2] == ["file", "folder"]


@pytest.mark.parametrize("said", [errno.EXDEV, errno.EPERM])
def test_where_a_second_name_is_not_to_be_had_a_finished_file_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: int
) -> None:
    file = a_file(tmp_path / "beside", b"finished")
    real = os.link

    def link(source: Path, target: Path) -> None:
        if source == file.path:
            raise OSError(said, os.strerror(said))
        real(source, target)

    monkeypatch.setattr(os, "link", link)
    store = LocalStore(tmp_path / "store")
    store.verify(store.put_file(file).digest)
    assert file.path.read_bytes() == b"finished"


def test_leftovers_of_a_crash_go_after_a_day(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "store")
    kept = put(store, b"kept")
    for name, age in (("old", ABANDONED_SECONDS + 60), ("young", 60)):
        file = tmp_path / "store" / "incoming" / name
        file.write_bytes(b"half")
        os.utime(file, (time.time() - age,) * 2)
    assert store.sweep() == 1
    assert [file.name for file in (tmp_path / "store" / "incoming").iterdir()] == ["young"]
    assert store.has(kept)
