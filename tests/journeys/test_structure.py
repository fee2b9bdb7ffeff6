"""The administration changes the structure in the browser, and the documents are where it says."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from kundenakte.records.models import Document
from tests.builders import a_customer_file, a_document, a_section
from tests.journeys.conftest import DESK, PHONE, OpenPage

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_new_section_is_previewed_rolled_out_and_the_documents_are_there(
    size: tuple[int, int], open_page: OpenPage
) -> None:
    file = a_customer_file("Alpha GmbH", "K-7001")
    for number in range(3):
        a_document(customer_file=file, number=f"AN-{number}", title=f"Angebot AN-{number}", fields={"project": "P7"})
    a_document(customer_file=file, title="Hier festgehalten", fields={"project": "P7"}, section=a_section("angebote"))
    screen = open_page("anton", size)
    page = screen.page
    screen.go("/verwaltung/aktenplan")
    page.get_by_role("button", name="Entwurf beginnen").click()
    page.get_by_role("link", name="Register hinzufügen").click()
    page.get_by_label("Name", exact=True).fill("Projekte")
    page.locator("#feld-1").select_option("project")
    page.get_by_label("Unterregister").select_option("project")
    page.get_by_label("Rechte wie im Register").select_option(label="Angebote")
    screen.check()
    page.get_by_role("button", name="Im Entwurf speichern").click()
    # By keyboard to the top, place by place; the focus stays on the button.
    up = page.get_by_role("button", name="Projekte nach oben")
    up.focus()
    for place in (11, 10):
        page.keyboard.press("Enter")
        expect(page.locator("[data-reorder-said]")).to_have_text(f"Projekte: Platz {place} / 13")
        expect(up).to_be_focused()
    page.reload()
    expect(page.locator("[data-reorder] > li").nth(9)).to_contain_text("Projekte")
    screen.check()
    page.get_by_role("link", name="Wirkung ansehen").click()
    expect(page.locator(".plan-sum")).to_contain_text("3 Dokumente von 4 wechseln das Register")
    expect(page.locator(".plan-sum")).to_contain_text("Ein fest abgelegtes bleibt, wo es ist")
    expect(page.get_by_role("link", name="Angebot AN-0")).to_be_visible()
    screen.check()
    page.get_by_label("Anlass").fill("Projekte für sich")
    page.get_by_role("button", name="Jetzt einführen").click()
    expect(page.locator("#run")).to_contain_text("3 Dokumente haben das Register gewechselt")
    screen.check()
    section = Document.objects.get(number="AN-0").section_id
    screen.go(f"/akte/{file.pk}?register={section}")
    for number in range(3):
        expect(page.get_by_role("link", name=re.compile(f"Angebot AN-{number}")).first).to_be_visible()
    screen.go("/verwaltung/aktenplan/ausgabe/2")
    expect(page.locator("main")).to_contain_text("Projekte")
    screen.check()


def test_the_order_is_changed_with_the_mouse_and_without_scripts(open_page: OpenPage) -> None:
    a_customer_file("Alpha GmbH", "K-7001")
    screen = open_page("anton")
    page = screen.page
    screen.go("/verwaltung/aktenplan")
    page.get_by_role("button", name="Entwurf beginnen").click()
    rows = page.locator("[data-reorder] > li")
    grip, target = rows.nth(2).locator(".grip").bounding_box(), rows.nth(0).bounding_box()
    assert grip
    assert target
    page.mouse.move(grip["x"] + 5, grip["y"] + 5)
    page.mouse.down()
    page.mouse.move(grip["x"] + 5, target["y"] + 30, steps=5)
    page.mouse.move(grip["x"] + 5, target["y"] + 4, steps=5)
    page.mouse.up()
    expect(page.locator("[data-reorder-said]")).to_have_text("Angebote: Platz 1 / 12")
    plain = open_page("anton", java_script_enabled=False)
    plain.go("/verwaltung/aktenplan/entwurf")
    expect(plain.page.locator("[data-reorder] > li").first).to_contain_text("Angebote")
    plain.page.get_by_role("button", name="Angebote nach unten").click()
    expect(plain.page.locator("[data-reorder] > li").nth(1)).to_contain_text("Angebote")


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_class_and_a_rule_are_made_and_tried(size: tuple[int, int], open_page: OpenPage) -> None:
    a_document(customer_file=a_customer_file("Alpha GmbH", "K-7001"), title="Angebot AN-1", number="AN-1")
    screen = open_page("anton", size)
    page = screen.page
    screen.go("/verwaltung/klassen")
    screen.check()
    page.get_by_role("link", name="Klasse hinzufügen").click()
    page.get_by_label("Name", exact=True).fill("Messblatt")
    page.get_by_label(re.compile("Wörter, an denen")).fill("Messblatt, Prüfblatt")
    screen.check()
    page.get_by_role("button", name="Anlegen").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Messblatt")
    page.locator('input[name="name"][aria-label="Name von neues Feld"]').first.fill("Messwert")
    screen.check()
    page.get_by_role("button", name="Felder speichern").click()
    expect(page.locator("#run")).to_contain_text("0 Dokumente durchgesehen")
    screen.go("/verwaltung/ablageregeln")
    screen.check()
    page.get_by_role("link", name="Regel hinzufügen").click()
    page.get_by_label("Name der Regel").fill("Messblätter")
    page.get_by_label("Diese Wörter stehen").first.fill("Messblatt")
    page.get_by_label("Dokumentklasse").select_option(label="Messblatt")
    page.get_by_role("button", name="Speichern").click()
    screen.check()
    page.get_by_role("button", name="Ausprobieren").click()
    expect(page.locator("#run")).to_contain_text("Die Regel trifft auf 0 Dokumente zu")
    screen.check()
    page.get_by_role("link", name="Messblätter").click()
    page.get_by_role("button", name="Einschalten").click()
    expect(page.locator("[data-reorder] > li")).to_contain_text("an")
    screen.check()
