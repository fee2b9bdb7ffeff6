"""The administrator's pages of processes: upload, draft, publish, dry run, what starts a process, moving cases over."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from kundenakte.circulation.models import (
    Case,
    CirculationFolder,
    EditionMove,
    Process,
    ProcessDefinition,
    ProcessDraft,
    StartRule,
    Task,
    WebhookReceiver,
)
from tests.builders import a_class, a_user
from tests.case_builders import a_case, a_process, does_step, worked_off
from tests.doors.web.pages import SignIn, words
from tests.process_builders import ENDS, a_file, flow, shipped, user_task

LIST = "/verwaltung/prozesse"
SCRIPT = ENDS + '<bpmn:scriptTask id="s" name="Rechnen"><bpmn:script>import os</bpmn:script></bpmn:scriptTask>'
ONE = a_file(ENDS + user_task("eins") + flow("f1", "los", "eins") + flow("f2", "eins", "aus"))
TWO = a_file(
    ENDS + user_task("eins") + user_task("zwei") + flow("f1", "los", "eins") + flow("f2", "eins", "zwei")
    + flow("f3", "zwei", "aus")
)  # fmt: skip
OTHER = a_file(ENDS + user_task("neu") + flow("f1", "los", "neu") + flow("f2", "neu", "aus"))


@pytest.fixture
def anton(signed_in: SignIn) -> Client:
    return signed_in("anton")


def _uploads(client: Client, content: bytes, name: str = "prozess.bpmn") -> Any:
    return client.post(f"{LIST}/neu", {"datei": SimpleUploadedFile(name, content)})


def _publishes(client: Client, key: str, edition: int, note: str = "") -> Any:
    return client.post(f"{LIST}/{key}/freigeben", {"edition": str(edition), "notiz": note})


# --- upload, draft, publish --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Bitte wählen Sie eine BPMN-Datei."),
        (b"Sehr geehrte Damen und Herren", "XML"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', ""),
        (b"<definitions/>", "Das ist keine BPMN-Datei"),
        (a_file(SCRIPT), "Skript-Aufgaben führt die Kundenakte nicht aus. („Rechnen“)"),
        (b" " * (512 * 1024 + 1), "Die Datei ist größer als 512 KB."),
    ],
)
def test_what_is_no_process_is_refused_with_a_sentence_and_nothing_is_kept(
    content: bytes, sentence: str, anton: Client
) -> None:
    answer = _uploads(anton, content)
    assert answer.status_code == 422
    assert answer.context["sentence"]
    assert sentence in answer.context["sentence"]
    assert answer.context["sentence"] in answer.content.decode().replace("&quot;", '"').replace("&#x27;", "'")
    assert not ProcessDraft.objects.exists()
    assert not Process.objects.filter(key="probe").exists()


def test_a_file_becomes_a_draft_and_the_draft_an_edition(anton: Client) -> None:
    answer = _uploads(anton, shipped("reklamation"))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{LIST}/reklamation")
    page = anton.get(f"{LIST}/reklamation")
    assert "Ablauf des Entwurfs" in words(page)
    assert "Abgelegt von Anton Adler" in words(page)
    assert page.context["drawing"] is not None
    # Nobody of the management is there: whoever is responsible gets its tasks.
    a_user("sabine")
    lanes = dict(anton.get(f"{LIST}/reklamation").context["lanes"])
    assert (lanes["Service"], lanes["Geschäftsleitung"]) == ("Service", "")
    assert "noch nicht freigegeben" in words(anton.get(LIST))
    edition = ProcessDraft.objects.get().edition
    assert _publishes(anton, "reklamation", edition, "Erste Fassung").status_code == 303
    said = words(anton.get(f"{LIST}/reklamation"))
    assert "Ablauf von Ausgabe 1" in said
    assert "Erste Fassung" in said
    assert "wird angeboten" in words(anton.get(LIST))
    assert (ProcessDefinition.objects.get().published_by, ProcessDraft.objects.count()) == (a_user("anton"), 0)


def test_a_draft_that_was_changed_meanwhile_is_not_published_unseen(anton: Client) -> None:
    _uploads(anton, ONE)
    seen = ProcessDraft.objects.get().edition
    _uploads(anton, TWO)
    answer = _publishes(anton, "probe", seen, "Meine Notiz")
    assert (answer.status_code, ProcessDefinition.objects.count()) == (409, 0)
    assert "Meine Notiz" in words(answer)
    assert _publishes(anton, "probe", ProcessDraft.objects.get().edition).status_code == 303
    assert _publishes(anton, "probe", 1).status_code == 404


def test_letters_of_its_numbers_that_another_process_has_are_refused(anton: Client) -> None:
    a_process()
    answer = _uploads(anton, a_file(prefix="RK"))
    assert (answer.status_code, "gehört schon zum Prozess „Reklamation“" in words(answer)) == (422, True)


def test_each_edition_can_be_looked_at_and_taken_along(anton: Client) -> None:
    a_process(ONE)
    a_process(TWO)
    _uploads(anton, OTHER)
    assert anton.get(f"{LIST}/probe").context["is_draft"]
    page = anton.get(f"{LIST}/probe?ausgabe=1")
    assert (page.context["is_draft"], page.context["shown"].number) == (False, 1)
    file = anton.get(f"{LIST}/probe/datei?ausgabe=1")
    assert (file.headers["Content-Disposition"], b'"zwei"' in file.content) == (
        'attachment; filename="probe.bpmn"',
        False,
    )
    assert b'"zwei"' in anton.get(f"{LIST}/probe/datei?ausgabe=2").content
    # Without a number it is what is worked at.
    assert b'"neu"' in anton.get(f"{LIST}/probe/datei").content
    for address in (f"{LIST}/gibtesnicht", f"{LIST}/gibtesnicht/datei"):
        assert anton.get(address).status_code == 404


def test_what_is_no_longer_offered_is_started_by_nobody_until_it_is_again(anton: Client) -> None:
    process = a_process().process
    for offered, said in (("0", "Was läuft, läuft weiter."), ("1", "können wieder begonnen werden")):
        page = anton.post(f"{LIST}/reklamation/anbieten", {"anbieten": offered}, follow=True)
        process.refresh_from_db()
        assert (process.is_offered, said in words(page)) == (offered == "1", True)


def test_open_cases_are_moved_over_where_they_fit_and_the_others_are_named(anton: Client, signed_in: SignIn) -> None:
    first = a_case(ONE)
    a_process(TWO)
    page = words(anton.get(f"{LIST}/probe"))
    assert "1 Vorgang auf die neueste Ausgabe umstellen" in page
    # Begun by the page, done by a worker.
    begun = anton.post(f"{LIST}/probe/umstellen", follow=True)
    assert ("0 von 1 Vorgängen sind durchgesehen." in words(begun), b"data-poll=" in begun.content) == (True, True)
    [[address, status]] = begun.redirect_chain
    assert (status, EditionMove.objects.get().total) == (303, 1)
    page = words(anton.get(f"{LIST}/probe"))
    assert ("0 % sind durchgesehen" in page, "Ausgabe umstellen" in page) == (True, False)
    # Asked again, it is the same one.
    assert anton.post(f"{LIST}/probe/umstellen").headers["Location"] == address
    worked_off()
    done = anton.get(address)
    assert ("1 Vorgang umgestellt." in words(done), b"data-poll=" in done.content) == (True, False)
    first.refresh_from_db()
    assert first.definition.number == 2
    assert "Zuletzt ging 1 Vorgang auf Ausgabe 2 über." in words(anton.get(f"{LIST}/probe"))
    assert "folgen schon der neuesten" in words(anton.post(f"{LIST}/probe/umstellen", follow=True))
    does_step(first, "eins", "sabine")
    a_process(OTHER)
    address = anton.post(f"{LIST}/probe/umstellen").headers["Location"]
    worked_off()
    page = words(anton.get(address))
    assert "0 Vorgänge umgestellt. 1 Vorgang bleibt bei seiner Ausgabe." in page
    assert first.number in page
    assert "„eins“ fehlt in der neuen Ausgabe" in page
    part = anton.get(address, headers={"HX-Request": "true", "HX-Target": "move"})
    assert (first.number in words(part), b"<html" in part.content) == (True, False)
    first.refresh_from_db()
    assert first.definition.number == 2
    assert signed_in("verena").get(address).status_code == 404
    assert anton.get(f"{LIST}/reklamation/umstellung/{EditionMove.objects.latest('pk').pk}").status_code == 404


# --- dry run -----------------------------------------------------------------------------------------------------


def _tries(client: Client, response: Any, step: str, **answers: str) -> Any:
    moves = response.context["moves"]
    form = {f"feld_{name}": value for name, value in answers.items()} | {"bisher": moves, "schritt": step}
    return client.post(f"{LIST}/reklamation/probe", form)


def test_a_dry_run_goes_to_the_end_and_leaves_nothing(anton: Client) -> None:
    a_process()
    page = anton.get(f"{LIST}/reklamation/probe")
    assert "Hier wird nur gerechnet" in words(page)
    page = _tries(anton, page, "start", weg="telefon", grund="mangel", beschreibung="undicht")
    page = _tries(anton, page, "u:bewerten", berechtigt="ja", vorgehen="ruecksendung", bewertung="x")
    page = _tries(anton, page, "m:ware_da")
    page = _tries(anton, page, "u:ware_pruefen", eingetroffen_am="24.11.2026", befund="Riss")
    refused = _tries(anton, page, "u:entscheiden", entscheidung="ersatz", betrag="viel", begruendung="Kunde")
    assert "Bitte geben Sie eine Zahl ein" in words(refused)
    assert "Kunde" in words(refused)
    page = _tries(anton, page, "u:entscheiden", entscheidung="ersatz", betrag="1.480,00", begruendung="Kunde")
    assert [step.id for step, _form in page.context["steps"]] == ["freigeben"]
    page = _tries(anton, page, "u:freigeben", freigabe="ja")
    page = _tries(anton, page, "u:antworten", antwort="Wir liefern neu.")
    assert [one.id for one in page.context["errands"]] == ["brief"]
    page = _tries(anton, page, "e:brief")
    page = _tries(anton, page, "u:versenden", versandt="post", versandt_am="2026-11-25")
    assert "Der Prozess ist an seinem Ende." in words(page)
    assert "Entscheiden – Entscheidung: Ersatz liefern; Was es uns kostet (Euro): 1.480,00" in words(page)
    assert [model.objects.count() for model in (Case, CirculationFolder, Task)] == [0, 0, 0]


def test_in_a_dry_run_time_passes_at_a_press(anton: Client) -> None:
    a_process()
    page = _tries(anton, anton.get(f"{LIST}/reklamation/probe"), "start", grund="mangel")
    page = _tries(anton, page, "t:liegt")
    assert "Frist abgelaufen: Fünf Arbeitstage" in words(page)
    assert {step.id for step, _form in page.context["steps"]} == {"bewerten", "nachfassen"}


@pytest.mark.parametrize(
    "moves",
    ["", "Unfug", "[1]", "{}", "[" * 5000, json.dumps([["start", {}], ["u:gibtesnicht", {}]]),
     json.dumps([["start", {}], ["e:x", 7]]), json.dumps([["start", []]]), json.dumps([[None, None]] * 70)],
)  # fmt: skip
def test_a_dry_run_with_moves_nobody_made_begins_anew(moves: str, anton: Client) -> None:
    a_process()
    page = anton.post(f"{LIST}/reklamation/probe", {"bisher": moves})
    assert page.status_code == 200
    assert page.context["is_begun"] is False
    page = anton.post(f"{LIST}/reklamation/probe", {"bisher": "[]", "schritt": "u:gibtesnicht"})
    assert page.status_code == 200


# --- what starts a process, and whom it calls --------------------------------------------------------------------


def test_a_start_rule_is_entered_and_ended(anton: Client) -> None:
    process = a_process().process
    rule = {
        "klasse": str(a_class("COMPLAINT").pk), "person": f"p{a_user('sabine').pk}", "wort": "Pumpe", "weg": "mail",
    }  # fmt: skip
    page = anton.post(f"{LIST}/reklamation/regel", rule, follow=True)
    assert "Die Regel gilt ab jetzt." in words(page)
    assert "Titel mit „Pumpe“, E-Mail" in words(page)
    made = StartRule.objects.get()
    assert (made.process, made.responsible, made.source) == (process, a_user("sabine"), "mail")
    end = reverse("administration-process-rule-end", args=("reklamation", made.pk))
    assert "Die Regel ist beendet." in words(anton.post(end, follow=True))
    assert anton.post(end).status_code == 404
    made.refresh_from_db()
    assert made.is_active is False


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"klasse": ""}, "Bitte wählen Sie eine Dokumentklasse und eine Person."),
        ({"person": ""}, "Bitte wählen Sie eine Dokumentklasse und eine Person."),
        ({"person": "p987654"}, "Bitte wählen Sie eine Dokumentklasse und eine Person."),
        ({"person": "erp"}, "Bitte wählen Sie jemanden, der sich anmelden kann."),
        ({"weg": "fax"}, "Diesen Weg, auf dem ein Dokument kommt, gibt es nicht."),
    ],
)
def test_a_start_rule_that_is_not_right_is_shown_again(wrong: dict[str, str], sentence: str, anton: Client) -> None:
    a_process()
    form = {"klasse": str(a_class("COMPLAINT").pk), "person": f"p{a_user('sabine').pk}", "wort": "Pumpe", "weg": "web"}
    form |= {"person": f"p{a_user('erp').pk}"} if wrong.get("person") == "erp" else wrong
    answer = anton.post(f"{LIST}/reklamation/regel", form)
    assert (answer.status_code, StartRule.objects.count()) == (422, 0)
    assert sentence in words(answer)
    assert 'value="Pumpe"' in words(answer)


def test_a_receiver_is_entered_and_its_secret_is_shown_to_nobody(anton: Client) -> None:
    form = {"name": "erp", "adresse": "https://erp.example/vorgang", "geheimnis": "0123456789abcdef"}
    short = anton.post(f"{LIST}/empfaenger", form | {"geheimnis": "kurz"})
    assert (short.status_code, "mindestens 16 Zeichen" in words(short)) == (422, True)
    page = words(anton.post(f"{LIST}/empfaenger", form, follow=True))
    assert "https://erp.example/vorgang" in page
    assert "0123456789abcdef" not in page
    assert WebhookReceiver.objects.get().name == "erp"


# --- rights ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["verena", "sabine", "bernd", "paula"])
def test_for_everybody_else_there_is_no_administration_of_processes(person: str, signed_in: SignIn) -> None:
    a_process()
    client = signed_in(person)
    missing = words(client.get("/verwaltung/prozesse/gibtesnicht"))
    for address in ("", "/neu", "/reklamation", "/reklamation/datei", "/reklamation/probe"):
        assert words(client.get(f"{LIST}{address}")) == missing
    acts = ("freigeben", "anbieten", "umstellen", "regel", "regel/1", "probe")
    for address in ("/neu", "/empfaenger", *(f"/reklamation/{one}" for one in acts)):
        assert client.post(f"{LIST}{address}", {"anbieten": "0"}).status_code == 404
    assert Process.objects.get(key="reklamation").is_offered
