"""Runs of the verifier by the house: what it says becomes row and entry, and nothing is fine that is not proven."""

from __future__ import annotations

import json
import shutil
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from kundenakte.base.journal import checking, export, guards
from kundenakte.base.journal.models import JournalEntry, VerifierRun
from kundenakte.steps.archive import projection, sealing
from kundenakte.steps.archive.models import ArchivePackage
from tests.builders import SETUP, a_document
from tests.steps.archive.papers import corrected, flip_a_byte, sealed, valid

pytestmark = pytest.mark.django_db


@pytest.fixture
def archive(settings: Any, tmp_path: Path) -> Path:
    """Two sealed documents, and a witness who keeps the heads."""
    settings.JOURNAL_KEYS = str(tmp_path / "keys")
    settings.WITNESS_FOLDER = str(tmp_path / "witness")
    Path(settings.WITNESS_FOLDER).mkdir()
    for number in range(2):
        sealed(valid(a_document(number=f"AN-{number}")))
    return Path(settings.ARCHIVE)


def run_now() -> VerifierRun:
    return checking.check(actor=SETUP, now=timezone.now(), clock=timezone.now, database=projection.lines)


def attested() -> VerifierRun:
    """A run after which the witness has the heads, and one that finds them there."""
    run_now()
    shutil.copy(export.folder() / "tree-heads.jsonl", Path(settings.WITNESS_FOLDER) / "heads.jsonl")
    return run_now()


def journalled(run: VerifierRun) -> dict[str, Any]:
    entry = JournalEntry.objects.get(kind="journal.verified", subject_id=run.pk)
    facts: dict[str, Any] = json.loads(bytes(entry.body))["facts"]
    return facts


def test_a_whole_archive_is_proven_and_the_journal_says_so(archive: Path) -> None:
    run = attested()
    assert (run.exit, run.sentence, run.findings) == (0, "", [])
    assert run.counts["objects"] == 2
    assert journalled(run)["exit"] == 0
    assert journalled(run)["counts"]["objects"] == 2


def test_without_witness_the_outcome_is_two_and_says_what_is_not_proven(archive: Path, settings: Any) -> None:
    settings.WITNESS_FOLDER = ""
    run = run_now()
    assert run.exit == checking.INCOMPLETE
    assert set(run.codes) == {"incomplete ROLLBACK", "incomplete ANCHOR_STALE"}


def test_t03_a_flipped_byte_is_a_violation_in_row_and_journal(archive: Path) -> None:
    attested()
    package = ArchivePackage.objects.order_by("pk").first()
    assert package is not None
    flip_a_byte(sealing.default().path(package.object_id, package.original))
    run = run_now()
    assert run.exit == checking.VIOLATION
    assert [(one["code"], one["subject"]) for one in run.findings] == [("BYTES", package.object_id)]
    assert journalled(run)["codes"] == {"violation BYTES": 1}


def test_what_is_sealed_while_the_program_reads_is_no_finding(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attested()
    really = checking._ran

    def after_another_sealing(call: Any) -> dict[str, Any]:
        sealed(valid(a_document(number="AN-9")))
        return really(call)

    monkeypatch.setattr(checking, "_ran", after_another_sealing)
    run = run_now()
    assert run.findings == []
    # Its sealing and the lines of its history that are younger than the export.
    assert run.exit == 0
    assert journalled(run)["meanwhile"] >= 1
    assert run.counts["objects"] == 3


def test_t06_each_night_the_database_is_held_against_the_archive_and_both_ways(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A field changed by SQL, a sealing the database has forgotten, one it made up: each is named."""
    assert attested().exit == 0
    changed, forgotten = ArchivePackage.objects.order_by("pk")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE records_document SET title = 'Anderes' WHERE id = %s", [changed.document_id])
    # Nothing is in flight here: what the test does is done when the run begins.
    monkeypatch.setattr(checking, "_IN_FLIGHT", timedelta(0))

    def found() -> set[tuple[str, str]]:
        run = run_now()
        assert run.exit == checking.VIOLATION
        # What stands in a field is for the eyes of whoever calls the program, not for rows and logs.
        assert "Anderes" not in str(run.findings)
        told = [one for one in run.findings if one["code"] == "PROJECTION"]
        return {(one["subject"], one["facts"].get("field", "")) for one in told}

    of_title = (changed.object_id, "document.title")
    assert found() == {of_title}
    made_up = a_document(number="AN-7")
    guards.lift()
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE archive_archivepackage SET document_id = %s, version_id = %s WHERE id = %s",
                [made_up.pk, made_up.valid_version_id, forgotten.pk],
            )
        # PostgreSQL changes no trigger while foreign keys are still to be looked at.
        connection.check_constraints()
    finally:
        guards.install()
    assert found() == {of_title, (forgotten.object_id, ""), (f"document {made_up.pk}", "")}


def test_a_change_the_journal_tells_of_is_no_finding_until_it_should_have_been_sealed(archive: Path) -> None:
    attested()
    package = ArchivePackage.objects.order_by("pk").first()
    assert package is not None
    now = timezone.now()
    corrected(package.document, "Neuer Titel", now=now)
    attested()

    def found(after: timedelta) -> dict[str, int]:
        run = checking.check(actor=SETUP, now=now + after, clock=lambda: now + after, database=projection.lines)
        return {code: count for code, count in run.codes.items() if "PROJECTION" in code}

    assert found(timedelta(hours=20)) == {}
    assert found(timedelta(hours=60)) == {"incomplete PROJECTION": 1}


def test_what_changes_while_the_program_reads_is_no_finding_either(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attested()
    package = ArchivePackage.objects.order_by("pk").first()
    assert package is not None
    tell = export.tell_everything

    def after_a_change(now: Any) -> None:
        corrected(package.document, "Neuer Titel")
        sealed(package.version)
        tell(now)

    monkeypatch.setattr(export, "tell_everything", after_a_change)
    run = run_now()
    assert [one for one in run.findings if one["code"] == "PROJECTION"] == []
    assert journalled(run)["meanwhile"] >= 1


def test_an_object_that_nobody_sealed_is_a_finding(archive: Path) -> None:
    attested()
    package = ArchivePackage.objects.order_by("pk").first()
    assert package is not None
    here = sealing.default().folder(package.object_id)
    stranger = sealing.default().folder("kundenakte:d9:v9:s9")
    shutil.copytree(here, stranger)
    assert run_now().exit == checking.VIOLATION


def test_a_run_that_cannot_be_made_is_never_taken_for_a_good_one(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "_program", lambda: [sys.executable, "-c", "raise SystemExit(3)"])
    run = run_now()
    assert run.exit is None
    assert "abgebrochen" in run.sentence
    assert journalled(run)["finished"] is False
    with pytest.raises(CommandError) as refused:
        call_command("verify_archive")
    assert refused.value.returncode == 3


def test_a_program_that_goes_on_for_ever_is_ended(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_program", lambda: [sys.executable, "-c", "import time; time.sleep(60)"])
    monkeypatch.setattr(checking, "LONGEST", timedelta(seconds=0.3))
    assert "zu lange" in run_now().sentence


def test_it_is_asked_for_once_and_the_wanted_run_is_the_one_that_is_made(archive: Path) -> None:
    now = timezone.now()
    wanted = checking.ask(actor=SETUP, now=now)
    assert checking.ask(actor=SETUP, now=now) == wanted
    assert JournalEntry.objects.filter(kind="journal.check_asked").count() == 1
    assert run_now() == wanted
    assert checking.ask(actor=SETUP, now=timezone.now()) != wanted


def test_two_runs_at_once_are_refused(archive: Path) -> None:
    with checking._alone(), pytest.raises(checking.AlreadyChecking):
        run_now()


def test_the_command_ends_as_the_program_does(archive: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("verify_archive")
    assert ended.value.code == checking.INCOMPLETE
