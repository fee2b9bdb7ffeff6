"""A clerk's day: find the customer, look, drop a file, decide in the inbox, bring a new version, take the original."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from kundenakte.records.models import Arrival, Document
from tests.builders import a_customer_file, a_document
from tests.journeys.conftest import DESK, PHONE, OpenPage, a_pdf, drop

pytestmark = pytest.mark.journey

OFFER = (
    "Angebot",
    "Angebotsnummer: AN-2026-77",
    "Datum: 20.11.2026",
    "Kundennummer: K-7001",
    "Gesamtbetrag 119,00 EUR",
)
NOBODY = ("Angebot", "Angebotsnummer: AN-2026-99", "Datum: 21.11.2026", "Sehr geehrte Damen und Herren,")


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_clerk_finds_a_customer_and_a_dropped_file_arrives_in_its_file(
    size: tuple[int, int], open_page: OpenPage
) -> None:
    customer_file = a_customer_file("Bäckerei Öttinger", "K-7001")
    a_document(customer_file=customer_file, title="Angebot AN-1", number="AN-1")
    screen = open_page(size=size)
    page = screen.page
    screen.check()
    screen.go("/kunden/")
    screen.check()
    page.locator("#q").fill("oetting")
    page.get_by_role("link", name="Bäckerei Öttinger").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bäckerei Öttinger")
    screen.check()
    drop(page, ".file", ("angebot.pdf", a_pdf(*OFFER)))
    line = page.locator("#uploads li").first
    expect(line).to_contain_text("Eingeaktet in Bäckerei Öttinger", timeout=15_000)
    # The list behind it has been renewed without a reload.
    expect(page.locator(".document-list")).to_contain_text("AN-2026-77")
    screen.check()
    document = Document.objects.get(number="AN-2026-77")
    assert (document.customer_file, document.document_class.code) == (customer_file, "OFFER")


def test_the_list_is_walked_with_the_arrows_and_the_preview_follows(open_page: OpenPage) -> None:
    customer_file = a_customer_file("Bäckerei Öttinger", "K-7001")
    for n in range(3):
        a_document(customer_file=customer_file, title=f"Angebot {n}", number=f"AN-{n}")
    screen = open_page()
    page = screen.page
    screen.go(f"/akte/{customer_file.pk}")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#preview h2")).to_have_text("Angebot 2")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#preview h2")).to_have_text("Angebot 1")
    screen.check()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Angebot 1")
    screen.check()


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_what_is_not_clear_waits_in_the_inbox_and_is_filed_by_key(size: tuple[int, int], open_page: OpenPage) -> None:
    customer_file = a_customer_file("Bäckerei Öttinger", "K-7001")
    screen = open_page(size=size)
    page = screen.page
    drop(page, "main", ("fremd.pdf", a_pdf(*NOBODY)))
    line = page.locator("#uploads li").first
    expect(line).to_contain_text("Wartet im Posteingang", timeout=15_000)
    line.get_by_role("link").click()
    expect(page.locator("#arrival-name")).to_have_text("fremd.pdf")
    expect(page.locator("#pages img").first).to_be_visible()
    screen.check()
    # Nobody is proposed here, so the customer is chosen by typing.
    arrival = Arrival.objects.get(file_name="fremd.pdf")
    page.locator("#choose-akte").fill("oettin")
    expect(page.locator("#choose-akte-list [role=option]")).to_contain_text("Bäckerei Öttinger")
    screen.check()
    page.locator("#choose-akte").press("Enter")
    page.locator("#class").select_option("OFFER")
    page.get_by_role("button", name="In diese Akte").click()
    expect(page.locator("#messages")).to_contain_text("Eingeaktet in Bäckerei Öttinger")
    screen.check()
    arrival.refresh_from_db()
    assert arrival.document is not None
    assert arrival.document.customer_file == customer_file


def test_a_proposal_is_accepted_with_one_key_and_the_next_opens(open_page: OpenPage) -> None:
    first, second = a_customer_file("Alpha GmbH", "K-7001"), a_customer_file("Beta GmbH", "K-7002")
    screen = open_page()
    page = screen.page
    both = a_pdf("Angebot", "Angebotsnummer: AN-5", "Kundennummer: K-7001", "Kundennummer: K-7002")
    drop(page, "main", ("zwei.pdf", both))
    expect(page.locator("#uploads li").first).to_contain_text("Wartet im Posteingang", timeout=15_000)
    screen.go("/posteingang/")
    expect(page.locator("button.candidate")).to_have_count(2)
    expect(page.locator(".marks rect[data-candidate]").first).to_be_attached()
    proposed = page.locator("button.candidate").nth(1).inner_text()
    screen.check()
    page.locator("#class").select_option("OFFER")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("2")
    expect(page.locator("#messages")).to_contain_text("Eingeaktet in")
    expect(page.locator("body")).to_contain_text("Alles eingeaktet")
    document = Document.objects.get()
    assert document.customer_file in {first, second}
    assert document.customer_file.customer.name in proposed


def test_a_file_dropped_on_a_document_is_its_next_version(open_page: OpenPage) -> None:
    document = a_document(customer_file=a_customer_file("Alpha GmbH", "K-7001"), title="Angebot AN-1", number="AN-1")
    screen = open_page()
    page = screen.page
    screen.go(f"/dokument/{document.pk}")
    drop(page, ".document", ("a.pdf", a_pdf("A")), ("b.pdf", a_pdf("B")))
    expect(page.locator("#uploads li").first).to_contain_text("nur eine Datei")
    drop(page, ".document", ("angebot-v2.pdf", a_pdf("Angebot", "Angebotsnummer: AN-1", "geändert")))
    expect(page.locator("#uploads li").first).to_contain_text("Eingeaktet in Alpha GmbH", timeout=15_000)
    page.reload()
    expect(page.locator(".versions li").first).to_contain_text("Version 2")
    with page.expect_download() as download:
        page.locator(".actions").get_by_role("link", name="Herunterladen").first.click()
    assert download.value.suggested_filename == "angebot-v2.pdf"
    screen.check()
    assert document.versions.count() == 2


def test_an_upload_that_breaks_off_says_so_and_goes_on_where_it_was(open_page: OpenPage) -> None:
    a_customer_file("Alpha GmbH", "K-7001")
    screen = open_page()
    page = screen.page
    broken: list[str] = []

    def breaks(route: object) -> None:
        # The first slices never arrive.
        if len(broken) < 4:
            broken.append("x")
            route.abort()  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    page.route("**/hochladen/*?offset=*", breaks)
    drop(page, "main", ("angebot.pdf", a_pdf(*OFFER)))
    line = page.locator("#uploads li").first
    expect(line).to_contain_text("Die Verbindung ist abgerissen.", timeout=20_000)
    line.get_by_role("button", name="Noch einmal").click()
    expect(line).to_contain_text("Eingeaktet in Alpha GmbH", timeout=15_000)
    assert Arrival.objects.count() == 1
