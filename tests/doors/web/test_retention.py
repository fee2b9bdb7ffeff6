"""The pages about retention: for those who manage it alone, and the sentence at each document for all."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kundenakte.records.actions import retention_changes as changes
from kundenakte.records.models import Document, LegalHold, RetentionChange, RetentionProfile, TaxYear
from tests.builders import NOW, a_customer_file, a_document, a_user
from tests.doors.web.pages import SignIn, words

ADDRESSES = (
    "/aufbewahrung", "/aufbewahrung/regel/INV_OUT", "/aufbewahrung/profil", "/aufbewahrung/veranlagungsjahre",
    "/aufbewahrung/sperren", "/aufbewahrung/sperren/neu", "/aufbewahrung/faellig",
)  # fmt: skip


def an_old_paper(title: str = "Altes Blatt") -> Document:
    return a_document(document_class="OTHER", title=title, dated_on=date(2015, 5, 4))


def fields_of(client: Client, document: Document) -> str:
    return words(client.get(reverse("document", args=(document.pk,)), {"sicht": "felder"}))


def a_hold(client: Client, document: Document) -> LegalHold:
    answer = client.post("/aufbewahrung/sperren/neu", {
        "documents": f"/dokument/{document.pk}", "kind": "litigation", "reason": "Klage vor dem LG",
        "owner": a_user("bernd").pk, "review_on": (NOW.date() + timedelta(days=400)).isoformat(),
    })  # fmt: skip
    assert answer.status_code == 303
    return LegalHold.objects.latest("pk")


@pytest.mark.parametrize("person", ["bernd", "anton"])
def test_who_manages_retention_finds_its_pages(person: str, signed_in: SignIn) -> None:
    client = signed_in(person)
    for address in ADDRESSES:
        assert client.get(address).status_code == 200, address
    assert 'href="/aufbewahrung"' in words(client.get("/"))


@pytest.mark.parametrize("person", ["verena", "sabine", "paula", "erp"])
def test_for_others_these_pages_are_not_there(person: str, signed_in: SignIn) -> None:
    client = signed_in(person)
    for address in (*ADDRESSES, "/aufbewahrung/sperren/1", "/aufbewahrung/aenderung/1"):
        assert client.get(address).status_code == 404, address
        assert client.post(address).status_code in {404, 405}, address


def test_a_document_says_until_when_since_when_and_because_of_what(signed_in: SignIn) -> None:
    invoice = a_document(document_class="INV_OUT", number="RE-1", dated_on=date(2026, 3, 15))
    said = fields_of(signed_in("bernd"), invoice)
    assert "Wird aufbewahrt bis 31.12.2034: 8 Jahre ab Ende des Jahres 2026 (Ausstellung am 15.03.2026)" in said
    assert "AO 147(1)4" in said
    assert "GoBD-konform" not in said


def test_the_sentence_is_there_in_english_too(signed_in: SignIn) -> None:
    invoice = a_document(document_class="INV_OUT", number="RE-1", dated_on=date(2026, 3, 15))
    client = signed_in("bernd")
    client.post("/sprache", {"language": "en", "next": "/"})
    said = fields_of(client, invoice)
    assert "Kept until" in said
    assert "2034" in said


def test_a_contract_says_what_is_missing(signed_in: SignIn) -> None:
    said = fields_of(signed_in("bernd"), a_document(document_class="CONTRACT"))
    assert "Wird ohne Enddatum aufbewahrt" in said
    assert "Vertragsende" in said


def test_a_hold_shows_at_the_document_its_reason_only_to_those_who_manage_retention(signed_in: SignIn) -> None:
    paper = an_old_paper()
    a_hold(signed_in("bernd"), paper)
    assert "Klage vor dem LG" in fields_of(signed_in("bernd"), paper)
    said = fields_of(signed_in("verena"), paper)
    assert "Löschsperre seit" in said
    assert "Klage vor dem LG" not in said


def test_t33_one_person_asks_and_another_releases_in_the_browser(signed_in: SignIn) -> None:
    bernd, anton = signed_in("bernd"), signed_in("anton")
    hold = a_hold(bernd, an_old_paper())
    address = f"/aufbewahrung/sperren/{hold.pk}"
    bernd.post(address, {"beantragen": "ja", "grund": "Vergleich"})
    bernd.post(address)
    hold.refresh_from_db()
    assert (hold.asked_by, hold.released_at) == (a_user("bernd"), None)
    assert "Freigeben muss sie eine andere Person" in words(bernd.get(address))
    anton.post(address)
    hold.refresh_from_db()
    assert hold.released_by == a_user("anton")


def test_a_hold_on_what_somebody_does_not_see_is_not_set(signed_in: SignIn) -> None:
    complaint = a_document(document_class="COMPLAINT")
    answer = signed_in("bernd").post("/aufbewahrung/sperren/neu", {
        "documents": f"/dokument/{complaint.pk}", "kind": "litigation", "reason": "Klage", "owner": a_user("bernd").pk,
        "review_on": "2030-01-01"})  # fmt: skip
    assert answer.status_code == 422
    assert not LegalHold.objects.exists()


def test_what_is_due_is_listed_and_only_what_somebody_may_see(signed_in: SignIn) -> None:
    an_old_paper("Altes Blatt")
    a_document(title="Altes Angebot", dated_on=date(2015, 5, 4))
    a_document(document_class="INV_OUT", title="Junge Rechnung", number="RE-1")
    seen = words(signed_in("bernd").get("/aufbewahrung/faellig"))
    assert "Altes Blatt" in seen
    assert "Altes Angebot" not in seen
    assert "Junge Rechnung" not in seen
    assert "Altes Angebot" in words(signed_in("anton").get("/aufbewahrung/faellig"))


def test_a_tax_year_is_written_down(signed_in: SignIn) -> None:
    this_year = timezone.localdate().year
    year = this_year - 7
    a_document(document_class="ORDER_CONF", number="AB-1", dated_on=date(year, 5, 4))
    client = signed_in("bernd")
    assert f"angenommen offen bis 31.12.{this_year}" in words(client.get("/aufbewahrung/veranlagungsjahre"))
    client.post(
        "/aufbewahrung/veranlagungsjahre",
        {"year": year, "state": "closed", "final_on": f"{year + 5}-05-01", "edition": 0},
    )
    assert TaxYear.objects.get().state == "closed"
    refused = client.post("/aufbewahrung/veranlagungsjahre", {"year": year - 1, "state": "closed", "edition": 0})
    assert refused.status_code == 422
    assert TaxYear.objects.count() == 1


def test_a_profile_is_tried_looked_at_and_switched_on(signed_in: SignIn) -> None:
    invoice = a_document(customer_file=a_customer_file(), document_class="INV_OUT", number="RE-1", title="Die Rechnung")
    client = signed_in("bernd")
    answer = client.post("/aufbewahrung/profil", {"ten_years": "on", "reason": "Beschluss"})
    change = RetentionChange.objects.get()
    assert answer["Location"] == f"/aufbewahrung/aenderung/{change.pk}"
    assert "Einschalten" not in words(client.get(answer["Location"]))
    while changes.next_batch(run_id=change.trial_id, now=NOW):
        pass
    page = words(client.get(answer["Location"]))
    assert "werden länger aufbewahrt" in page
    assert "Die Rechnung" in page
    client.post(answer["Location"])
    assert RetentionProfile.objects.get().ten_years
    change.refresh_from_db()
    while changes.next_batch(run_id=change.run_id or 0, now=NOW):
        pass
    invoice.refresh_from_db()
    assert invoice.retain_until == date(2036, 12, 31)


def test_what_shortens_offers_no_switch_to_whoever_proposed_it(signed_in: SignIn) -> None:
    a_document(document_class="LETTER", dated_on=date(2026, 2, 3))
    bernd = signed_in("bernd")
    answer = bernd.post("/aufbewahrung/regel/EMAIL_LETTER", {
        "years": 4, "start": "SENT_OR_RECEIVED", "from_year_end": "on", "basis": "AO n. F.", "valid_from": "2026-01-01",
        "reason": "Neues Gesetz"})  # fmt: skip
    change = RetentionChange.objects.get()
    while changes.next_batch(run_id=change.trial_id, now=NOW):
        pass
    assert "Eine zweite Person muss sie einschalten" in words(bernd.get(answer["Location"]))
    bernd.post(answer["Location"])
    change.refresh_from_db()
    assert change.state == "proposed"
    signed_in("anton").post(answer["Location"])
    change.refresh_from_db()
    assert change.state == "on"
