"""Deciding in the inbox with the keyboard: what is pressed files where the screen says, and nowhere else."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from kundenakte.records.models import Arrival, CustomerFile, Document
from tests.builders import a_customer_file, an_arrival
from tests.journeys.conftest import OpenPage, Screen

pytestmark = pytest.mark.journey


def _proposed(*files: CustomerFile, file_name: str = "brief.txt") -> Arrival:
    """What waits with these files proposed, the first one as the likeliest."""
    arrival = an_arrival(waiting=True, file_name=file_name, content=file_name)
    rows = [{"customer_id": one.customer_id, "score": 0.6, "evidence": []} for one in files]
    arrival.decision = {"candidates": rows, "document_class": "OFFER", "title": "Angebot"}
    arrival.save(update_fields=["decision"])
    return arrival


def _choose(page: Page, text: str, name: str) -> None:
    field = page.get_by_label("Ein anderer Kunde")
    field.fill(text)
    expect(page.locator("#choose-akte-list [role=option]")).to_contain_text(name)
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value(f"{name} ({text})")


@pytest.fixture
def waiting(open_page: OpenPage) -> tuple[Screen, CustomerFile, CustomerFile]:
    """The open inbox with one arrival, for which the first file is proposed and the second one is not."""
    proposed, other = a_customer_file("Alpha GmbH", "K-7001"), a_customer_file("Beta GmbH", "K-7002")
    arrival = _proposed(proposed)
    screen = open_page()
    screen.go(f"/eingang/{arrival.pk}")
    return screen, proposed, other


@pytest.mark.parametrize("place", ["#choose-akte", "#number", "h1"])
def test_another_customer_chosen_by_typing_is_where_enter_files_from_anywhere(
    place: str, waiting: tuple[Screen, CustomerFile, CustomerFile]
) -> None:
    screen, _proposed_file, other = waiting
    page = screen.page
    _choose(page, "K-7002", "Beta GmbH")
    # The button that files there carries the key now, the proposal no longer.
    expect(page.get_by_role("button", name="In diese Akte").locator("kbd")).to_be_visible()
    expect(page.locator("button.candidate kbd", has_text="Enter")).to_be_hidden()
    screen.check()
    if place == "h1":
        page.get_by_role("heading", level=1).click()
        page.keyboard.press("Enter")
    else:
        page.locator(place).press("Enter")
    expect(page.locator("#messages")).to_contain_text("Eingeaktet in Beta GmbH")
    assert Document.objects.get().customer_file == other


def test_a_number_typed_and_enter_pressed_at_once_files_nowhere_before_the_customer_shows(
    waiting: tuple[Screen, CustomerFile, CustomerFile],
) -> None:
    screen, _proposed_file, other = waiting
    page = screen.page
    field = page.get_by_label("Ein anderer Kunde")
    field.focus()
    page.keyboard.type("K-7002")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Beta GmbH (K-7002)")
    assert Document.objects.count() == 0
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Eingeaktet in Beta GmbH")
    assert Document.objects.get().customer_file == other


def test_what_was_typed_and_leads_to_nobody_is_not_filed_with_the_proposal(
    waiting: tuple[Screen, CustomerFile, CustomerFile],
) -> None:
    screen, _proposed_file, _other = waiting
    page = screen.page
    page.get_by_label("Ein anderer Kunde").fill("gibtesnicht")
    page.locator("#number").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Wählen Sie den Kunden aus der Liste")
    assert Document.objects.count() == 0


def test_the_key_of_a_proposal_first_takes_back_another_choice(
    waiting: tuple[Screen, CustomerFile, CustomerFile],
) -> None:
    screen, proposed, _other = waiting
    page = screen.page
    _choose(page, "K-7002", "Beta GmbH")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("1")
    candidate = page.locator("button.candidate", has_text="Alpha GmbH")
    expect(candidate).to_be_focused()
    expect(page.get_by_label("Ein anderer Kunde")).to_have_value("")
    assert Document.objects.count() == 0
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Eingeaktet in Alpha GmbH")
    assert Document.objects.get().customer_file == proposed


def test_enter_files_with_the_first_proposal_where_nothing_else_was_chosen(
    waiting: tuple[Screen, CustomerFile, CustomerFile],
) -> None:
    screen, proposed, _other = waiting
    page = screen.page
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Eingeaktet in Alpha GmbH")
    assert Document.objects.get().customer_file == proposed


def test_the_key_that_shows_the_keys_files_nothing(waiting: tuple[Screen, CustomerFile, CustomerFile]) -> None:
    screen, _proposed_file, _other = waiting
    page = screen.page
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("?")
    page.wait_for_url("**/tasten*")
    assert Document.objects.count() == 0


def test_after_filing_the_keyboard_stands_before_the_form_of_the_next_one(open_page: OpenPage) -> None:
    customer_file = a_customer_file("Alpha GmbH", "K-7001")
    for name in ("a.txt", "b.txt", "c.txt"):
        _proposed(customer_file, file_name=name)
    screen = open_page()
    page = screen.page
    screen.go("/posteingang/")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.keyboard.press("1")
    expect(page.locator("#messages")).to_contain_text("Eingeaktet in Alpha GmbH")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    screen.check()
    # The list is one stop of the Tab key, wherever the arrows have led in it.
    page.keyboard.press("ArrowDown")
    row = page.locator(".arrival-list a[data-open]").last
    expect(row).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#arrival-pages")).to_be_focused()
