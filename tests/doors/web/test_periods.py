"""Classes, rules and documents say the same of how long something is kept."""

from __future__ import annotations

import re

from django.urls import reverse

from kundenakte.records.actions.retention_changes import choose_profile
from kundenakte.records.retention.rules import Profile
from tests.builders import NOW, SETUP, a_document, a_house, an_actor
from tests.doors.web.pages import SignIn, words

INVOICE = r'href="[^"]*/INV_OUT">.*?</tr>'


def _text(pattern: str, page: str) -> str:
    found = re.search(pattern, page, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]*>", " ", found[0]).split())


def _of_an_invoice(signed_in: SignIn) -> tuple[str, str, str, str]:
    """What the list of classes, the class, the rules and a document say."""
    document = a_document(document_class="INV_OUT", title="Rechnung")
    client = signed_in("anton")
    return (
        _text(INVOICE, words(client.get(reverse("classes")))),
        _text(r"<dt>Aufbewahrung</dt>.*?</dd>", words(client.get(reverse("classes-class", args=("INV_OUT",))))),
        _text(INVOICE, words(client.get(reverse("retention")))),
        _text(r"Wird aufbewahrt.*?<", words(client.get(reverse("document", args=(document.pk,)), {"sicht": "felder"}))),
    )


def test_an_invoice_is_kept_eight_years_by_law(signed_in: SignIn) -> None:
    classes, one, rules, document = _of_an_invoice(signed_in)
    assert "8 Jahre" in classes
    assert "8 Jahre" in one
    assert " 8 " in rules
    assert ": 8 Jahre ab" in document
    assert "Entscheidung des Hauses" not in classes + one + document


def test_by_the_decision_of_the_house_it_is_ten_years_on_every_page(signed_in: SignIn) -> None:
    choose_profile(actor=an_actor(), profile=Profile(ten_years=True), now=NOW, reason="Ersatzteile")
    classes, one, rules, document = _of_an_invoice(signed_in)
    for said in (classes, one):
        assert "10 Jahre (Entscheidung des Hauses; gesetzlich 8)" in said
    assert "10 gesetzlich 8" in rules
    assert ": 10 Jahre ab" in document


def test_a_decision_no_person_made_says_so(signed_in: SignIn) -> None:
    a_house()
    choose_profile(actor=SETUP, profile=Profile(ten_years=True), now=NOW, reason="Ersatzteile")
    page = words(signed_in("anton").get(reverse("retention")))
    assert "Bei der Einrichtung festgelegt am 24.11.2026" in page
    assert "Entschieden von" not in page
