"""Bytes leave the house only as they came in; what is damaged is repaired from a good copy or refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kundenakte.base import blobs
from kundenakte.base.journal import queries as journal
from kundenakte.records.models import Version
from kundenakte.steps.archive import originals, queries, replica, sealing
from kundenakte.steps.archive.local import LocalArchive
from kundenakte.steps.archive.models import ArchivePackage
from tests.builders import NOW, a_document
from tests.steps.archive.papers import flip_a_byte, sealed, valid

pytestmark = pytest.mark.django_db


def read(version: Version) -> bytes:
    with originals.open_checked(version, now=NOW) as source:
        return source.read()


@pytest.fixture
def second(settings: Any, tmp_path: Path) -> None:
    settings.ARCHIVE_REPLICA = str(tmp_path / "second")


def damaged(package: ArchivePackage) -> None:
    flip_a_byte(sealing.default().path(package.object_id, package.original))


def test_what_is_sealed_is_read_from_the_archive() -> None:
    version = valid(a_document(content=["sealed words"]))
    sealed(version)
    file = blobs.default().path(version.digest)
    file.chmod(0o600)
    file.write_bytes(b"the other copy is damaged")
    assert read(version) == b"sealed words"


def test_t03_a_damaged_document_without_a_second_copy_is_refused_and_the_journal_says_so() -> None:
    version = valid(a_document())
    damaged(sealed(version))
    for _again in range(2):
        with pytest.raises(originals.Damaged):
            read(version)
    with pytest.raises(originals.Damaged):
        originals.require_whole(version, now=NOW)
    kinds = [entry.kind for entry in journal.history(version.document)]
    assert kinds.count("document.archive_damaged") == 1
    assert queries.standing_of(version).state == "damaged"


def test_t03_a_damaged_document_comes_back_from_the_second_copy_while_it_is_opened(second: None) -> None:
    version = valid(a_document(content=["as it was"]))
    package = sealed(version)
    replica.copy(package)
    damaged(package)
    assert read(version) == b"as it was"
    assert "document.archive_repaired" in {entry.kind for entry in journal.history(version.document)}
    assert queries.standing_of(version).state == "sealed"


def test_t03_a_second_copy_whose_hash_does_not_fit_restores_nothing(second: None) -> None:
    version = valid(a_document())
    package = sealed(version)
    replica.copy(package)
    damaged(package)
    other = replica.second()
    assert isinstance(other, LocalArchive)
    flip_a_byte(other.path(package.object_id, package.original))
    with pytest.raises(originals.Damaged):
        read(version)


def test_a_file_found_good_is_read_again_as_soon_as_somebody_touched_it() -> None:
    version = valid(a_document())
    package = sealed(version)
    assert read(version)
    damaged(package)
    with pytest.raises(originals.Damaged):
        read(version)


def test_what_is_not_sealed_is_checked_as_well() -> None:
    version = valid(a_document())
    assert read(version)
    flip_a_byte(blobs.default().path(version.digest))
    with pytest.raises(originals.Damaged):
        read(version)
