"""The input of the benchmark of filing: each group is what it says, and any part can be made by itself."""

from __future__ import annotations

import csv
from pathlib import Path

import pypdfium2
import pytest

from bench.born_digital import CUSTOMER_COLUMNS, GROUPS, TRUTH_COLUMNS, Sample, samples, write_set
from demo.checkdigits import spaced
from demo.customers import make_customers
from tests.demo.test_layouts import text_of

CUSTOMERS = make_customers(300, "born-digital")


@pytest.fixture(scope="module")
def made() -> list[Sample]:
    return list(samples(CUSTOMERS, count=150, seed=1))


def _marks(sample: Sample) -> list[str]:
    customer = next(c for c in CUSTOMERS if c.number == sample.customer.number)
    people = [person.email for person in customer.contacts]
    return [mark for mark in (customer.vat_id, customer.iban, spaced(customer.iban), customer.email, *people) if mark]


def test_every_group_occurs_and_is_what_it_says(made: list[Sample]) -> None:
    assert {sample.group for sample in made} == set(GROUPS)
    for sample in made:
        text = text_of(sample.pdf)
        if sample.group == "number":
            assert sample.customer.number in text
        elif sample.group == "mark":
            assert sample.customer.number not in text
            assert any(mark in text for mark in _marks(sample))
        elif sample.group == "name":
            assert sample.customer.number not in text
            assert not any(mark in text for mark in _marks(sample))
            assert sample.customer.zip in text
        elif sample.group == "two":
            assert sample.second is not None
            assert sample.customer.number in text
            assert sample.second.number in text
        else:
            assert not any(c.number in text for c in CUSTOMERS)


def test_two_customers_are_always_two(made: list[Sample]) -> None:
    pairs = [(s.customer.number, s.second.number) for s in made if s.second]
    assert pairs
    assert all(one != two for one, two in pairs)


def test_numbers_are_on_the_page_and_unique(made: list[Sample]) -> None:
    ours = [s.paper.number for s in made if s.paper.number.endswith(s.name[4:10])]
    assert len(ours) == len(set(ours)) > 80
    assert all(s.paper.number in text_of(s.pdf) for s in made)


def test_papers_are_one_to_three_pages_in_all_layouts(made: list[Sample]) -> None:
    pages = {len(pypdfium2.PdfDocument(s.pdf)) for s in made}
    assert pages == {1, 2, 3}
    assert len({s.paper.look for s in made}) == 5


def test_a_part_of_a_series_is_the_same_by_itself(made: list[Sample]) -> None:
    part = list(samples(CUSTOMERS, count=3, seed=1, start=70))
    assert [(s.name, s.pdf) for s in part] == [(s.name, s.pdf) for s in made[70:73]]


def test_the_folder_has_truth_and_customers(tmp_path: Path) -> None:
    write_set(tmp_path, count=12, customers=40, seed=2)
    with (tmp_path / "truth.csv").open(encoding="utf-8", newline="") as file:
        truth = list(csv.DictReader(file))
    with (tmp_path / "customers.csv").open(encoding="utf-8", newline="") as file:
        customers = list(csv.DictReader(file))
    assert tuple(truth[0]) == TRUTH_COLUMNS
    assert tuple(customers[0]) == CUSTOMER_COLUMNS
    assert len(truth) == 12
    assert len(customers) == 40
    for row in truth:
        assert int(row["pages"]) == len(pypdfium2.PdfDocument(tmp_path / row["file"]))
        assert bool(row["customer_number"]) == (row["outcome"] == "filed")


def test_one_group_alone_can_be_asked_for() -> None:
    assert {s.group for s in samples(CUSTOMERS, count=5, seed=3, groups=("name",))} == {"name"}
