"""A clerk's day: find the customer, look, drop a file, decide in the inbox, bring a new version, take the original."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from kundenakte.base.accounts.models import Role
from kundenakte.records.models import Arrival, Document
from tests.builders import a_customer_file, a_document, an_arrival
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
    # The list begins right below: how to reach the customer takes a line or two, and no gap.
    head, search = page.locator("h1").bounding_box(), page.locator("#list-text").bounding_box()
    assert head
    assert search
    assert search["y"] - head["y"] < 260
    drop(page, ".file", ("angebot.pdf", a_pdf(*OFFER)))
    line = page.locator("#uploads li").first
    expect(line).to_contain_text("Eingeaktet in Bäckerei Öttinger")
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
    # The first one shows without a key or a click.
    expect(page.locator("#preview h2")).to_contain_text("Angebot 2")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#preview h2")).to_contain_text("Angebot 1")
    screen.check()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Angebot 1")
    screen.check()


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_what_is_not_clear_waits_in_the_inbox_and_is_filed_by_key(size: tuple[int, int], open_page: OpenPage) -> None:
    customer_file = a_customer_file("Bäckerei Öttinger", "K-7001")
    screen = open_page(size=size)
    page = screen.page
    drop(page, "main", ("fremd.pdf", a_pdf(*NOBODY)))
    line = page.locator("#uploads li").first
    expect(line).to_contain_text("Wartet im Posteingang")
    line.get_by_role("link").click()
    expect(page.locator("#arrival-name")).to_have_text("fremd.pdf")
    expect(page.locator("#pages img").first).to_be_visible()
    screen.check()
    # On a phone the first page stands above the form, and leads to all of them.
    to_pages = page.get_by_role("link", name="Seiten ansehen")
    expect(to_pages).to_have_count(0 if size == DESK else 1)
    if size == PHONE:
        page.reload()
        expect(to_pages.locator("img")).to_be_in_viewport()
        screen.check()
        to_pages.click()
        expect(page.locator("#pages img").first).to_be_in_viewport()
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
    expect(page.locator("#uploads li").first).to_contain_text("Wartet im Posteingang")
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
    page.get_by_role("dialog").get_by_role("button", name="Als neue Version ablegen").click()
    expect(page.locator("#uploads li").first).to_contain_text("Ist jetzt die gültige Version 2")
    # The page behind it has renewed itself.
    expect(page.locator(".document")).to_contain_text("angebot-v2.pdf")
    page.locator("#tab-versionen").click()
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
    expect(line).to_contain_text("Die Verbindung ist abgerissen.")
    line.get_by_role("button", name="Noch einmal").click()
    expect(line).to_contain_text("Eingeaktet in Alpha GmbH")
    assert Arrival.objects.count() == 1


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_document_can_be_moved_from_its_page_at_any_width(size: tuple[int, int], open_page: OpenPage) -> None:
    document = a_document(customer_file=a_customer_file("Alpha GmbH", "K-7001"), title="Angebot AN-1", number="AN-1")
    screen = open_page(size=size)
    screen.go(f"/dokument/{document.pk}")
    screen.check()
    if size == PHONE:
        screen.page.get_by_role("link", name="Indexfelder").click()
    screen.page.get_by_role("link", name="Verschieben", exact=True).click()
    expect(screen.page).to_have_url(re.compile("/verschieben$"))


def test_what_comes_in_shows_in_the_open_inbox_and_its_count(open_page: OpenPage) -> None:
    an_arrival(waiting=True, file_name="erste.pdf")
    screen = open_page()
    page = screen.page
    screen.go("/posteingang/")
    expect(page.locator("#arrival-name")).to_have_text("erste.pdf")
    an_arrival(waiting=True, file_name="zweite.pdf", content="anders")
    expect(page.locator("#arrivals li").first).to_contain_text("zweite.pdf")
    expect(page.locator("[data-inbox-link] [data-inbox-count]")).to_contain_text("2")
    screen.check()


def test_the_counts_of_the_teams_follow_while_the_inbox_is_open(open_page: OpenPage) -> None:
    an_arrival(waiting=True, file_name="erste.pdf")
    screen = open_page("anton")
    page = screen.page
    screen.go("/posteingang/")
    expect(page.locator("[data-team-chips]")).to_be_hidden()
    team = Role.objects.get(code="buchhaltung")
    Arrival.objects.filter(pk=an_arrival(waiting=True, content="anders").pk).update(team=team)
    expect(page.locator("[data-team-chips] a")).to_have_text(["Alle Teams", "ohne Team 1", f"{team.name} 1"])
    screen.check()


def test_what_was_dropped_on_the_wrong_customer_is_taken_back_with_a_reason_and_filed_anew(open_page: OpenPage) -> None:
    right, wrong = a_customer_file("Richtig GmbH", "K-7002"), a_customer_file("Falsch GmbH", "K-7003")
    screen = open_page()
    page = screen.page
    screen.go(f"/akte/{wrong.pk}")
    drop(page, ".file", ("angebot.pdf", a_pdf("Angebot", "Angebotsnummer: AN-2026-78", "Datum: 20.11.2026")))
    line = page.locator("#uploads li").first
    expect(line).to_contain_text("Eingeaktet in Falsch GmbH")
    # Soon it is sealed, and the list says so by itself.
    expect(page.locator(".document-list .c-state").get_by_role("img", name="festgeschrieben")).to_be_visible()
    line.get_by_role("button", name="Rückgängig").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zurück in den Posteingang")
    screen.check()
    page.get_by_label("Grund").fill("falscher Kunde")
    page.get_by_role("button", name="Zurück in den Posteingang").click()
    expect(page.locator("#messages")).to_contain_text("wartet wieder im Posteingang.")
    expect(page.locator(".inbox-decide")).to_contain_text("Grund: falscher Kunde")
    screen.check()
    # The paper names nobody, and the file it was taken back from is no proposal.
    expect(page.locator("button.candidate")).to_have_count(0)
    page.locator("#choose-akte").fill("richtig")
    page.get_by_role("option", name="Richtig GmbH").click()
    page.get_by_role("button", name="In diese Akte").click()
    expect(page.locator("#messages")).to_contain_text("Eingeaktet in Richtig GmbH")
    document = Document.objects.get()
    assert (document.customer_file, document.is_draft, document.versions.count()) == (right, False, 1)


def test_the_first_document_of_a_file_comes_with_the_whole_list(open_page: OpenPage) -> None:
    customer_file = a_customer_file("Bäckerei Öttinger", "K-7001")
    screen = open_page()
    page = screen.page
    screen.go(f"/akte/{customer_file.pk}")
    expect(page.locator("#list-pane")).to_contain_text("Noch keine Dokumente")
    drop(page, ".file", ("angebot.pdf", a_pdf(*OFFER)))
    expect(page.locator(".document-list")).to_contain_text("AN-2026-77")
    expect(page.locator("#sort-menu")).to_be_visible()
    expect(page.locator("[data-mark-all]")).to_be_visible()
    expect(page.locator("[data-news]")).to_be_empty()
