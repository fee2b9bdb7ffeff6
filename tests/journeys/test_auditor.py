"""A tax auditor in the house: the administrator opens two years, he reads what is in them, and then it is over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from kundenakte.base.accounts.models import User
from tests.builders import a_customer_file, a_document
from tests.journeys.conftest import DESK, PHONE, OpenPage, Screen, may_sign_in

pytestmark = pytest.mark.journey
OCCASION, SECRET = "Betriebsprüfung 2022 bis 2023", "Quastenflosser"


def papers() -> None:
    file, other = a_customer_file("Bäckerei Öttinger", "K-7001"), a_customer_file(f"{SECRET} Werke", "K-7002")
    for year in (2021, 2022, 2023):
        title = f"Rechnung Knetmaschine {year}" if year > 2021 else f"Rechnung {SECRET}"
        a_document(
            customer_file=file, document_class="INV_OUT", title=title, number=f"RE-{year}", dated_on=date(year, 5, 4)
        )
    for one in (file, other):
        a_document(customer_file=one, document_class="OFFER", title=f"Angebot {SECRET}", dated_on=date(2022, 5, 4))


def opened_by(screen: Screen) -> None:
    """The administrator looks what would be open, opens it, and gets the link for the auditor."""
    page = screen.page
    screen.go("/verwaltung/")
    page.get_by_role("link", name="Prüferzugänge").first.click()
    expect(page.get_by_role("heading", name="Kein Prüferzugang")).to_be_visible()
    screen.check()
    page.get_by_role("link", name="Neuer Prüferzugang").click()
    page.get_by_label("Anlass").fill(OCCASION)
    page.get_by_label("Bis einschließlich").fill((timezone.localdate() + timedelta(days=30)).isoformat())
    page.get_by_label("Erstes Jahr").fill("2022")
    page.get_by_label("Letztes Jahr").fill("2023")
    page.get_by_label("Ausgangsrechnung").check()
    page.locator("#id_name").fill("Gerda Groß")
    page.get_by_label("Anmeldename").fill("g.gross")
    screen.check()
    page.get_by_role("button", name="Erst ansehen").click()
    expect(page.get_by_text("Offen sind 2 Dokumente in 1 Akten")).to_be_visible()
    expect(page.get_by_text("keine laufende Betriebsprüfung eingetragen")).to_be_visible()
    screen.check()
    page.get_by_role("button", name="Freigeben").click()
    expect(page.get_by_role("heading", name="Link, um das Passwort zu setzen")).to_be_visible()
    screen.check()


def looks_around(screen: Screen) -> None:
    """The auditor finds the two invoices by the table, the search and the file; of the rest not even a number."""
    page = screen.page
    expect(page.get_by_role("heading", name=OCCASION)).to_be_visible()
    expect(page.locator("tbody tr", has_text="Ausgangsrechnung")).to_be_visible()
    expect(page.get_by_text("2 Dokumente", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Aufgaben")).to_have_count(0)
    screen.check()
    screen.go_until(
        "/suche?q=Rechnung", lambda shown: shown.get_by_role("link", name="Rechnung Knetmaschine 2023").count() > 0
    )
    expect(page.get_by_role("link", name="Rechnung Knetmaschine 2022")).to_be_visible()
    expect(page.get_by_text(SECRET)).to_have_count(0)
    screen.check()
    screen.go("/kunden/")
    expect(page.get_by_role("link", name="Bäckerei Öttinger")).to_be_visible()
    expect(page.get_by_text(SECRET)).to_have_count(0)
    screen.check()
    page.get_by_role("link", name="Bäckerei Öttinger").click()
    expect(page.get_by_text("2 Dokumente", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Beobachten")).to_have_count(0)
    expect(page.get_by_text(SECRET)).to_have_count(0)
    screen.check()
    screen.go("/suche?q=RE-2022")
    page.get_by_role("link", name="Rechnung Knetmaschine 2022").first.click()
    expect(page.get_by_role("heading", name="Rechnung Knetmaschine 2022")).to_be_visible()
    expect(page.get_by_role("link", name="Herunterladen")).to_have_count(0)
    screen.check()


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_an_auditor_reads_two_years_each_look_is_written_down_and_then_it_is_over(
    size: tuple[int, int], open_page: OpenPage
) -> None:
    papers()
    anton = open_page("anton", size)
    opened_by(anton)
    auditor = User.objects.get(username="g.gross")
    may_sign_in(auditor)
    gerda = open_page("g.gross", size)
    looks_around(gerda)

    # What still asks by itself would be refused in a moment.
    gerda.go("/")

    anton.go("/verwaltung/pruefer")
    anton.page.get_by_role("link", name=OCCASION).click()
    expect(anton.page.get_by_text("Gesucht: RE-2022")).to_be_visible()
    expect(anton.page.get_by_role("link", name="Rechnung Knetmaschine 2022").first).to_be_visible()
    anton.check()
    anton.page.get_by_text("Jetzt beenden").click()
    anton.page.get_by_label("Grund").fill("Schlussbesprechung")
    anton.page.get_by_role("button", name="Prüferzugang beenden").click()
    expect(anton.page.get_by_text("Der Prüferzugang ist beendet.")).to_be_visible()
    anton.check()

    gerda.go("/")
    expect(gerda.page.get_by_role("heading", name="Ihr Zugang ist beendet")).to_be_visible()
    expect(gerda.page.get_by_role("link", name="Suche")).to_have_count(0)
    gerda.check()
    gerda.go("/suche?q=Rechnung")
    expect(gerda.page.get_by_text("Knetmaschine")).to_have_count(0)
