"""Sending a folder round, its page, and what is done with it on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kundenakte.circulation.models import CirculationFolder, Stop
from kundenakte.records.models import Grant, Verb
from tests.builders import NOW, a_customer_file, a_document, a_user
from tests.circulation_builders import a_folder, a_team, does, stop, task_of, under_way
from tests.doors.web.pages import SignIn, words


def p(username: str) -> str:
    """How a form names somebody of the cast."""
    return f"p{a_user(username).pk}"


def t(code: str) -> str:
    """How a form names a team."""
    return f"t{a_team(code).pk}"


def a_form(*rows: dict[str, str], **more: Any) -> dict[str, Any]:
    """A filled form; rows in the order of the slip."""
    form: dict[str, Any] = {"title": "Reklamation", "ausfuehren": "1", "zeile": [str(n) for n in range(len(rows))]}
    for n, row in enumerate(rows):
        form |= {f"s{n}-{name}": value for name, value in ({"wish": "complete"} | row).items()}
    return form | more


def _address(folder: CirculationFolder) -> str:
    return reverse("circulation-folder", args=(folder.pk,))


# --- starting ----------------------------------------------------------------------------------------------------


def test_what_was_marked_in_the_list_lies_in_the_folder_to_be(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    documents = [a_document(customer_file=customer_file, title=title) for title in ("Angebot", "Zeichnung")]
    other = a_document(title="Aus einer anderen Akte")
    client = signed_in("verena")
    address = reverse("file-circulate", args=(customer_file.pk,))
    marked = [document.pk for document in (*documents, other)]
    page = client.post(address, {"dokument": marked, "liste": "register=3"})
    assert page.status_code == 200
    assert "Zeichnung" in words(page)
    assert "Aus einer anderen Akte" not in words(page)
    assert page.context["form"]["title"].value() == "Angebot und ein weiteres Dokument"
    assert page.context["back"].endswith("?register=3")
    assert not CirculationFolder.objects.exists()
    # From the page of a document.
    assert "Zeichnung" in words(client.get(address, {"dokument": documents[1].pk}))


def test_a_sent_form_sets_the_folder_on_its_way(signed_in: SignIn) -> None:
    document = a_document(title="Angebot")
    day = (timezone.localdate() + timedelta(days=9)).isoformat()
    form = a_form(
        {"to": p("bernd"), "wish": "comment", "instruction": "Bitte rechnen"},
        {"to": t("service"), "together": "on", "due_on": day},
        {"to": p("anton"), "wish": "approve", "four_eyes": "on", "due_days": "3"},
        note="Eilt",
        gezeigt=[document.pk],
        dokument=[document.pk],
    )
    client = signed_in("verena")
    answer = client.post(reverse("file-circulate", args=(document.customer_file_id,)), form)
    folder = CirculationFolder.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (303, _address(folder))
    assert (folder.title, folder.note, folder.started_by) == ("Reklamation", "Eilt", a_user("verena"))
    assert [entry.document for entry in folder.documents.all()] == [document]
    stops = Stop.objects.filter(folder=folder)
    assert [(one.step, one.wish, one.four_eyes) for one in stops] == [
        (1, "comment", False), (1, "complete", False), (2, "approve", True),
    ]  # fmt: skip
    assert [str(one.due_on) for one in stops][1] == day
    assert [one.due_days for one in stops] == [None, None, 3]
    assert under_way(folder) == [(1, "Bernd Beck"), (1, str(a_team("service")))]
    assert "unterwegs" in words(client.get(_address(folder)))


def test_a_document_that_was_unticked_stays_out(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    one, other = (a_document(customer_file=customer_file, title=title) for title in ("Eins", "Zwei"))
    form = a_form({"to": p("bernd")}, gezeigt=[one.pk, other.pk], dokument=[other.pk])
    signed_in("verena").post(reverse("file-circulate", args=(customer_file.pk,)), form)
    assert [entry.document for entry in CirculationFolder.objects.get().documents.all()] == [other]


def test_mistakes_stand_at_their_field_and_nothing_typed_is_lost(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    form = a_form(
        {"to": "", "instruction": "Quastenflosser prüfen"},
        {"to": p("bernd"), "due_on": yesterday},
        {"to": p("verena"), "four_eyes": "on", "due_on": "2099-01-01", "due_days": "2"},
        title="",
    )
    answer = signed_in("verena").post(reverse("file-circulate", args=(customer_file.pk,)), form)
    assert answer.status_code == 422
    text = words(answer)
    assert "Quastenflosser prüfen" in text
    assert answer.context["form"].errors["title"] == ["Bitte geben Sie der Mappe einen Titel."]
    first, second, third = (row.form for row in answer.context["slip"])
    assert first.errors == {"to": ["Bitte wählen Sie, wer an der Reihe ist."]}
    assert second.errors == {"due_on": ["Der Termin liegt in der Vergangenheit."]}
    assert "jemand anders" in third.errors["four_eyes"][0]
    assert third.errors["due_days"] == ["Bitte geben Sie einen Tag oder Arbeitstage an, nicht beides."]
    assert yesterday in text
    assert not CirculationFolder.objects.exists()


def test_whoever_must_not_see_the_customer_cannot_be_a_stop(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    Grant.objects.create(
        user=a_user("bernd"), customer_file=customer_file, verb=Verb.READ, is_deny=True, reason="-", created_at=NOW
    )
    answer = signed_in("verena").post(reverse("file-circulate", args=(customer_file.pk,)), a_form({"to": p("bernd")}))
    assert answer.status_code == 422
    assert "kann bei dieser Umlaufmappe nicht mitwirken" in words(answer)


@pytest.mark.parametrize(
    ("button", "instructions"),
    [
        ({"mehr": "1"}, ["A", "B", ""]),
        ({"weg": "0"}, ["B"]),
        ({"hoch": "1"}, ["B", "A"]),
        ({"hoch": "0"}, ["A", "B"]),
        ({"weg": "77"}, ["A", "B"]),
    ],
)
def test_rows_come_and_go_without_a_word_about_mistakes(
    button: dict[str, str], instructions: list[str], signed_in: SignIn
) -> None:
    customer_file = a_customer_file()
    form = a_form({"to": "", "instruction": "A"}, {"to": p("bernd"), "instruction": "B"}, title="Halb fertig") | button
    del form["ausfuehren"]
    client = signed_in("verena")
    address = reverse("file-circulate", args=(customer_file.pk,))
    whole = client.post(address, form)
    part = client.post(address, form, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="stops")
    for answer in (whole, part):
        rows = [row.form for row in answer.context["slip"]]
        assert [row["instruction"].value() or "" for row in rows] == instructions
        assert answer.status_code == 200
        assert "field-error" not in words(answer)
    assert whole.context["form"]["title"].value() == "Halb fertig"
    assert "<html" not in words(part)


def test_the_last_row_stays(signed_in: SignIn) -> None:
    form = a_form({"to": "", "instruction": "A"}, weg="0")
    answer = signed_in("verena").post(reverse("file-circulate", args=(a_customer_file().pk,)), form)
    assert len(answer.context["slip"].rows) == 1


# --- the page of the folder --------------------------------------------------------------------------------------


def test_the_cover_sheet_says_who_did_what_and_where_the_folder_is(signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "verena", wish="comment"), stop(2, "bernd"), stop(3, "anton", wish="approve"))
    does("verena", task_of(folder, "verena"), remark="Kulanz ist möglich")
    page = signed_in("sabine").get(_address(folder))
    lines = page.context["lines"]
    assert [line.is_here for line in lines] == [False, True, False]
    stamp = lines[0].stamps[0]
    assert (stamp.what, stamp.who, stamp.remark) == ("Stellung genommen", "Verena Vogt", "Kulanz ist möglich")
    text = words(page)
    assert text.count('aria-current="step"') == 1
    assert "Hier liegt die Mappe" in text
    told = [line.sentence for line in page.context["minutes"]]
    assert told == [
        "Sabine Seidl hat die Mappe auf den Weg gebracht.",
        "Vorgelegt: Verena Vogt, zur Stellungnahme.",
        "Verena Vogt hat die Aufgabe erledigt (zur Stellungnahme).",
        "Vorgelegt: Bernd Beck, zur Erledigung.",
    ]


def test_a_document_the_reader_may_not_see_is_not_there(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    secret = a_document(customer_file=customer_file, document_class="COMPLAINT", title="Quastenflosser")
    known = a_document(customer_file=customer_file, document_class="COMPLAINT", title="Pumpe")
    folder = a_folder(stop(1, "verena"), customer_file=customer_file, documents=[secret, known])
    assert "Quastenflosser" in words(signed_in("sabine").get(_address(folder)))
    Grant.objects.create(
        user=a_user("verena"), document=secret, verb=Verb.READ, is_deny=True, reason="-", created_at=NOW
    )
    page = signed_in("verena").get(_address(folder))
    assert [paper.document for paper in page.context["papers"]] == [known]
    assert "Quastenflosser" not in words(page)


def test_a_folder_of_others_answers_like_a_missing_one(signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "verena"))
    Grant.objects.create(
        user=a_user("bernd"), customer_file=folder.customer_file, verb=Verb.READ, is_deny=True, reason="-",
        created_at=NOW,
    )  # fmt: skip
    client, task = signed_in("bernd"), task_of(folder)
    names = ("circulation-folder", "circulation-extend", "circulation-shorten", "circulation-recall",
             "circulation-add", "circulation-remove")  # fmt: skip
    for name, pk in (*((name, folder.pk) for name in names), ("task", task.pk)):
        for method in ("get", "post"):
            there, missing = (getattr(client, method)(reverse(name, args=(one,))) for one in (pk, 987_654))
            assert (there.status_code, words(there)) == (missing.status_code, words(missing)), (name, method)
            assert there.status_code in {404, 405}
    assert signed_in("verena").get(_address(folder)).status_code == 200


def test_the_page_asks_no_query_per_stop_and_line(signed_in: SignIn) -> None:
    client = signed_in("sabine")

    def asked(stops: int) -> int:
        folder = a_folder(*(stop(1 + n // 2, "verena" if n % 2 else "bernd") for n in range(stops)))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(_address(folder)).status_code == 200
        return len(queries)

    asked(2)
    assert asked(2) == asked(12)


def test_who_may_steers_and_others_see_no_buttons_for_it(signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "verena"), stop(2, "bernd"))
    assert "Mappe zurückrufen" in words(signed_in("sabine").get(_address(folder)))
    page = words(signed_in("verena").get(_address(folder)))
    assert "Station hinzufügen" in page
    assert "Mappe zurückrufen" not in page
    assert "entfallen lassen" not in page
    later = words(signed_in("bernd").get(_address(folder)))
    assert "Station hinzufügen" not in later


# --- on the way --------------------------------------------------------------------------------------------------


def test_a_stop_is_added_at_the_end_now_and_beside_another(signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "verena"), stop(2, "bernd"))
    client = signed_in("sabine")
    steps = client.get(_address(folder)).context["extension"].fields["step"].choices
    assert [value for value, _name in steps] == ["3", "1", "vor2", "2"]
    for step in ("3", "1", "2", "vor2"):
        form = {"station-to": p("anton"), "station-wish": "take_note", "station-step": step}
        assert client.post(reverse("circulation-extend", args=(folder.pk,)), form).status_code == 303
    assert [one.step for one in Stop.objects.filter(folder=folder)] == [1, 1, 2, 3, 3, 4]
    assert "rückt damit einen Schritt nach hinten" in words(client.get(_address(folder)))
    assert under_way(folder) == [(1, "Anton Adler"), (1, "Verena Vogt")]


def test_a_stop_that_does_not_fit_keeps_the_form_open_with_what_was_typed(signed_in: SignIn) -> None:
    folder = a_folder()
    form = {"station-to": "", "station-wish": "take_note", "station-step": "3", "station-instruction": "Quasten"}
    answer = signed_in("sabine").post(reverse("circulation-extend", args=(folder.pk,)), form)
    assert answer.status_code == 422
    assert (answer.context["opened"], "Quasten" in words(answer)) == ("station", True)
    assert "Bitte wählen Sie, wer an der Reihe ist." in words(answer)


def test_a_stop_that_waits_is_dropped_and_one_that_is_open_is_not(signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "verena"), stop(2, "bernd"), stop(3, "anton"))
    first, second, _third = Stop.objects.filter(folder=folder)
    client, address = signed_in("sabine"), reverse("circulation-shorten", args=(folder.pk,))
    assert client.post(address, {"station": second.pk}).status_code == 303
    refused = client.post(address, {"station": first.pk})
    assert refused.status_code == 422
    assert "Entfallen kann nur eine Station, die noch nicht dran war." in words(refused)
    assert [one.state for one in Stop.objects.filter(folder=folder)] == ["open", "dropped", "waiting"]


def test_a_folder_is_recalled_with_a_reason_only(signed_in: SignIn) -> None:
    folder = a_folder()
    client, address = signed_in("sabine"), reverse("circulation-recall", args=(folder.pk,))
    refused = client.post(address, {"grund": " "})
    assert (refused.status_code, refused.context["opened"]) == (422, "zurueckrufen")
    assert client.post(address, {"grund": "Hat sich erledigt"}).status_code == 303
    folder.refresh_from_db()
    assert folder.state == "recalled"
    page = words(client.get(_address(folder)))
    assert "Hat sich erledigt" in page
    assert "Station hinzufügen" not in page


def test_documents_are_found_put_in_and_taken_out(signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "verena"))
    more = a_document(customer_file=folder.customer_file, document_class="COMPLAINT", title="Foto der Pumpe")
    elsewhere = a_document(document_class="COMPLAINT", title="Foto einer anderen")
    client = signed_in("verena")
    assert client.get(_address(folder), {"finde": "foto"}).context["found"] == [more]
    add, remove = (reverse(f"circulation-{name}", args=(folder.pk,)) for name in ("add", "remove"))
    assert client.post(add, {"dokument": more.pk}).status_code == 303
    assert client.post(add, {"dokument": elsewhere.pk}).status_code == 422
    assert len(client.get(_address(folder)).context["papers"]) == 2
    # What the starter put in, only who steers takes out.
    known = folder.documents.get(added_by=a_user("sabine")).document
    assert client.post(remove, {"dokument": known.pk}).status_code == 403
    assert client.post(remove, {"dokument": more.pk}).status_code == 303
    again = client.post(remove, {"dokument": more.pk})
    assert again.status_code == 409
    assert [paper.document for paper in client.get(_address(folder)).context["papers"]] == [known]


# --- elsewhere ---------------------------------------------------------------------------------------------------


def test_file_and_document_say_where_their_folder_is(signed_in: SignIn) -> None:
    folder = a_folder(stop(1, "verena"), title="Reklamation Quasten")
    document = folder.documents.get().document
    client = signed_in("verena")
    addresses = [reverse("file", args=(folder.customer_file_id,)), reverse("document", args=(document.pk,))]
    for address in addresses:
        text = words(client.get(address))
        assert _address(folder) in text, address
        assert "(liegt bei Verena Vogt)" in text, address
    all_of_it = reverse("file-circulation", args=(folder.customer_file_id,))
    assert "liegt bei" in words(client.get(all_of_it))
    does("verena", task_of(folder))
    for address in addresses:
        assert _address(folder) not in words(client.get(address)), address
    assert "abgeschlossen" in words(client.get(all_of_it))


def test_the_list_of_folders_asks_no_query_per_folder(signed_in: SignIn) -> None:
    customer_file = a_customer_file()
    client, address = signed_in("sabine"), reverse("file-circulation", args=(customer_file.pk,))

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    a_folder(stop(1, "verena"), customer_file=customer_file)
    asked()
    few = asked()
    for _n in range(5):
        a_folder(stop(1, "verena"), stop(1, "bernd"), customer_file=customer_file)
    assert asked() == few
