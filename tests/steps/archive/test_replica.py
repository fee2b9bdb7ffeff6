"""A damaged object is found by reading it whole, and comes back from the other copy only when that one is good."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from kundenakte.base.journal import queries as journal
from kundenakte.steps.archive import queries, replica, sealing
from kundenakte.steps.archive.local import LocalArchive
from kundenakte.steps.archive.models import ArchivePackage
from kundenakte.steps.archive.staging import Unreadable
from tests.builders import NOW, a_customer_file, a_document
from tests.steps.archive.papers import findings_of_ocfl, sealed, valid

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _second(settings: Any, tmp_path: Path) -> None:
    settings.ARCHIVE_REPLICA = str(tmp_path / "second")


def in_both() -> ArchivePackage:
    package = sealed(valid(a_document()))
    replica.copy(package)
    return package


def second() -> LocalArchive:
    found = replica.second()
    assert isinstance(found, LocalArchive)
    return found


def flip_a_byte(store: LocalArchive, package: ArchivePackage, name: str = "original.txt") -> None:
    file = store.path(package.object_id, name)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.chmod(0o644)
    file.write_bytes(data)


def bytes_of(store: LocalArchive, package: ArchivePackage) -> dict[str, bytes]:
    folder = store.folder(package.object_id)
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_the_second_copy_is_the_same_object_byte_for_byte() -> None:
    package = in_both()
    replica.copy(package)
    assert bytes_of(second(), package) == bytes_of(sealing.default(), package)
    assert replica.check(package, now=NOW).found == "good"
    assert not package.states.exists()


@pytest.mark.parametrize("name", ["original.txt", "metadata.json", "history.jsonl"])
def test_one_flipped_byte_is_repaired_from_the_second_copy(name: str) -> None:
    package = in_both()
    before = bytes_of(sealing.default(), package)
    flip_a_byte(sealing.default(), package, name)
    assert replica.check(package, now=NOW) == replica.Checked("repaired", ("archive",))
    assert bytes_of(sealing.default(), package) == before
    assert findings_of_ocfl() == []
    assert journal.history(package.document)[-1].kind in {"document.archive_repaired", "document.sealed"}
    assert "document.archive_repaired" in {entry.kind for entry in journal.history(package.document)}
    assert queries.standing_of(package.version).state == "sealed"
    assert replica.check(package, now=NOW).found == "good"


def test_the_second_copy_is_repaired_from_the_archive_as_well() -> None:
    package = in_both()
    flip_a_byte(second(), package)
    assert replica.check(package, now=NOW) == replica.Checked("repaired", ("replica",))
    assert bytes_of(second(), package) == bytes_of(sealing.default(), package)


def test_an_object_that_is_gone_comes_back() -> None:
    package = in_both()
    sealing.default().set_aside(package.object_id)
    assert replica.check(package, now=NOW).found == "repaired"
    assert sealing.default().has(package.object_id)


def test_when_both_are_damaged_nothing_is_replaced_and_it_is_said_once() -> None:
    package = in_both()
    for store in (sealing.default(), second()):
        flip_a_byte(store, package)
    for _ in range(2):
        assert replica.check(package, now=NOW) == replica.Checked("damaged", ("archive", "replica"))
    assert [state.state for state in package.states.all()] == ["damaged"]
    assert queries.standing_of(package.version).state == "damaged"


def test_a_second_copy_that_fits_itself_but_not_what_was_sealed_repairs_nothing() -> None:
    """Somebody made a whole new object of the same id: its own digests fit, the one in the row does not."""
    package, other = in_both(), sealed(valid(a_document(customer_file=a_customer_file("Andere GmbH"))))
    second().set_aside(package.object_id)
    forged = second().folder(package.object_id)
    sealing.default().folder(other.object_id).rename(forged)
    flip_a_byte(sealing.default(), package)
    assert replica.check(package, now=NOW).found == "damaged"


def test_damage_does_not_spread_to_the_second_copy() -> None:
    package = sealed(valid(a_document()))
    flip_a_byte(sealing.default(), package)
    with pytest.raises(Unreadable):
        replica.copy(package)
    assert not second().has(package.object_id)


def test_each_object_has_its_turn_once_in_ninety_days() -> None:
    packages = [sealed(valid(a_document())) for _ in range(3)]
    days = [date(2026, 11, 24) + timedelta(days=n) for n in range(replica.ROUND_DAYS)]
    turns = [package.pk for day in days for package in replica.whose_turn(day)]
    assert sorted(turns) == sorted(package.pk for package in packages)
