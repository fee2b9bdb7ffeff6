"""Small ways of the keyboard: from the customers to a file, to the keys and back, and what the jump box counts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.builders import a_customer_file
from tests.journeys.conftest import OpenPage

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
