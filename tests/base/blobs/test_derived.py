"""Derived data: whole or absent, thrown away and made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from kundenakte.base.blobs.derived import DerivedStore
from kundenakte.base.blobs.store import BadDigest, NoSuchBlob

DIGEST, OTHER = "ab" * 32, "cd" * 32


@pytest.fixture
def derived(tmp_path: Path) -> DerivedStore:
    return DerivedStore(tmp_path / "derived")


def test_what_was_put_is_there_under_its_name(derived: DerivedStore) -> None:
    derived.put_bytes(DIGEST, "page-0001.webp", b"picture")
    assert derived.has(DIGEST, "page-0001.webp")
    assert derived.path(DIGEST, "page-0001.webp").read_bytes() == b"picture"
    with derived.open(DIGEST, "page-0001.webp") as source:
        assert source.read() == b"picture"
    assert derived.names(DIGEST) == ["page-0001.webp"]


def test_what_is_put_again_replaces_the_old(derived: DerivedStore) -> None:
    derived.put_bytes(DIGEST, "text.json", b"old")
    derived.put_bytes(DIGEST, "text.json", b"new")
    assert derived.path(DIGEST, "text.json").read_bytes() == b"new"
    assert derived.names(DIGEST) == ["text.json"]


def test_a_finished_file_is_taken_over(derived: DerivedStore, tmp_path: Path) -> None:
    source = tmp_path / "made.pdf"
    source.write_bytes(b"%PDF")
    derived.put_file(DIGEST, "copy.pdf", source)
    assert derived.path(DIGEST, "copy.pdf").read_bytes() == b"%PDF"
    assert not source.exists()


def test_a_file_of_another_file_system_is_copied(derived: DerivedStore, tmp_path: Path) -> None:
    source = Path("/dev/shm") / f"kundenakte-{tmp_path.name}.pdf"  # noqa: S108 - memory is another file system
    source.write_bytes(b"%PDF")
    try:
        derived.put_file(DIGEST, "copy.pdf", source)
        assert derived.path(DIGEST, "copy.pdf").read_bytes() == b"%PDF"
        assert derived.names(DIGEST) == ["copy.pdf"]
    finally:
        source.unlink(missing_ok=True)


def test_dropping_takes_all_of_one_digest_and_nothing_of_another(derived: DerivedStore) -> None:
    derived.put_bytes(DIGEST, "a.webp", b"a")
    derived.put_bytes(OTHER, "a.webp", b"a")
    derived.drop(DIGEST)
    derived.drop(DIGEST)
    assert derived.names(DIGEST) == []
    assert derived.names(OTHER) == ["a.webp"]
    with pytest.raises(NoSuchBlob):
        derived.path(DIGEST, "a.webp")


@pytest.mark.parametrize("name", ["", ".hidden", "../x", "a/b", "a\n", "x" * 101, "ä"])
def test_a_name_from_outside_never_becomes_a_path(derived: DerivedStore, name: str) -> None:
    for ask in (derived.has, derived.open, derived.path):
        with pytest.raises(BadDigest):
            ask(DIGEST, name)
    with pytest.raises(BadDigest):
        derived.put_bytes(DIGEST, name, b"x")
