"""T-44: what leaves the house comes into an empty one with the same numbers, relations and history."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from kundenakte.base.backup import package
from kundenakte.base.journal.verifier import verify
from kundenakte.records.models import Document, Version
from tests.base.backup.conftest import OtherHouse
from tests.builders import a_document
from tests.steps.archive.papers import sealed, valid
from tests.verifier.running import verify as verify_archive

pytestmark = [pytest.mark.usefixtures("full_house"), pytest.mark.kill]
Houses = Callable[[], OtherHouse]


def written(tmp_path: Path) -> Path:
    folder = tmp_path / "package"
    call_command("exit_package", str(folder))
    return folder


def metadata(folder: Path) -> dict[str, str]:
    """Each table's lines, but for what every house has of its own."""
    own = {"django_migrations", "kundenakte_cache"}
    files = sorted((folder / "data" / "metadata").glob("*.jsonl"))
    return {file.stem: file.read_text(encoding="utf-8") for file in files if file.stem not in own}


def test_t44_a_package_brings_ids_versions_relations_and_history_into_an_empty_house(
    tmp_path: Path, other_house: Houses
) -> None:
    a_document(versions=3, title="Drei Fassungen")
    out, house = written(tmp_path), other_house()
    done = house.run("exit_package", str(out), "--import")
    assert done.returncode == 0, done.stderr
    assert house.run("exit_package", str(tmp_path / "again")).returncode == 0
    before, after = metadata(out), metadata(tmp_path / "again")
    assert [table for table in before if before[table] != after.get(table)] == []
    assert before.keys() == after.keys()
    bagit.Bag(str(tmp_path / "again")).validate()
    about = json.loads((tmp_path / "again" / "data" / "metadata" / "package.json").read_text(encoding="utf-8"))
    assert about["journal"]["root"] == verify().root
    checked = house.run("verify_journal")
    assert (checked.returncode, "unversehrt" in checked.stdout) == (0, True)
    refused = house.run("exit_package", str(out), "--import")
    assert (refused.returncode, "nicht leer" in refused.stderr) == (1, True)


def test_t44_the_verifier_finds_nothing_on_either_side(tmp_path: Path, other_house: Houses) -> None:
    for document in Document.objects.order_by("pk"):
        sealed(valid(document), now=timezone.now())
    call_command("export_journal")
    call_command("export_projection", str(tmp_path / "here.jsonl"))
    out, house = written(tmp_path), other_house()
    assert house.run("exit_package", str(out), "--import").returncode == 0
    assert house.run("export_projection", str(tmp_path / "there.jsonl")).returncode == 0
    assert (tmp_path / "here.jsonl").read_bytes() == (tmp_path / "there.jsonl").read_bytes()
    for archive, dump in ((Path(settings.ARCHIVE), "here.jsonl"), (house.data / "archive", "there.jsonl")):
        answer = verify_archive(archive, "--projection", tmp_path / dump)
        # Without witness and time stamps nobody can say that nothing was rolled back; that alone is told.
        assert (answer.exit, answer.codes) == (2, {"ROLLBACK", "ANCHOR_STALE"}), archive


def test_a_stranger_reads_it_with_a_spreadsheet_and_sha256sum(tmp_path: Path) -> None:
    document = a_document(title="=HYPERLINK()")
    folder = written(tmp_path)
    assert bagit.Bag(str(folder)).is_valid()
    with (folder / "data" / "documents.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    assert len(rows) == Version.objects.count()
    mine = next(row for row in rows if row["document"] == str(document.pk))
    assert mine["title"] == "'=HYPERLINK()"
    digest = mine["sha256"]
    assert (folder / "data" / "originals" / digest[:2] / digest[2:4] / digest).is_file()
    columns = json.loads((folder / "data" / "metadata" / "columns.json").read_text(encoding="utf-8"))
    assert set(columns) == {model._meta.db_table for model in package.tables()}
    assert Document._meta.db_table in columns
    text = "".join(path.name for path in folder.rglob("*"))
    assert "secret-key" not in text
    assert "erp-key" not in text
    assert "backup-key" not in text


def test_a_changed_package_and_a_folder_with_something_in_it_are_refused(tmp_path: Path, other_house: Houses) -> None:
    folder = written(tmp_path)
    with pytest.raises(CommandError, match="nicht leer"):
        call_command("exit_package", str(folder))
    file = next(path for path in (folder / "data" / "originals").rglob("*") if path.is_file())
    file.write_bytes(b"other")
    done = other_house().run("exit_package", str(folder), "--import")
    assert (done.returncode, "nicht unversehrt" in done.stderr) == (1, True)
