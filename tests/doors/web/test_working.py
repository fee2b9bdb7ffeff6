"""What somebody does with a task, on the page of its folder."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from kundenakte.base.accounts.models import Role, User
from kundenakte.circulation import actions
from kundenakte.circulation.models import CirculationFolder, Task
from tests.builders import NOW, an_actor
from tests.circulation_builders import a_folder, a_team, does, stop, task_of, under_way
from tests.doors.web.pages import SignIn, words
from tests.doors.web.test_circulation import p


def _address(folder: CirculationFolder) -> str:
    return reverse("circulation-folder", args=(folder.pk,))


def _sends(client: Any, task: Task, act: str, **more: str) -> Any:
    form = {"tun": act, "edition": str(task.edition)} | more
    return client.post(reverse("task", args=(task.pk,)), form)


def test_a_task_leads_to_its_folder_and_is_done_there(signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "verena", wish="approve", instruction="Bitte bis Freitag"), stop(2, "bernd"))
    client, task = signed_in("verena"), task_of(folder)
    led = client.get(reverse("task", args=(task.pk,)))
    assert led.headers["Location"] == f"{_address(folder)}#aufgabe-{task.pk}"
    page = words(client.get(_address(folder)))
    assert "Bitte bis Freitag" in page
    assert "Freigeben" in page
    assert _sends(client, task, "erledigen", bemerkung="In Ordnung").status_code == 303
    task.refresh_from_db()
    assert (task.state, task.remark) == ("done", "In Ordnung")
    assert under_way(folder) == [(2, "Bernd Beck")]


@pytest.mark.parametrize("act", ["", "loeschen"])
def test_what_nobody_has_pressed_ends_no_task(act: str, signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "verena"))
    answer = _sends(signed_in("verena"), task_of(folder), act, bemerkung="Halb geschrieben")
    assert answer.status_code == 422
    assert "Halb geschrieben" in words(answer)
    assert under_way(folder) == [(1, "Verena Vogt")]


def test_a_refusal_wants_a_reason_and_goes_back(signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "verena"), stop(2, "bernd", wish="approve"))
    does("verena", task_of(folder))
    client, task = signed_in("bernd"), task_of(folder)
    refused = _sends(client, task, "zurueckweisen", bemerkung="  ")
    assert refused.status_code == 422
    assert "Bitte geben Sie an, warum Sie die Mappe zurückweisen." in words(refused)
    assert under_way(folder) == [(2, "Bernd Beck")]
    assert _sends(client, task, "zurueckweisen", bemerkung="Rechnung fehlt").status_code == 303
    assert under_way(folder) == [(1, "Verena Vogt")]
    page = signed_in("verena").get(_address(folder))
    assert "Rechnung fehlt" in words(page)
    assert page.context["lines"][1].stamps[0].kind == "bad"


def test_a_comment_wants_words(signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "verena", wish="comment"))
    answer = _sends(signed_in("verena"), task_of(folder), "erledigen", bemerkung="")
    assert (answer.status_code, "Bitte schreiben Sie Ihre Stellungnahme dazu." in words(answer)) == (422, True)


def test_the_second_at_the_same_task_is_told_and_keeps_his_text(signed_in: SignIn) -> None:
    team = a_team("service")
    other = User.objects.create_user("simon", name="Simon Sauer")
    other.roles.add(team)
    folder = a_folder(stop(1, team), stop(2, "bernd"), by="verena")
    task = task_of(folder)
    second = signed_in("sabine")
    assert "Übernehmen" in words(second.get(_address(folder)))
    does(other, task)
    late = _sends(second, task, "erledigen", bemerkung="Mein langer Text")
    assert late.status_code == 409
    assert "Das hat Simon Sauer schon getan: erledigt." in words(late)
    assert "Mein langer Text" in words(late)


def test_a_claimed_task_is_left_to_whoever_claimed_it(signed_in: SignIn) -> None:
    team = a_team("service")
    other = User.objects.create_user("simon", name="Simon Sauer")
    other.roles.add(team)
    folder = a_folder(stop(1, team), by="verena")
    task = task_of(folder)
    mine, theirs = signed_in("sabine"), signed_in("verena")
    theirs.force_login(other)
    assert _sends(mine, task, "uebernehmen").status_code == 303
    task.refresh_from_db()
    assert "übernommen von Sabine Seidl" in words(theirs.get(_address(folder)))
    late = _sends(theirs, task, "erledigen")
    assert (late.status_code, "Sabine Seidl übernommen" in words(late)) == (409, True)
    assert _sends(mine, task, "zuruecklegen").status_code == 303
    task.refresh_from_db()
    assert task.claimed_by is None


def test_a_form_that_is_older_than_the_task_is_refused_with_what_was_typed(signed_in: SignIn) -> None:
    folder = a_folder(stop(1, a_team("service")), by="verena")
    task = task_of(folder)
    client = signed_in("sabine")
    _sends(client, task, "uebernehmen")
    late = _sends(client, task, "erledigen", bemerkung="Schon fertig getippt")
    assert late.status_code == 409
    assert late.context["works"][0].remark == "Schon fertig getippt"
    assert late.context["lost_fault"] is None


def test_handing_on_wants_somebody_and_a_reason(signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "verena"))
    client, task = signed_in("verena"), task_of(folder)
    nobody = _sends(client, task, "weitergeben", an="", grund="Ich kenne den Kunden nicht")
    assert nobody.status_code == 422
    assert "Bitte wählen Sie, wer die Aufgabe bekommt." in words(nobody)
    assert "Ich kenne den Kunden nicht" in words(nobody)
    assert _sends(client, task, "weitergeben", an=p("bernd"), grund=" ").status_code == 422
    assert _sends(client, task, "weitergeben", an=p("bernd"), grund="Kennt den Kunden").status_code == 303
    assert under_way(folder) == [(1, "Bernd Beck")]
    assert "Kennt den Kunden" in words(client.get(_address(folder)))


def test_whoever_started_it_gives_the_task_of_somebody_else_to_a_third(signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "verena"))
    client = signed_in("sabine")
    assert "Aufgabe von Verena Vogt weitergeben" in words(client.get(_address(folder)))
    assert _sends(client, task_of(folder), "weitergeben", an=p("bernd"), grund="Krank").status_code == 303
    assert under_way(folder) == [(1, "Bernd Beck")]


def test_four_eyes_takes_the_button_from_whoever_did_the_step_before(signed_in: SignIn) -> None:
    team = Role.objects.get(code="vertrieb") if Role.objects.exists() else a_team("vertrieb")
    folder = a_folder(stop(1, "verena"), stop(2, team, wish="approve", four_eyes=True))
    does("verena", task_of(folder))
    client = signed_in("verena")
    page = words(client.get(_address(folder)))
    assert "Vier-Augen-Prinzip" in page
    assert 'value="erledigen"' not in page
    answer = _sends(client, task_of(folder), "erledigen")
    assert (answer.status_code, "Vier-Augen-Prinzip" in words(answer)) == (422, True)


def test_a_task_of_somebody_else_is_not_done_by_a_crafted_form(signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "verena"), stop(2, "bernd"))
    does("verena", task_of(folder))
    assert _sends(signed_in("verena"), task_of(folder), "erledigen").status_code == 403
    assert under_way(folder) == [(2, "Bernd Beck")]


def test_a_recalled_folder_refuses_further_changes_in_words(signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "verena"), stop(2, "bernd"))
    task = task_of(folder)
    actions.recall_folder(actor=an_actor("sabine"), folder=folder, reason="Zu Ende", now=NOW)
    late = _sends(signed_in("verena"), task, "erledigen", bemerkung="Zu spät")
    assert late.status_code == 409
    assert "Zu spät" in words(late)
    form = {"station-to": p("anton"), "station-wish": "take_note", "station-step": "3"}
    answer = signed_in("sabine").post(reverse("circulation-extend", args=(folder.pk,)), form)
    assert (answer.status_code, "nicht mehr unterwegs" in words(answer)) == (409, True)
