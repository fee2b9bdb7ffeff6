"""The administrator changes a process in the browser: by what stands beside the picture, and in the picture itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from kundenakte.circulation.cases import definitions
from kundenakte.circulation.models import Process, ProcessDraft
from kundenakte.circulation.processes import reading
from tests.case_builders import a_process
from tests.journeys.conftest import DESK, OpenPage

pytestmark = pytest.mark.journey


def test_a_process_is_drawn_checked_and_published(open_page: OpenPage) -> None:
    a_process()
    screen = open_page("anton", DESK)
    page = screen.page
    screen.go("/verwaltung/prozesse/reklamation")
    page.get_by_role("link", name="Zeichnen").click()
    page.locator("[data-drawing][data-ready]").wait_for()
    said = page.locator("[data-drawing-said]")
    expect(said).to_have_text("Die Kundenakte kann diesen Ablauf ausführen.")
    expect(page.get_by_label("Kurzname")).to_have_value("reklamation")
    screen.check()
    page.locator('[data-element-id="bewerten"]').first.click()
    panel = page.locator("[data-drawing-panel]")
    expect(panel.get_by_role("heading", level=2)).to_have_text("Prüfen und bewerten")
    panel.get_by_label("Fällig nach Arbeitstagen").fill("7")
    panel.get_by_role("button", name="Frage hinzufügen").click()
    question = panel.locator("fieldset").last
    question.locator('[data-of="title"]').fill("Wie dringend?")
    question.locator('[data-of="kind"]').select_option("choice")
    question.locator('[data-of="choices"]').fill("eilig = sehr eilig\nZeit")
    question.locator('[data-of="required"]').check()
    expect(question.locator("legend")).to_have_text("Wie dringend?")
    expect(said).to_have_text("Die Kundenakte kann diesen Ablauf ausführen.")
    screen.check()
    # A condition nobody understands is said at once, and taken back it is well again.
    page.locator('[data-element-id="nach_erfasst_erfassen_label"]').click()
    condition = panel.get_by_label("Bedingung")
    expect(condition).to_have_value("grund = leer")
    condition.fill("grund >> leer")
    condition.press("Tab")
    expect(said).to_contain_text("Bedingung")
    condition.fill("grund = leer und artikel = leer")
    condition.press("Tab")
    expect(said).to_have_text("Die Kundenakte kann diesen Ablauf ausführen.")
    page.get_by_role("button", name="Als Entwurf sichern").click()
    expect(page.locator("main")).to_contain_text("Die Zeichnung ist geprüft und liegt als Entwurf bereit.")
    read = reading.read(ProcessDraft.objects.get().source.encode())
    step = read.user_steps["bewerten"]
    asked = step.form.field("wie_dringend")
    assert asked is not None
    assert (step.due_days, asked.kind, asked.required) == (7, "choice", True)
    assert asked.choices == (("eilig", "sehr eilig"), ("zeit", "Zeit"))
    assert read.conditions["nach_erfasst_erfassen"] == "grund = leer und artikel = leer"
    page.get_by_role("button", name="Als neue Ausgabe freigeben").click()
    expect(page.locator("main")).to_contain_text("Ausgabe 2 gilt ab jetzt")
    assert definitions.newest(Process.objects.get(key="reklamation")).number == 2


def test_a_task_is_added_to_a_new_process_by_a_click(open_page: OpenPage) -> None:
    a_process()
    screen = open_page("anton", DESK)
    page = screen.page
    screen.go("/verwaltung/prozesse")
    page.get_by_role("link", name="Neuen Prozess zeichnen").click()
    page.locator("[data-drawing][data-ready]").wait_for()
    page.get_by_label("Name des Prozesses").fill("Besuchsbericht")
    page.get_by_label("Kurzname").fill("besuchsbericht")
    page.get_by_label("Kürzel").fill("BB")
    # Only what the house can carry out is offered.
    refused = ("create.data-object", "create.task", "create.group")
    assert [page.locator(f".djs-palette [data-action='{one}']").count() for one in refused] == [0, 0, 0]
    # The end goes, and comes again behind the new task: from a task only one way leads on.
    page.locator('[data-element-id="ende"]').first.click()
    page.keyboard.press("Delete")
    page.locator('[data-element-id="aufgabe"]').first.click()
    page.locator(".djs-context-pad [data-action='append.append-task']").click()
    # The new task wants to be named at once, in the picture.
    page.locator(".djs-direct-editing-content").wait_for()
    page.keyboard.type("Bericht ablegen")
    page.keyboard.press("Enter")
    panel = page.locator("[data-drawing-panel]")
    expect(panel.get_by_label("Was ist zu tun?")).to_have_value("Bericht ablegen")
    panel.get_by_label("Stand des Vorgangs").fill("Ablage")
    page.keyboard.press("Tab")
    page.locator(".djs-context-pad [data-action='append.end-event']").click()
    page.get_by_role("button", name="Als Entwurf sichern").click()
    expect(page.locator("main")).to_contain_text("liegt als Entwurf bereit")
    read = reading.read(ProcessDraft.objects.get().source.encode())
    assert (read.key, read.name, read.prefix) == ("besuchsbericht", "Besuchsbericht", "BB")
    assert [step.name for step in read.user_steps.values()] == ["Erste Aufgabe", "Bericht ablegen"]
    assert read.stages() == ["Erste Aufgabe", "Ablage"]
