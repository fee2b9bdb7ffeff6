"""The page about all sources: its figures are the database's, and a number that is missing is seen."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kundenakte.doors.mailbox.forgetting import KEEP, forget
from kundenakte.doors.web.administration import mail
from kundenakte.records.models import Arrival
from kundenakte.steps.intake import source_counts
from kundenakte.steps.intake.mailboxes import door
from kundenakte.steps.intake.models import FolderEvent, Mailbox, MailEvent, SourceSeries, WatchedFolder
from tests.builders import NOW, a_document, a_user, an_arrival

pytestmark = pytest.mark.django_db
State = Arrival.State


def brought(source: str, **states: int) -> None:
    """So many arrivals of a source in each state."""
    for state, count in states.items():
        for number in range(count):
            arrival = an_arrival(content=f"{source} {state} {number}", source=source)
            document = a_document() if state in {"filed", "duplicate"} else None
            Arrival.objects.filter(pk=arrival.pk).update(state=state, document=document)


def a_house_with_sources() -> WatchedFolder:
    folder = WatchedFolder.objects.create(name="scanner", path="/srv/scanner", problem="Der Ordner ist weg.")
    brought("folder:scanner", filed=3, waiting=2, split=1)
    brought("rest:erp", filed=4, duplicate=1, under_way=1)
    brought("web", discarded=2)
    for outcome, sentence in (("error", "Die Datei ist leer."), ("problem", "Die Datei ist gesperrt.")):
        FolderEvent.objects.create(
            folder=folder, file="a.pdf", file_key="0" * 64, outcome=outcome, sentence=sentence, at=NOW
        )
    MailEvent.objects.create(outcome=MailEvent.Outcome.REFUSED, sentence="Absender unbekannt.", at=NOW)
    return folder


def test_t25_what_came_is_what_was_filed_asked_and_refused_with_a_record() -> None:
    a_house_with_sources()
    found = source_counts.counts()
    assert set(found) == {"folder:scanner", "rest:erp", "web", "smtp"}
    scanner, erp = found["folder:scanner"], found["rest:erp"]
    assert (scanner.came, scanner.filed, scanner.asked, scanner.divided, scanner.refused) == (7, 3, 2, 1, 1)
    assert (erp.came, erp.filed, erp.under_way) == (6, 5, 1)
    assert (found["web"].discarded, found["smtp"].came) == (2, 1)
    for source, counts in found.items():
        assert counts.received == Arrival.objects.filter(source=source).count() == counts.last_number
        parts = counts.filed + counts.asked + counts.under_way + counts.discarded + counts.divided + counts.refused
        assert counts.came == parts
        assert counts.missing == 0
    whole = source_counts.total(found.values())
    assert whole.came == Arrival.objects.count() + 2


def test_refusals_that_are_forgotten_are_counted_all_the_same() -> None:
    listening = door()
    listening.save()
    box = Mailbox.objects.create(name="info", host="imap.example", username="info")
    arrival = an_arrival(content="E-Mail", source="smtp")
    now = timezone.now()
    old, young = now - KEEP - timedelta(hours=1), now - KEEP + timedelta(hours=1)
    kept = [
        MailEvent.objects.create(outcome="refused", sentence="Absender unbekannt.", at=young),
        MailEvent.objects.create(outcome="refused", sentence="Zu groß.", mailbox=box, at=old),
        MailEvent.objects.create(outcome="received", arrival=arrival, at=old),
        MailEvent.objects.create(outcome="again", arrival=arrival, mailbox=box, at=old),
    ]
    for _number in range(3):
        MailEvent.objects.create(outcome="refused", sentence="Absender unbekannt.", at=old)
    before = source_counts.counts()
    assert (before["smtp"].refused, before["smtp"].came, before["mailbox:info"].refused) == (4, 5, 1)
    for _run in range(2):
        assert forget(0)()
    assert set(MailEvent.objects.values_list("pk", flat=True)) == {event.pk for event in kept}
    assert source_counts.counts() == before
    assert mail.counts_of({"smtp": None})["smtp"].came == 5
    listening.refresh_from_db()
    assert (listening.refused_before, listening.edition) == (3, 1)


def test_a_house_without_a_door_forgets_no_refusal() -> None:
    MailEvent.objects.create(outcome="refused", sentence="x", at=timezone.now() - 2 * KEEP)
    assert forget(0)()
    assert source_counts.counts()["smtp"].refused == 1


def test_a_number_without_an_arrival_is_seen(client: Client) -> None:
    brought("rest:erp", filed=1)
    SourceSeries.objects.filter(source="rest:erp").update(last_number=3)
    assert source_counts.counts()["rest:erp"].missing == 2
    client.force_login(a_user("anton"))
    assert "Nummern fehlen: 2" in client.get(reverse("administration-sources")).text


def test_the_page_shows_these_figures_and_what_was_turned_away(client: Client) -> None:
    folder = a_house_with_sources()
    client.force_login(a_user("anton"))
    shown = client.get(reverse("administration-sources")).text
    row = re.search(r"<tr><td><a href=\"[^\"]+\">Überwachter Ordner „scanner“.*?</tr>", shown, re.DOTALL)
    assert row is not None
    assert re.findall(r'class="num"[^>]*>(\d+)<', row[0]) == ["7", "3", "2", "0", "0", "1", "1"]
    assert "Der Ordner ist weg." in row[0]
    assert reverse("administration-folder", args=(folder.pk,)) in row[0]
    for sentence in ("Die Datei ist leer.", "Die Datei ist gesperrt.", "Absender unbekannt."):
        assert sentence in shown
    assert "Nummern fehlen" not in shown


def test_only_the_administration_finds_it(client: Client) -> None:
    client.force_login(a_user("verena"))
    assert client.get(reverse("administration-sources")).status_code == 404
