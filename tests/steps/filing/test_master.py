"""What filing asks of the customer master in the database."""

from __future__ import annotations

import pytest
from django.apps import apps

from kundenakte.customers.actions import end_identifier
from kundenakte.customers.models import CustomerKey, Identifier
from kundenakte.steps.filing.master import CustomerMaster
from tests.builders import NOW, SETUP, a_customer

pytestmark = pytest.mark.django_db


def of_domain(domain: str) -> list[int]:
    key = ("email_domain", domain)
    return list(CustomerMaster().by_keys([key]).get(key, []))


def test_a_customers_mail_addresses_make_their_domain_his() -> None:
    customer = a_customer(
        "Alpha GmbH", identifiers=[("email", "einkauf@alpha.example"), ("email", "info@alpha.example")]
    )
    assert of_domain("alpha.example") == [customer.pk]


def test_a_mail_provider_is_nobodys() -> None:
    a_customer("Alpha GmbH", identifiers=[("email", "alpha-gmbh@gmx.de")])
    assert of_domain("gmx.de") == []


def test_a_domain_of_two_customers_names_both_and_an_entered_one_counts_once() -> None:
    one = a_customer("Alpha GmbH", identifiers=[("email", "a@gruppe.example"), ("email_domain", "gruppe.example")])
    other = a_customer("Beta GmbH", identifiers=[("email", "b@gruppe.example")])
    assert sorted(of_domain("gruppe.example")) == sorted([one.pk, other.pk])


def test_a_domain_ends_with_its_last_address() -> None:
    customer = a_customer("Alpha GmbH", identifiers=[("email", "einkauf@alpha.example")])
    row = Identifier.objects.get(customer=customer, kind=Identifier.Kind.EMAIL)
    end_identifier(actor=SETUP, identifier=row, now=NOW)
    assert of_domain("alpha.example") == []


def test_a_house_in_use_gets_the_domains_of_the_addresses_it_has() -> None:
    from importlib import import_module

    customer = a_customer("Alpha GmbH", identifiers=[("email", "einkauf@alpha.example")])
    a_customer("Beta GmbH", identifiers=[("email", "beta@gmx.de")])
    CustomerKey.objects.filter(kind=CustomerKey.Kind.DOMAIN).delete()
    fill = import_module("kundenakte.customers.migrations.0003_domains_of_mail_addresses").fill
    fill(apps, None)
    fill(apps, None)
    assert list(CustomerKey.objects.filter(kind=CustomerKey.Kind.DOMAIN).values_list("customer", "value")) == [
        (customer.pk, "alpha.example")
    ]
