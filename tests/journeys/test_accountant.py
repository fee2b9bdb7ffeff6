"""An accountant's day: why is this still here, a hold, its release by two, and then the lawful end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from kundenakte.base import blobs
from kundenakte.records.models import DisposedDocument, Document
from kundenakte.steps.archive import sealing
from tests.builders import TODAY, a_customer_file, a_document
from tests.journeys.conftest import DESK, PHONE, OpenPage, Screen
from tests.steps.archive.papers import sealed, valid

pytestmark = pytest.mark.journey
TITLE = "Aktenvermerk Quastenflosser"


def an_old_note() -> Document:
    file = a_customer_file("Bäckerei Öttinger", "K-7001")
    document = a_document(customer_file=file, document_class="OTHER", title=TITLE, dated_on=date(2015, 5, 4))
    sealed(valid(document))
    document.refresh_from_db()
    return document


def holds(screen: Screen, document: Document) -> str:
    """Set a hold from the document; returns the address of the hold."""
    page = screen.page
    screen.go(f"/dokument/{document.pk}?sicht=felder")
    expect(page.get_by_text("Wird aufbewahrt bis 31.12.2021")).to_be_visible()
    screen.check()
    page.get_by_role("link", name="Löschsperre setzen").click()
    page.locator("#id_kind").select_option("litigation")
    page.locator("#id_reason").fill("Klage vor dem LG")
    page.locator("#id_review_on").fill((TODAY + timedelta(days=400)).isoformat())
    screen.check()
    page.get_by_role("button", name="Sperre setzen").click()
    expect(page.get_by_text("Die Löschsperre ist gesetzt.")).to_be_visible()
    return page.url.removeprefix(screen.base)


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_note_is_held_let_go_by_two_and_destroyed_by_two(size: tuple[int, int], open_page: OpenPage) -> None:
    document = an_old_note()
    version = valid(document)
    bernd, anton = open_page("bernd", size), open_page("anton", size)
    hold = holds(bernd, document)

    # Why is this still here?
    bernd.go(f"/dokument/{document.pk}?sicht=felder")
    expect(bernd.page.get_by_text("Löschsperre seit")).to_be_visible()
    bernd.go("/aufbewahrung/faellig")
    expect(bernd.page.get_by_role("heading", name="Nichts ist fällig")).to_be_visible()

    # One asks, another releases.
    bernd.go(hold)
    bernd.page.get_by_label("Warum die Sperre nicht mehr nötig ist").fill("Vergleich geschlossen")
    bernd.page.get_by_role("button", name="Aufhebung beantragen").click()
    expect(bernd.page.get_by_text("Freigeben muss sie eine andere Person")).to_be_visible()
    anton.go(hold)
    anton.page.get_by_role("button", name="Aufhebung freigeben").click()
    expect(anton.page.get_by_text("Die Löschsperre ist aufgehoben.")).to_be_visible()

    # Now it is due, with the sentence why; one asks, another releases.
    bernd.go("/aufbewahrung/faellig")
    expect(bernd.page.get_by_text("War aufzubewahren bis 31.12.2021")).to_be_visible()
    bernd.page.get_by_label(f"{TITLE} auswählen").check()
    bernd.page.get_by_label("Grund").fill("Jährliche Aussonderung")
    bernd.check()
    bernd.page.get_by_role("button", name="Aussonderung beantragen").click()
    expect(bernd.page.get_by_text("Freigeben muss sie eine andere Person")).to_be_visible()
    expect(bernd.page.get_by_role("button", name="Freigeben und vernichten")).to_have_count(0)
    bernd.check()
    anton.go("/aufbewahrung/aussonderungen")
    anton.check()
    anton.page.get_by_role("link", name="Jährliche Aussonderung").click()
    expect(anton.page.get_by_role("link", name=TITLE)).to_be_visible()
    anton.check()
    anton.page.get_by_role("button", name="Freigeben und vernichten").click()
    expect(anton.page.get_by_text("Vernichtet: 1. Geblieben: 0.")).to_be_visible()
    expect(anton.page.get_by_role("link", name="Protokoll herunterladen")).to_be_visible()
    anton.check()

    # Nothing of it is left.
    assert DisposedDocument.objects.get().state == "gone"
    assert not blobs.default().has(version.digest)
    assert list(sealing.default().ids()) == []
    anton.go("/suche?q=Quastenflosser")
    expect(anton.page.get_by_role("link", name=TITLE)).to_have_count(0)
    with anton.page.expect_download() as kept:
        anton.go("/aufbewahrung/aussonderungen")
        anton.page.get_by_role("link", name="Jährliche Aussonderung").click()
        anton.page.get_by_role("link", name="Protokoll herunterladen").click()
    assert version.digest in kept.value.path().read_text("utf-8-sig")
