"""On paper: what a page says, and none of what it is worked with."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.builders import a_customer_file, a_document
from tests.case_builders import a_case
from tests.circulation_builders import a_folder, stop
from tests.journeys.conftest import OpenPage

pytestmark = pytest.mark.journey

LONG = "Auftragsbestätigung AB-2025-2760 zur Bestellung der Förderanlage in Halle drei"
# Whether words are drawn with an end in dots.
_IS_CUT = "(one) => getComputedStyle(one).textOverflow === 'ellipsis' && one.scrollWidth > one.clientWidth + 1"
_WIDER = "(one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1"


def _on_paper(page: Page) -> None:
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 720, "height": 1000})


def test_tasks_and_rights_are_printed_without_what_they_are_worked_with(open_page: OpenPage) -> None:
    a_folder(stop(1, "verena", wish="take_note"), title="Liefertermin", by="sabine")
    screen = open_page("verena")
    screen.go("/aufgaben")
    _on_paper(screen.page)
    expect(screen.page.get_by_role("link", name="Liefertermin")).to_be_visible()
    expect(screen.page.locator(".task-mark input")).to_be_hidden()
    expect(screen.page.get_by_role("link", name="überfällig", exact=True)).to_be_hidden()
    screen = open_page("anton")
    screen.go("/verwaltung/rechte")
    _on_paper(screen.page)
    expect(screen.page.get_by_role("row", name="Alle Register").get_by_role("checkbox").first).to_be_visible()
    expect(screen.page.get_by_role("button", name="Wirkung ansehen")).to_be_hidden()


def test_the_picture_of_a_process_fits_the_sheet(open_page: OpenPage) -> None:
    case = a_case(by="verena", customer_file=a_customer_file("Alpha GmbH", "K-7001"))
    screen = open_page("verena")
    screen.go(f"/umlauf/{case.folder_id}")
    drawing = screen.page.locator(".bpmn")
    expect(drawing).to_be_visible()
    _on_paper(screen.page)
    assert not drawing.evaluate(_WIDER)


def test_a_file_is_printed_with_whole_titles_and_without_boxes(open_page: OpenPage) -> None:
    file = a_customer_file("Alpha GmbH", "K-7001")
    a_document(customer_file=file, document_class="ORDER_CONF", title=LONG, number="AB-2025-2760")
    screen = open_page("verena")
    screen.go(f"/akte/{file.pk}")
    title = screen.page.locator("td.c-title")
    # At the desk, between sections and preview, it goes on in a second line.
    assert not title.evaluate(_IS_CUT)
    assert title.bounding_box()["height"] > 34  # type: ignore[index]
    _on_paper(screen.page)
    expect(screen.page.locator("[data-mark]")).to_be_hidden()
    assert not title.evaluate(_IS_CUT)
