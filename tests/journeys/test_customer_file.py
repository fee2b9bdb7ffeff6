"""Leafing through a customer's file: by keyboard alone, with marks, with a colleague at work, on a phone."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from kundenakte.records.models import CustomerFile, Document
from tests.builders import TODAY, a_customer_file, a_document, a_section
from tests.journeys.conftest import DESK, PHONE, OpenPage, a_pdf, drop

pytestmark = pytest.mark.journey


def a_full_file(many: int = 6) -> CustomerFile:
    """Offers of the last days, the newest with the lowest number, and two invoices."""
    customer_file = a_customer_file("Bäckerei Öttinger", "K-7001")
    for n in range(many):
        a_document(
            customer_file=customer_file, title=f"Angebot {n:02d}", number=f"AN-{n:02d}",
            dated_on=TODAY - timedelta(days=n + 1),
        )  # fmt: skip
    for n in range(2):
        a_document(
            customer_file=customer_file, document_class="INV_OUT", title=f"Rechnung {n}", number=f"RE-{n}",
            dated_on=TODAY - timedelta(days=400 + n), fields={"gross_amount": f"{n + 1}00.00", "currency": "EUR"},
        )  # fmt: skip
    return customer_file


def test_a_customers_invoices_are_two_clicks_away_and_the_preview_none(open_page: OpenPage) -> None:
    a_full_file()
    screen = open_page()
    page = screen.page
    screen.go("/kunden/")
    page.get_by_role("link", name="Bäckerei Öttinger").click()
    expect(page.locator("#preview")).to_contain_text("Angebot 00")
    page.locator("#sections").get_by_role("link", name="Rechnungen").click()
    expect(page.locator("tbody [data-row]")).to_have_count(2)
    expect(page.locator("#preview")).to_contain_text("Rechnung 0")
    # The address is the view.
    page.reload()
    expect(page.locator("tbody [data-row]")).to_have_count(2)
    page.go_back()
    expect(page.locator("tbody [data-row]")).to_have_count(8)
    screen.check()


def test_everything_in_the_list_is_done_by_keyboard(open_page: OpenPage) -> None:
    customer_file = a_full_file()
    screen = open_page()
    page = screen.page
    screen.go(f"/akte/{customer_file.pk}")
    current = page.locator('tbody [data-row][aria-current="true"]')
    expect(current).to_contain_text("Angebot 00")
    for key, title in (
        ("ArrowDown", "Angebot 01"), ("j", "Angebot 02"), ("k", "Angebot 01"), ("ArrowUp", "Angebot 00"),
        ("End", "Rechnung 1"), ("Home", "Angebot 00"),
    ):  # fmt: skip
        page.keyboard.press(key)
        expect(current).to_contain_text(title)
        expect(page.locator("#preview")).to_contain_text(title)
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator(".marked-bar")).to_contain_text("3 Dokumente markiert")
    expect(page.locator("[data-list-status]")).to_have_text("3 Dokumente markiert")
    screen.check()
    page.keyboard.press("Escape")
    expect(page.locator(".marked-bar")).to_be_hidden()
    page.keyboard.press("f")
    page.keyboard.type("re-1")
    expect(page.locator("tbody [data-row]")).to_have_count(1)
    expect(page.locator("#list-text")).to_be_focused()
    # Out of the field, or the arrows would move the caret.
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Rechnung 1")
    page.go_back()
    expect(page.locator("tbody [data-row]")).to_have_count(1)


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_list_is_filtered_and_sorted_at_any_width(size: tuple[int, int], open_page: OpenPage) -> None:
    customer_file = a_full_file()
    screen = open_page(size=size)
    page = screen.page
    screen.go(f"/akte/{customer_file.pk}")
    screen.check()
    page.locator("#filter-klasse").click()
    page.locator(".chip-menu[open]").get_by_role("link", name="Ausgangsrechnung").click()
    expect(page.locator("tbody [data-row]")).to_have_count(2)
    if size == PHONE:
        page.locator("#sort-menu").click()
        page.locator(".chip-menu[open]").get_by_role("link", name="Betrag").click()
    else:
        page.locator("#sort-betrag").click()
        expect(page.locator("th.c-amount")).to_have_attribute("aria-sort", "descending")
    expect(page.locator("tbody [data-row]").first).to_contain_text("Rechnung 1")
    page.get_by_role("link", name="Alle Filter aufheben").click()
    expect(page.locator("tbody [data-row]")).to_have_count(8)
    if size == PHONE:
        page.locator("#section-step").select_option(label="Rechnungen (2)")
        expect(page.locator("tbody [data-row]")).to_have_count(2)
        page.get_by_role("link", name="Rechnung 0").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Rechnung 0")
        page.go_back()
    page.locator("#view-time").click()
    expect(page.locator(".month h2").first).to_have_text("November 2026")
    screen.check()


def test_scrolling_on_brings_the_rest_of_a_long_list(open_page: OpenPage) -> None:
    customer_file = a_full_file(many=60)
    screen = open_page()
    page = screen.page
    screen.go(f"/akte/{customer_file.pk}")
    expect(page.locator("tbody [data-row]")).to_have_count(50)
    page.keyboard.press("End")
    expect(page.locator("tbody [data-row]")).to_have_count(62)
    screen.check()


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_marked_documents_are_moved_and_put_back(size: tuple[int, int], open_page: OpenPage) -> None:
    customer_file, other = a_full_file(), a_customer_file("Alpha GmbH", "K-7002")
    screen = open_page("anton", size)
    page = screen.page
    screen.go(f"/akte/{customer_file.pk}")
    for title in ("Angebot 01", "Angebot 02"):
        page.get_by_role("checkbox", name=f"{title} markieren").check()
    screen.check(under_a_bar=True)
    page.get_by_role("button", name="Verschieben …").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 Dokumente verschieben")
    screen.check()
    page.locator("#choose-akte").fill("alpha")
    expect(page.locator("#choose-akte-list [role=option]")).to_contain_text("Alpha GmbH")
    page.locator("#choose-akte").press("Enter")
    page.locator("#move-sections").select_option(label="Verträge")
    # What is sealed meanwhile is moved with a reason only.
    page.locator("#reason").fill("Gehört zum Vertrag")
    page.get_by_role("button", name="Ausführen").click()
    expect(page.locator(".undo")).to_contain_text("2 Dokumente liegen jetzt hier: Alpha GmbH, Verträge")
    screen.check()
    assert Document.objects.filter(customer_file=other, section=a_section("vertraege")).count() == 2
    page.get_by_role("button", name="Rückgängig").click()
    expect(page.locator("#messages")).to_contain_text("2 Dokumente liegen wieder, wo sie waren")
    assert not Document.objects.filter(customer_file=other).exists()
    expect(page.locator(".undo")).to_have_count(0)


def test_marked_documents_come_as_one_archive(open_page: OpenPage) -> None:
    customer_file = a_full_file()
    screen = open_page()
    page = screen.page
    screen.go(f"/akte/{customer_file.pk}")
    page.locator("[data-mark-all]").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Als ZIP laden").click()
    assert download.value.suggested_filename.startswith("K-7001 ")
    data = Path(download.value.path()).read_bytes()
    assert len(zipfile.ZipFile(io.BytesIO(data)).namelist()) == 8


def test_what_a_colleague_files_shows_by_itself_and_nothing_is_lost(open_page: OpenPage) -> None:
    customer_file = a_full_file(many=40)
    screen = open_page()
    page = screen.page
    screen.go(f"/akte/{customer_file.pk}")
    page.get_by_role("checkbox", name="Angebot 03 markieren").check()
    page.keyboard.press("Home")
    for _ in range(25):
        page.keyboard.press("j")
    current = page.locator('tbody [data-row][aria-current="true"]')
    expect(current).to_contain_text("Angebot 25")
    before = current.bounding_box()
    note = page.locator("[data-news]")
    for n, words in ((1, "Ein neues Dokument"), (2, "2 neue Dokumente")):
        a_document(customer_file=customer_file, title=f"Nachtrag {n}", number=f"NT-{n}")
        expect(note).to_contain_text(words)
    expect(page.locator("#section-all")).to_contain_text("44")
    expect(page.locator(".list-count")).to_contain_text("44 Dokumente")
    expect(current).to_contain_text("Angebot 25")
    expect(current.locator("a[data-open]")).to_be_focused()
    after = current.bounding_box()
    assert before
    assert after
    # Only the note took its place above the list.
    assert abs(after["y"] - before["y"]) < 40
    expect(page.get_by_role("checkbox", name="Angebot 03 markieren")).to_be_checked()
    screen.check()
    note.get_by_role("button").click()
    expect(page.locator("tbody [data-row]").first).to_contain_text("Nachtrag")
    expect(page.locator("tbody [data-row]").first).to_be_in_viewport()


def test_a_file_let_go_over_a_section_lies_there_at_once(open_page: OpenPage) -> None:
    customer_file = a_full_file()
    screen = open_page()
    page = screen.page
    screen.go(f"/akte/{customer_file.pk}")
    section = a_section("vertraege")
    drop(page, f"#section-{section.pk}", ("rahmen.pdf", a_pdf("Rahmenvertrag", "Vertragsnummer: RV-1")))
    expect(page.locator("#uploads li").first).to_contain_text("Eingeaktet")
    expect(page.locator(f"#section-{section.pk} b")).to_have_text("1")
    assert Document.objects.get(section=section).customer_file == customer_file


def test_the_file_is_used_without_scripts(open_page: OpenPage) -> None:
    customer_file = a_full_file(many=60)
    other = a_customer_file("Alpha GmbH", "K-7002")
    screen = open_page("anton", java_script_enabled=False)
    page = screen.page
    screen.go(f"/akte/{customer_file.pk}")
    page.get_by_role("link", name="Weitere Dokumente").click()
    expect(page.locator("tbody [data-row]")).to_have_count(12)
    page.get_by_role("link", name="Zum Anfang der Liste").click()
    page.locator("#list-text").fill("re-1")
    page.locator("#list-text").press("Enter")
    expect(page.locator("tbody [data-row]")).to_have_count(1)
    page.get_by_role("checkbox", name="Rechnung 1 markieren").check()
    page.get_by_role("button", name="Verschieben …").click()
    page.locator("[name=akte_ohne_skript]").fill(str(other.pk))
    expect(page.get_by_role("button", name="Ausführen")).to_be_visible()


def test_a_document_of_another_file_in_the_address_has_not_been_asked_for(open_page: OpenPage) -> None:
    customer_file, other = a_full_file(), a_document(customer_file=a_customer_file("Alpha GmbH", "K-7002"))
    screen = open_page()
    for pk in (other.pk, 987_654):
        screen.go(f"/akte/{customer_file.pk}?dokument={pk}")
        expect(screen.page.locator("#preview")).to_contain_text("Angebot 00")
