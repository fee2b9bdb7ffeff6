"""How much evidence weighs follows from how often it was right in this house."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kundenakte.base.journal.models import JournalEntry
from kundenakte.records.actions import documents
from kundenakte.records.models import CustomerFile, Document
from kundenakte.steps.filing import weighing
from kundenakte.steps.filing.evidence import START_WEIGHTS
from kundenakte.steps.filing.models import EvidenceWeights, FilingDecision
from kundenakte.steps.filing.weighing import bounded, current, experience, tallied, weigh
from tests.builders import NOW, SETUP, a_customer_file, a_document, an_arrival

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    weighing.forget()
    yield
    weighing.forget()


def weighed(*candidates: tuple[int, str]) -> dict[str, Any]:
    return {"candidates": [{"customer_id": pk, "evidence": [{"kind": kind}]} for pk, kind in candidates]}


def decided(file: CustomerFile, evidence: dict[str, Any], *, rule: str = "filing.phone") -> Document:
    document = a_document(customer_file=file)
    by_hand = rule == "filing.by_hand"
    FilingDecision.objects.create(
        arrival=an_arrival(content=f"{document.pk}"), document=document, outcome="filed", rule=rule, sentence="x",
        at=NOW, evidence={} if by_hand else evidence, proposed=evidence if by_hand else {},
    )  # fmt: skip
    return document


def work() -> None:
    assert weigh(0)()


def test_a_kind_that_is_right_gains_and_one_that_is_wrong_loses() -> None:
    right, other = a_customer_file("Alpha GmbH"), a_customer_file("Beta GmbH")
    for _ in range(10):
        decided(right, weighed((right.customer_id, "phone"), (other.customer_id, "web_domain")), rule="filing.by_hand")
    work()
    assert current()["phone"] == round((START_WEIGHTS["phone"] * 50 + 10) / 60, 4)
    assert current()["web_domain"] == round(START_WEIGHTS["web_domain"] * 50 / 60, 4)
    assert current()["number"] == START_WEIGHTS["number"]
    assert experience("phone")[1] == {"right": 10, "wrong": 0}
    assert experience("number") == (weighing.ASSUMED, {})


def test_what_filed_itself_counts_as_wrong_once_somebody_moves_it() -> None:
    wrong, right = a_customer_file("Alpha GmbH"), a_customer_file("Beta GmbH")
    document = decided(wrong, weighed((wrong.customer_id, "phone")))
    work()
    assert experience("phone")[1] == {"right": 1, "wrong": 0}
    documents.move_document(
        actor=SETUP, document=document, customer_file=right, section=None, edition=document.edition, now=NOW
    )
    work()
    assert experience("phone")[1] == {"right": 0, "wrong": 1}
    assert [row.edition for row in EvidenceWeights.objects.order_by("edition")] == [1, 2]
    assert JournalEntry.objects.filter(kind="filing.weights").count() == 2


def test_nothing_new_makes_no_row() -> None:
    work()
    assert not EvidenceWeights.objects.exists()
    file = a_customer_file()
    decided(file, weighed((file.customer_id, "phone")))
    work()
    work()
    assert EvidenceWeights.objects.count() == 1


def test_only_the_last_decision_about_an_arrival_counts() -> None:
    file = a_customer_file()
    document = decided(file, weighed((-1, "phone")), rule="filing.by_hand")
    arrival = FilingDecision.objects.get(document=document).arrival
    FilingDecision.objects.create(
        arrival=arrival, document=document, outcome="filed", rule="filing.by_hand", sentence="x", at=NOW,
        proposed=weighed((file.customer_id, "iban")),
    )  # fmt: skip
    work()
    assert EvidenceWeights.objects.get().tallies == {"iban": [1, 0]}


def test_learning_goes_half_the_way_at_most() -> None:
    assert bounded({"phone": 0.999, "number": 0.2, "name_only": 0.99}) == {
        "phone": 0.875, "number": 0.49, "name_only": 0.8,
    }  # fmt: skip


def test_a_choice_and_unknown_kinds_teach_nothing() -> None:
    evidence = {"candidates": [{"customer_id": 1, "evidence": [{"kind": "choice"}, {"kind": "moon"}, {}]}, {}]}
    assert tallied([(1, evidence), (1, {})]) == {}
