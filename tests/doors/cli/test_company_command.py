"""`kundenakte company`: what is ours and never a customer's."""

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from kundenakte.customers import queries
from kundenakte.customers.models import OwnCompany
from tests.builders import a_user

pytestmark = pytest.mark.usefixtures("db")


def company(*arguments: str) -> str:
    out = io.StringIO()
    call_command("company", *arguments, stdout=out)
    return out.getvalue()


def test_what_is_set_is_shown_and_counts_as_ours() -> None:
    out = company(
        "set", "--name", "Wir GmbH", "--street", "Am Kanal 7", "--zip", "90766", "--city", "Fürth",
        "--vat-id", "DE811907980", "--tax-number", "218/123/45678", "--iban", "DE89 3704 0044 0532 0130 00",
        "--domain", "wir.example", "--phone", "0911 1-0", "--phone", "0911 2-0", "--other-name", "Wir Anlagenbau",
    )  # fmt: skip
    assert out == company("show")
    for line in ("Name: Wir GmbH", "Postleitzahl: 90766", "Telefon: 0911 1-0", "Telefon: 0911 2-0"):
        assert line in out.splitlines()
    assert queries.own_company().has_domain("info@wir.example")
    assert queries.own_company().has_name("Wir Anlagenbau")


def test_what_is_not_named_stays_and_a_repeatable_one_replaces_all_of_its_kind() -> None:
    company("set", "--name", "Wir GmbH", "--phone", "0911 1-0", "--phone", "0911 2-0", "--domain", "wir.example")
    company("set", "--phone", "0911 3-0", "--domain", "")
    row = OwnCompany.objects.get()
    assert (row.name, row.phones, row.email_domains) == ("Wir GmbH", "0911 3-0", "")


def test_it_refuses_nothing_named_no_name_and_what_is_too_long() -> None:
    for wrong in (["set"], ["set", "--city", "Fürth"], ["set", "--name", "Wir GmbH", "--zip", "9" * 13], ["show"]):
        with pytest.raises(CommandError):
            company(*wrong)
    assert not OwnCompany.objects.exists()


def test_a_person_without_the_right_is_refused() -> None:
    a_user("verena")
    before = OwnCompany.objects.get().city
    with pytest.raises(CommandError, match="Recht"):
        company("set", "--city", "Berlin", "--as", "verena")
    assert OwnCompany.objects.get().city == before
