"""The customers of the demo company: valid, distinct, and some hard to tell apart."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import phonenumbers
import pytest
from stdnum import iban
from stdnum.eu import vat

from demo import company
from demo.checkdigits import phone
from demo.customers import ERP_COLUMNS, SHARED_DOMAIN, Customer, make_customers, make_strangers, write_erp_export

THOUSAND = make_customers(1000, 1)


def test_vat_ids_have_right_check_digits_in_every_country() -> None:
    with_vat = [c for c in THOUSAND if c.vat_id]
    assert [c.vat_id for c in with_vat if not vat.is_valid(c.vat_id)] == []
    assert {c.country for c in with_vat} == {"DE", "AT", "FR", "NL", "IT", "BE", "LU"}


def test_a_vat_id_with_one_digit_changed_would_be_noticed() -> None:
    first = THOUSAND[0].vat_id
    changed = first[:-1] + str((int(first[-1]) + 1) % 10)
    assert vat.is_valid(first)
    assert not vat.is_valid(changed)


def test_ibans_have_right_check_digits() -> None:
    with_iban = [c for c in THOUSAND if c.iban]
    assert len(with_iban) > 900
    assert [c.iban for c in with_iban if not iban.is_valid(c.iban)] == []


def test_the_own_company_is_valid_and_not_among_its_customers() -> None:
    own = company.COMPANY
    assert vat.is_valid(own.vat_id)
    assert iban.is_valid(own.iban)
    assert iban.is_valid(company.SECOND_IBAN)
    assert own.vat_id not in {c.vat_id for c in THOUSAND}
    assert own.name not in {c.name for c in THOUSAND}


def test_telephone_numbers_are_valid_and_from_the_ranges_kept_for_fiction() -> None:
    shown = [c.phone for c in THOUSAND if c.phone] + [p.phone for c in THOUSAND for p in c.contacts if p.phone]
    assert [n for n in shown if not phonenumbers.is_valid_number(phonenumbers.parse(n, "DE"))] == []
    free = re.compile(r"0(30 23125|40 66969|69 90009|221 4710|89 99998)-\d{3}|\+33 1 99 00|0(171 39200|176 040690)\d\d")
    assert [n for n in shown if not free.match(n)] == []


def test_the_free_telephone_range_ends_instead_of_repeating() -> None:
    numbers = [phone(index) for index in range(5000)]
    assert len(set(numbers)) == 5000
    assert phone(5000) == ""


def test_what_identifies_a_customer_is_never_given_twice() -> None:
    for values in (
        [c.number for c in THOUSAND],
        [c.email for c in THOUSAND],
        [c.vat_id for c in THOUSAND if c.vat_id],
        [c.iban for c in THOUSAND if c.iban],
        [c.phone for c in THOUSAND if c.phone],
        [(c.name, c.city) for c in THOUSAND],
    ):
        assert len(values) == len(set(values))


def test_numbers_have_the_shape_the_company_uses() -> None:
    assert all(re.fullmatch(company.CUSTOMER_NUMBER_PATTERN, c.number) for c in THOUSAND)


def test_some_customers_are_hard_to_tell_apart() -> None:
    names = [c.name for c in THOUSAND]
    same_name = [c for c in THOUSAND if names.count(c.name) > 1]
    assert len(same_name) > 20
    assert any(c.addition.startswith("Werk ") for c in same_name)
    assert sum(c.domain == SHARED_DOMAIN for c in THOUSAND) > 10


def test_more_customers_leave_the_first_ones_as_they_are() -> None:
    assert make_customers(100, 1) == THOUSAND[:100]
    assert make_customers(100, 2) != THOUSAND[:100]


def test_strangers_share_nothing_with_the_known() -> None:
    strangers = make_strangers(THOUSAND, 50, 1)
    assert len(strangers) == 50
    for get in (_name, _domain, _phone, _vat_id):
        assert not ({get(c) for c in strangers} & {get(c) for c in THOUSAND}) - {""}


def _name(customer: Customer) -> str:
    return customer.name


def _domain(customer: Customer) -> str:
    return customer.domain


def _phone(customer: Customer) -> str:
    return customer.phone


def _vat_id(customer: Customer) -> str:
    return customer.vat_id


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig"])
def test_the_export_reads_back_as_the_erp_wrote_it(tmp_path: Path, encoding: str) -> None:
    write_erp_export(tmp_path / "kunden.csv", THOUSAND[:200], encoding=encoding)
    with (tmp_path / "kunden.csv").open(encoding=encoding, newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert tuple(rows[0]) == ERP_COLUMNS
    assert [row["Kundennummer"] for row in rows] == [c.number for c in THOUSAND[:200]]
    assert [row["Name 1"] for row in rows] == [c.name for c in THOUSAND[:200]]
    assert {row["Status"] for row in rows} == {"Kunde", "Interessent", "ehemalig"}
