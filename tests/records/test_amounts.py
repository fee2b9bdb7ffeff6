"""What a document is worth stands in a column, so that lists can sort by it."""

from __future__ import annotations

import pytest

from kundenakte.records.actions.documents import Description, describe_document
from kundenakte.records.index_fields import cents
from tests.builders import NOW, a_document, an_actor


@pytest.mark.parametrize(
    ("fields", "worth"),
    [
        ({"gross_amount": "119.00", "net_amount": "100.00"}, 11900), ({"net_amount": "99.5"}, 9950),
        ({"gross_amount": "-12.34"}, -1234), ({"gross_amount": "abc", "net_amount": "1"}, 100), ({}, None),
        ({"gross_amount": ""}, None), ({"gross_amount": "NaN"}, None), ({"gross_amount": "1e40"}, None),
    ],
)  # fmt: skip
def test_gross_counts_before_net_and_nonsense_counts_as_nothing(fields: dict[str, str], worth: int | None) -> None:
    assert cents(fields) == worth


@pytest.mark.django_db
def test_the_column_follows_the_index_fields() -> None:
    document = a_document(document_class="INV_OUT", number="RE-1", fields={"gross_amount": "119,00"})
    assert document.amount_cents == 11900
    description = Description(document.document_class, document.title, "RE-1", document.dated_on, {})
    describe_document(actor=an_actor(), document=document, description=description, edition=document.edition, now=NOW)
    document.refresh_from_db()
    assert document.amount_cents is None
