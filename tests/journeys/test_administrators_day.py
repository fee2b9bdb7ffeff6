"""An administrator's day with the archive: how is it, is all as it was sealed, what is due, is there a backup."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from kundenakte.base.backup import actions as backup
from kundenakte.base.journal.models import JournalEntry, VerifierRun
from kundenakte.records.models import CustomerFile, Document
from kundenakte.steps.archive import sealing
from kundenakte.steps.archive.models import ArchivePackage
from tests.builders import SETUP, a_customer_file, a_document, a_user
from tests.journeys.conftest import DESK, PHONE, OpenPage, Screen
from tests.records.disposition.papers import requested
from tests.steps.archive.papers import flip_a_byte, sealed, valid

pytestmark = pytest.mark.journey
DUE, ASKED = "Aktenvermerk Quastenflosser", "Aktenvermerk Neunauge"
# Another process takes the wish up, starts a program and reads the archive; the machine may be busy.
PATIENCE = 180_000


def an_old_note(file: CustomerFile, title: str) -> Document:
    document = a_document(customer_file=file, document_class="OTHER", title=title, dated_on=date(2015, 5, 4))
    sealed(valid(document))
    document.refresh_from_db()
    return document


@pytest.fixture
def house_with_a_past(house_environment: dict[str, str], tmp_path: Path) -> Document:
    """Two old papers, one of them in a list that waits, and a backup; all before the house opens. Gives the other."""
    file = a_customer_file("Bäckerei Öttinger", "K-7001")
    due, asked = an_old_note(file, DUE), an_old_note(file, ASKED)
    requested(asked)
    backup.back_up(actor=SETUP, place=tmp_path / "backup", now=timezone.now())
    return due


def verify(screen: Screen, said: str) -> VerifierRun:
    """Have archive and journal verified, and wait until the page says by itself what came of it."""
    page = screen.page
    page.get_by_role("button", name="Jetzt prüfen").click()
    expect(page.locator("#messages")).to_contain_text("Der Prüflauf ist angefordert.")
    expect(page.locator("#state")).to_contain_text(said, timeout=PATIENCE)
    expect(page.get_by_role("button", name="Jetzt prüfen")).to_be_visible()
    run = VerifierRun.objects.order_by("pk").last()
    assert run is not None
    assert run.ended_at is not None
    return run


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_archive_is_verified_what_is_due_is_seen_and_an_alteration_is_named(
    size: tuple[int, int], house_with_a_past: Document, open_page: OpenPage
) -> None:
    anton = open_page("anton", size)
    page = anton.page

    # How is the house? Nobody attests from outside yet: no alarm, but a word on how it is done.
    anton.go("/verwaltung/")
    anton.check()
    page.locator("main").get_by_role("link", name="Zustand").click()
    state = page.locator("#state")
    expect(state).to_contain_text("Noch nicht eingerichtet: Niemand außerhalb dieses Rechners")
    expect(state).to_contain_text("KUNDENAKTE_WITNESS_FOLDER")
    expect(state).to_contain_text("Zuletzt gesichert:")
    anton.check()

    # Is all as it was sealed?
    run = verify(anton, "Nichts Verändertes wurde gefunden")
    assert run.counts["objects"] == 2
    [entry] = JournalEntry.objects.filter(kind="journal.check_asked")
    assert entry.actor_id == a_user("anton").pk
    anton.check()

    # What is due, and what waits for a decision?
    anton.go("/aufbewahrung/faellig")
    expect(page.get_by_role("link", name=DUE)).to_be_visible()
    expect(page.get_by_role("link", name=ASKED)).to_have_count(0)
    anton.check()
    anton.go("/aufbewahrung/aussonderungen")
    page.get_by_role("link", name="Jährliche Aussonderung").click()
    expect(page.get_by_role("link", name=ASKED)).to_be_visible()
    expect(page.get_by_role("button", name="Freigeben und vernichten")).to_be_visible()
    anton.check()

    # Somebody alters a sealed file: the next run names the object.
    package = ArchivePackage.objects.get(document=house_with_a_past)
    flip_a_byte(sealing.default().path(package.object_id, package.original))
    anton.go("/verwaltung/zustand")
    run = verify(anton, "Es wurde etwas verändert.")
    assert [(one["code"], one["subject"]) for one in run.findings if one["level"] == "violation"] == [
        ("BYTES", package.object_id)
    ]
    anton.check()
