"""The end of retention, by a table of our own."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from kundenakte.records.retention.engine import retention_end
from kundenakte.records.retention.events import Known, events_of, rule_code
from kundenakte.records.retention.rules import Catalogue, Profile, Rule
from kundenakte.records.retention.shipped import RULES

with (Path(__file__).parent / "ends.csv").open(encoding="utf-8", newline="") as _file:
    CASES = list(csv.DictReader(_file, delimiter=";"))
SHIPPED = Catalogue(RULES)
TODAY = date(2026, 11, 24)


def known(**more: object) -> Known:
    """What is known of a document dated 2026-03-15."""
    values: dict[str, object] = {"dated_on": date(2026, 3, 15), "came_on": date(2026, 3, 17), "fields": {}}
    return Known(**(values | more))  # type: ignore[arg-type]


def test_t31_the_table_has_at_least_two_hundred_cases() -> None:
    assert len(CASES) >= 200
    assert {rule for case in CASES for rule in case["rules"].split()} == set(SHIPPED.codes()) - {"ENQUIRY"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['rules']}, {case['what']}")
def test_t31_the_end_is_the_one_of_the_table(case: dict[str, str]) -> None:
    on = date.fromisoformat(case["on"])
    events = {name: date.fromisoformat(day) for name, day in (pair.split("=") for pair in case["events"].split())}
    rules = [rule for code in case["rules"].split() if (rule := SHIPPED.holding(code, on))]
    profile = Profile(ten_years=case["ten_years"] == "yes", financial_sector=case["financial_sector"] == "yes")
    end = retention_end(events, rules, profile, on)
    assert (end.until.isoformat() if end.until else "open", end.code) == (case["until"], case["decides"])


@pytest.mark.parametrize(
    ("code", "event", "day", "deletable"),
    [
        ("PAYMENT", "CREATED", date(2018, 5, 4), date(2027, 1, 1)),
        ("INV_OUT", "ISSUED", date(2026, 3, 15), date(2035, 1, 1)),
        ("EMAIL_LETTER", "SENT_OR_RECEIVED", date(2026, 2, 3), date(2033, 1, 1)),
    ],
)
def test_t31_check_values_become_deletable_on_their_day(code: str, event: str, day: date, deletable: date) -> None:
    rule = SHIPPED.holding(code, TODAY)
    assert rule
    end = retention_end({event: day}, [rule], Profile(), TODAY)
    assert end.until
    assert end.until + timedelta(days=1) == deletable


def test_a_rule_that_begins_later_does_not_decide_yet() -> None:
    later = Rule("INV_OUT", "Ausgangsrechnung", "S", 5, "ISSUED", True, "neu", date(2027, 1, 1), is_invoice=True)
    catalogue = SHIPPED.with_rule(later)
    before, after = catalogue.holding("INV_OUT", date(2026, 12, 31)), catalogue.holding("INV_OUT", date(2027, 1, 1))
    assert (before and before.years, after and after.years) == (8, 5)


def test_the_later_of_issue_and_arrival_counts_for_an_incoming_invoice() -> None:
    events = events_of(known(dated_on=date(2025, 12, 30), came_on=date(2026, 1, 4)))
    assert events["LATER_OF_ISSUED_RECEIVED"] == date(2026, 1, 4)


def test_a_field_says_when_a_paper_of_old_times_was_received() -> None:
    events = events_of(known(dated_on=date(2018, 2, 1), came_on=TODAY, fields={"received_on": "2018-02-05"}))
    assert events["RECEIVED"] == date(2018, 2, 5)


def test_a_contract_without_an_end_has_no_event_and_one_with_an_end_has() -> None:
    assert "CONTRACT_END" not in events_of(known())
    assert events_of(known(fields={"valid_until": "2027-06-30"}))["CONTRACT_END"] == date(2027, 6, 30)


def test_a_field_that_holds_no_day_says_nothing() -> None:
    assert "CASE_CLOSED" not in events_of(known(fields={"closed_on": "bald"}))


def test_an_order_makes_a_letter_of_trade_of_an_offer() -> None:
    assert rule_code("OFFER_LOST", known()) == "OFFER_LOST"
    assert rule_code("OFFER_LOST", known(has_order=True)) == "OFFER_WON"
    assert rule_code("PRICE_INFO", known(has_order=True)) == "OFFER_WON"


def test_an_invoice_makes_a_voucher_of_a_delivery_note() -> None:
    assert rule_code("DELIVERY_VOUCHER", known()) == "DELIVERY_PLAIN"
    assert rule_code("DELIVERY_VOUCHER", known(has_invoice=True)) == "DELIVERY_VOUCHER"
