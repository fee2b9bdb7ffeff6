"""A morning of a clerk who has no mouse: from signing in to signing out, and the focus is never lost on the way."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from kundenakte.records.models import Arrival, Document
from tests.builders import a_customer_file, a_document
from tests.journeys.conftest import DESK, PASSWORD, a_pdf

pytestmark = pytest.mark.journey
# Further than any control of a page is from its beginning.
_FURTHEST = 90


def tab_to(page: Page, goal: Locator) -> None:
    """Press Tab until the goal has the focus, as somebody does who sees where it is."""
    expect(goal).to_be_visible()
    for _ in range(_FURTHEST):
        if goal.evaluate("goal => goal === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not lead to {goal}")


def enter(page: Page, goal: Locator) -> None:
    """Go there and press Enter."""
    tab_to(page, goal)
    page.keyboard.press("Enter")


def choose_file(page: Page, goal: Locator, name: str, data: bytes) -> None:
    """Press what opens the file dialogue, and choose a file in it."""
    with page.expect_file_chooser() as chooser:
        enter(page, goal)
    chooser.value.set_files(FilePayload(name=name, mimeType="application/pdf", buffer=data))


def has_focus(page: Page) -> None:
    """Somewhere on the page, not lost to its body."""
    page.wait_for_function("document.activeElement && document.activeElement !== document.body")


def test_a_morning_without_a_mouse(house: str, browser: Browser) -> None:  # noqa: PLR0915 - told in a row
    customer_file = a_customer_file("Bäckerei Öttinger", "K-7001")
    for n in range(3):
        a_document(customer_file=customer_file, title=f"Angebot {n}", number=f"AN-{n}", document_class="OFFER")
    context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, reduced_motion="reduce")
    page = context.new_page()
    heading = page.get_by_role("heading", level=1)

    # Sign in.
    page.goto(f"{house}/konto/login/")
    tab_to(page, page.locator("#id_login"))
    page.keyboard.type("verena")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{house}/")

    # Search the customer, open the file.
    page.keyboard.press("/")
    page.keyboard.type("otting")
    expect(page.locator("[data-jump-box]").get_by_role("option", name="Bäckerei Öttinger").first).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/akte/{customer_file.pk}*")

    # Leaf: the preview follows.
    expect(page.locator("#preview h2")).to_contain_text("Angebot 2")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#preview h2")).to_contain_text("Angebot 1")
    expect(page.get_by_role("link", name="Angebot 1").first).to_be_focused()

    # Open it, change a field; the keyboard goes on where the form is, and where it was.
    page.keyboard.press("Enter")
    expect(heading).to_contain_text("Angebot 1")
    expect(heading).to_be_focused()
    tab = page.locator("#document-tab")
    enter(page, tab.get_by_role("link", name="Ändern"))
    expect(page.locator("#class")).to_be_focused()
    enter(page, tab.get_by_role("link", name="Abbrechen"))
    expect(tab.get_by_role("link", name="Ändern")).to_be_visible()
    has_focus(page)
    enter(page, tab.get_by_role("link", name="Ändern"))
    tab_to(page, page.locator("#title"))
    page.keyboard.press("Control+a")
    page.keyboard.type("Angebot mit neuem Titel")
    # Asked for as soon as the archive has it, which may be now.
    tab_to(page, page.locator("#reason"))
    page.keyboard.type("Der alte war falsch")
    page.keyboard.press("Enter")
    expect(heading).to_contain_text("Angebot mit neuem Titel")
    has_focus(page)

    # A new version of it.
    again = a_pdf("Angebot", "Angebotsnummer: AN-1", "geändert")
    choose_file(page, page.get_by_role("link", name="Neue Version", exact=True), "an-1.pdf", again)
    enter(page, page.get_by_role("dialog").get_by_role("button", name="Als neue Version ablegen"))
    expect(page.locator("#uploads li").first).to_contain_text("Ist jetzt die gültige Version 2")

    # Back to the file, upload something.
    enter(page, page.get_by_role("navigation", name="Sie sind hier").get_by_role("link").first)
    page.wait_for_url(f"**/akte/{customer_file.pk}*")
    choose_file(page, page.get_by_role("main").get_by_role("link", name="Hochladen"), "brief.pdf",
                a_pdf("Angebot", "Angebotsnummer: AN-77", "Kundennummer: K-7001"))  # fmt: skip
    expect(page.locator("#uploads li").first).to_contain_text("Eingeaktet in Bäckerei Öttinger")

    # What nobody can place: the inbox by the jump box, the customer by typing, filed by Enter.
    page.keyboard.press("/")
    page.keyboard.type("posteingang")
    expect(page.locator("[data-jump-box]").get_by_role("option").first).to_contain_text("Posteingang")
    page.keyboard.press("Enter")
    page.wait_for_url("**/posteingang/**")
    choose_file(page, page.get_by_role("main").get_by_role("link", name="Hochladen"), "fremd.pdf", a_pdf("Guten Tag"))
    expect(page.locator("#uploads li").first).to_contain_text("Wartet im Posteingang")
    enter(page, page.locator("#uploads li").first.get_by_role("link"))
    expect(page.locator("#arrival-name")).to_have_text("fremd.pdf")
    tab_to(page, page.locator("#choose-akte"))
    page.keyboard.type("K-7001")
    expect(page.locator("#choose-akte-list [role=option]")).to_contain_text("Bäckerei Öttinger")
    page.keyboard.press("Enter")
    tab_to(page, page.locator("#class"))
    page.keyboard.type("Ang")
    enter(page, page.get_by_role("button", name="In diese Akte"))
    expect(page.locator("#messages")).to_contain_text("Eingeaktet in Bäckerei Öttinger")
    assert Arrival.objects.get(file_name="fremd.pdf").document is not None

    # Sign out.
    enter(page, page.locator("summary", has_text="Verena"))
    enter(page, page.get_by_role("button", name="Abmelden"))
    page.wait_for_url(re.compile(r"/konto/|/$"))
    expect(page.locator("#id_login")).to_be_visible()
    assert Document.objects.get(number="AN-1").versions.count() == 2
    context.close()
