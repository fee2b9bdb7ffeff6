"""The verifier on what the product itself sealed, signed and exported."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from kundenakte.base.journal import export
from kundenakte.circulation.models import CirculationFolder
from kundenakte.records.disposition import carrying_out
from kundenakte.records.models import CustomerFile, Document
from kundenakte.steps.archive import sealing
from kundenakte.steps.archive.models import ArchivePackage
from tests.base.journal.writing import write
from tests.builders import a_customer_file, a_document, a_user
from tests.circulation_builders import a_folder, does, stop, task_of
from tests.records.disposition.papers import a_sealed_paper, carry_out, disposed, released
from tests.steps.archive.papers import folder_of, sealed, valid
from tests.verifier.running import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def archive(settings: Any, tmp_path: Path) -> Path:
    """Six sealed documents, two of them beyond their time, exported, with a witness who keeps the heads."""
    (tmp_path / "witness").mkdir()
    file = a_customer_file()
    for number in range(3):
        sealed(valid(a_document(customer_file=file, number=f"AN-{number}")))
    sealed(valid(a_document(customer_file=file, document_class="INV_OUT", number="RE-1")))
    for _paper in range(2):
        a_sealed_paper(file)
    exported(tmp_path)
    return Path(settings.ARCHIVE)


def exported(tmp_path: Path) -> None:
    call_command("export_journal")
    shutil.copy(export.folder() / "tree-heads.jsonl", tmp_path / "witness" / "heads.jsonl")


def test_what_the_product_sealed_is_proven(archive: Path, tmp_path: Path) -> None:
    answer = verify(archive, "--witness", tmp_path / "witness")
    assert (answer.exit, answer.findings) == (0, [])
    write(3)
    exported(tmp_path)
    answer = verify(archive, "--witness", tmp_path / "witness")
    assert (answer.exit, answer.findings) == (0, [])


def test_t03_one_flipped_byte_of_a_real_archive_is_named(archive: Path, tmp_path: Path) -> None:
    package = ArchivePackage.objects.order_by("pk")[1]
    original = next((folder_of(package) / "v1" / "content").glob("original.*"))
    original.chmod(0o644)
    original.write_bytes(b"x" + original.read_bytes()[1:])
    answer = verify(archive, "--witness", tmp_path / "witness")
    assert (answer.exit, answer.codes, answer.subjects("BYTES")) == (1, {"BYTES"}, {package.object_id})


def test_t06_a_title_changed_by_sql_is_named_with_both_values(archive: Path, tmp_path: Path) -> None:
    call_command("export_projection", str(tmp_path / "clean.jsonl"))
    options = ("--witness", tmp_path / "witness", "--projection")
    assert verify(archive, *options, tmp_path / "clean.jsonl").exit == 0
    document = Document.objects.order_by("pk").first()
    assert document is not None
    with connection.cursor() as cursor:
        cursor.execute("UPDATE records_document SET title = 'Anderes' WHERE id = %s", [document.pk])
    call_command("export_projection", str(tmp_path / "changed.jsonl"))
    answer = verify(archive, *options, tmp_path / "changed.jsonl")
    assert (answer.exit, answer.codes) == (1, {"PROJECTION"})
    assert [(one["facts"]["field"], one["facts"]["current"]) for one in answer.findings] == [
        ("document.title", "Anderes")
    ]


def test_t09_an_earlier_end_written_by_sql_is_named_and_a_lawful_one_is_not(archive: Path, tmp_path: Path) -> None:
    invoice = Document.objects.get(number="RE-1")
    options = ("--witness", tmp_path / "witness", "--projection")
    call_command("export_projection", str(tmp_path / "clean.jsonl"))
    assert verify(archive, *options, tmp_path / "clean.jsonl").exit == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE records_document SET retain_until = '2026-01-01' WHERE id = %s", [invoice.pk])
    call_command("export_projection", str(tmp_path / "changed.jsonl"))
    answer = verify(archive, *options, tmp_path / "changed.jsonl")
    assert (answer.exit, answer.codes) == (1, {"RULE"})


def test_t35_a_lawful_disposal_leaves_everything_proven_and_the_verifier_counts_it(
    archive: Path, tmp_path: Path
) -> None:
    old, young = Document.objects.filter(document_class__code="OTHER").order_by("pk")
    disposed(old, now=timezone.now())
    exported(tmp_path)
    call_command("export_projection", str(tmp_path / "dump.jsonl"))
    answer = verify(
        archive, "--witness", tmp_path / "witness", "--projection", tmp_path / "dump.jsonl", "--dispositions",
        settings.DISPOSITION_LIST,
    )  # fmt: skip
    assert (answer.exit, answer.findings) == (0, [])
    assert sealing.default().has(f"kundenakte:d{young.pk}:v1:s1")


def test_t32_what_somebody_takes_away_behind_our_back_is_an_early_delete(archive: Path, tmp_path: Path) -> None:
    call_command("export_projection", str(tmp_path / "dump.jsonl"))
    package = ArchivePackage.objects.order_by("pk")[1]
    sealing.default().destroy(package.object_id)
    options = ("--witness", tmp_path / "witness", "--projection", tmp_path / "dump.jsonl")
    answer = verify(archive, *options)
    assert (answer.exit, answer.codes) == (1, {"MISSING", "EARLY_DELETE"})
    assert answer.subjects("EARLY_DELETE") == {f"document {package.document_id}"}


def test_killed_before_the_files_go_the_verifier_says_what_is_still_there(archive: Path, tmp_path: Path) -> None:
    made = released(Document.objects.filter(document_class__code="OTHER")[0], now=timezone.now())
    carrying_out.begin(made.documents.get().pk, now=timezone.now())
    exported(tmp_path)
    answer = verify(archive, "--witness", tmp_path / "witness")
    assert (answer.exit, answer.codes) == (2, {"OVERDUE"})
    carry_out(made)
    assert verify(archive, "--witness", tmp_path / "witness").exit == 0


def a_folder_today() -> CirculationFolder:
    """What is told after a head has to be younger than it."""
    file = CustomerFile.objects.order_by("pk")[0]
    slip = (stop(1, "verena"), stop(2, "bernd"))
    return a_folder(*slip, customer_file=file, documents=[], now=timezone.now())


def test_t51_a_task_altered_by_sql_is_named_by_the_verifier(archive: Path, tmp_path: Path) -> None:
    folder = a_folder_today()
    does("verena", task_of(folder, "verena"), now=timezone.now())
    exported(tmp_path)
    options = ("--witness", tmp_path / "witness", "--projection")
    call_command("export_projection", str(tmp_path / "clean.jsonl"))
    answer = verify(archive, *options, tmp_path / "clean.jsonl")
    assert (answer.exit, answer.codes) == (0, set())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE circulation_task SET ended_by_id = %s WHERE state = 'done'", [a_user("bernd").pk])
    call_command("export_projection", str(tmp_path / "changed.jsonl"))
    answer = verify(archive, *options, tmp_path / "changed.jsonl")
    assert (answer.exit, answer.codes) == (1, {"PROJECTION"})
    [finding] = [one for one in answer.findings if one["code"] == "PROJECTION"]
    assert finding["facts"]["field"] == "ended_by"


def test_t51_a_task_of_another_edition_or_none_is_never_proven(archive: Path, tmp_path: Path) -> None:
    folder = a_folder_today()
    exported(tmp_path)
    does("verena", task_of(folder, "verena"), now=timezone.now())
    call_command("export_projection", str(tmp_path / "dump.jsonl"))
    answer = verify(archive, "--witness", tmp_path / "witness", "--projection", tmp_path / "dump.jsonl")
    assert (answer.exit, answer.codes) == (2, {"PROJECTION"})
    rows = (tmp_path / "dump.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "short.jsonl").write_bytes(b"".join(row for row in rows if b'"task"' not in row))
    answer = verify(archive, "--witness", tmp_path / "witness", "--projection", tmp_path / "short.jsonl")
    assert (answer.exit, answer.codes) == (1, {"PROJECTION"})
