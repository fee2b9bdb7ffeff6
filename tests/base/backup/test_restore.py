"""What was backed up comes back, into an empty house only, and a house is closed until it is whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from kundenakte.base import health
from kundenakte.base.backup import actions, after, restore
from kundenakte.base.backup.folder import Folder
from kundenakte.base.backup.models import BackupRun
from kundenakte.base.backup.refusals import NotEmpty
from kundenakte.base.journal.models import JournalEntry
from kundenakte.records.models import Document, Version
from tests.base.backup.conftest import OtherHouse
from tests.builders import SETUP, a_document

pytestmark = [pytest.mark.usefixtures("full_house"), pytest.mark.kill]
Houses = Callable[[], OtherHouse]

# What a restored house says about itself, asked in a process of its own.
_ASK = """
import json
from kundenakte.records.models import Document, Version
from kundenakte.base import blobs, health
from kundenakte.base.journal import guards
from kundenakte.base.journal.verifier import verify
from django.db import connection
with connection.cursor() as c:
    c.execute("SELECT count(*) FROM django_session")
    sessions = c.fetchone()[0]
for v in Version.objects.all():
    blobs.default().verify(v.digest)
d = Document.objects.order_by("pk").first()
d.title = "changed"; d.save()
print("SAID" + json.dumps({
    "documents": list(Document.objects.order_by("pk").values_list("pk", flat=True)),
    "versions": list(Version.objects.order_by("pk").values_list("pk", "digest")),
    "findings": [f.code for f in health.findings() if f.blocks],
    "guards": len(guards.missing()),
    "journal": verify().findings,
    "sessions": sessions,
}))
"""


def backed_up(tmp_path: Path) -> Path:
    place = tmp_path / "backup"
    actions.back_up(actor=SETUP, place=place, now=timezone.now())
    return place


def said(house: OtherHouse) -> dict[str, Any]:
    done = house.run("shell", "-v", "0", "-c", _ASK)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.partition("SAID")[2]))


def test_documents_versions_and_journal_come_back_with_their_numbers(tmp_path: Path, other_house: Houses) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_session (session_key, session_data, expire_date) VALUES ('old', '', '2030-01-01')"
        )
    place, house = backed_up(tmp_path), other_house()
    done = house.run("restore", str(place))
    assert done.returncode == 0, done.stderr
    assert "Alles stimmt überein" in done.stdout
    found = said(house)
    assert found == {
        "documents": list(Document.objects.order_by("pk").values_list("pk", flat=True)),
        "versions": [list(row) for row in Version.objects.order_by("pk").values_list("pk", "digest")],
        "findings": [], "guards": 0, "journal": [], "sessions": 0,
    }  # fmt: skip
    assert (house.data / "learned" / "classes.model").read_bytes() == b"learned"
    # The next row gets a number of its own: sequences were brought along.
    made = house.run("user", "add", "neu", "--role", "vertrieb", "--service")
    assert made.returncode == 0, made.stderr
    again = house.run("restore", str(place))
    assert again.returncode == 1
    assert "nicht leer" in again.stderr


def test_a_house_with_something_in_it_is_left_alone(tmp_path: Path, other_house: Houses) -> None:
    place, house = backed_up(tmp_path), other_house()
    (house.data / "blobs" / "aa").mkdir(parents=True)
    (house.data / "blobs" / "aa" / "mine").write_text("mine")
    done = house.run("restore", str(place))
    assert (done.returncode, "nicht leer (blobs)" in done.stderr) == (1, True)
    with pytest.raises(NotEmpty):
        restore.restore(Folder.at(place, actions.key()))


def test_a_broken_backup_is_refused_and_the_house_stays_closed(tmp_path: Path, other_house: Houses) -> None:
    place, house = backed_up(tmp_path), other_house()
    digest = Version.objects.values_list("digest", flat=True)[0]
    Folder.at(place, actions.key()).place(digest).unlink()
    done = house.run("restore", str(place))
    assert (done.returncode, digest in done.stderr) == (1, True)
    assert (house.data / "restoring").exists()
    served = house.run("serve")
    assert served.returncode == 1
    assert "Rückspielung ist nicht zu Ende gekommen" in served.stderr


def test_a_half_restored_house_is_told(settings: Any) -> None:
    assert "restoring" not in {finding.code for finding in health.findings()}
    health.closed_mark().touch()
    assert {finding.code: finding.blocks for finding in health.findings()}["restoring"] is True


def test_a_wrong_key_and_a_newer_program_are_refused(tmp_path: Path, other_house: Houses) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('records', '9999_future', CURRENT_TIMESTAMP)"
        )
    try:
        place = backed_up(tmp_path)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = '9999_future'")
    house = other_house()
    done = house.run("restore", str(place))
    assert (done.returncode, "neueren Version" in done.stderr) == (1, True)
    house.environment["KUNDENAKTE_BACKUP_KEY"] = "another secret text of 32 letters and more"
    done = house.run("restore", str(place))
    assert (done.returncode, "Schlüssel passt nicht" in done.stderr) == (1, True)


def test_what_was_disposed_of_since_is_replayed_before_the_house_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(after, "_replays", {})
    after.restored("b", lambda: ["Dokument 2 wurde wieder vernichtet."])
    after.restored("a", lambda: ["Dokument 1 wurde wieder vernichtet."])
    assert after.replay_all() == ["Dokument 1 wurde wieder vernichtet.", "Dokument 2 wurde wieder vernichtet."]


def test_a_proof_leaves_a_row_an_entry_and_nothing_else(
    tmp_path: Path, house_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setenv("KUNDENAKTE_HOSTS", "localhost")
    # Where the house has its originals elsewhere, the scratch house must not: it replays disposals.
    monkeypatch.setenv("KUNDENAKTE_BLOBS", str(tmp_path / "originals elsewhere"))
    place = backed_up(tmp_path)
    row = actions.prove(actor=SETUP, place=place, now=timezone.now())
    assert row.sentence == ""
    assert row.succeeded
    assert row.facts["leaves"] > 3
    assert JournalEntry.objects.filter(kind="backup.proved", subject_id=row.pk).exists()
    assert list(settings.SCRATCH.iterdir()) == []
    assert not (tmp_path / "originals elsewhere").exists()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'proof_%'")
            assert cursor.fetchone() == (0,)


def test_a_backup_that_cannot_be_put_back_is_found_by_the_proof(tmp_path: Path) -> None:
    place = backed_up(tmp_path)
    digest = Version.objects.values_list("digest", flat=True)[0]
    Folder.at(place, actions.key()).place(digest).unlink()
    row = actions.prove(actor=SETUP, place=place, now=timezone.now())
    assert not row.succeeded
    assert digest in row.sentence
    assert JournalEntry.objects.filter(kind="backup.not_proved", subject_id=row.pk).exists()


def test_a_backup_that_fails_is_kept_in_mind(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="eingehängt"):
        actions.back_up(actor=SETUP, place=tmp_path / "no" / "disk", now=timezone.now())
    row = BackupRun.objects.get()
    assert (row.succeeded, "eingehängt" in row.sentence) == (False, True)


def test_a_document_filed_after_the_backup_is_not_in_it(tmp_path: Path, other_house: Houses) -> None:
    place, house = backed_up(tmp_path), other_house()
    later = a_document(content=[b"later"])
    assert house.run("restore", str(place)).returncode == 0
    assert later.pk not in said(house)["documents"]
