"""T-45: the database is dropped and made anew from the archive and the exported journal."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from kundenakte.base.journal import sequencer
from kundenakte.customers import keys
from kundenakte.customers.models import Address
from kundenakte.records.actions import documents, links, restricting
from kundenakte.records.models import Document, Reference, SourceKey
from tests.base.backup.conftest import OtherHouse
from tests.builders import TODAY, a_customer_file, a_document, a_section, an_actor, some_bytes
from tests.steps.archive.papers import sealed, valid

# Packages are numbered anew in the order of their entries. A house whose database left out numbers, as PostgreSQL does
# after what was rolled back, would differ in these numbers alone.
pytestmark = [pytest.mark.usefixtures("django_db_reset_sequences", "full_house"), pytest.mark.kill]
Houses = Callable[[], OtherHouse]

# What a document is made of, and its proof: a checksum each, before and after.
SAME = (
    "archive_archivepackage", "customers_address", "customers_customer", "customers_customerkey",
    "customers_identifier", "journal_journalentry", "journal_journalleaf", "journal_signingkey", "journal_treehead",
    "records_customerfile", "records_document", "records_fileplan", "records_fileplanedition", "records_placement",
    "records_planentry", "records_reference", "records_section", "records_sourcekey", "records_version",
    "records_versionstate",
)  # fmt: skip
_ONLY_NUMBERED = {"customers_customerkey"}


def checksums(package: Path) -> dict[str, str]:
    """SHA-256 over the rows of each table. The words customers are found by are derived: their numbers may differ."""
    found = {}
    for table in SAME:
        rows = [json.loads(line) for line in (package / "data/metadata" / f"{table}.jsonl").read_text().splitlines()]
        if table in _ONLY_NUMBERED:
            for row in rows:
                del row["id"]
        lines = sorted(json.dumps(row, sort_keys=True) for row in rows)
        found[table] = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return found


def a_life() -> Document:
    """Documents with two versions, a relation, a second place, one moved and one restricted after their sealing."""
    actor, file, other = an_actor("anton"), a_customer_file(), a_customer_file("Nord GmbH")
    offer, order = a_document(customer_file=file, number="AN-1"), a_document(customer_file=other, number="AN-2")
    links.refer(actor=actor, from_document=order, to_document=offer, kind=Reference.Kind.FOLLOWS, now=timezone.now())
    links.place_also(
        actor=actor, document=offer, customer_file=other, section=a_section("angebote"), now=timezone.now()
    )
    Address.objects.create(customer=file.customer, street="Am Werk 1", city="Erlangen", valid_from=TODAY)
    keys.refresh([file.customer])
    SourceKey.objects.create(document=offer, system="rest:erp", key="AN-1")
    for document in (offer, order):
        sealed(valid(document), now=timezone.now())
    documents.add_version(actor=actor, document=offer, version=some_bytes("Zweite Fassung"), now=timezone.now())
    sealed(valid(offer), now=timezone.now())
    order.refresh_from_db()
    documents.move_document(
        actor=actor, document=order, customer_file=file, section=None, edition=order.edition, now=timezone.now(),
        reason="falsche Akte",
    )  # fmt: skip
    order.refresh_from_db()
    restricting.restrict(actor=actor, document=order, edition=order.edition, reason="Verlangen", now=timezone.now())
    return order


def exported(folder: Path) -> Path:
    call_command("exit_package", str(folder))
    return folder


def test_t45_a_dropped_database_comes_back_from_archive_and_journal_with_the_same_checksum_per_table(
    tmp_path: Path, other_house: Houses
) -> None:
    for document in Document.objects.order_by("pk"):
        sealed(valid(document), now=timezone.now())
    order = a_life()
    while sequencer.sequence():
        pass
    call_command("export_journal")
    before = checksums(exported(tmp_path / "before"))
    empty = hashlib.sha256(b"").hexdigest()
    assert [table for table in SAME if before[table] == empty] == []
    house = other_house()
    house.data.mkdir(exist_ok=True)
    shutil.copytree(settings.ARCHIVE, house.data / "archive")
    done = house.run("rebuild_from_archive")
    assert done.returncode == 0, done.stderr
    assert house.run("exit_package", str(tmp_path / "after")).returncode == 0
    after = checksums(tmp_path / "after")
    assert [table for table in SAME if before[table] != after[table]] == []
    checked = house.run("verify_journal")
    assert (checked.returncode, "unversehrt" in checked.stdout) == (0, True)
    rows = (tmp_path / "after/data/metadata/records_document.jsonl").read_text().splitlines()
    mine = next(row for row in map(json.loads, rows) if row["id"] == order.pk)
    assert (mine["is_restricted"], mine["is_sealed"]) == (True, True)
    refused = house.run("rebuild_from_archive")
    assert (refused.returncode, "nicht leer" in refused.stderr) == (1, True)


def test_an_archive_that_the_journal_does_not_prove_makes_no_database(tmp_path: Path, other_house: Houses) -> None:
    for document in Document.objects.order_by("pk"):
        sealed(valid(document), now=timezone.now())
    while sequencer.sequence():
        pass
    call_command("export_journal")
    house = other_house()
    house.data.mkdir(exist_ok=True)
    shutil.copytree(settings.ARCHIVE, house.data / "archive")
    original = next((house.data / "archive" / "ocfl").rglob("original.*"))
    original.chmod(0o644)
    original.write_bytes(b"x" + original.read_bytes()[1:])
    done = house.run("rebuild_from_archive")
    assert (done.returncode, "belegen einander nicht" in done.stderr) == (1, True)
