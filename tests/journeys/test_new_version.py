"""A file on a document: the browser asks first, and what was a mistake is taken back with one press."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, expect

from kundenakte.records.models import Document
from tests.builders import a_customer_file, a_document
from tests.journeys.conftest import DESK, PHONE, OpenPage, a_pdf, drop

pytestmark = pytest.mark.journey
# Whatever the page's policy refuses goes to the console, and there the harness finds it.
_TELL = """document.addEventListener("securitypolicyviolation", (event) => {
  console.error("refused", event.violatedDirective, event.sample, event.sourceFile, event.lineNumber);
})"""


def _offer() -> Document:
    return a_document(customer_file=a_customer_file("Alpha GmbH", "K-7001"), title="Angebot AN-1", number="AN-1")


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_file_on_a_document_is_asked_about_filed_and_taken_back(size: tuple[int, int], open_page: OpenPage) -> None:
    document = _offer()
    screen = open_page(size=size)
    page = screen.page
    page.add_init_script(_TELL)
    screen.go(f"/dokument/{document.pk}")
    drop(page, ".document", ("angebot-v2.pdf", a_pdf("Angebot", "Angebotsnummer: AN-1", "geändert")))
    dialog = page.get_by_role("dialog", name="Als neue Version von „Angebot AN-1“ ablegen?")
    expect(dialog).to_contain_text("angebot-v2.pdf")
    # The first version of the builder is a text, so Enter is not a yes.
    expect(dialog).to_contain_text("Es ist eine andere Art von Datei")
    expect(dialog.get_by_role("button", name="Nicht ablegen").last).to_be_focused()
    screen.check()
    assert document.versions.count() == 1
    dialog.get_by_role("button", name="Als neue Version ablegen").click()
    line = page.locator("#uploads li").first
    expect(line).to_contain_text("Ist jetzt die gültige Version 2")
    # The page behind it shows the new one without a reload.
    expect(page.locator(".document")).to_contain_text("angebot-v2.pdf")
    screen.check()
    line.get_by_role("button", name="Rückgängig").click()
    expect(line).to_contain_text("Version 1 gilt wieder.")
    expect(page.locator(".document")).not_to_contain_text("angebot-v2.pdf")
    screen.check()
    document.refresh_from_db()
    assert document.valid_version is not None
    assert (document.valid_version.number, document.versions.count()) == (1, 2)


def test_who_says_no_or_escape_leaves_the_document_as_it_is(open_page: OpenPage) -> None:
    document = _offer()
    screen = open_page()
    page = screen.page
    screen.go(f"/akte/{document.customer_file_id}")
    row = f'[data-document="{document.pk}"]'
    # Two at once are asked about one after the other.
    for name in ("a.pdf", "b.pdf"):
        drop(page, row, (name, a_pdf(name)))
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#uploads li", has_text="nicht abgelegt")).to_have_count(1)
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Nicht ablegen").last.click()
    expect(page.locator("#uploads li", has_text="nicht abgelegt")).to_have_count(2)
    expect(dialog).not_to_be_visible()
    screen.check()
    assert document.versions.count() == 1


def test_the_way_without_scripts_asks_as_well(open_page: OpenPage) -> None:
    document = _offer()
    screen = open_page(java_script_enabled=False)
    page = screen.page
    screen.go(f"/hochladen?dokument={document.pk}")
    page.locator("#files").set_input_files({"name": "v2.pdf", "mimeType": "application/pdf", "buffer": a_pdf("v2")})
    page.get_by_role("button", name="Hochladen", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Als neue Version von „Angebot AN-1“ ablegen?")
    page.get_by_role("button", name="Als neue Version ablegen").click()
    expect(page.locator("#outcome")).to_contain_text("Ist jetzt die gültige Version 2 in Alpha GmbH")
    page.locator("#outcome").get_by_role("button", name="Rückgängig").click()
    expect(page.locator("#messages")).to_contain_text("Version 1 gilt wieder.")


def test_the_page_of_outcomes_goes_on_until_every_file_has_its_place(open_page: OpenPage) -> None:
    a_customer_file("Alpha GmbH", "K-7001")
    screen = open_page()
    page = screen.page
    page.add_init_script(_TELL)
    screen.go("/hochladen")
    offer = a_pdf("Angebot", "Angebotsnummer: AN-9", "Datum: 20.11.2026", "Kundennummer: K-7001")
    files: list[FilePayload] = [
        {"name": "angebot.pdf", "mimeType": "application/pdf", "buffer": offer},
        {"name": "fremd.pdf", "mimeType": "application/pdf", "buffer": a_pdf("Sehr geehrte Damen und Herren")},
    ]
    page.locator("#files").set_input_files(files)
    page.get_by_role("button", name="Hochladen", exact=True).click()
    outcome = page.locator("#outcome")
    expect(outcome).to_contain_text("Eingeaktet in Alpha GmbH, Register Angebote:")
    expect(outcome).to_contain_text("Wartet im Posteingang:")
    screen.check()
    outcome.get_by_role("link", name="Angebot AN-9").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Angebot AN-9")


def test_the_pane_beside_the_list_goes_on_to_the_new_version(open_page: OpenPage) -> None:
    document = _offer()
    screen = open_page()
    page = screen.page
    screen.go(f"/akte/{document.customer_file_id}?dokument={document.pk}")
    pane = page.locator("#preview .pane")
    expect(pane.locator(".viewer")).to_have_attribute("data-pattern", f"/dokument/{document.pk}/version/1/seite/0")
    drop(page, "#preview .pane", ("angebot-v2.pdf", a_pdf("Angebot", "Angebotsnummer: AN-1", "geändert")))
    page.get_by_role("dialog").get_by_role("button", name="Als neue Version ablegen").click()
    expect(pane.locator(".viewer")).to_have_attribute("data-pattern", f"/dokument/{document.pk}/version/2/seite/0")
    expect(page.locator(f"#d{document.pk}")).to_contain_text("V2")
    screen.check()


def test_the_page_of_an_old_version_becomes_that_of_the_valid_one(open_page: OpenPage) -> None:
    document = a_document(customer_file=a_customer_file("Alpha GmbH", "K-7001"), title="Angebot", versions=2)
    screen = open_page()
    page = screen.page
    screen.go(f"/dokument/{document.pk}/version/1")
    expect(page.locator(".document")).to_contain_text("Sie sehen Version 1, gültig ist Version 2.")
    drop(page, ".document", ("angebot-v3.pdf", a_pdf("Angebot", "geändert")))
    page.get_by_role("dialog").get_by_role("button", name="Als neue Version ablegen").click()
    expect(page.locator(".document .viewer")).to_have_attribute(
        "data-pattern", f"/dokument/{document.pk}/version/3/seite/0"
    )
    expect(page.locator(".document")).not_to_contain_text("Sie sehen Version 1")
    expect(page).to_have_url(re.compile(f"/dokument/{document.pk}$"))
