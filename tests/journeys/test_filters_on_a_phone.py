"""Filters on a phone: folded away, so that what they narrow is in sight."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.circulation_builders import a_folder, stop
from tests.journeys.conftest import DESK, PHONE, OpenPage

pytestmark = pytest.mark.journey


def test_filters_of_what_is_under_way_are_folded_on_a_phone_only(open_page: OpenPage) -> None:
    a_folder(stop(1, "verena"), title="Liefertermin", by="sabine")
    screen = open_page("verena", PHONE)
    page = screen.page
    screen.go("/aufgaben/uebersicht")
    expect(page.get_by_label("Zuständig")).to_be_hidden()
    expect(page.get_by_role("link", name="Liefertermin")).to_be_in_viewport()
    page.get_by_text("Eingrenzen").click()
    page.get_by_label("Art", exact=True).select_option("mappe")
    page.get_by_role("button", name="Anwenden").click()
    expect(page.locator(".survey-fold .count")).to_contain_text("1")
    screen.check()
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    expect(page.get_by_label("Zuständig")).to_be_visible()
    expect(page.locator(".survey-fold > summary")).to_be_hidden()
