"""A version is sealed as one OCFL object that explains itself, with an entry in the journal that proves it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from kundenakte.base import blobs
from kundenakte.base.blobs import derived
from kundenakte.base.blobs.store import NoSuchBlob
from kundenakte.base.journal import heads, merkle, queries
from kundenakte.base.journal.models import JournalEntry
from kundenakte.records import renditions
from kundenakte.records.actions import documents
from kundenakte.records.models import Rendition
from kundenakte.steps.archive import sealing
from kundenakte.steps.archive.models import ArchivePackage, PackageState
from kundenakte.steps.archive.sealing import OtherOriginal
from kundenakte.steps.archive.staging import Staged, Unreadable, canonical
from tests.builders import NOW, SETUP, a_class, a_customer_file, a_document, some_bytes
from tests.steps.archive.papers import corrected, findings_of_ocfl, folder_of, manifest_of, sealed, valid

pytestmark = pytest.mark.django_db


def test_the_object_holds_the_original_the_metadata_and_the_history() -> None:
    document = a_document(title="Angebot Kran", number="AN-1", content=["Angebot über einen Kran"])
    package = sealed(valid(document))

    assert package.object_id == f"kundenakte:d{document.pk}:v1:s1"
    content = folder_of(package) / "v1" / "content"
    assert sorted(file.name for file in content.iterdir()) == ["history.jsonl", "metadata.json", "original.txt"]
    assert (content / "original.txt").read_text() == "Angebot über einen Kran"
    said = manifest_of(package)
    assert said["facts"]["document"]["title"] == "Angebot Kran"
    assert said["facts"]["version"]["digest"] == valid(document).digest
    assert said["snapshot"]["customer"]["name"] == "Muster Maschinenbau GmbH"
    retention = said["snapshot"]["retention"]
    assert retention["rule"] == a_class("OFFER").retention_code
    assert document.retain_until
    assert (retention["started_on"], retention["retain_until"]) == ("2026-11-24", document.retain_until.isoformat())
    assert said["missing"] == ["text"]


def test_the_reference_implementation_of_ocfl_finds_nothing() -> None:
    file = a_customer_file()
    for number in range(3):
        sealed(valid(a_document(customer_file=file, number=f"AN-{number}")))
    assert findings_of_ocfl() == []


def test_the_reference_implementation_would_find_a_changed_byte() -> None:
    package = sealed(valid(a_document()))
    original = folder_of(package) / "v1" / "content" / "original.txt"
    original.chmod(0o644)
    original.write_bytes(b"x" + original.read_bytes()[1:])
    assert findings_of_ocfl()


def test_manifest_and_files_can_be_checked_with_hashes_alone() -> None:
    package = sealed(valid(a_document()))
    folder = folder_of(package)
    content = folder / "v1" / "content"
    manifest = (content / "metadata.json").read_bytes()
    assert hashlib.sha256(manifest).hexdigest() == package.manifest_sha256
    assert canonical(json.loads(manifest)) == manifest
    assert (folder / "inventory.json.sha512").read_text() == f"{package.inventory_sha512} inventory.json\n"
    for file in json.loads(manifest)["files"]:
        data = (content / file["path"]).read_bytes()
        found = (len(data), hashlib.sha256(data).hexdigest(), hashlib.sha512(data).hexdigest())
        assert found == (file["size"], file["sha256"], file["sha512"])
    on_disk = [file for file in folder.rglob("*") if file.is_file()]
    assert (len(on_disk), sum(file.stat().st_size for file in on_disk)) == (package.files, package.size)
    assert {file.stat().st_mode & 0o777 for file in on_disk} == {0o444}


def test_the_journal_holds_the_hash_of_the_manifest() -> None:
    document = a_document()
    package = sealed(valid(document))
    entry = queries.history(document)[-1]
    assert (entry.kind, entry.actor) == ("document.sealed", "archive")
    assert entry.facts == {
        "object": package.object_id, "version": 1, "sealing": 1, "manifest_sha256": package.manifest_sha256,
        "inventory_sha512": package.inventory_sha512,
    }  # fmt: skip
    document.refresh_from_db()
    assert document.is_sealed


def test_each_line_of_the_history_proves_its_leaf_and_its_names() -> None:
    document = a_document(title="Angebot")
    corrected(document, "Angebot Kran")
    package = sealed(valid(document))
    lines = (folder_of(package) / "v1" / "content" / "history.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["entry"]["kind"] for line in lines] == [
        "version.added", "document.filed", "document.described",
    ]  # fmt: skip
    for line in map(json.loads, lines):
        assert merkle.leaf_hash(canonical(line["entry"])).hex() == line["leaf"]
        for name, opened in line["opened"].items():
            salted = bytes.fromhex(opened["salt"]) + opened["value"].encode()
            assert hashlib.sha256(salted).hexdigest() == line["entry"]["commitments"][name]
    said = manifest_of(package)["journal"]
    assert (said["entries"], said["last_seq"]) == (3, json.loads(lines[-1])["seq"])
    assert json.loads(lines[-1])["opened"]["reason"]["value"] == "Tippfehler"


def test_sealing_again_without_a_change_makes_nothing() -> None:
    version = valid(a_document())
    sealed(version)
    assert sealing.prepare(version.pk, now=NOW) is None
    assert ArchivePackage.objects.count() == 1


def test_a_corrected_title_becomes_a_new_object_that_names_the_one_before() -> None:
    document = a_document(title="Angebot")
    first = sealed(valid(document))
    before = {file: file.read_bytes() for file in folder_of(first).rglob("*") if file.is_file()}
    corrected(document, "Angebot Kran")
    second = sealed(valid(document), now=NOW + timedelta(days=1))

    assert second.object_id == f"kundenakte:d{document.pk}:v1:s2"
    assert manifest_of(second)["sealing"]["previous"] == {
        "object": first.object_id, "manifest_sha256": first.manifest_sha256,
    }  # fmt: skip
    assert manifest_of(second)["facts"]["document"]["title"] == "Angebot Kran"
    assert {file: file.read_bytes() for file in before} == before
    assert findings_of_ocfl() == []


def test_another_section_is_only_a_snapshot_and_needs_no_new_sealing() -> None:
    document = a_document()
    version = valid(document)
    sealed(version)
    type(document).objects.filter(pk=document.pk).update(section_id=_another_section(document))
    assert sealing.prepare(version.pk, now=NOW) is None


def _another_section(document: Any) -> int:
    pk: int = type(document.section).objects.exclude(pk=document.section_id).values_list("pk", flat=True)[0]
    return pk


def test_t10_a_new_version_leaves_bytes_manifest_and_entry_of_the_old_one_identical() -> None:
    document = a_document(content=["erste Fassung"])
    first = sealed(valid(document))
    files = {file: file.read_bytes() for file in folder_of(first).rglob("*") if file.is_file()}
    row = ArchivePackage.objects.filter(pk=first.pk).values().get()
    told = [entry.id for entry in queries.history(document)]
    documents.add_version(actor=SETUP, document=document, version=some_bytes("zweite Fassung"), now=NOW, valid=True)
    second = sealed(valid(document))

    assert {file: file.read_bytes() for file in folder_of(first).rglob("*") if file.is_file()} == files
    assert ArchivePackage.objects.filter(pk=first.pk).values().get() == row
    assert set(told) < {entry.id for entry in queries.history(document)}
    assert (valid(document).number, second.object_id) == (2, f"kundenakte:d{document.pk}:v2:s1")
    assert manifest_of(second)["sealing"]["previous"]["object"] == first.object_id


def test_t28_an_office_file_is_kept_with_its_pdf_and_the_program_that_made_it() -> None:
    version = valid(a_document(content=["ein Brief"]))
    _rendered(version.digest, pdf=b"%PDF-1.7 gemacht")
    package = sealed(version)
    files = {file["role"]: file for file in manifest_of(package)["files"]}
    assert set(files) == {"original", "text", "pdf", "history"}
    assert files["pdf"]["made_by"] == "LibreOffice 7.4"
    assert files["original"]["sha256"] == version.digest
    assert manifest_of(package)["missing"] == []


def test_t28_a_failed_conversion_does_not_hinder_the_original() -> None:
    version = valid(a_document(content=["ein Brief"]))
    Rendition.objects.create(digest=version.digest, kind="pdf", made_at=NOW, made_by="LibreOffice 7.4", code="broken")
    said = manifest_of(sealed(version))
    assert said["missing"] == ["text", "pdf"]
    assert [file["role"] for file in said["files"]] == ["original", "history"]


def _rendered(digest: str, *, pdf: bytes) -> None:
    store = derived.default()
    store.put_bytes(digest, renditions.TEXT, b"text")
    store.put_bytes(digest, renditions.PDF, pdf)
    for kind in ("text", "pdf"):
        Rendition.objects.create(digest=digest, kind=kind, made_at=NOW, made_by="LibreOffice 7.4")


def test_an_original_that_is_another_is_not_sealed_and_nothing_becomes_visible() -> None:
    version = valid(a_document(content=["das Richtige"]))
    file = blobs.default().path(version.digest)
    file.chmod(0o644)
    file.write_bytes(b"das Falsche")
    with pytest.raises(OtherOriginal):
        sealing.prepare(version.pk, now=NOW)
    assert_nothing_is_visible()


def test_a_missing_original_is_not_sealed() -> None:
    version = valid(a_document())
    blobs.default().path(version.digest).unlink()
    with pytest.raises(NoSuchBlob):
        sealing.prepare(version.pk, now=NOW)
    assert_nothing_is_visible()


def assert_nothing_is_visible() -> None:
    store = sealing.default()
    assert list(store.ids()) == []
    assert list(store.staging().iterdir()) == []


def test_an_object_without_its_row_is_taken_up_as_it_is() -> None:
    """The crash between the rename and the commit, with a change of the document in between."""
    document = a_document(title="Angebot")
    version = valid(document)
    first = sealing.prepare(version.pk, now=NOW)
    assert first is not None
    corrected(document, "Angebot Kran")

    package = sealed(version, now=NOW + timedelta(days=2))
    assert (package.object_id, package.manifest_sha256) == (first.object_id, first.manifest_sha256)
    assert (package.sealed_at, package.size, package.files) == (NOW, first.size, first.files)
    assert manifest_of(package)["facts"]["document"]["title"] == "Angebot"
    # What was changed meanwhile comes with the next sealing.
    assert sealed(version).number == 2


def test_a_damaged_object_without_its_row_is_refused() -> None:
    version = valid(a_document())
    prepared = sealing.prepare(version.pk, now=NOW)
    assert prepared is not None
    history = sealing.default().path(prepared.object_id, "history.jsonl")
    history.chmod(0o644)
    history.write_bytes(b"{}\n")
    with pytest.raises(Unreadable):
        sealing.prepare(version.pk, now=NOW)


def test_two_who_seal_at_once_write_one_object_and_one_entry() -> None:
    document = a_document()
    version = valid(document)
    one, other = (sealing.prepare(version.pk, now=NOW) for _ in range(2))
    assert one
    assert other
    with transaction.atomic():
        assert sealing.record(one) == sealing.record(other)
    assert [entry.kind for entry in queries.history(document)].count("document.sealed") == 1


def test_what_was_cut_off_while_writing_is_swept_after_a_day() -> None:
    store = sealing.default()
    staged = Staged.begin(store.staging(), "kundenakte:d1:v1:s1")
    staged.add_bytes("metadata.json", b"{}")
    assert store.sweep() == 0
    assert store.sweep(now=staged.folder.stat().st_mtime + 25 * 60 * 60) == 1
    assert list(store.ids()) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda package: ArchivePackage.objects.filter(pk=package.pk).update(manifest_sha256="0" * 64),
        lambda package: ArchivePackage.objects.filter(pk=package.pk).delete(),
        lambda package: PackageState.objects.filter(package=package).update(state="repaired"),
        lambda package: PackageState.objects.filter(package=package).delete(),
    ],
)  # fmt: skip
def test_the_database_refuses_to_change_what_is_sealed(change: Callable[[ArchivePackage], Any]) -> None:
    package = sealed(valid(a_document()))
    PackageState.objects.create(package=package, state=PackageState.State.DAMAGED, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        change(package)


def test_t19_what_is_sealed_with_a_clock_set_back_says_so_until_it_has_caught_up() -> None:
    now = timezone.now()
    heads.sign_everything(now + timedelta(days=2))
    sealed(valid(a_document(number="AN-1")))
    heads.sign_everything(now)
    sealed(valid(a_document(number="AN-2")))
    entries = JournalEntry.objects.filter(kind="document.sealed").order_by("id")
    assert [json.loads(bytes(entry.body))["facts"].get("clock_set_back") for entry in entries] == [None, True]
