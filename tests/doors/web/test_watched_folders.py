"""The administration in the browser: watched folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from kundenakte.base.journal.models import JournalEntry
from kundenakte.doors.web.administration.folders import NewFolderForm
from kundenakte.steps.intake.folders import add_folder
from kundenakte.steps.intake.models import FolderEvent, WatchedFolder
from tests.builders import NOW, SETUP, an_arrival
from tests.doors.web.pages import SignIn, words


@pytest.fixture
def anton(signed_in: SignIn) -> Client:
    return signed_in("anton")


def kinds() -> list[str]:
    return list(JournalEntry.objects.values_list("kind", flat=True))


def folder_form(path: Path, **more: Any) -> dict[str, Any]:
    return {"path": str(path), "sidecar": "auto", "done_folder": "fertig", "error_folder": "fehler", **more}


def test_each_field_of_a_folder_stands_in_one_group_and_rare_ones_open_when_used(anton: Client, tmp_path: Path) -> None:
    shown = NewFolderForm()
    assert sorted(field.name for group in shown.groups() for field in group.fields) == sorted(shown.fields)
    assert words(anton.get("/verwaltung/ordner/neu")).count('<details class="disclosure form-group" >') == 3
    wrong = words(anton.post("/verwaltung/ordner/neu", folder_form(tmp_path, done_folder="")))
    assert wrong.count('<details class="disclosure form-group" open>') == 1


def test_a_folder_is_looked_at_watched_changed_and_paused(anton: Client, tmp_path: Path) -> None:
    place = tmp_path / "erp"
    place.mkdir()
    looked = anton.post("/verwaltung/ordner/neu", folder_form(place, name="erp", was="pruefen"))
    assert "Die Kundenakte kann dort schreiben" in words(looked)
    assert not WatchedFolder.objects.exists()
    assert "Ordner des Systems" in words(
        anton.post("/verwaltung/ordner/neu", folder_form(Path("/etc"), name="erp", was="pruefen"))
    )
    refused = anton.post("/verwaltung/ordner/neu", folder_form(Path("/etc"), name="erp"))
    assert refused.status_code == 422
    anton.post("/verwaltung/ordner/neu", folder_form(place, name="erp", system="erp", markers=".ok, .fertig"))
    row = WatchedFolder.objects.get()
    assert (row.facts, row.markers) == ({"system": "erp"}, [".ok", ".fertig"])
    address = f"/verwaltung/ordner/{row.pk}"
    bad = anton.post(address, folder_form(place, edition=1, patterns="ohne Platzhalter"))
    assert bad.status_code == 422
    change = folder_form(place, edition=1, patterns="{class}_{number}.pdf\n", document_class="INV_OUT")
    assert anton.post(address, change).status_code == 303
    row.refresh_from_db()
    assert (row.patterns, row.facts, row.edition) == (["{class}_{number}.pdf"], {"class": "INV_OUT"}, 2)
    assert anton.post(address, change).status_code == 409
    anton.post(f"{address}/schalten", {"an": "nein"})
    row.refresh_from_db()
    assert not row.enabled
    assert {"folder.added", "folder.changed"} <= set(kinds())


def test_a_folder_counts_what_came_and_not_what_stays_lying(anton: Client, tmp_path: Path) -> None:
    place = tmp_path / "erp"
    place.mkdir()
    folder = add_folder(actor=SETUP, name="erp", path=str(place), now=NOW)
    came = an_arrival(source=folder.source)
    for outcome, arrival in (("received", came), ("filed", came), ("problem", None), ("error", None)):
        FolderEvent.objects.create(
            folder=folder, file="a.pdf", file_key="k", outcome=outcome, sentence="Satz.", arrival=arrival, at=NOW
        )
    assert "1 Datei übernommen" in words(anton.get("/verwaltung/ordner"))


def test_what_the_command_set_up_beside_the_form_stays(anton: Client, tmp_path: Path) -> None:
    place = tmp_path / "erp"
    place.mkdir()
    row = add_folder(
        actor=SETUP, name="erp", path=str(place), now=NOW, mapping={"Nr": "number"}, facts={"comment": "aus dem ERP"}
    )
    anton.post(f"/verwaltung/ordner/{row.pk}", folder_form(place, edition=1))
    row.refresh_from_db()
    assert (row.mapping, row.facts) == ({"Nr": "number"}, {"comment": "aus dem ERP"})


def test_folders_that_stand_still_are_counted_and_their_reason_is_said_in_the_language_of_the_screen(
    anton: Client, tmp_path: Path
) -> None:
    for name in ("erp", "scan"):
        (tmp_path / name).mkdir()
        add_folder(actor=SETUP, name=name, path=str(tmp_path / name), now=NOW)
    stands = f"Der Ordner {tmp_path} ist nicht erreichbar: Das Recht dazu fehlt."
    WatchedFolder.objects.filter(name="erp").update(problem=stands)
    assert "1 steht still" in words(anton.get("/verwaltung/"))
    WatchedFolder.objects.update(problem=stands)
    assert "2 stehen still" in words(anton.get("/verwaltung/"))
    assert stands in words(anton.get("/verwaltung/ordner"))
    anton.post("/sprache", {"language": "en", "next": "/"})
    assert f"The folder {tmp_path} is out of reach: The right to do so is missing." in words(
        anton.get("/verwaltung/ordner")
    )
