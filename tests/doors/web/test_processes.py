"""Starting a case, its page, the form of its tasks, what it waits for, and an errand that did not succeed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kundenakte.base.accounts.models import User
from kundenakte.circulation import actions, filing
from kundenakte.circulation.cases import publishing
from kundenakte.circulation.models import Case, CaseErrand, CirculationFolder
from kundenakte.records.models import CustomerFile, Grant, Verb
from tests.builders import NOW, a_customer_file, a_document, a_user, an_actor
from tests.case_builders import a_case, a_probe, a_process, does_step, open_steps, step_task, the_boss, worked_off
from tests.circulation_builders import a_folder
from tests.doors.web.pages import SignIn, words
from tests.process_builders import ONE_TASK, errand

ASSESSED = {"feld_berechtigt": "ja", "feld_vorgehen": "keins", "feld_bewertung": "Dichtung gerissen"}
STARTED = {"feld_weg": "mail", "feld_grund": "mangel", "feld_beschreibung": "Die Pumpe ist undicht."}


def _address(case: Case) -> str:
    return reverse("circulation-folder", args=(case.folder_id,))


def _start(customer_file: CustomerFile, key: str = "reklamation") -> str:
    return reverse("case-start", args=(customer_file.pk, key))


def _sends(client: Client, case: Case, what: str, **more: str) -> Any:
    task = step_task(case, what)
    form = {"tun": "erledigen", "edition": str(task.edition)} | more
    return client.post(reverse("task", args=(task.pk,)), form)


def _tells(client: Client, case: Case, message: str = "Ware eingetroffen", comment: str = "") -> Any:
    form = {"nachricht": message, "bemerkung": comment}
    return client.post(reverse("case-tell", args=(case.folder_id,)), form)


def _settles(client: Client, case: Case, act: str, reason: str = "") -> Any:
    address = reverse("case-errand", args=(case.folder_id, CaseErrand.objects.get(case=case).pk))
    return client.post(address, {"tun": act, "grund": reason})


def _deny(username: str, customer_file: CustomerFile) -> None:
    Grant.objects.create(
        user=a_user(username), customer_file=customer_file, verb=Verb.READ, is_deny=True, reason="Prüfung",
        created_at=NOW,
    )  # fmt: skip


def _kept(response: Any) -> dict[str, Any]:
    """What the form of the one task holds, by field."""
    [work] = response.context["works"]
    return {field.name: field.value() for field, _fault in work.form.rows}


def _faults(response: Any) -> dict[str, str]:
    [work] = response.context["works"]
    return {field.name: fault for field, fault in work.form.rows if fault}


# --- starting ----------------------------------------------------------------------------------------------------


def test_what_is_offered_stands_there_with_its_steps_and_what_was_marked_comes_along(signed_in: SignIn) -> None:
    process, customer_file = a_process().process, a_customer_file()
    paper = a_document(customer_file=customer_file, document_class="COMPLAINT", title="Foto der Pumpe")
    client, choose = signed_in("sabine"), reverse("case-choose", args=(customer_file.pk,))
    page = client.post(choose, {"dokument": [str(paper.pk), "Unfug"]})
    assert "Prüfen und bewerten" in words(page)
    assert f"{_start(customer_file)}?dokument={paper.pk}" in page.content.decode()
    publishing.offer(actor=an_actor(), process=process, offered=False, now=NOW)
    assert "Zurzeit kann kein Prozess gestartet werden" in words(client.get(choose))
    assert client.get(_start(customer_file)).status_code == 404
    assert client.post(_start(customer_file), {"ausfuehren": "1", **STARTED}).status_code == 404


def test_a_case_begins_with_its_papers_and_what_is_known_already(signed_in: SignIn) -> None:
    a_process()
    customer_file = a_customer_file()
    papers = [
        a_document(customer_file=customer_file, document_class="COMPLAINT", title=title)
        for title in ("Schreiben", "Foto")
    ]
    client, address = signed_in("sabine"), _start(customer_file)
    page = client.get(f"{address}?dokument={papers[0].pk}&dokument={papers[1].pk}")
    assert page.context["titel"] == "Schreiben"
    form = {
        "ausfuehren": "1", "titel": "Pumpe undicht", "notiz": "Eilt", "gezeigt": [one.pk for one in papers],
        "dokument": [papers[1].pk], **STARTED, "feld_beleg": str(papers[0].pk),
    }  # fmt: skip
    answer = client.post(address, form)
    case = Case.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (303, _address(case))
    assert open_steps(case) == [("Prüfen und bewerten", "Service")]
    page = client.get(_address(case))
    assert {paper.document.title for paper in page.context["papers"]} == {"Schreiben", "Foto"}
    for said in ("Eilt", "Mangel an der Ware", "per E-Mail", "Die Pumpe ist undicht.", case.number):
        assert said in words(page)


def test_a_start_with_wrong_answers_begins_nothing_and_keeps_what_was_typed(signed_in: SignIn) -> None:
    a_process()
    customer_file = a_customer_file()
    elsewhere = a_document(title="In einer anderen Akte")
    form = {"ausfuehren": "1", "titel": "Pumpe", **STARTED, "feld_grund": "Unfug", "feld_beleg": str(elsewhere.pk)}
    answer = signed_in("sabine").post(_start(customer_file), form)
    assert (answer.status_code, Case.objects.count()) == (422, 0)
    assert "Bitte wählen Sie eine der Möglichkeiten." in words(answer)
    assert "Dieses Dokument liegt nicht in der Kundenakte." in words(answer)
    assert "Die Pumpe ist undicht." in words(answer)
    assert "In einer anderen Akte" not in words(answer)
    too_long = signed_in("sabine").post(_start(customer_file), form | STARTED | {"feld_beleg": "", "titel": "x" * 201})
    assert (too_long.status_code, "höchstens 200 Zeichen" in words(too_long)) == (422, True)


def test_a_paper_with_a_very_long_title_is_no_obstacle(signed_in: SignIn) -> None:
    a_process()
    customer_file = a_customer_file()
    paper = a_document(customer_file=customer_file, document_class="COMPLAINT", title="sehr lang " * 24)
    page = signed_in("sabine").get(f"{_start(customer_file)}?dokument={paper.pk}")
    assert 190 < len(page.context["titel"]) <= 200


def test_a_case_without_a_title_is_named_after_process_and_customer(signed_in: SignIn) -> None:
    a_process()
    customer_file = a_customer_file("Muster Maschinenbau GmbH")
    signed_in("sabine").post(_start(customer_file), {"ausfuehren": "1"})
    assert CirculationFolder.objects.get().title == f"Reklamation: {customer_file.customer}"
    assert open_steps(Case.objects.get()) == [("Reklamation erfassen", "Service")]


# --- the form of a task ------------------------------------------------------------------------------------------


def test_wrong_answers_are_told_beside_their_fields_and_nothing_typed_is_lost(signed_in: SignIn) -> None:
    case = does_step(a_case(), "Prüfen und bewerten", "sabine", berechtigt="ja", vorgehen="keins", bewertung="x")
    client = signed_in("verena")
    wrong = {"feld_entscheidung": "", "feld_betrag": "viel", "feld_begruendung": "Guter Kunde", "bemerkung": "Eilt"}
    answer = _sends(client, case, "Entscheiden", **wrong)
    assert answer.status_code == 422
    assert set(_faults(answer)) == {"feld_entscheidung", "feld_betrag"}
    assert (_kept(answer)["feld_betrag"], _kept(answer)["feld_begruendung"]) == ("viel", "Guter Kunde")
    assert ("Eilt" in words(answer), "Bitte sehen Sie nach den markierten Feldern." in words(answer)) == (True, True)
    # Only what is wrong is marked; a reader aloud is led from the field to its sentence.
    assert answer.content.decode().count('aria-invalid="true"') == 2
    place = f"t{step_task(case, 'Entscheiden').pk}-feld_betrag_error"
    assert f'aria-describedby="{place}"' in answer.content.decode()
    assert f'id="{place}"' in answer.content.decode()
    assert open_steps(case) == [("Entscheiden", "Vertrieb")]
    right = {"feld_entscheidung": "gutschrift", "feld_betrag": "1.480,00", "feld_begruendung": "Guter Kunde"}
    assert _sends(client, case, "Entscheiden", **right).status_code == 303
    case.refresh_from_db()
    assert (str(case.amount), case.stage) == ("1480.00", "Freigabe")


def test_a_form_can_be_left_empty_to_take_the_task_and_to_lay_it_back(signed_in: SignIn) -> None:
    case = a_case()
    client = signed_in("sabine")
    for act in ("uebernehmen", "zuruecklegen"):
        # The browser must not ask for answers first.
        assert f'value="{act}" formnovalidate' in client.get(_address(case)).content.decode()
        task = step_task(case, "Prüfen und bewerten")
        form = {"tun": act, "edition": str(task.edition)}
        assert client.post(reverse("task", args=(task.pk,)), form).status_code == 303


def test_the_second_at_the_same_form_is_told_and_gets_back_what_was_typed(signed_in: SignIn) -> None:
    case = a_case()
    task = step_task(case, "Prüfen und bewerten")
    does_step(case, "Prüfen und bewerten", "sabine", berechtigt="ja", vorgehen="keins", bewertung="x")
    form = {"tun": "erledigen", "edition": str(task.edition), **ASSESSED}
    late = signed_in("sabine").post(reverse("task", args=(task.pk,)), form)
    assert late.status_code == 409
    assert "Das hat Sabine Seidl schon getan: erledigt." in words(late)
    assert "Dichtung gerissen" in words(late)


def test_who_decided_finds_no_form_to_approve_and_cannot_send_one(signed_in: SignIn) -> None:
    verena, boss = a_user("verena"), the_boss()
    verena.roles.add(*boss.roles.all())
    case = does_step(a_case(), "Prüfen und bewerten", "sabine", berechtigt="ja", vorgehen="keins", bewertung="x")
    case = does_step(case, "Entscheiden", verena, entscheidung="gutschrift", betrag="1480", begruendung="x")
    client = signed_in("verena")
    page = client.get(_address(case))
    assert "Vier-Augen-Prinzip" in words(page)
    assert "feld_freigabe" not in words(page)
    answer = _sends(client, case, "Über dem Limit freigeben", feld_freigabe="ja")
    assert (answer.status_code, "Vier-Augen-Prinzip" in words(answer)) == (422, True)
    client.force_login(boss)
    assert _sends(client, case, "Über dem Limit freigeben", feld_freigabe="nein").status_code == 303
    assert open_steps(case) == [("Entscheiden", "Vertrieb")]
    # A no is no consent, and the minutes do not say so either.
    told = words(client.get(_address(case)))
    assert "Lena Leitner hat die Aufgabe erledigt (Über dem Limit freigeben)." in told
    assert "nicht freigegeben" in told
    assert "zugestimmt" not in told


# --- what it waits for -------------------------------------------------------------------------------------------


def _awaiting() -> Case:
    return does_step(
        a_case(), "Prüfen und bewerten", "sabine", berechtigt="ja", vorgehen="ruecksendung", bewertung="x"
    )  # fmt: skip


def test_what_has_come_is_told_and_the_case_goes_on(signed_in: SignIn) -> None:
    case = _awaiting()
    client = signed_in("sabine")
    assert "Wartet auf: Ware eingetroffen" in words(client.get(_address(case)))
    assert _tells(client, case, comment="Zwei Pakete").status_code == 303
    assert open_steps(case) == [("Ware prüfen", "Service")]
    page = words(client.get(_address(case)))
    assert "Sabine Seidl hat festgehalten: Ware eingetroffen." in page
    assert "Zwei Pakete" in page
    assert "Wartet auf" not in page


def test_who_is_too_late_to_tell_it_sees_the_case_and_the_words_again(signed_in: SignIn) -> None:
    case = _awaiting()
    client = signed_in("sabine")
    _tells(client, case)
    late = _tells(client, case, comment="Drei Pakete")
    assert late.status_code == 409
    assert late.context["case"] == case
    assert "Drei Pakete" in words(late)
    actions.recall_folder(actor=an_actor("sabine"), folder=case.folder, reason="Irrtum", now=NOW)
    assert _tells(client, case).status_code == 409


def test_who_has_no_part_in_it_sees_that_it_waits_and_tells_nothing(signed_in: SignIn) -> None:
    case = _awaiting()
    client = signed_in("bernd")
    page = words(client.get(_address(case)))
    assert "Wartet auf: Ware eingetroffen" in page
    assert reverse("case-tell", args=(case.folder_id,)) not in page
    assert _tells(client, case).status_code == 403
    assert open_steps(case) == []


# --- an errand in trouble ----------------------------------------------------------------------------------------


@pytest.fixture
def in_trouble(settings: Any) -> Case:
    """A case whose mail found no mail server."""
    settings.EMAIL_HOST = ""
    case = a_probe(errand("send_mail", subject="Antwort", text="Guten Tag"))
    worked_off()
    return case


@pytest.mark.django_db(transaction=True)
def test_an_errand_that_did_not_succeed_is_gone_without_for_a_reason(in_trouble: Case, signed_in: SignIn) -> None:
    client = signed_in("sabine")
    page = words(client.get(_address(in_trouble)))
    assert "Nicht gelungen: Dienst" in page
    assert "Für das Haus ist kein Mailserver eingerichtet." in page
    refused = _settles(client, in_trouble, "ohne", "  ")
    assert refused.status_code == 422
    assert "Bitte geben Sie an, warum es ohne diesen Schritt weitergeht." in words(refused)
    assert refused.context["case"] == in_trouble
    assert _settles(client, in_trouble, "ohne", "Angerufen").status_code == 303
    page = words(client.get(_address(in_trouble)))
    assert "Sabine Seidl hat den Vorgang ohne diesen Schritt weitergehen lassen: Dienst." in page
    assert "Angerufen" in page
    assert open_steps(in_trouble) == [("danach", "Sabine Seidl")]
    twice = _settles(client, in_trouble, "ohne", "Noch einmal")
    assert (twice.status_code, "Noch einmal" in words(twice)) == (422, True)


@pytest.mark.django_db(transaction=True)
def test_it_is_tried_again_and_others_read_who_decides(in_trouble: Case, signed_in: SignIn) -> None:
    client = signed_in("bernd")
    page = words(client.get(_address(in_trouble)))
    assert "Wie es weitergeht, entscheidet Sabine Seidl oder die Verwaltung." in page
    assert "Noch einmal versuchen" not in page
    assert _settles(client, in_trouble, "nochmal").status_code == 403
    assert _settles(signed_in("anton"), in_trouble, "nochmal").status_code == 303
    assert CaseErrand.objects.get().state == "waiting"
    worked_off()
    assert CaseErrand.objects.get().state == "failed"


@pytest.mark.django_db(transaction=True)
def test_an_errand_of_another_case_is_not_found(in_trouble: Case, signed_in: SignIn) -> None:
    other = a_case()
    address = reverse("case-errand", args=(other.folder_id, CaseErrand.objects.get(case=in_trouble).pk))
    assert signed_in("anton").post(address, {"tun": "nochmal"}).status_code == 404


# --- its end -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_case_at_its_end_leads_to_its_minutes_who_may_read_them(signed_in: SignIn) -> None:
    case = does_step(a_probe(ONE_TASK), "Tun", "sabine", betrag="12,5")
    client = signed_in("sabine")
    assert "Als PDF in der Kundenakte" not in words(client.get(_address(case)))
    worked_off()
    document = filing.minutes_document(CirculationFolder.objects.get())
    assert document is not None
    page = words(client.get(_address(case)))
    assert reverse("document", args=(document.pk,)) in page
    assert "abgeschlossen" in page
    Grant.objects.create(
        user=a_user("sabine"), document=document, verb=Verb.READ, is_deny=True, reason="Prüfung", created_at=NOW
    )
    assert document.title not in words(client.get(_address(case)))


# --- rights ------------------------------------------------------------------------------------------------------


def test_for_whom_the_file_is_closed_there_is_no_case(signed_in: SignIn) -> None:
    case = _awaiting()
    _deny("sabine", case.customer_file)
    client = signed_in("sabine")
    for user in (a_user("sabine"), User.objects.create_user("rolf", name="Rolf Roth")):
        client.force_login(user)
        for name, pk, more in (
            ("circulation-folder", case.folder_id, ()), ("case-choose", case.customer_file_id, ()),
            ("case-start", case.customer_file_id, ("reklamation",)),
        ):  # fmt: skip
            there, missing = (client.get(reverse(name, args=(one, *more))) for one in (pk, 987_654))
            assert (there.status_code, words(there)) == (404, words(missing))
        assert _tells(client, case).status_code == 404
        assert client.post(_start(case.customer_file), {"ausfuehren": "1", **STARTED}).status_code == 404
    assert Case.objects.count() == 1
    assert open_steps(case) == []


def test_a_folder_that_is_no_case_is_told_nothing(signed_in: SignIn) -> None:
    folder = a_folder()
    client = signed_in("sabine")
    assert client.post(reverse("case-tell", args=(folder.pk,)), {"nachricht": "x"}).status_code == 404


def test_a_case_that_is_called_off_says_so(signed_in: SignIn) -> None:
    case = a_case()
    client = signed_in("sabine")
    recall = reverse("circulation-recall", args=(case.folder_id,))
    assert client.post(recall, {"grund": " "}).status_code == 422
    page = words(client.post(recall, {"grund": "Doppelt"}, follow=True))
    assert "Der Vorgang ist abgebrochen. Sein Protokoll kommt in die Kundenakte." in page
    assert "Sabine Seidl hat den Vorgang abgebrochen." in page
