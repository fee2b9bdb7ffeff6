"""A contract is signed with the password, on a desk and on a phone; then its page says who signed and that it fits."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.circulation_builders import a_folder
from tests.journeys.conftest import DESK, PASSWORD, PHONE, OpenPage
from tests.signing_builders import a_certificate, a_paper, bytes_of, judged

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_somebody_signs_a_document_and_sees_that_it_fits(size: tuple[int, int], open_page: OpenPage) -> None:
    made, document = a_certificate(), a_paper()
    before = bytes_of(document)
    screen = open_page(size=size)
    page = screen.page
    # On a phone it stands below the fields.
    screen.go(f"/dokument/{document.pk}?sicht=felder")
    page.get_by_role("link", name="Unterschreiben", exact=True).locator("visible=true").click()
    expect(page.get_by_role("heading", name="Unterschreiben")).to_be_visible()
    screen.check()
    page.get_by_label("Grund").fill("Vertrag geprüft")
    page.get_by_label("Ihr Passwort").fill("nicht meines")
    page.get_by_role("button", name="Unterschreiben").click()
    expect(page.get_by_role("alert")).to_contain_text("Das Passwort stimmt nicht.")
    screen.complaints.clear()
    screen.check()
    page.get_by_label("Ihr Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Unterschreiben").click()
    expect(page.get_by_text("ist unterschrieben. Version 2 gilt jetzt.")).to_be_visible()
    screen.go_until(f"/dokument/{document.pk}", lambda shown: shown.get_by_text("ist nichts verändert.").count() > 0)
    expect(page.locator(".note", has_text="Unterschrieben von Verena Vogt")).to_contain_text("keine qualifizierte")
    screen.check()
    screen.go(f"/dokument/{document.pk}?sicht=verlauf")
    expect(page.get_by_text("Verena Vogt hat Version 1 unterschrieben: Das ist Version 2.")).to_be_visible()
    screen.check()
    after = bytes_of(document)
    assert after.startswith(before)
    assert judged(after, made)[0].bottom_line


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_from_the_papers_of_a_folder_and_back_to_it(size: tuple[int, int], open_page: OpenPage) -> None:
    a_certificate()
    document = a_paper()
    folder = a_folder(by="verena", customer_file=document.customer_file, documents=[document])
    screen = open_page(size=size)
    page = screen.page
    screen.go(f"/umlauf/{folder.pk}")
    screen.check()
    page.get_by_role("link", name="Wartungsvertrag unterschreiben").click()
    # By now it may be sealed, and then a reason is asked for.
    page.get_by_label("Grund").fill("Vertrag geprüft")
    page.get_by_label("Ihr Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Unterschreiben").click()
    page.wait_for_url(f"**/umlauf/{folder.pk}")
    expect(page.get_by_text("ist unterschrieben. Version 2 gilt jetzt.")).to_be_visible()
    screen.check()
