"""Two records that are one customer (S1): both keys lead to it, and nothing is forgotten."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from kundenakte.base.journal.models import JournalEntry
from kundenakte.customers import actions, queries
from kundenakte.customers.drafts import Place
from kundenakte.customers.models import Customer, Identifier
from kundenakte.customers.refusals import MergeRefused
from kundenakte.customers.search import find, list_customers
from tests.builders import NOW, SETUP

pytestmark = pytest.mark.django_db


def a_customer(name: str, number: str, **more: object) -> Customer:
    return actions.create_customer(actor=SETUP, name=name, number=number, now=NOW, **more)  # type: ignore[arg-type]


def merge(source: Customer, into: Customer, reason: str = "doppelt angelegt") -> Customer:
    return actions.merge_customers(actor=SETUP, source=source, into=into, reason=reason, now=NOW + timedelta(days=1))


def test_both_keys_open_the_same_customer() -> None:
    old, stays = a_customer("Meier GmbH", "10042"), a_customer("Meier Maschinen GmbH", "C-7", system="crm")
    merge(old, stays)
    assert queries.open_by_key(key="10042", system="erp") == stays
    assert queries.open_by_key(key="C-7", system="crm") == stays
    assert queries.open_by_key(key="10042") == stays


def test_everything_the_merged_record_was_known_by_leads_to_the_one_that_stays() -> None:
    old = a_customer(
        "Meier GmbH",
        "1",
        place=Place("Ring 1", "90402", "Nürnberg"),
        identifiers=[("vat_id", "DE136695976"), ("phone", "0911 1234-0")],
    )
    stays = a_customer("Maschinen Nord GmbH", "2")
    merge(old, stays)
    found = [
        queries.by_identifiers([("vat_id", "DE136695976")])["vat_id", "DE136695976"],
        queries.by_number(["1"])["1"],
        queries.by_name_keys(["meier"])["meier"],
        queries.by_address_keys(["90402 ring1"])["90402 ring1"],
        queries.by_phone_stems(["+49911123427"])["+49911123427"],
    ]
    assert [[(hit.customer_id, hit.record_id) for hit in hits] for hits in found] == [[(stays.pk, old.pk)]] * 5
    assert [row.pk for row in find("meier")] == [stays.pk]
    assert [row.pk for row in list_customers().customers] == [stays.pk]
    assert Identifier.objects.filter(customer=old).count() == 3
    assert set(queries.identifiers_of(stays).values_list("shown", flat=True)) == {
        "1",
        "2",
        "DE136695976",
        "0911 1234-0",
    }


def test_chains_lead_to_the_last_one_in_one_step() -> None:
    first, second, third = (a_customer(f"Meier {n} GmbH", n) for n in ("1", "2", "3"))
    merge(first, second)
    merge(second, third)
    for row in (first, second):
        row.refresh_from_db()
        assert queries.survivor_of(row) == third
    assert queries.family_of(third) == [third.pk, first.pk, second.pk]
    assert queries.open_by_key(key="1") == third


def test_merging_with_itself_or_in_a_circle_is_refused() -> None:
    first, second, third = (a_customer(f"Meier {n} GmbH", n) for n in ("1", "2", "3"))
    with pytest.raises(MergeRefused, match="sich selbst"):
        merge(first, first)
    merge(first, second)
    with pytest.raises(MergeRefused, match="schon zusammengeführt"):
        merge(second, first)
    with pytest.raises(MergeRefused, match="schon mit einem anderen"):
        merge(first, third)
    with pytest.raises(MergeRefused, match="warum"):
        merge(second, third, reason="  ")
    assert Customer.objects.filter(merged_into=None).count() == 2


def test_the_history_of_both_tells_of_it() -> None:
    old, stays = a_customer("Meier GmbH", "1"), a_customer("Maier GmbH", "2")
    merge(old, stays)
    for customer in (old, stays):
        entry = JournalEntry.objects.filter(kind="customer.merged", subject_id=customer.pk).get()
        facts = json.loads(bytes(entry.body))["facts"]
        assert (facts["source"], facts["into"]) == (f"customers.customer:{old.pk}", f"customers.customer:{stays.pk}")
        assert facts["numbers"] == ["1", "2"]
        assert b"Meier" not in bytes(entry.body)


def test_attaching_the_number_of_a_merged_record_finds_that_it_leads_here_already() -> None:
    old, stays = a_customer("Meier GmbH", "1"), a_customer("Maier GmbH", "2")
    merge(old, stays)
    there = actions.attach_number(actor=SETUP, customer=stays, number="1", system="erp", now=NOW)
    assert there.customer == old
