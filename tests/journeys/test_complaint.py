"""A complaint from the customer's mail to its sealed minutes: five people, each at her own desk or telephone."""

from __future__ import annotations

import io
import json
import re
from email.message import EmailMessage
from email.utils import format_datetime

import pikepdf
import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from kundenakte.base.accounts.models import User
from kundenakte.circulation.cases import shipped
from kundenakte.circulation.models import Case
from kundenakte.records.models import CustomerFile
from kundenakte.steps.archive.models import ArchivePackage
from tests.builders import NOW, a_customer_file, a_user
from tests.case_builders import the_boss
from tests.journeys.conftest import DESK, PHONE, OpenPage, Screen, drop, may_sign_in

pytestmark = pytest.mark.journey
SUBJECT = "Reklamation: Kreiselpumpe KP 40 undicht"
ANSWER = "wir schreiben Ihnen die Pumpe gut und liefern am Montag eine neue."

_SHOWS_HERE = """(frame) => {
  const [here, seen] = [frame.querySelector(".here"), frame].map((one) => one.getBoundingClientRect());
  return here.left >= seen.left && here.right <= seen.right && here.top >= seen.top && here.bottom <= seen.bottom;
}"""


def _mail() -> bytes:
    """What the customer writes, with a photograph."""
    picture = io.BytesIO()
    Image.new("RGB", (320, 240), (90, 110, 130)).save(picture, "JPEG")
    message = EmailMessage()
    message["From"], message["To"] = "Petra Hofmann <einkauf@hofmann.example>", "service@frankenblech.example"
    message["Subject"], message["Date"] = SUBJECT, format_datetime(NOW)
    message["Message-ID"] = "<20261124.1@hofmann.example>"
    message.set_content(
        "Guten Tag,\n\nhiermit reklamieren wir die Kreiselpumpe KP 40: Die Dichtung ist gerissen, seit gestern steht "
        "Wasser im Gehäuse.\nBitte melden Sie sich.\n\nMit freundlichen Grüßen\nPetra Hofmann\n"
    )
    message.add_attachment(picture.getvalue(), maintype="image", subtype="jpeg", filename="Dichtung.jpg")
    return bytes(message)


@pytest.fixture
def customer_file(house: str) -> CustomerFile:
    """A customer whose address is known, the processes as they are shipped, and all who have a part in it."""
    shipped.install(now=timezone.now())
    boss = the_boss()
    # She leads the sales and belongs to the management as well: what she decided, she could approve but for one rule.
    a_user("verena").roles.add(*boss.roles.all())
    sabine = a_user("sabine")
    simon = User.objects.create_user("simon", name="Simon Sauer")
    simon.roles.add(*sabine.roles.all())
    for user in (sabine, simon, boss):
        may_sign_in(user)
    return a_customer_file("Hofmann Fördertechnik GmbH", "K-7001", identifiers=[("email", "einkauf@hofmann.example")])


def _checked(screen: Screen) -> None:
    """The page is right from its top; that a form was refused on purpose, the browser's console says."""
    # The address of a task scrolls to it, and then a link may be half covered by the bar.
    screen.page.evaluate("() => scrollTo(0, 0)")
    faults = [fault for fault in screen.faults() if "422 (Unprocessable" not in fault]
    assert not faults, "\n".join(faults)


def _opens_task(screen: Screen, what: str) -> Locator:
    """From the list of tasks to the form; what other processes of the house bring about is waited for."""
    page = screen.page
    row = page.locator(".task-row", has_text=what)
    screen.go_until("/aufgaben", lambda _page: row.count() > 0)
    _checked(screen)
    row.get_by_role("link", name=SUBJECT).click()
    work = page.locator(".work", has_text=what)
    expect(work).to_be_visible()
    _checked(screen)
    return work


def _fills_in(work: Locator, answers: dict[str, str]) -> None:
    for label, answer in answers.items():
        field = work.get_by_label(label)
        if field.evaluate("(field) => field.tagName") == "SELECT":
            field.select_option(answer)
        else:
            field.fill(answer)


def _does(work: Locator, **answers: str) -> None:
    _fills_in(work, answers)
    work.get_by_role("button", name="Erledigt", exact=True).click()
    expect(work.page.locator("#messages")).to_contain_text("Erledigt. Danke.")


def _is_here(page: Page, what: str, who: str) -> None:
    """The list of steps says where the case stands."""
    here = page.locator('.case-step[aria-current="step"]')
    expect(here).to_contain_text(what)
    expect(here).to_contain_text(who)
    # However wide the picture, it opens there.
    assert page.locator(".diagram").evaluate(_SHOWS_HERE)


def _has_complaints_start(anton: Screen) -> None:
    """The administrator says what starts the process."""
    page = anton.page
    anton.go("/verwaltung/")
    page.locator("main").get_by_role("link", name=re.compile("^Prozesse")).click()
    _checked(anton)
    page.get_by_role("link", name="Reklamation", exact=True).click()
    page.get_by_text("Regel hinzufügen").click()
    page.get_by_label("Dokumentklasse").select_option("Reklamation")
    page.get_by_label("Im Namen von").select_option("Sabine Seidl")
    page.get_by_label("Nur von diesem Weg").select_option("Hochgeladen")
    _checked(anton)
    page.get_by_role("button", name="Hinzufügen").click()
    expect(page.locator("#messages")).to_contain_text("Die Regel gilt ab jetzt.")
    expect(page.get_by_text("Reklamation, Hochgeladen")).to_be_visible()
    _checked(anton)


def _drops_the_mail(simon: Screen) -> None:
    """Dropped on the inbox, it finds its way by itself: the sender is known, and what she writes says what it is."""
    simon.go("/posteingang/")
    drop(simon.page, "main", ("Reklamation Hofmann.eml", _mail()))
    expect(simon.page.locator("#uploads li").first).to_contain_text("Eingeaktet in Hofmann Fördertechnik GmbH")
    _checked(simon)


def _records_and_assesses(sabine: Screen, simon: Screen) -> str:
    """What the mail says goes into the form; then she judges it. Gives the address of the case."""
    page = sabine.page
    work = _opens_task(sabine, "Reklamation erfassen")
    expect(page.locator(".papers")).to_contain_text(SUBJECT)
    # Taken first, so that her colleague does not begin it as well: that asks for no answers.
    work.get_by_role("button", name="Übernehmen").click()
    expect(page.locator("#messages")).to_contain_text("Sie haben die Aufgabe übernommen.")
    simon.go("/aufgaben")
    expect(simon.page.get_by_role("heading", name="Nichts zu tun")).to_be_visible()
    recorded = {
        "Wie kam sie herein?": "per E-Mail", "Grund": "Mangel an der Ware", "Artikel oder Maschine": "KP 40",
        "Was beanstandet der Kunde?": "Dichtung gerissen, Wasser im Gehäuse.",
    }  # fmt: skip
    _does(page.locator(".work"), **recorded)
    _is_here(page, "Prüfen und bewerten", "Service")
    assessed = {
        "Ist sie berechtigt?": "ja", "Wie geht es weiter?": "nichts davon nötig",
        "Bewertung": "Dichtung aus der Serie vom Mai.",
    }  # fmt: skip
    _does(page.locator(".work"), **assessed)
    _is_here(page, "Entscheiden", "Vertrieb")
    expect(page.locator(".work")).to_have_count(0)
    _checked(sabine)
    return page.url.partition("#")[0]


def _decides(verena: Screen) -> None:
    """Sales decides; an amount that is none is told, and what she decided she cannot approve."""
    page = verena.page
    work = _opens_task(verena, "Entscheiden")
    wish = {"Entscheidung": "Gutschrift", "Was es uns kostet (Euro)": "viel", "Begründung": "Serienfehler, Stammkunde."}
    _fills_in(work, wish)
    work.get_by_role("button", name="Erledigt", exact=True).click()
    expect(work).to_contain_text("Bitte geben Sie eine Zahl ein, etwa 1.234,50.")
    expect(work.get_by_label("Begründung")).to_have_value("Serienfehler, Stammkunde.")
    _checked(verena)
    _does(work, **{"Was es uns kostet (Euro)": "1.480,00"})
    barred = page.locator(".work", has_text="Über dem Limit freigeben")
    expect(barred).to_contain_text("Vier-Augen-Prinzip: Das muss jemand anders tun als Sie.")
    expect(barred.get_by_role("button", name="Erledigt", exact=True)).to_have_count(0)
    expect(page.locator(".case-facts")).to_contain_text("1.480,00 €")
    _checked(verena)


def _approves(lena: Screen) -> None:
    """The management says yes, with a word why."""
    work = _opens_task(lena, "Über dem Limit freigeben")
    _does(work, **{"Ihre Entscheidung": "freigegeben"})
    _is_here(lena.page, "Antwort schreiben", "Service")
    _checked(lena)


def _answers(sabine: Screen, case: str) -> None:
    """The service writes; the house makes a letter of it and files it; sent, the case is closed."""
    page = sabine.page
    _does(_opens_task(sabine, "Antwort schreiben"), **{"Ihr Text an den Kunden": ANSWER})
    sabine.go_until(case, lambda there: there.locator(".work", has_text="Antwort versenden").count() > 0)
    _checked(sabine)
    page.locator(".papers").get_by_role("link", name=re.compile(r"^Antwort auf Reklamation RK-\S+$")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Antwort auf Reklamation RK-")
    page.go_back()
    _does(page.locator(".work"), **{"Auf welchem Weg?": "per E-Mail", "Versandt am": "2026-11-30"})
    expect(page.get_by_role("heading", level=1)).to_contain_text("abgeschlossen")
    expect(page.locator(".work")).to_have_count(0)
    _checked(sabine)


def _finds_the_sealed_minutes(anton: Screen, customer_file: CustomerFile, case: str) -> bytes:
    """In the file, sealed, as a PDF to which the case leads; gives its bytes as they were downloaded."""
    page = anton.page
    row = page.locator("[data-document]", has_text="Umlaufprotokoll RK-")
    anton.go_until(f"/akte/{customer_file.pk}", lambda _page: row.count() > 0)
    _checked(anton)
    anton.go(case)
    page.get_by_role("link", name="Umlaufprotokoll RK-").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Umlaufprotokoll RK-")
    sealed = page.locator(".document-head").get_by_text("festgeschrieben")
    anton.go_until(page.url.removeprefix(anton.base), lambda _page: sealed.count() > 0)
    with page.expect_download() as download:
        page.locator(".actions").get_by_role("link", name="Herunterladen").first.click()
    assert re.fullmatch(r"Umlaufprotokoll RK-\d{4}-0001\.pdf", download.value.suggested_filename)
    return download.value.path().read_bytes()


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_complaint_goes_from_the_mail_to_its_sealed_minutes(
    size: tuple[int, int], customer_file: CustomerFile, open_page: OpenPage
) -> None:
    anton, simon, sabine, verena, lena = (
        open_page(name, size) for name in ("anton", "simon", "sabine", "verena", "lena")
    )
    _has_complaints_start(anton)
    _drops_the_mail(simon)
    address = _records_and_assesses(sabine, simon).removeprefix(sabine.base)
    _decides(verena)
    _approves(lena)
    _answers(sabine, address)

    # The page of the case tells it to whoever may read it; nobody has anything to do any more.
    anton.go(address)
    told = anton.page.locator(".minutes li p:first-child").all_inner_texts()
    assert [line for line in told if line.startswith(("Sabine", "Verena", "Lena"))] == [
        "Sabine Seidl hat die Aufgabe von Service übernommen.",
        "Sabine Seidl hat die Aufgabe erledigt (Reklamation erfassen).",
        "Sabine Seidl hat die Aufgabe erledigt (Prüfen und bewerten).",
        "Verena Vogt hat die Aufgabe erledigt (Entscheiden).",
        "Lena Leitner hat die Aufgabe erledigt (Über dem Limit freigeben).",
        "Sabine Seidl hat die Aufgabe erledigt (Antwort schreiben).",
        "Sabine Seidl hat die Aufgabe erledigt (Antwort versenden).",
    ]
    assert (told[0], told[-1]) == ("Die Kundenakte hat den Vorgang begonnen.", "Der Vorgang ist zu Ende.")
    _checked(anton)
    for person in (simon, sabine, verena, lena):
        person.go("/aufgaben")
        expect(person.page.get_by_role("heading", name="Nichts zu tun")).to_be_visible()

    paper = _finds_the_sealed_minutes(anton, customer_file, address)
    _checked(anton)
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        said = json.loads(pdf.attachments["umlaufprotokoll.json"].get_file().read_bytes())["case"]
    case = Case.objects.get()
    assert (said["number"], said["amount"], said["fields"]["freigabe"]) == (case.number, "1480.00", "ja")
    assert ["Entscheidung", "Gutschrift"] in said["said"]
    assert ArchivePackage.objects.filter(document__title__startswith=f"Umlaufprotokoll {case.number}").count() == 1
