"""Every page at a desk, on a phone and on a narrow one, light and dark: nothing sticks out, nothing is inaccessible."""

from __future__ import annotations

import pytest

from kundenakte.records.models import Arrival
from tests.builders import a_customer_file, a_document, an_arrival
from tests.journeys.conftest import DESK, PHONE, OpenPage

pytestmark = pytest.mark.journey

NARROW = (360, 740)

LONG = "Ingenieurbüro Dr.-Ing. Hohenstein-Mühlbauer Partnerschaftsgesellschaft mit beschränkter Berufshaftung"


@pytest.mark.parametrize(
    ("size", "scheme"), [(DESK, "light"), (DESK, "dark"), (PHONE, "light"), (PHONE, "dark"), (NARROW, "light")]
)
def test_every_page_is_accessible_and_fits(size: tuple[int, int], scheme: str, open_page: OpenPage) -> None:
    customer_file = a_customer_file(LONG, "K-7001", identifiers=[("email", "einkauf@hohenstein.example")])
    other = a_customer_file("Alpha GmbH", "K-7002")
    document = a_document(
        customer_file=customer_file, document_class="INV_OUT", title=f"Rechnung {'sehr' * 30}", number="RE-2026-0001",
        versions=3, fields={"gross_amount": "1190.00", "currency": "EUR"},
    )  # fmt: skip
    waiting = an_arrival(file_name=f"{'scan' * 25}.pdf", waiting=True)
    aside = an_arrival(content="weg", file_name="werbung.pdf")
    Arrival.objects.filter(pk=aside.pk).update(state="discarded", sentence="Werbung")
    screen = open_page("anton", size, color_scheme=scheme)
    faults: list[str] = []
    for path in (
        "/", "/kunden/", "/kunden/?q=gibtesnicht", "/kunden/neu", "/kunden/einlesen", f"/akte/{customer_file.pk}",
        f"/akte/{customer_file.pk}?register={document.section_id}", f"/akte/{other.pk}",
        f"/akte/{customer_file.pk}/stammdaten", f"/akte/{customer_file.pk}/stammdaten/aendern",
        f"/akte/{customer_file.pk}/zusammenfuehren?mit={other.pk}", f"/dokument/{document.pk}",
        f"/dokument/{document.pk}/version/1", f"/dokument/{document.pk}/vergleich", f"/dokument/{document.pk}/angaben",
        f"/dokument/{document.pk}/verschieben", f"/dokument/{document.pk}/warum?wer=1", "/posteingang/",
        "/posteingang/?nur=liste", "/posteingang/?fach=aussortiert", f"/eingang/{waiting.pk}", f"/eingang/{aside.pk}",
        f"/hochladen?akte={customer_file.pk}", f"/hochladen/ergebnis?eingang={waiting.pk}", "/betrieb/",
        "/konto/password/change/", "/konto/2fa/",
    ):  # fmt: skip
        screen.go(path)
        faults += screen.faults(rules=size != NARROW and (size, scheme) != (PHONE, "dark"))
    assert not faults, "\n".join(faults)


def test_the_frame_works_without_scripts(open_page: OpenPage) -> None:
    customer_file = a_customer_file("Alpha GmbH", "K-7001")
    a_document(customer_file=customer_file, title="Angebot AN-1", number="AN-1")
    screen = open_page(java_script_enabled=False)
    page = screen.page
    page.locator("#jump").fill("alpha")
    page.locator("#jump").press("Enter")
    page.get_by_role("link", name="Alpha GmbH").click()
    page.get_by_role("link", name="Angebot AN-1").click()
    assert page.locator("h1").inner_text() == "Angebot AN-1"
    page.go_back()
    page.get_by_role("link", name="Hochladen").click()
    page.locator("#files").set_input_files({"name": "brief.txt", "mimeType": "text/plain", "buffer": b"Hallo"})
    page.get_by_role("button", name="Hochladen").click()
    assert "brief.txt" in page.locator("main").inner_text()


def test_english_is_spoken_throughout(open_page: OpenPage) -> None:
    screen = open_page("anton")
    screen.page.locator(".menu > summary").click()
    screen.check()
    screen.page.get_by_role("button", name="English").click()
    for path, heading in (("/", "Hello, Anton Adler"), ("/kunden/", "Customers"), ("/betrieb/", "Operation")):
        screen.go(path)
        assert screen.page.get_by_role("heading", level=1).inner_text() == heading
        assert "wartet" not in screen.page.locator("body").inner_text()
