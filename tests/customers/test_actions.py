"""Creating and changing customers."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from kundenakte.base.journal.models import JournalEntry, PersonalFact
from kundenakte.customers import actions, queries
from kundenakte.customers.drafts import Person, Place
from kundenakte.customers.models import Customer, CustomerKey, Identifier
from kundenakte.customers.refusals import (
    BadCustomer,
    BadIdentifier,
    CustomerChanged,
    CustomerMerged,
    NumberTaken,
    OwnIdentifier,
)
from tests.builders import NOW, SETUP

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=30)
HAFEN = Place("Am Hafen 7", "90451", "Nürnberg")


def a_customer(name: str = "Muster Maschinenbau GmbH", number: str = "K-10042", **more: object) -> Customer:
    return actions.create_customer(actor=SETUP, name=name, number=number, now=NOW, **more)  # type: ignore[arg-type]


def last_entry(customer: Customer) -> tuple[str, dict[str, object], dict[str, str]]:
    """Kind, open facts and personal facts of the newest entry about a customer."""
    entry = JournalEntry.objects.filter(subject_type="customers.customer", subject_id=customer.pk).latest("id")
    personal = dict(PersonalFact.objects.filter(entry=entry).values_list("name", "value"))
    return entry.kind, json.loads(bytes(entry.body))["facts"], personal


def keys_of(customer: Customer, kind: str) -> dict[str, bool]:
    return dict(CustomerKey.objects.filter(customer=customer, kind=kind).values_list("value", "ended"))


def test_a_new_customer_is_known_by_number_name_address_and_identifiers() -> None:
    customer = a_customer(
        name2="Werk Nürnberg",
        place=HAFEN,
        identifiers=[("vat_id", "136695976"), ("phone", "0911 1234-0"), ("email_domain", "muster.example")],
        people=[Person("Eva Öller", "Einkauf")],
    )
    assert (customer.sort_name, customer.letter) == ("muster maschinenbau gmbh werk nurnberg", "M")
    assert set(Identifier.objects.filter(customer=customer).values_list("kind", "value", "system")) == {
        ("number", "K10042", "erp"),
        ("vat_id", "DE136695976", ""),
        ("phone", "+4991112340", ""),
        ("email_domain", "muster.example", ""),
    }
    assert set(keys_of(customer, "name")) == {"muster maschinenbau", "muster maschinenbau werk nuernberg"}
    assert keys_of(customer, "address") == {"90451 amhafen7": False}
    assert keys_of(customer, "phone_stem") == {"+499111234": False}
    assert keys_of(customer, "contact") == {"eva": False, "oeller": False}


def test_names_and_addresses_are_personal_facts_and_the_number_is_open() -> None:
    customer = a_customer(place=HAFEN, people=[Person("Eva Öller")])
    kind, facts, personal = last_entry(customer)
    assert kind == "customer.created"
    assert facts == {"number": "K-10042", "state": "customer"}
    assert personal["name.after"] == "Muster Maschinenbau GmbH"
    assert personal["contacts.after"] == "Eva Öller"
    body = bytes(JournalEntry.objects.latest("id").body).decode()
    assert "Muster" not in body
    assert "Öller" not in body


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"name": " . "}, BadCustomer),
        ({"state": "freund"}, BadCustomer),
        ({"number": "--"}, BadIdentifier),
        ({"identifiers": [("iban", "DE00")]}, BadIdentifier),
    ],
)
def test_a_customer_with_a_wrong_field_is_refused_whole(more: dict[str, object], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        a_customer(**more)  # type: ignore[arg-type]
    assert not Customer.objects.exists()


def test_a_number_leads_to_one_customer_of_a_system_and_may_be_another_in_the_next() -> None:
    a_customer(number="10042")
    with pytest.raises(NumberTaken, match="10042"):
        a_customer("Andere GmbH", number="10042")
    assert a_customer("Andere GmbH", number="10042", system="crm").pk
    assert a_customer("Dritte GmbH", number="010042").pk


def test_what_is_ours_never_becomes_a_customers() -> None:
    actions.set_own_company(
        actor=SETUP,
        now=NOW,
        name="Wir GmbH",
        vat_ids="DE136695976\n",
        email_domains="wir.example",
        phones="0911 1234-0",
    )
    for identifier in [("vat_id", "DE 136695976"), ("email", "info@wir.example"), ("phone", "0911/1234-0")]:
        with pytest.raises(OwnIdentifier):
            a_customer(identifiers=[identifier])
    assert a_customer(identifiers=[("email", "info@muster.example")]).pk


def test_a_new_name_leaves_the_old_one_behind_and_both_are_found() -> None:
    customer = a_customer("Alte Werke GmbH")
    changed = actions.change_customer(
        actor=SETUP, customer=customer, edition=1, now=LATER, fields={"name": "Neue Werke GmbH"}, reason="Umfirmierung"
    )
    assert (changed.name, changed.edition) == ("Neue Werke GmbH", 2)
    former = Identifier.objects.get(customer=customer, kind="former_name")
    assert (former.shown, former.valid_from) == ("Alte Werke GmbH", date(2026, 12, 24))
    assert keys_of(customer, "name") == {"neue werke": False, "alte werke": True}
    hits = queries.by_name_keys(["alte werke", "neue werke"])
    assert [(hit.customer_id, hit.ended) for hit in hits["alte werke"]] == [(customer.pk, True)]
    assert [(hit.customer_id, hit.ended) for hit in hits["neue werke"]] == [(customer.pk, False)]
    kind, facts, personal = last_entry(customer)
    assert (kind, facts["changed"]) == ("customer.changed", ["name"])
    assert (personal["name.before"], personal["name.after"]) == ("Alte Werke GmbH", "Neue Werke GmbH")
    assert personal["reason"] == "Umfirmierung"


def test_an_address_keeps_the_days_it_held() -> None:
    customer = a_customer(place=HAFEN)
    actions.change_customer(
        actor=SETUP, customer=customer, edition=1, now=LATER, place=Place("Ring 1", "90402", "Nürnberg")
    )
    assert list(customer.addresses.order_by("pk").values_list("street", "valid_from", "valid_until")) == [
        ("Am Hafen 7", date(2026, 11, 24), date(2026, 12, 24)),
        ("Ring 1", date(2026, 12, 24), None),
    ]
    assert keys_of(customer, "address") == {"90451 amhafen7": True, "90402 ring1": False}


def test_what_is_so_already_changes_nothing() -> None:
    customer = a_customer(place=HAFEN)
    before = JournalEntry.objects.count()
    same = actions.change_customer(
        actor=SETUP, customer=customer, edition=1, now=LATER, fields={"name": " Muster  Maschinenbau GmbH"}, place=HAFEN
    )
    assert (same.edition, JournalEntry.objects.count()) == (1, before)


def test_who_changes_what_somebody_else_has_changed_meanwhile_is_told() -> None:
    customer = a_customer()
    actions.change_customer(actor=SETUP, customer=customer, edition=1, now=LATER, fields={"group": "Nord"})
    with pytest.raises(CustomerChanged):
        actions.change_customer(actor=SETUP, customer=customer, edition=1, now=LATER, fields={"group": "Süd"})
    assert Customer.objects.get().group == "Nord"


def test_a_prospect_becomes_a_customer_and_gets_the_number_later() -> None:
    prospect = a_customer(number="", state="prospect")
    actions.change_state(actor=SETUP, customer=prospect, state="customer", now=LATER, reason="Erste Bestellung")
    actions.attach_number(actor=SETUP, customer=prospect, number="10077", system="erp", now=LATER)
    customer = Customer.objects.get()
    assert (customer.pk, customer.state, customer.number) == (prospect.pk, "customer", "10077")
    assert queries.open_by_key(key="10077", system="erp") == customer


def test_further_numbers_lead_to_the_same_customer_and_the_first_stays_the_one_people_say() -> None:
    customer = a_customer(number="10042")
    actions.add_identifier(actor=SETUP, customer=customer, kind="number", text="C-7", system="crm", now=LATER)
    assert Customer.objects.get().number == "10042"
    assert queries.open_by_key(key="c7", system="crm") == customer
    other = a_customer("Andere GmbH", number="10043")
    with pytest.raises(NumberTaken):
        actions.attach_number(actor=SETUP, customer=other, number="C 7", system="crm", now=LATER)


def test_an_identifier_is_there_once_and_may_end_and_come_back() -> None:
    customer = a_customer()
    first = actions.add_identifier(actor=SETUP, customer=customer, kind="email", text="A@firma.example", now=NOW)
    again = actions.add_identifier(actor=SETUP, customer=customer, kind="email", text="a@FIRMA.example", now=LATER)
    assert first == again
    actions.end_identifier(actor=SETUP, identifier=first, now=LATER, reason="ausgeschieden")
    [hit] = queries.by_identifiers([("email", "a@firma.example")])["email", "a@firma.example"]
    assert (hit.ended, hit.valid_until) == (True, date(2026, 12, 24))
    back = actions.add_identifier(actor=SETUP, customer=customer, kind="email", text="a@firma.example", now=LATER)
    assert back != first


def test_the_only_number_cannot_end_but_one_of_two_can_and_it_holds_again_when_attached_again() -> None:
    customer = a_customer(number="10042")
    number = Identifier.objects.get(kind="number")
    with pytest.raises(NumberTaken):
        actions.end_identifier(actor=SETUP, identifier=number, now=LATER)
    actions.attach_number(actor=SETUP, customer=customer, number="20042", system="erp", now=LATER)
    actions.end_identifier(actor=SETUP, identifier=number, now=LATER)
    assert Customer.objects.get().number == "20042"
    assert queries.open_by_key(key="10042") == customer
    actions.attach_number(actor=SETUP, customer=customer, number="10042", system="erp", now=LATER)
    number.refresh_from_db()
    assert number.valid_until is None


def test_a_contacts_mail_and_phone_identify_the_customer() -> None:
    customer = a_customer()
    contact = actions.add_contact(
        actor=SETUP,
        customer=customer,
        person=Person("Eva Öller", "Einkauf", "eva@muster.example", "0911 1234-27"),
        now=NOW,
    )
    assert contact.name == "Eva Öller"
    assert {
        kind for kind, _ in queries.by_identifiers([("email", "eva@muster.example"), ("phone", "+49911123427")])
    } == {
        "email",
        "phone",
    }
    with pytest.raises(BadIdentifier):
        actions.add_contact(actor=SETUP, customer=customer, person=Person("Max", email="max"), now=NOW)
    actions.end_contact(actor=SETUP, contact=contact, now=LATER)
    contact.refresh_from_db()
    assert contact.valid_until == date(2026, 12, 24)
    assert keys_of(customer, "contact") == {"eva": True, "oeller": True}


def test_a_merged_record_is_not_changed_any_more() -> None:
    old, stays = a_customer(), a_customer("Andere GmbH", number="2")
    actions.merge_customers(actor=SETUP, source=old, into=stays, reason="doppelt", now=NOW)
    with pytest.raises(CustomerMerged):
        actions.change_state(actor=SETUP, customer=old, state="former", now=LATER)
