"""A stack of paper is scanned, looked at by somebody else with the keyboard, released, and only then destroyed."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from kundenakte import pipeline
from kundenakte.records.models import Arrival
from kundenakte.steps.scanning.actions import BatchWish, begin, set_rules
from kundenakte.steps.scanning.models import PaperBatch
from tests.builders import a_customer_file, a_user, an_actor
from tests.journeys.conftest import DESK, PHONE, OpenPage, Screen
from tests.scans import LETTER, a_picture, a_scan
from tests.waiting import until

pytestmark = pytest.mark.journey


def scanned(name: str, *pages: tuple[str, ...]) -> Arrival:
    """A file as a scanner brings it, filed by the running house."""
    pipeline.register_jobs()
    arrival = pipeline.receive(
        actor=an_actor("verena"), stream=io.BytesIO(a_scan([a_picture(page) for page in pages])), file_name=name,
        source="folder:scanner", now=timezone.now(),
    )  # fmt: skip
    until(lambda: Arrival.objects.get(pk=arrival.pk).state == Arrival.State.FILED)
    arrival.refresh_from_db()
    return arrival


def pictured(screen: Screen, name: str) -> None:
    """Keep a picture of the page where somebody wants to look at it."""
    folder = os.environ.get("KUNDENAKTE_PICTURES")
    if folder:
        screen.page.screenshot(path=Path(folder) / f"{name}.png", full_page=False)


def test_paper_is_destroyed_only_after_somebody_else_has_looked(open_page: OpenPage) -> None:
    set_rules(actor=an_actor(), sample_percent=100, second_person=True, waiting_days=0, edition=1, now=timezone.now())
    a_customer_file("Muster Maschinenbau GmbH", "K-10001")
    scanned("rechnung.pdf", LETTER, ("Seite 2", "Es gelten unsere Bedingungen."), ())
    screen = open_page("anton", DESK)
    begun(screen)
    judged_with_the_keyboard(screen)
    scanned_again(screen)
    released_and_destroyed(screen)


def begun(screen: Screen) -> None:
    """A batch of the scan that came in, with what is said of its paper."""
    page = screen.page
    screen.go("/posteingang/")
    page.get_by_role("link", name="Gescanntes Papier prüfen").click()
    screen.check()
    page.get_by_role("link", name="Stapel anlegen").click()
    page.get_by_label("Gescannt von").select_option("verena")
    page.get_by_label("Gerät").fill("Kopierer im Flur")
    page.get_by_label("Einstellungen").fill("300 dpi, grau")
    page.get_by_label("Blätter, von Hand gezählt").fill("2")
    page.get_by_label("Beidseitig gescannt").check()
    page.get_by_label("rechnung.pdf").check()
    screen.check()
    pictured(screen, "papier-neu")
    page.get_by_role("button", name="Stapel anlegen").click()
    expect(page.get_by_text("angesehen hat: 3")).to_be_visible()
    expect(page.get_by_text("Seiten des Papiers: 4, gescannt: 3")).to_be_visible()
    screen.check()
    pictured(screen, "papier-stapel")
    page.get_by_label("Warum es mehr oder weniger").fill("Die letzte Rückseite war leer.")
    page.get_by_role("button", name="Speichern").first.click()


def judged_with_the_keyboard(screen: Screen) -> None:
    """All pages: large, and a verdict that leads on to the next; what is wrong is asked on the card."""
    page = screen.page
    page.get_by_role("link", name="Seiten prüfen").click()
    expect(page.locator("[data-check-page] img")).to_have_count(3)
    screen.check(under_a_bar=True)
    pictured(screen, "papier-pruefen")
    page.keyboard.press("+")
    expect(page.get_by_role("dialog")).to_be_visible()
    screen.check(under_a_bar=True)
    pictured(screen, "papier-gross")
    page.keyboard.press("1")
    expect(page.get_by_role("dialog")).to_contain_text("Seite 2")
    page.keyboard.press("3")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_label("Was fehlt auf Datei 1, Seite 2").select_option("cut_off")
    page.keyboard.press("ArrowRight")
    page.get_by_role("group", name="Datei 1, Seite 3").get_by_label("gut").focus()
    page.keyboard.press("1")
    expect(page.locator("[data-check-left]")).to_be_hidden()
    pictured(screen, "papier-geprueft")
    page.keyboard.press("Enter")
    expect(page.get_by_text("noch keinen zweiten Scan haben: 1")).to_be_visible()
    screen.check()


def scanned_again(screen: Screen) -> None:
    """The page that was cut off, linked and looked at."""
    page = screen.page
    scanned("rechnung-noch-einmal.pdf", tuple(line.replace("0815", "0816") for line in LETTER))
    page.reload()
    page.get_by_role("button", name="Dazulegen").click()
    page.get_by_role("link", name="Seiten prüfen").click()
    page.keyboard.press("1")
    page.keyboard.press("Enter")


def released_and_destroyed(screen: Screen) -> None:
    """The release, the protocol, and the shredder."""
    page = screen.page
    page.get_by_role("button", name="Freigeben").click()
    batch = PaperBatch.objects.get()
    until(lambda: bool(PaperBatch.objects.get().protocol))
    until(lambda: not batch.logs.filter(arrival__document=None).exists())
    page.reload()
    expect(page.get_by_text("Das Papier darf vernichtet werden")).to_be_visible()
    screen.check()
    pictured(screen, "papier-frei")
    with page.expect_download() as download:
        page.get_by_role("link", name="Scanprotokoll").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    if folder := os.environ.get("KUNDENAKTE_PICTURES"):
        download.value.save_as(Path(folder) / "scanprotokoll.pdf")
    page.get_by_label("Wie es vernichtet wurde").fill("Aktenvernichter P-4")
    page.get_by_role("button", name="Vernichtung eintragen").click()
    expect(page.get_by_text("dass das Papier vernichtet ist: Aktenvernichter P-4")).to_be_visible()
    screen.check()


def test_on_a_phone_pages_are_judged_by_touch(open_page: OpenPage) -> None:
    a_customer_file("Muster Maschinenbau GmbH", "K-10001")
    letter = scanned("rechnung.pdf", LETTER)
    wish = BatchWish(a_user("verena"), timezone.localdate(), "Kopierer im Flur", 1)
    batch = begin(actor=an_actor(), arrivals=[letter], wish=wish, now=timezone.now())
    screen = open_page("anton", PHONE, has_touch=True)
    screen.go(f"/papier/{batch.pk}")
    screen.check()
    pictured(screen, "papier-stapel-telefon")
    screen.page.get_by_role("link", name="Seiten prüfen").click()
    screen.page.get_by_role("radio", name="gut").check()
    screen.check(under_a_bar=True)
    pictured(screen, "papier-pruefen-telefon")
    screen.page.get_by_role("button", name="Speichern und weiter").click()
    expect(screen.page.get_by_role("button", name="Freigeben")).to_be_visible()
    screen.check()
