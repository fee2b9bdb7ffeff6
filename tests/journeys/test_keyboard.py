"""Small ways of the keyboard: from the customers to a file, to the keys and back, and what the jump box counts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.builders import a_customer_file, a_document
from tests.journeys import looking
from tests.journeys.conftest import PHONE, OpenPage

pytestmark = pytest.mark.journey


def test_from_the_field_over_the_customers_the_keys_lead_into_the_list(open_page: OpenPage) -> None:
    a_customer_file("Alpha GmbH", "K-7001")
    only = a_customer_file("Beta GmbH", "K-7002")
    screen = open_page()
    page = screen.page
    screen.go("/kunden/")
    page.locator("#q").press("ArrowDown")
    expect(page.get_by_role("link", name="Alpha GmbH")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#q")).to_be_focused()
    # Faster than the list: it is the answer to what was typed that opens.
    page.keyboard.type("beta")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/akte/{only.pk}*")


def test_escape_leads_from_the_keys_back_to_where_one_was(open_page: OpenPage) -> None:
    customer_file = a_customer_file("Alpha GmbH", "K-7001")
    screen = open_page()
    page = screen.page
    screen.go(f"/akte/{customer_file.pk}")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tasten")
    screen.check()
    page.keyboard.press("Escape")
    page.wait_for_url(f"**/akte/{customer_file.pk}*")


def test_the_jump_box_does_not_count_the_way_to_the_search_as_a_hit(open_page: OpenPage) -> None:
    a_customer_file("Alpha GmbH", "K-7001")
    screen = open_page()
    page = screen.page
    page.keyboard.press("Control+k")
    box = page.locator("[data-jump-box]")
    box.get_by_role("combobox").fill("qqxxyyzz")
    expect(box.get_by_role("option")).to_have_count(1)
    expect(box.get_by_role("status")).to_have_text("Keine Treffer")
    box.get_by_role("combobox").fill("K-7001")
    expect(box.get_by_role("option", name="Alpha GmbH")).to_be_visible()
    expect(box.get_by_role("status")).to_have_text("Ein Treffer")


def test_what_is_rarely_done_with_a_file_lies_in_a_menu_that_the_arrows_walk(open_page: OpenPage) -> None:
    customer_file = a_customer_file("Alpha GmbH", "K-7001")
    screen = open_page()
    page = screen.page
    screen.go(f"/akte/{customer_file.pk}")
    more = page.locator(".file-head summary", has_text="Mehr")
    more.press("Enter")
    more.press("ArrowDown")
    expect(page.get_by_role("link", name="Vorgang beginnen")).to_be_focused()
    assert looking.accessibility(page) == []
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("link", name="Trennblatt")).to_be_focused()
    page.keyboard.press("Escape")
    expect(more).to_be_focused()
    expect(page.get_by_role("link", name="Trennblatt")).to_be_hidden()
    # Whoever walks on by Tab leaves no open menu over the list.
    more.press("Enter")
    for _ in range(5):
        page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Trennblatt")).to_be_hidden()
    more.press("Enter")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/akte/{customer_file.pk}/adresse")


def test_on_a_phone_the_buttons_of_a_file_stand_in_one_row(open_page: OpenPage) -> None:
    customer_file = a_customer_file("Alpha GmbH", "K-7001")
    screen = open_page(size=PHONE)
    page = screen.page
    screen.go(f"/akte/{customer_file.pk}")
    buttons = page.locator(".file-head .actions :is(button, .button):visible")
    expect(buttons).to_have_text(["Beobachten", "Stammdaten", "Mehr"])
    assert len({round(box["y"]) for one in buttons.all() if (box := one.bounding_box())}) == 1
    screen.check()
    page.locator(".file-head summary").click()
    expect(page.get_by_role("link", name="Mail-Adressen")).to_be_in_viewport(ratio=1)
    assert looking.accessibility(page) == []


def test_on_a_phone_a_document_keeps_two_buttons_and_has_the_others_below_its_fields(open_page: OpenPage) -> None:
    document = a_document(title="Angebot AN-1")
    screen = open_page(size=PHONE)
    page = screen.page
    screen.go(f"/dokument/{document.pk}")
    buttons = page.locator(".document-head .actions > .button:visible")
    expect(buttons).to_have_text(["Herunterladen", "Neue Version"])
    assert len({round(box["y"]) for one in buttons.all() if (box := one.bounding_box())}) == 1
    screen.check()
    page.get_by_role("link", name="Indexfelder").click()
    for name in ("Ändern", "Verschieben", "In Umlauf geben"):
        expect(page.get_by_role("link", name=name)).to_be_visible()
    screen.check()
