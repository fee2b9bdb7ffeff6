"""Leafing through a document: pages, zoom, words to select and to find, tabs, going on in the list, all by keyboard."""

from __future__ import annotations

import io
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from kundenakte import pipeline
from kundenakte.base import blobs
from kundenakte.records.actions.documents import NewVersion, add_version
from kundenakte.records.models import Arrival, CustomerFile, Document
from tests.builders import NOW, SETUP, a_customer_file, a_document, an_arrival
from tests.journeys.conftest import DESK, PHONE, OpenPage
from tests.waiting import until

pytestmark = pytest.mark.journey

_SHEET = """document.querySelector('.page-frame[data-page="23"] .page')"""
SENTENCE = "Der Quastenflosser schwimmt seit vierhundert Millionen Jahren"


def _pdf(pages: int) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    target = io.BytesIO()
    canvas = Canvas(target, invariant=1)
    for number in range(1, pages + 1):
        canvas.drawString(70, 760, f"Blatt {number} von {pages}")
        canvas.drawString(70, 740, SENTENCE)
        canvas.drawString(70, 720, f"Wartungsvertrag WV-{number}")
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def _a_paper(customer_file: CustomerFile, title: str, *, pages: int) -> Document:
    """A document whose pages the running house draws."""
    data = _pdf(pages)
    document = a_document(
        customer_file=customer_file, document_class="CONTRACT", title=title, number=title, content=[data]
    )
    _draw(document, data)
    return document


def _draw(document: Document, data: bytes) -> None:
    """Let the running house draw the pages of the valid version."""
    arrival = an_arrival(content=data, file_name="vertrag.pdf")
    version = document.valid_version
    assert version is not None
    Arrival.objects.filter(pk=arrival.pk).update(document=document, version=version, state=Arrival.State.FILED)
    pipeline.register_jobs()
    pipeline.draw_again(actor=SETUP, version=version, now=NOW)


@pytest.fixture
def contract(house: str) -> Document:
    """A contract of 24 pages in a file with a second document."""
    customer_file = a_customer_file("Alpha GmbH", "K-7001")
    a_document(customer_file=customer_file, document_class="OFFER", title="Angebot AN-1", number="AN-1")
    return _a_paper(customer_file, "WV-2026-1", pages=24)


def _drawn_over(page: Page, words: Locator, *, down: int) -> list[str]:
    """The lines that are selected when the mouse goes from the beginning of the words to their end, lines further."""
    words.hover()
    box = words.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 1, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 1, middle + down * box["height"], steps=8)
    page.mouse.up()
    return [line.strip() for line in str(page.evaluate("() => String(getSelection())")).strip().split("\n")]


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_pages_are_leafed_through_zoomed_and_turned(
    size: tuple[int, int], contract: Document, open_page: OpenPage
) -> None:
    screen = open_page(size=size)
    page = screen.page
    screen.go(f"/dokument/{contract.pk}")
    expect(page.locator(".page-frame")).to_have_count(24)
    expect(page.locator('.page-frame[data-page="1"] .text-layer span').first).to_be_attached()
    screen.check()
    page.locator(".viewer-sheets").focus()
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-page-field]")).to_have_value("3")
    page.keyboard.press("PageUp")
    expect(page.locator("[data-page-field]")).to_have_value("2")
    page.locator("[data-page-field]").fill("23")
    page.keyboard.press("Enter")
    # Beyond the first twenty pages too.
    expect(page.locator('.page-frame[data-page="23"] img[src]')).to_be_visible()
    expect(page.locator('.page-frame[data-page="23"] .text-layer')).to_contain_text("Blatt 23 von 24")
    expect(page.locator('.page-frame[data-page="23"] .page')).to_be_visible()
    page.locator(".viewer-sheets").focus()
    before = page.locator('.page-frame[data-page="23"] .page').evaluate("(page) => page.offsetWidth")
    page.keyboard.press("+")
    page.wait_for_function(f"() => Math.abs({_SHEET}.offsetWidth - {before * 1.25}) <= 2")
    expect(page.locator("[data-page-field]")).to_have_value("23")
    page.keyboard.press("0")
    page.keyboard.press("r")
    page.wait_for_function(f"() => {_SHEET}.offsetWidth / {_SHEET}.offsetHeight > 1.2")
    page.keyboard.press("9")
    screen.check()
    page.locator('[data-do="thumbs"]').click()
    page.locator('.viewer-thumbs button[data-page="5"]').click()
    expect(page.locator("[data-page-field]")).to_have_value("5")
    screen.check()


def test_beside_a_list_the_page_shown_is_zoomed_and_turned_without_leaving_the_list(
    contract: Document, open_page: OpenPage
) -> None:
    screen = open_page()
    page = screen.page
    screen.go(f"/akte/{contract.customer_file_id}?dokument={contract.pk}")
    shown = page.locator("#preview [data-zoom-shown]")
    expect(page.locator("#preview .text-layer span").first).to_be_attached()
    before = shown.inner_text()
    page.keyboard.press("+")
    expect(shown).not_to_have_text(before)
    page.keyboard.press("0")
    expect(shown).to_have_text(before)
    page.keyboard.press("r")
    expect(page.locator('#preview [data-turn="90"]')).to_be_attached()
    page.keyboard.press("f")
    page.keyboard.type("r9")
    expect(page.locator("#list-text")).to_have_value("r9")
    expect(page.locator('#preview [data-turn="90"]')).to_be_attached()


def test_words_on_a_page_are_selected_and_copied(contract: Document, open_page: OpenPage) -> None:
    screen = open_page()
    page = screen.page
    screen.go(f"/dokument/{contract.pk}")
    words = page.locator('.page-frame[data-page="1"] .text-layer span', has_text="Quastenflosser")
    expect(words).to_be_attached()
    # Once the picture is there and nothing moves any more.
    page.wait_for_function("() => document.querySelector('.page-frame[data-page=\"1\"] img')?.naturalWidth > 0")
    # What is above may still take its height, and the words move under the pointer: then they are drawn over anew.
    until(lambda: _drawn_over(page, words, down=0) == [SENTENCE])
    # Over two lines the line's end is kept, and so is the order.
    until(lambda: _drawn_over(page, words, down=2)[0] == SENTENCE)


def test_what_was_searched_for_is_marked_and_walked_through(contract: Document, open_page: OpenPage) -> None:
    screen = open_page()
    page = screen.page
    screen.go(f"/dokument/{contract.pk}?suche=wartung&seite=3")
    expect(page.locator("[data-find-count]")).to_have_text("3 / 24")
    expect(page.locator(".marks rect.strong")).to_have_count(1)
    screen.check()
    page.locator("[data-find]").press("Enter")
    expect(page.locator("[data-find-count]")).to_have_text("4 / 24")
    page.keyboard.press("Escape")
    expect(page.locator(".marks")).to_have_count(0)
    # A field of its own for any words, over all pages.
    page.keyboard.press("f")
    page.keyboard.type("blatt 17")
    expect(page.locator("[data-find-count]")).to_have_text("1 / 1")
    expect(page.locator("[data-page-field]")).to_have_value("17")
    page.keyboard.press("Control+a")
    page.keyboard.type("gibtesnicht")
    expect(page.locator("[data-find-count]")).to_have_text("nichts gefunden")


def test_what_is_still_being_read_is_searched_once_it_is_there(house: str, open_page: OpenPage) -> None:
    data = _pdf(2)
    document = a_document(document_class="CONTRACT", title="WV-2026-2", number="WV-2026-2", content=[data])
    screen = open_page()
    page = screen.page
    screen.go(f"/dokument/{document.pk}?suche=wartung")
    expect(page.locator("[data-find-count]")).to_have_text("wird gerade vorbereitet …")
    _draw(document, data)
    expect(page.locator("[data-find-count]")).to_have_text("1 / 2")
    expect(page.locator(".marks rect.strong")).to_have_count(1)
    screen.check()


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_every_tab_opens_by_keyboard_and_is_accessible(
    size: tuple[int, int], contract: Document, open_page: OpenPage
) -> None:
    stored = blobs.default().put(io.BytesIO(b"Fassung 2"))
    second = NewVersion(stored.digest, stored.size, "text/plain", "fassung.txt", "test", comment="mit neuem Preis")
    add_version(actor=SETUP, document=contract, version=second, now=NOW)
    screen = open_page("anton", size)
    page = screen.page
    screen.go(f"/dokument/{contract.pk}")
    for view, said in (
        ("felder", "Feste Adresse"), ("versionen", "mit neuem Preis"), ("verlauf", "eingeaktet"),
        ("verweise", "Verweis anlegen"), ("rechte", "herunterladen"),
    ):  # fmt: skip
        page.locator(f"#tab-{view}").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".tab-body")).to_contain_text(said)
        expect(page).to_have_url(f"{screen.base}/dokument/{contract.pk}?sicht={view}")
        expect(page.locator(f"#tab-{view}")).to_be_focused()
        screen.check()


def test_index_fields_are_corrected_in_place_beside_the_list(contract: Document, open_page: OpenPage) -> None:
    screen = open_page()
    page = screen.page
    screen.go(f"/akte/{contract.customer_file_id}?dokument={contract.pk}")
    pane = page.locator("#preview")
    expect(pane.locator("[data-viewer]")).to_be_visible()
    screen.check()
    pane.get_by_role("link", name="Indexfelder").click()
    pane.get_by_role("link", name="Ändern").click()
    screen.check()
    # Meanwhile somebody else is quicker.
    changed = {"title": "Von Sabine", "edition": contract.edition + 7, "changed_at": timezone.now()}
    Document.objects.filter(pk=contract.pk).update(**changed)
    # Its row says so; the open form stays, though nothing is typed yet.
    expect(page.locator(".document-list")).to_contain_text("Von Sabine")
    pane.locator("#title").fill("Wartungsvertrag 2026")
    # What is sealed meanwhile is corrected with a reason only.
    pane.locator("#reason").fill("Neue Fassung")
    pane.get_by_role("button", name="Speichern").click()
    expect(pane.locator(".clashes")).to_contain_text("Von Sabine")
    expect(pane.locator(".clashes")).to_contain_text("Wartungsvertrag 2026")
    screen.complaints.clear()
    screen.check()
    pane.get_by_role("button", name="Meine Eingabe speichern").click()
    expect(pane).to_contain_text("Die Angaben sind gespeichert.")
    expect(page).to_have_url(re.compile("/akte/"))
    contract.refresh_from_db()
    assert contract.title == "Wartungsvertrag 2026"


def test_one_goes_on_in_the_list_from_the_viewer_and_from_the_page(contract: Document, open_page: OpenPage) -> None:
    screen = open_page()
    page = screen.page
    screen.go(f"/akte/{contract.customer_file_id}?dokument={contract.pk}")
    expect(page.locator("#preview h2")).to_contain_text(contract.title)
    titles = page.locator(".document-list a[data-open]").all_inner_texts()
    step = "j" if titles[0] == contract.title else "k"
    page.locator("#preview .viewer-sheets").focus()
    page.keyboard.press(step)
    expect(page.locator("#preview h2")).to_contain_text("Angebot AN-1")
    page.locator(".document-list [aria-current=true] a[data-open]").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Angebot AN-1")
    page.keyboard.press("k" if step == "j" else "j")
    expect(page.get_by_role("heading", level=1)).to_contain_text(contract.title)
