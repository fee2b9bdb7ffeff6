"""A complaint goes round in a folder: started by one, done by the next, refused by a third, and done in the end."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from kundenakte.records.models import CustomerFile
from tests.builders import a_customer_file, a_document
from tests.journeys.conftest import DESK, PHONE, OpenPage, Screen

pytestmark = pytest.mark.journey


@pytest.fixture
def customer_file(house: str) -> CustomerFile:
    """A customer with a complaint in the file."""
    made = a_customer_file("Alpha Pumpen GmbH", "K-7001")
    for title in ("Pumpe undicht", "Foto der Dichtung"):
        a_document(customer_file=made, document_class="COMPLAINT", title=title)
    return made


def _checked(screen: Screen) -> None:
    """The page is right at a desk and on a phone; that a form was refused on purpose, the browser's console says."""
    for width, height in (PHONE, DESK):
        screen.page.set_viewport_size({"width": width, "height": height})
        # The address of a task scrolls to it, and then a link may be half covered by the bar.
        screen.page.evaluate("() => scrollTo(0, 0)")
        faults = [fault for fault in screen.faults() if "422 (Unprocessable Entity)" not in fault]
        assert not faults, "\n".join(faults)


def _opens_task(screen: Screen, title: str) -> Page:
    """From the start page by way of the list of tasks to the folder."""
    page = screen.page
    screen.go("/aufgaben")
    _checked(screen)
    page.get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    return page


def _writes_slip(screen: Screen, customer_file: CustomerFile) -> None:
    """Mark two documents in the file and send them round; a first try lacks the second name."""
    page = screen.page
    screen.go(f"/akte/{customer_file.pk}")
    for title in ("Pumpe undicht", "Foto der Dichtung"):
        page.locator("tr", has_text=title).locator("[data-mark]").check()
    page.get_by_role("button", name="In Umlauf geben …").click()
    page.get_by_label("Titel der Mappe").fill("Reklamation Pumpe")
    first, second = (page.get_by_role("group", name=f"Station {n}", exact=True) for n in (1, 2))
    first.get_by_label("Wer").select_option("Verena Vogt")
    first.get_by_label("Was ist zu tun?").select_option("zur Stellungnahme")
    first.get_by_label("Anweisung").fill("Ist Kulanz möglich?")
    page.get_by_role("button", name="Weitere Station").focus()
    page.keyboard.press("Enter")
    expect(second).to_be_visible()
    expect(first.get_by_label("Anweisung")).to_have_value("Ist Kulanz möglich?")
    _checked(screen)
    page.get_by_role("button", name="Losschicken").last.click()
    expect(second).to_contain_text("Bitte wählen Sie, wer an der Reihe ist.")
    _checked(screen)
    second.get_by_label("Wer").select_option("Bernd Beck")
    second.get_by_label("Was ist zu tun?").select_option("zur Freigabe")
    page.get_by_role("button", name="Losschicken").last.click()
    expect(page.get_by_text("Hier liegt die Mappe")).to_be_visible()
    _checked(screen)


def _says(screen: Screen, text: str) -> None:
    """Open the task and comment on it."""
    page = _opens_task(screen, "Reklamation Pumpe")
    _checked(screen)
    page.get_by_label("Ihre Stellungnahme").fill(text)
    page.get_by_role("button", name="Stellungnahme abgeben").click()
    expect(page.locator('[aria-current="step"]')).to_contain_text("Bernd Beck")
    expect(page.locator(".stamp", has_text=text)).to_be_visible()


def _refuses(screen: Screen, reason: str) -> None:
    """Open the task and refuse, first without a reason."""
    page = _opens_task(screen, "Reklamation Pumpe")
    page.get_by_role("button", name="Zurückweisen").click()
    expect(page.get_by_role("alert")).to_contain_text("warum Sie die Mappe zurückweisen")
    _checked(screen)
    page.get_by_label("Bemerkung").fill(reason)
    page.get_by_role("button", name="Zurückweisen").click()
    expect(page.locator('[aria-current="step"]')).to_contain_text("Verena Vogt")


def test_a_complaint_goes_round_and_its_minutes_say_so(customer_file: CustomerFile, open_page: OpenPage) -> None:
    anton, verena, bernd = (open_page(name) for name in ("anton", "verena", "bernd"))
    _writes_slip(anton, customer_file)
    folder = anton.page.url

    verena.go("/")
    expect(verena.page.locator(".places").get_by_role("link", name="Aufgaben")).to_contain_text("1")
    _checked(verena)
    _says(verena, "Kulanz ist möglich")
    _refuses(bernd, "Die Rechnung fehlt")
    _says(verena, "Rechnung liegt jetzt in der Akte")
    page = _opens_task(bernd, "Reklamation Pumpe")
    expect(page.locator(".stamp.bad")).to_contain_text("Die Rechnung fehlt")
    page.get_by_role("button", name="Freigeben").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("abgeschlossen")

    # Everything stands in the minutes, in order; nobody has anything to do any more.
    anton.page.goto(folder)
    told = anton.page.locator(".minutes li p:first-child").all_inner_texts()
    assert told[0] == "Anton Adler hat die Mappe auf den Weg gebracht."
    assert told[-1] == "Der Umlauf ist abgeschlossen."
    assert [line for line in told if line.startswith(("Verena", "Bernd"))] == [
        "Verena Vogt hat die Aufgabe erledigt (zur Stellungnahme).",
        "Bernd Beck hat die Mappe zurückgewiesen.",
        "Verena Vogt hat die Aufgabe erledigt (zur Stellungnahme).",
        "Bernd Beck hat zugestimmt (zur Freigabe).",
    ]
    _checked(anton)
    bernd.go("/aufgaben")
    expect(bernd.page.get_by_role("heading", name="Nichts zu tun")).to_be_visible()
    _checked(bernd)
