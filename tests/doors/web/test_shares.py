"""The administration in the browser: file servers, their dry runs and take-overs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from kundenakte import pipeline
from kundenakte.base.accounts.models import User
from kundenakte.base.journal.models import JournalEntry
from kundenakte.doors.share import tasks
from kundenakte.records.actions import grants
from kundenakte.records.models import Arrival, Document, Verb
from kundenakte.steps.intake.models import Share, ShareRun
from tests.builders import NOW, SETUP, a_customer
from tests.doors.share.shelves import MUSTER, PATTERN, put, worked_off
from tests.doors.web.pages import SignIn, words

ADDRESS = "/verwaltung/dateiserver"


@pytest.fixture
def anton(signed_in: SignIn) -> Client:
    pipeline.register_jobs()
    tasks.register_jobs()
    return signed_in("anton")


def share_form(path: Path, **more: Any) -> dict[str, Any]:
    return {"path": str(path), "patterns": PATTERN, "words": "", **more}


def a_drive(anton: Client, root: Path, **more: Any) -> Share:
    assert anton.post(f"{ADDRESS}/neu", share_form(root, name="kunden", **more)).status_code == 303
    return Share.objects.get()


def test_only_administrators_find_these_pages(signed_in: SignIn) -> None:
    assert signed_in("verena").get(ADDRESS).status_code == 404


def test_a_place_a_pattern_or_a_class_that_is_none_is_refused_with_a_sentence(anton: Client, tmp_path: Path) -> None:
    root = tmp_path / "laufwerk"
    root.mkdir()
    for wrong, sentence in (
        ({"path": "/etc"}, "Ordner des Systems"),
        ({"path": str(tmp_path / "fehlt")}, "gibt es nicht"),
        ({"patterns": "{titel}"}, "nennt keinen Kunden"),
        ({"patterns": "{kunde} {firma}/{titel}"}, "enthält {firma}"),
        ({"patterns": "{kunde}{**}"}, "ganze Ordner"),
        ({"words": "Angebote"}, "Ordner = Klasse"),
        ({"words": "Angebote = GIBTSNICHT"}, "GIBTSNICHT"),
        ({"words": "Angebote = @ gibtsnicht"}, "gibtsnicht"),
    ):
        answer = anton.post(f"{ADDRESS}/neu", share_form(root, name="kunden") | wrong)
        assert (answer.status_code, sentence in words(answer)) == (422, True), wrong
    assert not Share.objects.exists()


def test_a_dry_run_its_mapping_and_the_take_over(anton: Client, tmp_path: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    root = tmp_path / "laufwerk"
    put(root, f"{MUSTER}/Angebot 4711.pdf")
    put(root, "D-99 Niemand/Angebote/2019/x.pdf")
    share = a_drive(anton, root)
    assert "Noch keiner" in words(anton.get(f"{ADDRESS}/{share.pk}"))
    begun = anton.post(f"{ADDRESS}/{share.pk}/beginnen", {"art": "probe"})
    run = ShareRun.objects.get()
    address = f"{ADDRESS}/lauf/{run.pk}"
    assert begun["Location"] == address
    assert "Das Laufwerk wird durchgesehen" in words(anton.get(address))
    assert "läuft schon" in words(anton.post(f"{ADDRESS}/{share.pk}/beginnen", {"art": "probe"}, follow=True))
    worked_off(run)
    shown = words(anton.get(address))
    assert "2 Pfade" in shown
    assert "Klasse steht nicht im Pfad" in shown
    assert "D-99 Niemand" in shown
    assert not Arrival.objects.exists()
    anton.post(f"{address}/zuordnen", {"ordner": ["Angebote"], "klasse": ["OFFER"]})
    share.refresh_from_db()
    assert share.words == {"Angebote": {"class": "OFFER"}}
    assert "Angebote = OFFER" in words(anton.get(f"{ADDRESS}/{share.pk}"))
    anton.post(f"{ADDRESS}/{share.pk}/beginnen", {"art": "uebernahme"})
    taken = worked_off(ShareRun.objects.latest("pk"))
    assert Document.objects.get().title == "Angebot 4711"
    table = b"".join(anton.get(f"{ADDRESS}/lauf/{taken.pk}/bericht.csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert [line.split(";")[3] for line in table.splitlines()[1:]] == ["eingeaktet", "Kunde nicht gefunden"]
    assert {"share.added", "share.changed", "share.tried", "share.import_started", "share.imported"} <= set(
        JournalEntry.objects.values_list("kind", flat=True)
    )


def test_the_table_of_a_run_is_told_in_english_as_well(anton: Client, tmp_path: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    put(tmp_path / "laufwerk", f"{MUSTER}/a.pdf")
    put(tmp_path / "laufwerk", "D-99 Niemand/Angebote/2019/b.pdf")
    share = a_drive(anton, tmp_path / "laufwerk", words="Angebote = OFFER")
    anton.post(f"{ADDRESS}/{share.pk}/beginnen", {"art": "uebernahme"})
    run = worked_off(ShareRun.objects.get())
    anton.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    answer = anton.get(f"{ADDRESS}/lauf/{run.pk}/bericht.csv")
    with translation.override("de"):
        table = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    head, *lines = (line.split(";") for line in table.splitlines())
    assert head == [
        "Path", "Size", "Changed on", "Result", "Note", "Customer in the path", "Customer number", "Folder", "Class",
        "Status today", "Document", "SHA-256",
    ]  # fmt: skip
    assert [line[3] for line in lines] == ["filed", "customer not found"]
    assert [line[4] for line in lines] == ["", "The customer number D-99 is not known."]
    assert lines[0][9] == "filed"


def test_a_run_is_stopped(anton: Client, tmp_path: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    put(tmp_path / "laufwerk", f"{MUSTER}/a.pdf")
    share = a_drive(anton, tmp_path / "laufwerk")
    anton.post(f"{ADDRESS}/{share.pk}/beginnen", {"art": "uebernahme"})
    run = ShareRun.objects.get()
    anton.post(f"{ADDRESS}/lauf/{run.pk}/anhalten")
    assert worked_off(run).stopped
    assert "angehalten" in words(anton.get(f"{ADDRESS}/lauf/{run.pk}"))


def test_settings_changed_meanwhile_are_not_overwritten(anton: Client, tmp_path: Path) -> None:
    root = tmp_path / "laufwerk"
    root.mkdir()
    share = a_drive(anton, root, words="Fotos = PHOTO @ service")
    assert share.words == {"Fotos": {"class": "PHOTO", "section": "service"}}
    change = share_form(root, edition=1, words="Fotos = PHOTO", takes_unclear="on")
    assert anton.post(f"{ADDRESS}/{share.pk}", change).status_code == 303
    assert anton.post(f"{ADDRESS}/{share.pk}", change).status_code == 409
    share.refresh_from_db()
    assert share.takes_unclear


def test_paths_of_documents_that_an_administrator_may_not_see_are_not_told(anton: Client, tmp_path: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    put(tmp_path / "laufwerk", f"{MUSTER}/Geheim.pdf")
    put(tmp_path / "laufwerk", f"{MUSTER}/Offen.pdf")
    share = a_drive(anton, tmp_path / "laufwerk", words="Angebote = OFFER")
    anton.post(f"{ADDRESS}/{share.pk}/beginnen", {"art": "uebernahme"})
    run = worked_off(ShareRun.objects.get())
    grants.grant(
        actor=SETUP, to=User.objects.get(username="anton"), on=Document.objects.get(title="Geheim"), verb=Verb.READ,
        reason="Betrifft ihn selbst", deny=True, now=NOW,
    )  # fmt: skip
    shown = words(anton.get(f"{ADDRESS}/lauf/{run.pk}"))
    table = b"".join(anton.get(f"{ADDRESS}/lauf/{run.pk}/bericht.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "Offen.pdf" in shown
    assert "Geheim.pdf" not in shown + table
    assert "Ein Pfad" in shown
