"""The administration in the browser: a file server that is watched, its numbers, its lists and its tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone, translation

from kundenakte import pipeline
from kundenakte.base.accounts.models import User
from kundenakte.base.journal.models import JournalEntry
from kundenakte.doors.share import tasks, watch_tasks
from kundenakte.records.actions import grants
from kundenakte.records.models import Arrival, Document, Verb
from kundenakte.steps.intake import watch_reports
from kundenakte.steps.intake.models import Share, ShareWatch
from tests.builders import NOW, SETUP, a_customer
from tests.doors.share.shelves import MUSTER, a_share, clock_says, imported, put, works_off
from tests.doors.web.pages import SignIn, words

ADDRESS = "/verwaltung/dateiserver"


@pytest.fixture
def anton(signed_in: SignIn) -> Client:
    pipeline.register_jobs()
    tasks.register_jobs()
    watch_tasks.register_jobs()
    return signed_in("anton")


@pytest.fixture
def share(tmp_path: Path) -> Share:
    """Three files, taken over; then one is changed, one gone, and one is new."""
    a_customer("Muster GmbH", "D-10042")
    root = tmp_path / "laufwerk"
    for name in ("Bleibt", "Anders", "Weg"):
        put(root, f"{MUSTER}/{name}.pdf")
    share = a_share(root)
    imported(share)
    put(root, f"{MUSTER}/Anders.pdf", "eine andere Fassung")
    (root / f"{MUSTER}/Weg.pdf").unlink()
    put(root, f"{MUSTER}/Neu.pdf")
    return share


def figures(answer: Any) -> str:
    """What a page says, without its marks: a number stands beside what it counts."""
    return " ".join(re.sub(r"<[^>]*>", " ", words(answer)).split())


def switch_on(anton: Client, share: Share, **more: str) -> None:
    form = {"beobachten": "an", "wie_oft": "hour", **more}
    assert anton.post(f"{ADDRESS}/{share.pk}/beobachten", form).status_code == 303
    clock_says(timezone.now())


def table_of(anton: Client, share: Share, kind: str = "") -> list[list[str]]:
    answer = anton.get(f"{ADDRESS}/{share.pk}/stand.csv", {"art": kind})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return [line.split(";") for line in text.splitlines()[1:]]


def test_the_table_is_told_in_english_as_well(anton: Client, share: Share) -> None:
    anton.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    answer = anton.get(f"{ADDRESS}/{share.pk}/stand.csv")
    with translation.override("de"):
        text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert text.splitlines()[0] == (
        "Path;Size;Changed on;Status;Note;Same content in further places;Document;Arrival;SHA-256"
    )


def test_only_administrators_find_these_pages(signed_in: SignIn, share: Share) -> None:
    verena = signed_in("verena")
    for page in ("stand", "stand/new", "stand.csv"):
        assert verena.get(f"{ADDRESS}/{share.pk}/{page}").status_code == 404
    for form in ("beobachten", "nachsehen"):
        assert verena.post(f"{ADDRESS}/{share.pk}/{form}", {"beobachten": "an"}).status_code == 404
    assert not ShareWatch.objects.exists()


def test_a_drive_is_watched_and_says_how_it_stands(anton: Client, share: Share) -> None:
    address = f"{ADDRESS}/{share.pk}"
    assert "Noch nicht nachgesehen" in words(anton.get(f"{address}/stand"))
    anton.post(f"{address}/beobachten", {"beobachten": "an", "wie_oft": "hour"})
    assert "Spätestens in einer Minute" in words(anton.get(f"{address}/stand"))
    clock_says(timezone.now())
    shown = figures(anton.get(f"{address}/stand"))
    for line in ("1 auf dem Laufwerk geändert", "1 neu, noch nicht", "1 übernommen, auf dem Laufwerk nicht mehr da",
                 "1 abgelegt", "3 Pfade durchgesehen", "Bei 2 neuen oder geänderten"):  # fmt: skip
        assert line in shown
    listed = anton.get(f"{address}/stand/changed")
    assert "Anders.pdf" in words(listed)
    assert f'href="/dokument/{Document.objects.get(title="Anders").pk}"' in listed.content.decode()
    assert "Nichts davon" in words(anton.get(f"{address}/stand/twins"))
    assert anton.get(f"{address}/stand/gibtesnicht").status_code == 404
    assert anton.get(f"{address}/stand.csv", {"art": "gibtesnicht"}).status_code == 404
    assert len(table_of(anton, share)) == 4
    assert [row[3] for row in table_of(anton, share, "new")] == ["neu, noch nicht übernommen"]
    assert "wird beobachtet" in words(anton.get(address))
    assert "wird beobachtet" in words(anton.get(ADDRESS))
    assert "wird beobachtet, nachgesehen am" in words(anton.get("/verwaltung/quellen"))
    assert Arrival.objects.count() == 3


def test_it_looks_when_asked_to_and_stops_when_switched_off(anton: Client, share: Share) -> None:
    address = f"{ADDRESS}/{share.pk}"
    assert "nicht beobachtet" in words(anton.post(f"{address}/nachsehen", follow=True))
    switch_on(anton, share)
    anton.post(f"{address}/nachsehen", {"gruendlich": "on"})
    assert "sieht gerade nach" in words(anton.get(f"{address}/stand"))
    assert "gerade nachgesehen" in words(anton.post(f"{address}/nachsehen", follow=True))
    works_off()
    assert share.looks.filter(is_thorough=True).get().read == 3
    anton.post(f"{address}/beobachten", {"beobachten": "aus"})
    assert "zurzeit nicht beobachtet" in words(anton.get(f"{address}/stand"))
    assert "wird beobachtet" not in words(anton.get("/verwaltung/quellen"))
    kinds = set(JournalEntry.objects.values_list("kind", flat=True))
    assert {"share.watched", "share.look_started", "share.looked", "share.unwatched"} <= kinds
    history = words(anton.get(address))
    assert "lässt das Laufwerk beobachten" in history
    assert "anders als zuvor" in history


def test_what_is_new_comes_by_itself_when_wished(anton: Client, share: Share) -> None:
    switch_on(anton, share, neues="on")
    assert Document.objects.filter(title="Neu").exists()
    assert Document.objects.get(title="Anders").versions.count() == 2
    shown = figures(anton.get(f"{ADDRESS}/{share.pk}/stand"))
    assert "3 abgelegt" in shown
    assert "Was übernommen wurde" in shown


def test_a_drive_that_is_away_is_told_everywhere(anton: Client, share: Share, tmp_path: Path) -> None:
    switch_on(anton, share)
    (tmp_path / "laufwerk").rename(tmp_path / "weg")
    anton.post(f"{ADDRESS}/{share.pk}/nachsehen")
    works_off()
    for page in (ADDRESS, f"{ADDRESS}/{share.pk}", f"{ADDRESS}/{share.pk}/stand", "/verwaltung/quellen"):
        assert "nicht erreichbar" in words(anton.get(page)), page
    assert "1 abgelegt" in figures(anton.get(f"{ADDRESS}/{share.pk}/stand"))
    refused = anton.post(f"{ADDRESS}/{share.pk}/beobachten", {"beobachten": "an", "wie_oft": "hour"}, follow=True)
    assert "gibt es nicht" in words(refused)


def test_paths_of_documents_that_an_administrator_may_not_see_are_counted_only(anton: Client, share: Share) -> None:
    switch_on(anton, share)
    grants.grant(
        actor=SETUP, to=User.objects.get(username="anton"), on=Document.objects.get(title="Anders"), verb=Verb.READ,
        reason="Betrifft ihn selbst", deny=True, now=NOW,
    )  # fmt: skip
    assert "1 auf dem Laufwerk geändert" in figures(anton.get(f"{ADDRESS}/{share.pk}/stand"))
    listed = words(anton.get(f"{ADDRESS}/{share.pk}/stand/changed"))
    assert "Eine weitere Datei gehört zu einem Dokument, das Sie nicht sehen dürfen" in listed
    table = [cell for kind in ("", "changed") for row in table_of(anton, share, kind) for cell in row]
    assert "Anders.pdf" not in listed + " ".join(table)


def test_a_clerk_reads_at_the_document_that_its_file_on_the_drive_has_changed(
    anton: Client, share: Share, signed_in: SignIn
) -> None:
    switch_on(anton, share)
    verena = signed_in("verena")
    page = words(verena.get(f"/dokument/{Document.objects.get(title='Anders').pk}"))
    assert "Auf dem Laufwerk liegt eine geänderte Datei" in page
    assert f"{MUSTER}/Anders.pdf, vom 12.03.2019" in page
    other = words(verena.get(f"/dokument/{Document.objects.get(title='Bleibt').pk}"))
    assert "geänderte Datei" not in other
    anton.post(f"{ADDRESS}/{share.pk}/beobachten", {"beobachten": "aus"})
    assert "geänderte Datei" not in words(verena.get(f"/dokument/{Document.objects.get(title='Anders').pk}"))


def test_a_long_list_is_turned(anton: Client, share: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        put(Path(share.path), f"{MUSTER}/Neu {number}.pdf")
    switch_on(anton, share)
    monkeypatch.setattr(watch_reports, "PAGE", 4)
    first = anton.get(f"{ADDRESS}/{share.pk}/stand/new")
    assert "Weitere" in words(first)
    following = first.content.decode().split("?nach=")[1].split('"')[0]
    second = words(anton.get(f"{ADDRESS}/{share.pk}/stand/new?nach={following}"))
    assert "Weitere" not in second
    assert second.count(".pdf") == 2
    assert words(first).count(".pdf") == 4
