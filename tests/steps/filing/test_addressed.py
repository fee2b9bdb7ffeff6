"""Whose invoice it is, where our own name cannot be read."""

from __future__ import annotations

from typing import Any

import pytest

from kundenakte.records.findings import ClassGuess, Findings
from kundenakte.steps.filing.addressed import settled
from kundenakte.steps.filing.decision import Ask, Filed
from kundenakte.steps.filing.describing import ChosenClass
from kundenakte.steps.filing.evidence import Candidate, Evidence
from tests.builders import a_class

pytestmark = pytest.mark.django_db

NUMBER = Evidence("number", "K-10041", 0.98, page=1, label="Kundennummer")
ADDRESSED = Evidence("name_and_address", "Müller GmbH", 0.97, page=1, label="recipient")
AS_SENDER = Evidence("name_and_address", "Müller GmbH", 0.97, page=1, label="sender")
OPEN = (("INV_OUT", 0.54), ("INV_IN", 0.44), ("LETTER", 0.13))


def class_of(*evidence: Evidence, guesses: Any = OPEN, direction: Any = "") -> tuple[str, bool]:
    found = Findings(classes=[ClassGuess(code, sure, "text", "Da steht Rechnung.") for code, sure in guesses])
    found.direction = direction
    first = found.classes[0]
    chosen = ChosenClass(a_class(first.code), first, is_sure=first.confidence >= 0.6)
    candidate = Candidate(1, list(evidence))
    made = settled(chosen, found, Filed(1, candidate, (candidate,)))
    assert made.document_class is not None
    return made.document_class.code, made.is_sure


def test_an_invoice_to_a_customer_with_his_number_is_ours() -> None:
    assert class_of(NUMBER, ADDRESSED) == ("INV_OUT", True)


@pytest.mark.parametrize("evidence", [(NUMBER,), (ADDRESSED,), (NUMBER, AS_SENDER), ()])
def test_less_than_that_leaves_the_question(evidence: tuple[Evidence, ...]) -> None:
    assert class_of(*evidence)[1] is False


def test_what_is_known_or_unsure_for_another_reason_stays() -> None:
    assert class_of(NUMBER, ADDRESSED, direction="received")[1] is False
    assert class_of(NUMBER, ADDRESSED, guesses=(("INV_OUT", 0.2), ("INV_IN", 0.15)))[1] is False
    assert class_of(NUMBER, ADDRESSED, guesses=(("OFFER", 0.5), ("INV_OUT", 0.4), ("INV_IN", 0.3))) == ("OFFER", False)
    assert class_of(NUMBER, ADDRESSED, guesses=(("INV_IN", 0.9), ("INV_OUT", 0.05))) == ("INV_IN", True)


def test_without_a_clear_customer_nothing_is_said() -> None:
    found = Findings(classes=[ClassGuess(code, sure, "text", "x") for code, sure in OPEN])
    chosen = ChosenClass(a_class("INV_OUT"), found.classes[0], is_sure=False)
    assert settled(chosen, found, Ask("several_named", "?", ())) == chosen
