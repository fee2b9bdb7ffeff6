"""Disposition in the browser: why a document may go, who asks, who releases, and the protocol."""

from __future__ import annotations

import pytest
from django.urls import reverse

from kundenakte.records.models import Disposition, Document, Grant, RetentionRule, Verb
from tests.builders import NOW, a_document, a_user
from tests.doors.web.pages import SignIn, words
from tests.records.disposition.papers import OLD, a_sealed_paper, an_old_paper, carry_out, disposed, requested

LIST = "/aufbewahrung/aussonderungen"


def ask(signed_in: SignIn, *documents: Document, who: str = "bernd") -> Disposition:
    answer = signed_in(who).post(
        "/aufbewahrung/faellig", {"dokument": [one.pk for one in documents], "anlass": "Jährliche Aussonderung"}
    )
    assert answer.status_code == 303
    return Disposition.objects.latest("pk")


def test_what_is_due_says_why_and_is_asked_for(signed_in: SignIn) -> None:
    paper = an_old_paper(title="Altes Blatt")
    page = words(signed_in("bernd").get("/aufbewahrung/faellig"))
    assert "War aufzubewahren bis 31.12.2021" in page
    assert "keine Sperre und kein offenes Veranlagungsjahr" in page
    made = ask(signed_in, paper)
    assert "Altes Blatt" not in words(signed_in("bernd").get("/aufbewahrung/faellig"))
    assert "Altes Blatt" in words(signed_in("bernd").get(f"{LIST}/{made.pk}"))


def test_all_are_chosen_by_a_link_without_any_script(signed_in: SignIn) -> None:
    an_old_paper()
    assert b"checked" not in signed_in("bernd").get("/aufbewahrung/faellig").content
    assert b"checked" in signed_in("bernd").get("/aufbewahrung/faellig?alle=1").content


def test_without_a_choice_or_a_reason_it_is_said_and_what_was_typed_stays(signed_in: SignIn) -> None:
    paper = an_old_paper()
    none = signed_in("bernd").post("/aufbewahrung/faellig", {"anlass": "Jährliche"})
    assert (none.status_code, "mindestens ein Dokument" in words(none)) == (422, True)
    assert 'value="Jährliche"' in none.content.decode()
    no_reason = signed_in("bernd").post("/aufbewahrung/faellig", {"dokument": [paper.pk], "anlass": ""})
    assert (no_reason.status_code, b"checked" in no_reason.content) == (422, True)
    assert not Disposition.objects.exists()


def test_whoever_asked_sees_no_button_and_a_second_person_does(signed_in: SignIn) -> None:
    made = ask(signed_in, an_old_paper(), who="anton")
    own = words(signed_in("anton").get(f"{LIST}/{made.pk}"))
    assert "Freigeben muss sie eine andere Person" in own
    assert "Freigeben und vernichten" not in own
    signed_in("anton").post(f"{LIST}/{made.pk}")
    made.refresh_from_db()
    assert made.state == "requested"


def test_t35_from_the_request_to_the_protocol_in_the_browser(signed_in: SignIn) -> None:
    paper = a_sealed_paper(title="Altes Blatt")
    made = ask(signed_in, paper)
    address = f"{LIST}/{made.pk}"
    assert signed_in("bernd").post(address).status_code == 403 or Disposition.objects.get().state == "requested"
    assert "Freigeben und vernichten" in words(signed_in("anton").get(address))
    signed_in("anton").post(address)
    carry_out(made)
    page = words(signed_in("anton").get(address))
    assert "Vernichtet: 1" in page
    assert "Altes Blatt" not in page
    answer = signed_in("bernd").get(f"{address}/protokoll")
    said = b"".join(answer).decode("utf-8-sig") if answer.streaming else answer.content.decode("utf-8-sig")
    assert "Bernd Beck" in said
    assert answer["Content-Disposition"] == f'attachment; filename="Aussonderung-{made.pk}.csv"'
    gone = signed_in("anton").get(reverse("document", args=(paper.pk,)))
    assert (gone.status_code, signed_in("anton").get("/dokument/987654").status_code) == (404, 404)


def test_a_list_may_be_withdrawn(signed_in: SignIn) -> None:
    made = ask(signed_in, an_old_paper())
    signed_in("bernd").post(f"{LIST}/{made.pk}", {"zurueckziehen": "ja"})
    made.refresh_from_db()
    assert made.state == "dropped"
    assert "zurückgezogen" in words(signed_in("bernd").get(LIST))


def _hidden_from_anton(paper: Document) -> None:
    Grant.objects.create(
        user=a_user("anton"), document=paper, verb=Verb.READ, is_deny=True, reason="Prüfung", created_at=NOW
    )


def test_of_a_document_somebody_may_not_read_a_list_tells_nothing_but_that_it_is_there(signed_in: SignIn) -> None:
    paper, other = an_old_paper(title="Vertrauliches"), an_old_paper(title="Offenes")
    made = requested(paper, other)
    _hidden_from_anton(paper)
    page = words(signed_in("anton").get(f"{LIST}/{made.pk}"))
    assert "Offenes" in page
    assert "Ein Dokument dieser Liste dürfen Sie nicht lesen" in page
    assert "nur, wer alle ihre Dokumente lesen darf" in page
    assert "Freigeben und vernichten" not in page
    assert page.count('class="due-row"') == 1
    for word in ("Vertrauliches", f"Dokument {paper.pk}"):
        assert word not in page
    signed_in("anton").post(f"{LIST}/{made.pk}")
    made.refresh_from_db()
    assert made.state == "requested"


def test_after_it_is_gone_it_stays_hidden_and_the_protocol_is_for_those_who_might_have_read_all(
    signed_in: SignIn,
) -> None:
    paper = a_sealed_paper(title="Vertrauliches")
    made = disposed(paper)
    address = f"{LIST}/{made.pk}"
    assert signed_in("anton").get(f"{address}/protokoll").status_code == 200
    assert f"Dokument {paper.pk}" in words(signed_in("anton").get(address))
    _hidden_from_anton(paper)
    page = words(signed_in("anton").get(address))
    assert f"Dokument {paper.pk}" not in page
    assert "SHA-256" not in page
    assert signed_in("anton").get(f"{address}/protokoll").status_code == 404


def test_classes_and_rules_have_their_names_and_the_reason_one_word(signed_in: SignIn) -> None:
    made = ask(signed_in, a_document(document_class="OFFER", dated_on=OLD, title="Altes Angebot"), who="anton")
    row = made.documents.get()
    name = RetentionRule.objects.filter(code=row.rule).latest("valid_from").name
    page = words(signed_in("anton").get(f"{LIST}/{made.pk}"))
    assert f"Regel „{name}“" in page
    assert row.rule not in page
    assert "Anlass" not in page
    assert "Anlass" not in words(signed_in("anton").get("/aufbewahrung/faellig"))


@pytest.mark.parametrize("person", ["verena", "sabine", "paula", "erp"])
def test_for_others_these_pages_are_not_there(person: str, signed_in: SignIn) -> None:
    made = disposed(a_sealed_paper())
    client = signed_in(person)
    for address in (LIST, f"{LIST}/{made.pk}", f"{LIST}/{made.pk}/protokoll", "/aufbewahrung/faellig"):
        assert client.get(address).status_code == 404, address
        assert client.post(address).status_code in {404, 405}, address


def test_a_list_that_is_carried_out_is_asked_for_again_and_again_and_says_how_far_it_is(signed_in: SignIn) -> None:
    made = ask(signed_in, an_old_paper())
    signed_in("anton").post(f"{LIST}/{made.pk}")
    assert b"data-poll=" in signed_in("anton").get(f"{LIST}/{made.pk}").content
    part = signed_in("anton").get(f"{LIST}/{made.pk}", headers={"HX-Request": "true", "HX-Target": "disposition"})
    assert "0 von 1 sind erledigt" in words(part)
    carry_out(made)
    assert b"data-poll=" not in signed_in("anton").get(f"{LIST}/{made.pk}").content
