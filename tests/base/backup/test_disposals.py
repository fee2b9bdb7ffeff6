"""What was lawfully destroyed does not come back with an older backup, and leaves the backups after their days."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as house_settings
from django.utils import timezone

from kundenakte.base.backup import actions, verify
from kundenakte.base.backup.folder import Folder
from kundenakte.base.journal import sequencer
from kundenakte.records.disposition import listing, replaying
from kundenakte.records.models import Document, Version
from kundenakte.steps.archive import sealing
from tests.base.backup.conftest import OtherHouse
from tests.builders import SETUP
from tests.records.disposition.papers import a_sealed_paper, disposed
from tests.steps.archive.papers import valid

pytestmark = [pytest.mark.usefixtures("full_house"), pytest.mark.kill]
Houses = Callable[[], OtherHouse]

_ASK = """
import json
from pathlib import Path
from django.conf import settings
from kundenakte.base import blobs, health
from kundenakte.base.journal import guards, sequencer
from kundenakte.base.journal.models import JournalEntry
from kundenakte.base.journal.verifier import verify
from kundenakte.records.models import Document, Version
from kundenakte.steps.archive import sealing
while sequencer.sequence():
    pass
entries = JournalEntry.objects.filter(kind="document.disposed")
print("SAID" + json.dumps({
    "documents": list(Document.objects.order_by("pk").values_list("pk", flat=True)),
    "tombstones": list(Document.with_disposed.filter(is_disposed=True).values_list("pk", flat=True)),
    "blobs": [v.document_id for v in Version.objects.all() if blobs.default().has(v.digest)],
    "objects": list(sealing.default().ids()),
    "journal": verify().findings,
    "guards": len(guards.missing()),
    "entries": [json.loads(bytes(e.body))["facts"] for e in entries],
    "word": [str(f) for f in Path(settings.DATA).rglob("*") if f.is_file() and b"Quastenflosser" in f.read_bytes()],
}))
"""


def back_up(tmp_path: Path, *, days_ago: int = 0) -> Path:
    while sequencer.sequence():
        pass
    place = tmp_path / "backup"
    actions.back_up(actor=SETUP, place=place, now=timezone.now() - timedelta(days=days_ago))
    return place


def said(house: OtherHouse) -> dict[str, Any]:
    done = house.run("shell", "-v", "0", "-c", _ASK)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.partition("SAID")[2]))


def test_t36_a_restored_older_backup_is_cleaned_before_the_first_sign_in_and_says_so(
    tmp_path: Path, other_house: Houses
) -> None:
    goes, stays = a_sealed_paper(content="Quastenflosser 1", title="Quastenflosser"), a_sealed_paper()
    place = back_up(tmp_path)
    made = disposed(goes, now=timezone.now())
    [line] = listing.lines()
    house = other_house()
    house.environment["KUNDENAKTE_DISPOSITIONS"] = str(house_settings.DISPOSITION_LIST)
    done = house.run("restore", str(place))
    assert done.returncode == 0, done.stderr
    assert f"Dokument {goes.pk} wieder vernichtet" in done.stdout
    assert "Alles stimmt überein" in done.stdout
    found = said(house)
    assert found["tombstones"] == [goes.pk]
    assert goes.pk not in found["documents"]
    assert goes.pk not in found["blobs"]
    assert {stays.pk} <= set(found["documents"]) & set(found["blobs"])
    assert found["objects"] == [f"kundenakte:d{stays.pk}:v1:s1"]
    assert (found["journal"], found["guards"], found["word"]) == ([], 0, [])
    [entry] = found["entries"]
    assert (entry["replayed"], entry["disposition"], entry["released_by"]) == (True, made.pk, made.decided_by_id)
    assert entry["disposed_at"] == line["disposed_at"]


def test_t36_without_its_list_a_backup_comes_back_as_it_was(tmp_path: Path, other_house: Houses) -> None:
    goes = a_sealed_paper()
    place = back_up(tmp_path)
    disposed(goes, now=timezone.now())
    house = other_house()
    house.environment["KUNDENAKTE_DISPOSITIONS"] = str(tmp_path / "another-list.jsonl")
    assert house.run("restore", str(place)).returncode == 0
    assert goes.pk in said(house)["documents"]


def test_a_backup_made_after_a_disposal_misses_nothing_and_proves_itself(
    tmp_path: Path, house_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUNDENAKTE_HOSTS", "localhost")
    disposed(a_sealed_paper(), now=timezone.now())
    row = actions.prove(actor=SETUP, place=back_up(tmp_path), now=timezone.now())
    assert (row.sentence, row.succeeded) == ("", True)


def test_t36_a_nightly_proof_of_a_backup_before_a_disposal_replays_it_and_changes_nothing_here(
    tmp_path: Path, house_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUNDENAKTE_HOSTS", "localhost")
    goes, stays = a_sealed_paper(), a_sealed_paper()
    place = back_up(tmp_path)
    disposed(goes, now=timezone.now())
    before = list(listing.lines())
    row = actions.prove(actor=SETUP, place=place, now=timezone.now())
    assert (row.sentence, row.succeeded) == ("", True)
    assert list(listing.lines()) == before
    assert sealing.default().has(f"kundenakte:d{stays.pk}:v1:s1")


def test_t35_backups_let_go_of_it_after_their_days(tmp_path: Path) -> None:
    goes = a_sealed_paper(content="Quastenflosser 1")
    digest = valid(goes).digest
    place = back_up(tmp_path, days_ago=91)
    target = Folder.at(place, actions.key())
    disposed(goes, now=timezone.now())
    back_up(tmp_path)
    assert target.has(digest)
    assert verify.let_go(target, now=timezone.now(), keep_days=90) == 1
    assert not target.has(digest)
    assert list(verify.faults(target)) == []


def test_a_number_given_away_again_after_a_restore_is_another_document() -> None:
    goes = a_sealed_paper()
    disposed(goes, now=timezone.now())
    line = next(listing.lines())
    other = Document.objects.order_by("pk")[0]
    listing.add([{**line, "document": other.pk}])
    assert replaying.replay() == []
    assert Document.objects.filter(pk=other.pk).exists()
    assert Version.objects.filter(document=other).exists()
