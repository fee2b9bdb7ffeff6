"""The customer is on the phone: from a number, a name or a word to the page in question, with the keyboard alone."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from kundenakte.records.models import Document
from tests.builders import a_customer_file
from tests.journeys.conftest import DESK, PHONE, OpenPage, Screen
from tests.steps.search.papers import a_paper

pytestmark = pytest.mark.journey


def some_papers() -> list[Document]:
    """Three papers of two customers."""
    first, second = a_customer_file("Bäckerei Öttinger", "K-7001"), a_customer_file("Huber KG", "K-7002")
    return [
        a_paper("Wartung der Knetmaschine nach Plan", title="Wartungsvertrag WV-2025-0072", number="WV-2025-0072",
                customer_file=first, document_class="MAINT_CONTRACT", dated_on=date(2025, 1, 6)),
        a_paper("Knetmaschine geliefert, frei Haus", title="Rechnung RE-2026-0815", number="RE-2026-0815",
                customer_file=first, document_class="INV_OUT", fields={"gross_amount": "1190.00", "currency": "EUR"}),
        a_paper("Angebot über eine Knetmaschine", title="Angebot AN-2026-11", number="AN-2026-11",
                customer_file=second, document_class="OFFER", fields={"gross_amount": "800.00", "currency": "EUR"}),
    ]  # fmt: skip


def findable(screen: Screen, question: str, count: int) -> None:
    """Wait until the index has taken in so many documents."""
    screen.go_until(f"/suche?q={question}", lambda page: page.locator(".hit").count() == count)


@pytest.mark.smoke
@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_number_leads_to_its_document_in_one_field(size: tuple[int, int], open_page: OpenPage) -> None:
    papers = some_papers()
    screen = open_page(size=size)
    page = screen.page
    findable(screen, "knetmaschine", 3)
    screen.go("/")
    if size == DESK:
        page.keyboard.press("/")
    else:
        page.locator("[data-jump-open]").click()
    field = page.get_by_role("combobox", name="Wohin?")
    expect(field).to_be_focused()
    expect(page.get_by_role("option").first).to_be_visible()
    screen.check()
    field.press_sequentially("RE-2026-08")
    expect(page.locator("[role=option][aria-selected=true]")).to_contain_text("Rechnung RE-2026-0815")
    screen.check()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/dokument/{papers[1].pk}")


def test_the_box_is_open_to_every_page_and_works_by_keyboard_alone(open_page: OpenPage) -> None:
    papers = some_papers()
    screen = open_page()
    page = screen.page
    findable(screen, "knetmaschine", 3)
    # Ctrl+K also while somebody types elsewhere; a slash there is a slash.
    screen.go("/kunden/")
    page.locator("#q").press_sequentially("a/b")
    expect(page.locator("#q")).to_have_value("a/b")
    expect(page.locator("[data-jump-box]")).to_be_hidden()
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Wohin?")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#q")).to_be_focused()
    # Who types faster than the answer comes still lands where she meant to.
    page.keyboard.press("Control+k")
    page.keyboard.type("oettinger wartung")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/akte/|/suche|/dokument/"))
    screen.go("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("K-7002")
    expect(page.locator("[role=option]").first).to_contain_text("Huber KG")
    page.keyboard.press("ArrowUp")
    expect(page.locator("[role=option][aria-selected=true]")).to_contain_text("Suchen nach „K-7002“")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/akte/{papers[2].customer_file_id}")
    # What was open last comes first when nothing is typed.
    page.keyboard.press("Control+k")
    expect(page.locator("[role=option]").first).to_contain_text("Huber KG")
    page.keyboard.type("postein")
    expect(page.locator("[role=option][aria-selected=true]")).to_contain_text("Posteingang öffnen")
    page.keyboard.press("Enter")
    page.wait_for_url("**/posteingang/")
    assert not screen.complaints


def test_words_lead_to_the_page_with_the_hit_by_keyboard_alone(open_page: OpenPage) -> None:
    papers = some_papers()
    screen = open_page()
    page = screen.page
    findable(screen, "knetmaschine", 3)
    screen.go("/suche")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("knetma")
    expect(page.locator("mark").first).to_have_text("Knetmaschine")
    expect(page.locator("#search-count")).to_have_text("3 Dokumente")
    expect(page.get_by_text("Weiter mit:")).to_be_visible()
    page.keyboard.type("schine wartung")
    expect(page.locator("#search-count")).to_have_text("1 Dokument")
    screen.check()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".hit a[data-open]").first).to_be_focused()
    expect(page.locator("#preview h2").first).to_contain_text("Wartungsvertrag WV-2025-0072")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/dokument/{papers[0].pk}?suche=knetmaschine%20wartung*")
    page.go_back()
    expect(page.locator("#q")).to_have_value("knetmaschine wartung")


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_filters_narrow_and_chips_take_them_out(size: tuple[int, int], open_page: OpenPage) -> None:
    some_papers()
    screen = open_page(size=size)
    page = screen.page
    findable(screen, "knetmaschine", 3)
    screen.check()
    if size == PHONE:
        page.locator("#filters > summary").click()
    page.get_by_label("Ausgangsrechnung").check()
    expect(page.locator("#search-count")).to_have_text("1 Dokument")
    # What was just ticked keeps the focus, and on a phone the filters stay open.
    expect(page.get_by_label("Ausgangsrechnung")).to_be_focused()
    page.get_by_role("group", name="Dokumentklasse").get_by_label("Angebot").check()
    expect(page.locator("#search-count")).to_have_text("2 Dokumente")
    page.locator("#betrag_von").fill("1.000,00")
    page.locator("#betrag_von").press("Tab")
    expect(page.locator("#search-count")).to_have_text("1 Dokument")
    expect(page.locator(".filters-set a")).to_have_count(4)
    screen.check()
    page.get_by_role("link", name="Filter entfernen: ab 1.000,00").click()
    expect(page.locator("#search-count")).to_have_text("2 Dokumente")
    page.get_by_role("link", name="Alle entfernen").click()
    expect(page.locator("#search-count")).to_have_text("3 Dokumente")
    screen.go("/suche?q=zebra&jahr=2020")
    expect(page.get_by_role("heading", name="Mit diesen Filtern nichts zu „zebra“")).to_be_visible()
    screen.check()


def test_the_search_works_without_scripts(open_page: OpenPage) -> None:
    some_papers()
    screen = open_page(java_script_enabled=False)
    page = screen.page
    findable(screen, "knetmaschine", 3)
    screen.go("/")
    page.locator("#jump").fill("knetmaschine")
    page.locator("#jump").press("Enter")
    page.get_by_role("group", name="Dokumentklasse").get_by_label("Angebot").check()
    page.get_by_role("button", name="Anwenden").click()
    expect(page.locator(".hit")).to_have_count(1)
    expect(page.locator(".hit")).to_contain_text("Angebot AN-2026-11")
    page.get_by_role("link", name="Filter entfernen").click()
    expect(page.locator(".hit")).to_have_count(3)
