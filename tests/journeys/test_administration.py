"""An administrator's day: a colleague begins, gets a role, and why does she see an invoice and no contract?"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from kundenakte.base.accounts.models import Role, User
from kundenakte.records import access
from kundenakte.records.models import Verb
from kundenakte.records.rights import Right, rights_of_role
from kundenakte.steps.intake.models import FolderEvent, WatchedFolder
from tests.builders import a_customer_file, a_document, a_section, a_user
from tests.journeys.conftest import DESK, PHONE, OpenPage, Screen
from tests.waiting import until

pytestmark = pytest.mark.journey

NORAS = "Novembernebel-24"


def signed_in_by(link: str, screen: Screen, size: tuple[int, int]) -> Page:
    """The window of somebody who sets the password by the link and signs in with it."""
    browser = screen.page.context.browser
    assert browser
    hers = browser.new_context(viewport={"width": size[0], "height": size[1]}).new_page()
    hers.goto(link)
    hers.locator("#id_password").fill(NORAS)
    hers.locator("#id_again").fill(NORAS)
    hers.get_by_role("button", name="Passwort setzen").click()
    hers.locator("#id_login").fill("n.neu")
    hers.locator("#id_password").fill(NORAS)
    hers.get_by_role("button", name="Anmelden").click()
    hers.wait_for_url(f"{screen.base}/")
    return hers


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_colleague_begins_and_the_administrator_sees_why_she_reads_an_invoice_and_no_contract(
    size: tuple[int, int], open_page: OpenPage
) -> None:
    customer_file = a_customer_file("Bäckerei Öttinger", "K-7001")
    invoice = a_document(customer_file=customer_file, document_class="INV_OUT", title="Rechnung RE-1", number="RE-1")
    a_document(customer_file=customer_file, document_class="CONTRACT", title="Vertrag V-1", number="V-1")
    screen = open_page("anton", size)
    page = screen.page
    screen.go("/verwaltung/")
    screen.check()
    page.get_by_role("link", name="Benutzer").click()
    screen.check()
    page.get_by_role("link", name="Konto anlegen").click()
    page.get_by_label("Name", exact=False).first.fill("Nora Neu")
    page.get_by_label("Anmeldename").fill("n.neu")
    screen.check()
    page.get_by_role("button", name="Anlegen").click()
    expect(page.locator("#secret")).to_be_visible()
    link = page.locator("#secret").input_value()
    screen.check()
    page.get_by_role("link", name="Weiter zum Konto").click()
    screen.check()

    # A role, with its effect first.
    page.get_by_label("Prüfung", exact=True).check()
    page.get_by_role("button", name="Wirkung ansehen").click()
    effect = page.locator("#wirkung")
    expect(effect).to_contain_text("1 Dokument wird sichtbar")
    expect(effect.get_by_role("link", name="Rechnung RE-1")).to_be_visible()
    screen.check()
    page.get_by_role("button", name="So speichern").click()
    expect(page.locator("#messages")).to_contain_text("Nora Neu hat jetzt diese Rollen.")
    nora = User.objects.get(username="n.neu")
    assert access.may(nora, Verb.READ, invoice)

    # Why?
    screen.go("/verwaltung/rechte/warum")
    for number, answer, reason in (
        ("RE-1", "ja", "Rolle „Prüfung“: lesen für Register „Rechnungen“, alle Klassen."),
        ("V-1", "nein", "Keine Rolle und keine Freigabe erlaubt es."),
    ):
        page.get_by_label("Person").select_option(label="Nora Neu")
        page.get_by_label("Dokument", exact=True).fill(number)
        page.get_by_role("button", name="Fragen").click()
        told = page.locator("section[aria-live]")
        expect(told.locator("h2")).to_contain_text(answer)
        expect(told).to_contain_text(reason)
        screen.check()

    hers = signed_in_by(link, screen, size)
    hers.goto(f"{screen.base}/akte/{customer_file.pk}")
    expect(hers.locator("main")).to_contain_text("Rechnung RE-1")
    expect(hers.locator("main")).not_to_contain_text("Vertrag V-1")

    # Locked, she is out at the next click.
    screen.go(f"/verwaltung/benutzer/{nora.pk}")
    page.get_by_text("Konto sperren").click()
    page.get_by_role("button", name="Sperren", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("ist gesperrt und abgemeldet")
    hers.goto(f"{screen.base}/akte/{customer_file.pk}")
    expect(hers.get_by_role("button", name="Anmelden")).to_be_visible()
    hers.context.close()


def test_rights_are_changed_in_the_grid_by_keyboard_alone(open_page: OpenPage) -> None:
    a_user("sabine")
    a_document(document_class="INV_OUT", title="Rechnung RE-1")
    screen = open_page("anton")
    page = screen.page
    screen.go("/verwaltung/rechte?rolle=service")
    box = page.get_by_label("Rechnungen: lesen", exact=True)
    box.focus()
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    look = page.get_by_role("button", name="Wirkung ansehen")
    look.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#wirkung")).to_contain_text("1 Dokument wird sichtbar")
    screen.check()
    save = page.get_by_role("button", name="So speichern")
    save.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("gelten ab sofort")
    assert Right(a_section("rechnungen").pk, None, "read") in rights_of_role(Role.objects.get(code="service"))


def test_a_folder_is_set_up_and_takes_files_without_a_restart(open_page: OpenPage, tmp_path: Path) -> None:
    a_customer_file("Bäckerei Öttinger", "K-7001")
    place = tmp_path / "scanner"
    place.mkdir()
    screen = open_page("anton", java_script_enabled=False)
    page = screen.page
    page.goto(f"{screen.base}/verwaltung/ordner/neu")
    page.get_by_label("Kurzname").fill("scanner")
    page.get_by_label("Pfad auf dem Server").fill(str(place))
    page.get_by_role("button", name="Nur den Pfad prüfen").click()
    expect(page.locator(".findings")).to_contain_text("Die Kundenakte kann dort schreiben")
    page.get_by_role("button", name="Überwachen", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("wird jetzt überwacht")
    (place / "brief.txt").write_text("Sehr geehrte Damen und Herren", encoding="utf-8")
    folder = WatchedFolder.objects.get(name="scanner")
    until(lambda: FolderEvent.objects.filter(folder=folder).exists())
    page.reload()
    expect(page.locator("main")).to_contain_text("brief.txt")


def test_the_house_is_well_while_it_runs(open_page: OpenPage) -> None:
    screen = open_page("anton")
    page = screen.page

    # The children have just been started; the index needs a moment.
    def is_well(page: Page) -> bool:
        told = page.locator("main").inner_text()
        return "Alle Prozesse laufen" in told and "1 / 1" in told

    screen.go_until("/verwaltung/zustand", is_well)
    expect(page.locator("main")).to_contain_text("Alle Prozesse laufen.")
    screen.check()
