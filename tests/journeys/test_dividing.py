"""Two letters scanned in one go and no sheet between them: the clerk is asked, looks, and both go into their files."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from kundenakte import pipeline
from kundenakte.records.models import Arrival, Document, StackPart
from tests.builders import a_customer_file, an_actor
from tests.journeys.conftest import DESK, PHONE, OpenPage, Screen
from tests.scans import a_picture, a_scan
from tests.waiting import until

pytestmark = pytest.mark.journey

FIRST = (
    "Muster Maschinenbau GmbH", "Industriestraße 4", "90402 Nürnberg", "Rechnung", "Rechnungsnummer: RE-2026-0815",
    "Kundennummer: K-10001", "Sehr geehrte Damen und Herren,", "wir berechnen Ihnen:", "Seite 1 von 2",
)  # fmt: skip
SECOND = ("Summe: 1.190,00 EUR", "Mit freundlichen Grüßen", "Seite 2 von 2")
THIRD = (
    "Alpha AG", "Hauptstraße 12", "80331 München", "Angebot", "Angebotsnummer: AN-77", "Kundennummer: K-10002",
    "Sehr geehrte Damen und Herren,", "wir bieten Ihnen an:", "Seite 1 von 1",
)  # fmt: skip


def a_scanned_stack() -> Arrival:
    """As the scanner brings it; it waits because there seem to be two documents in it."""
    pipeline.register_jobs()
    pictures = [a_picture(page) for page in (FIRST, SECOND, (), THIRD)]
    arrival = pipeline.receive(
        actor=an_actor("verena"), stream=io.BytesIO(a_scan(pictures)), file_name="post.pdf", source="folder:scanner",
        now=timezone.now(),
    )  # fmt: skip
    until(lambda: Arrival.objects.get(pk=arrival.pk).state == Arrival.State.WAITING)
    return Arrival.objects.get(pk=arrival.pk)


def pictured(screen: Screen, name: str) -> None:
    """Keep a picture of the page where somebody wants to look at it."""
    folder = os.environ.get("KUNDENAKTE_PICTURES")
    if folder:
        screen.page.screenshot(path=Path(folder) / f"{name}.png", full_page=False)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_stack_without_sheets_is_divided_by_its_proposal(open_page: OpenPage, size: tuple[int, int]) -> None:
    a_customer_file("Muster Maschinenbau GmbH", "K-10001")
    a_customer_file("Alpha AG", "K-10002")
    stack = a_scanned_stack()
    screen = open_page("verena", size)
    page = screen.page
    screen.go(f"/eingang/{stack.pk}")
    expect(
        page.locator(".inbox-decide").get_by_text("In dieser Datei scheinen 2 Dokumente zu stecken.")
    ).to_be_visible()
    screen.check()
    pictured(screen, f"teilen-eingang-{size[0]}")
    page.get_by_role("link", name="In Dokumente teilen").click()
    marks = page.get_by_role("checkbox", name="Hier beginnt ein Dokument")
    expect(marks).to_have_count(4)
    expect(marks.nth(0)).to_be_disabled()
    expect(marks.nth(1)).not_to_be_checked()
    expect(marks.nth(3)).to_be_checked()
    # The empty back belongs to nothing, unless somebody sees more on it.
    back, kept = page.locator(".divide-page").nth(2), page.get_by_role("checkbox", name="Nicht leer")
    expect(back).to_contain_text("scheint leer")
    kept.check()
    expect(back.get_by_text("scheint leer")).to_be_hidden()
    kept.uncheck()
    screen.check(under_a_bar=True)
    pictured(screen, f"teilen-{size[0]}")
    marks.nth(1).focus()
    page.keyboard.press("Space")
    expect(marks.nth(1)).to_be_checked()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Teilen").click()
    expect(page.get_by_text("„post.pdf“ wird in 2 Dokumente geteilt.")).to_be_visible()
    until(lambda: StackPart.objects.count() == 2 and not Arrival.objects.filter(state="under_way").exists())
    assert [list(row.pages) for row in StackPart.objects.order_by("position")] == [[1, 2], [4]]
    # The invoice is asked about, for it may be one to the customer or from him; the other is where it belongs.
    offer = Document.objects.get()
    assert (offer.number, offer.customer_file.customer.number) == ("AN-77", "K-10002")
    screen.go(f"/eingang/{stack.pk}")
    expect(page.get_by_role("heading", name="Dokumente dieses Stapels")).to_be_visible()
    screen.check()
    pictured(screen, f"teilen-geteilt-{size[0]}")
