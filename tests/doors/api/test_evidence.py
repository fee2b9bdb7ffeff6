"""Receipts and proofs by REST, checked by the verifier's own Merkle implementation where it has one."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from kundenakte.base.journal import heads, merkle
from kundenakte.base.journal.models import JournalLeaf
from kundenakte.records.models import Document
from tests.base.journal.writing import write
from tests.builders import a_document
from tests.doors.api.calls import Program
from tests.steps.archive.papers import sealed, valid

pytestmark = pytest.mark.django_db


@pytest.fixture
def document() -> Document:
    """Sealed, under the second of two heads."""
    write(5)
    heads.make(timezone.now())
    write(1)
    assert heads.make(timezone.now())
    found = a_document(number="AN-1")
    sealed(valid(found))
    write(6)
    assert heads.make(timezone.now())
    return found


def test_a_receipt_comes_as_json_and_as_pdf(document: Document) -> None:
    client = Program("verena")
    answer = client.get(f"documents/{document.pk}/versions/1/receipt")
    assert answer.status_code == 200
    assert json.loads(answer.content)["format"] == "kundenakte-receipt/1"
    assert client.get(f"documents/{document.pk}/versions/1/receipt.pdf").content.startswith(b"%PDF-")


def test_before_the_sealing_there_is_no_receipt_and_of_a_missing_version_none_at_all() -> None:
    plain = a_document(number="AN-2")
    answer = Program("verena").get(f"documents/{plain.pk}/versions/1/receipt")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_sealed")
    assert Program("verena").get(f"documents/{plain.pk}/versions/9/receipt").status_code == 404


def test_the_receipt_of_a_hidden_document_is_missing(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(is_restricted=True)
    assert Program("verena").get(f"documents/{document.pk}/versions/1/receipt").status_code == 404
    assert Program("verena").get(f"documents/{document.pk}/versions/1/receipt.pdf").status_code == 404


def test_proofs_lead_from_a_leaf_to_a_head_and_from_a_head_to_the_next(document: Document) -> None:
    client = Program("verena")
    said = client.get("journal/inclusion?seq=3").json()
    head = said["head"]
    assert merkle.includes(
        leaf=bytes(JournalLeaf.objects.get(seq=3).digest), index=3, size=head["size"],
        head=bytes.fromhex(head["root"]), proof=[bytes.fromhex(node) for node in said["proof"]],
    )  # fmt: skip
    grown = client.get("journal/consistency?first=1&second=2").json()
    one, other = grown["first"], grown["second"]
    assert merkle.continues(
        first=one["size"], first_head=bytes.fromhex(one["root"]), second=other["size"],
        second_head=bytes.fromhex(other["root"]), proof=[bytes.fromhex(node) for node in grown["proof"]],
    )  # fmt: skip
    assert client.get("journal/head?number=1").json() == one
    assert json.loads(one["head"])["root"] == one["root"]


def test_outside_the_tree_there_is_nothing(document: Document) -> None:
    client = Program("verena")
    for address in ("journal/inclusion?seq=9999", "journal/head?number=77", "journal/consistency?first=2&second=1"):
        assert client.get(address).status_code == 404
