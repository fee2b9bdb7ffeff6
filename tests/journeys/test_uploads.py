"""Lists that renew themselves: what was uploaded goes when it has been read, and nothing goes from under a hand."""

from __future__ import annotations

import pytest
from playwright.sync_api import Request, Route, expect

from tests.builders import a_customer_file, an_arrival
from tests.journeys.conftest import OpenPage, a_pdf, drop

pytestmark = pytest.mark.journey


def test_the_list_of_uploads_is_closed_by_key_and_starts_afresh(open_page: OpenPage) -> None:
    customer_file = a_customer_file("Alpha GmbH", "K-7001")
    an_arrival(waiting=True)
    screen = open_page()
    page = screen.page
    screen.go(f"/akte/{customer_file.pk}")
    uploads = page.locator("#uploads")
    for number in ("AN-1", "AN-2"):
        drop(page, ".file", (f"{number}.pdf", a_pdf("Angebot", f"Angebotsnummer: {number}", "Datum: 20.11.2026")))
        expect(uploads.locator("li").first).to_contain_text("Eingeaktet in Alpha GmbH")
    # What was there before has gone with the next one.
    expect(uploads.locator("li")).to_have_count(1)
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("Escape")
    expect(uploads).to_be_hidden()


def test_in_the_inbox_the_list_of_uploads_leaves_the_form_free(open_page: OpenPage) -> None:
    an_arrival(waiting=True)
    screen = open_page()
    page = screen.page
    screen.go("/posteingang/")
    drop(page, ".inbox", ("fremd.pdf", a_pdf("Sehr geehrte Damen und Herren")))
    expect(page.locator("#uploads li").first).to_contain_text("Wartet im Posteingang")
    panel, form = page.locator("#uploads").bounding_box(), page.locator(".inbox-decide").bounding_box()
    assert panel
    assert form
    assert panel["x"] + panel["width"] <= form["x"]


def _asks_for_arrivals(request: Request) -> bool:
    return request.headers.get("hx-target") == "arrivals"


def test_a_row_somebody_took_hold_of_stays_though_an_answer_was_on_its_way(open_page: OpenPage) -> None:
    an_arrival(waiting=True, file_name="erste.pdf")
    screen = open_page()
    page = screen.page
    held: list[Route] = []
    page.route("**/*", lambda route: held.append(route) if _asks_for_arrivals(route.request) else route.continue_())
    screen.go("/posteingang/")
    an_arrival(waiting=True, file_name="zweite.pdf", content="anders")
    with page.expect_request(_asks_for_arrivals):
        pass
    row = page.locator("#arrivals a[data-open]").first
    row.focus()
    with page.expect_event("requestfinished", _asks_for_arrivals):
        held[0].continue_()
    page.evaluate("() => new Promise((done) => setTimeout(done, 100))")
    expect(row).to_be_focused()
    expect(row).to_contain_text("erste.pdf")
    # As soon as she lets go, the list is as it is.
    page.unroute_all()
    page.get_by_role("heading", level=1).click()
    expect(page.locator("#arrivals li").first).to_contain_text("zweite.pdf")
    assert not screen.complaints
