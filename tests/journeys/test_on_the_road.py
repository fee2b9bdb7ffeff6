"""A visit at the customer's without a network: taken along, filled in, signed, and sent by itself when there is one."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from kundenakte.base.accounts.actors import Actor
from kundenakte.circulation import actions
from kundenakte.circulation.models import Case, CirculationFolder, Task, VisitReport
from kundenakte.records.models import Document
from tests.builders import NOW, a_document, a_user
from tests.case_builders import open_steps
from tests.journeys.conftest import DESK, PASSWORD, PHONE, OpenPage, Screen, may_sign_in
from tests.visit_builders import a_case_to_visit, a_photo
from tests.waiting import until

pytestmark = pytest.mark.journey
FOUND = "Dichtung spröde, getauscht."


@pytest.fixture
def case(house: str) -> Case:
    """A complaint that waits for a visit, with a paper in it."""
    paper = a_document(document_class="COMPLAINT", title="Reklamation Kreiselpumpe")
    made = a_case_to_visit(documents=[paper], customer_file=paper.customer_file)
    may_sign_in(a_user("sabine"))
    return made


def _opens(screen: Screen) -> Page:
    screen.go("/unterwegs/")
    screen.page.wait_for_function("() => document.documentElement.dataset.worker === 'ready'")
    return screen.page


def _takes_along(screen: Screen) -> Page:
    page = _opens(screen)
    screen.check()
    page.get_by_role("button", name="Mitnehmen").click()
    expect(page.locator("[data-taken] .visit-row")).to_contain_text("mitgenommen")
    screen.check()
    return page


def _signs(page: Page) -> None:
    field = page.locator("[data-signature] canvas")
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    for step in range(1, 8):
        page.mouse.move(box["x"] + 40 + 25 * step, box["y"] + 60 + (20 if step % 2 else -20))
    page.mouse.up()
    page.get_by_label("Wer hat unterschrieben?").fill("Herr Adler")


def _line(page: Page, rows: str) -> Locator:
    return page.locator(f"[data-rows={rows}] .visit-line").last


def _fills_in(page: Page, photo: Path) -> None:
    page.get_by_label("Befund").fill(FOUND)
    page.get_by_role("group", name="Maschine gegen Anlauf gesichert?").get_by_label("ja").check()
    page.get_by_role("button", name="Fahrt").click()
    _line(page, "times").get_by_label("von").fill("2026-11-24T07:30")
    _line(page, "times").get_by_label("bis").fill("2026-11-24T08:15")
    page.get_by_role("button", name="Teil", exact=True).click()
    _line(page, "parts").get_by_label("Teil").fill("Dichtung")
    page.locator("#photo-choose").set_input_files(photo)
    page.get_by_label("Was ist zu sehen?").fill("Typenschild")
    _signs(page)
    expect(page.locator("[data-saved]")).to_contain_text("gespeichert")


@pytest.mark.smoke
@pytest.mark.parametrize("size", [PHONE, DESK])
def test_a_visit_without_a_network(size: tuple[int, int], case: Case, open_page: OpenPage, tmp_path: Path) -> None:
    photo = tmp_path / "schild.jpg"
    photo.write_bytes(a_photo(size=(2400, 1800)))
    sabine = open_page("sabine", size)
    page = _takes_along(sabine)

    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_text("Kein Netz zur Kundenakte.")).to_be_visible()
    page.get_by_role("link", name="Pumpe undicht").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pumpe undicht")
    expect(page.locator("[data-known]")).to_contain_text("Mangel an der Ware")
    page.locator("[data-documents] > summary").click()
    expect(page.locator("[data-documents]")).to_contain_text("Reklamation Kreiselpumpe")
    page.get_by_role("button", name="Fertig").click()
    expect(page.locator("[data-trouble]")).to_contain_text("Befund")
    expect(page.get_by_label("Befund")).to_be_focused()
    _fills_in(page, photo)
    sabine.complaints.clear()
    sabine.check()

    # The device goes dark: what was written is there again.
    page.reload()
    expect(page.get_by_label("Befund")).to_have_value(FOUND)
    expect(page.get_by_label("Was ist zu sehen?")).to_have_value("Typenschild")
    page.get_by_role("button", name="Fertig").click()
    expect(page.locator("[data-taken]")).to_contain_text("fertig, wird gesendet")
    assert not VisitReport.objects.exists()
    sabine.complaints.clear()

    page.context.set_offline(False)
    expect(page.locator("[data-sent]")).to_contain_text("Pumpe undicht")
    expect(page.locator("[data-taken]")).to_be_hidden()
    sabine.complaints.clear()
    sabine.check()
    assert open_steps(case) == [("Entscheiden", "Vertrieb")]
    until(lambda: Document.objects.filter(document_class__code="SERVICE_REPORT").exists())
    sabine.go_until(f"/umlauf/{case.folder_id}", lambda seen: seen.get_by_text("Besuchsbericht").count() > 0)
    sabine.check(under_a_bar=True)


def test_a_task_that_was_done_meanwhile_is_no_conflict(case: Case, open_page: OpenPage) -> None:
    sabine = open_page("sabine", PHONE)
    page = _takes_along(sabine)
    page.context.set_offline(True)
    page.get_by_role("link", name="Pumpe undicht").click()
    page.get_by_label("Befund").fill(FOUND)
    page.get_by_label("Ohne Unterschrift: warum?").fill("Niemand da")
    page.get_by_role("button", name="Fertig").click()
    expect(page.locator("[data-taken]")).to_contain_text("fertig, wird gesendet")
    task = Task.objects.get(folder=case.folder, is_under_way=True)
    actions.complete(
        actor=Actor.of(a_user("sabine")), task=task, edition=task.edition, now=NOW,
        answers={"besucht_am": "2026-11-24", "befund": "Telefonisch geklärt."},
    )  # fmt: skip
    page.context.set_offline(False)
    expect(page.locator("[data-sent]")).to_contain_text("schon getan")
    assert Case.objects.get(pk=case.pk).fields["befund"] == "Telefonisch geklärt."
    until(lambda: Document.objects.filter(document_class__code="SERVICE_REPORT").exists())


def _hands_in(page: Page, found: str = FOUND) -> None:
    page.get_by_label("Befund").fill(found)
    page.get_by_label("Ohne Unterschrift: warum?").fill("Niemand da")
    page.get_by_role("button", name="Fertig").click()


def test_what_is_changed_after_an_answer_got_lost_is_a_report_of_its_own(case: Case, open_page: OpenPage) -> None:
    page = _takes_along(open_page("sabine", PHONE))
    page.get_by_role("link", name="Pumpe undicht").click()

    def loses_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/unterwegs/berichte/*", loses_the_answer, times=1)
    with page.expect_event("requestfailed"):
        _hands_in(page)
    assert VisitReport.objects.count() == 1
    page.get_by_role("button", name="Noch einmal ändern").click()
    _hands_in(page, "Auch das Lager getauscht.")
    expect(page.locator("[data-sent]")).to_contain_text("schon getan")
    assert VisitReport.objects.count() == 2


def test_a_report_the_house_cannot_take_does_not_hold_up_the_others(case: Case, open_page: OpenPage) -> None:
    other = a_case_to_visit(customer_file=case.customer_file)
    CirculationFolder.objects.filter(pk=other.folder_id).update(title="Lüfter laut")
    screen = open_page("sabine", PHONE)
    page = _opens(screen)
    for name in ("Pumpe undicht", "Lüfter laut"):
        page.get_by_role("button", name=f"Mitnehmen: {name}").click()
        expect(page.locator("[data-taken]")).to_contain_text(name)
    page.route("**/unterwegs/berichte/*", lambda route: route.fulfill(status=500), times=1)
    page.context.set_offline(True)
    for name in ("Pumpe undicht", "Lüfter laut"):
        page.get_by_role("link", name=name).click()
        _hands_in(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Besuche")
    page.context.set_offline(False)
    expect(page.locator("[data-sent] li")).to_have_count(1)
    page.get_by_role("button", name="Jetzt senden").click()
    expect(page.locator("[data-sent] li")).to_have_count(2)


def test_the_window_opened_last_writes_the_report(case: Case, open_page: OpenPage) -> None:
    screen = open_page("sabine", PHONE)
    page = _takes_along(screen)
    page.get_by_role("link", name="Pumpe undicht").click()
    page.get_by_label("Befund").fill("Erstens.")
    expect(page.locator("[data-saved]")).to_contain_text("gespeichert")
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_label("Befund")).to_have_value("Erstens.")
    expect(page.get_by_text("in einem anderen Fenster offen")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Besuche")
    screen.check()
    other.get_by_label("Befund").fill("Zweitens.")
    expect(other.locator("[data-saved]")).to_contain_text("gespeichert")
    page.get_by_role("link", name="Pumpe undicht").click()
    expect(page.get_by_label("Befund")).to_have_value("Zweitens.")


def test_another_person_does_not_see_a_visit_by_its_address(case: Case, open_page: OpenPage) -> None:
    screen = open_page("sabine", PHONE)
    page = _takes_along(screen)
    page.get_by_role("link", name="Pumpe undicht").click()
    page.get_by_label("Befund").fill(FOUND)
    expect(page.locator("[data-saved]")).to_contain_text("gespeichert")
    at_visit = page.url
    page.context.clear_cookies()
    page.goto("about:blank")
    page.goto(at_visit)
    expect(page.get_by_text("Sie sind nicht angemeldet")).to_be_visible()
    expect(page.get_by_text("Pumpe undicht")).to_have_count(0)
    screen.go("/konto/login/")
    page.locator("#id_login").fill("bernd")
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    page.wait_for_url(f"{screen.base}/")
    page.goto(at_visit)
    expect(page.get_by_text("Besuche von jemand anderem")).to_be_visible()
    expect(page.get_by_text("Pumpe undicht")).to_have_count(0)


def test_signed_out_nothing_is_shown_and_nothing_is_lost(case: Case, open_page: OpenPage) -> None:
    sabine = open_page("sabine", PHONE)
    page = _takes_along(sabine)
    page.get_by_role("link", name="Pumpe undicht").click()
    page.get_by_label("Befund").fill(FOUND)
    expect(page.locator("[data-saved]")).to_contain_text("gespeichert")
    page.context.clear_cookies()
    sabine.go("/unterwegs/")
    expect(page.get_by_text("Sie sind nicht angemeldet")).to_be_visible()
    expect(page.get_by_text("Pumpe undicht")).to_have_count(0)
    sabine.check()
