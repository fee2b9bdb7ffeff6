"""What every store of the archive promises, asked of each."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from kundenakte.steps.archive.local import LocalArchive
from kundenakte.steps.archive.names import BadName, object_id
from kundenakte.steps.archive.staging import Finished, Staged, Unreadable
from kundenakte.steps.archive.store import AlreadyThere, ArchiveStore, NoSuchObject

ID = object_id(document=7, version=1, sealing=1)


@pytest.fixture(params=["local"])
def store(tmp_path: Path) -> ArchiveStore:
    return LocalArchive(tmp_path / "archive")


def finished(store: ArchiveStore, content: bytes = b"Inhalt", name: str = ID) -> Finished:
    staged = Staged.begin(store.staging(), name)
    staged.add("original.txt", io.BytesIO(content))
    staged.add_bytes("metadata.json", b"{}")
    return staged.finish(created="2026-11-24T09:00:00Z")


def test_what_was_placed_is_there_whole(store: ArchiveStore) -> None:
    made = finished(store)
    assert not store.has(ID)
    store.place(made)
    assert store.has(ID)
    with store.open(ID, "original.txt") as file:
        assert file.read() == b"Inhalt"
    with store.open_inventory(ID) as file:
        assert b'"digestAlgorithm": "sha512"' in file.read()
    store.verify(ID, inventory_sha512=made.inventory_sha512)
    assert list(store.ids()) == [ID]


def test_what_is_there_stays_when_another_of_the_same_id_comes(store: ArchiveStore) -> None:
    store.place(finished(store, b"das erste"))
    with pytest.raises(AlreadyThere):
        store.place(finished(store, b"das zweite"))
    with store.open(ID, "original.txt") as file:
        assert file.read() == b"das erste"


def test_what_was_staged_and_not_placed_is_not_there(store: ArchiveStore) -> None:
    with Staged.begin(store.staging(), ID) as staged:
        staged.add("original.txt", io.BytesIO(b"Inhalt"))
    assert not store.has(ID)
    assert list(store.ids()) == []
    assert list(store.staging().iterdir()) == []


def test_another_inventory_than_the_one_that_was_sealed_is_noticed(store: ArchiveStore) -> None:
    store.place(finished(store))
    with pytest.raises(Unreadable):
        store.verify(ID, inventory_sha512="0" * 128)


def test_what_is_not_there_is_said(store: ArchiveStore) -> None:
    with pytest.raises(NoSuchObject):
        store.verify(ID)
    with pytest.raises(NoSuchObject):
        store.open(ID, "original.txt")
    store.place(finished(store))
    with pytest.raises(NoSuchObject):
        store.open(ID, "view.pdf")


@pytest.mark.parametrize("name", ["../x", "kundenakte:d1:v1:s0", "kundenakte:d1:v1:s1/..", "kundenakte:d01:v1:s1", ""])
def test_what_is_no_id_never_comes_to_a_path(store: ArchiveStore, name: str) -> None:
    with pytest.raises(BadName):
        store.has(name)


@pytest.mark.parametrize("name", ["../metadata.json", "inventory", "/etc/passwd", "A.txt", "a.b.c.d"])
def test_what_is_no_file_name_never_comes_to_a_path(store: ArchiveStore, name: str) -> None:
    with pytest.raises(BadName):
        store.open(ID, name)
