"""The pages about scanned paper: what a checker sees and sends, and who finds nothing there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kundenakte import pipeline
from kundenakte.doors.web.papers import views
from kundenakte.records.models import Arrival, Document, DocumentClass, Grant, Verb
from kundenakte.steps.scanning.models import BatchPage, PaperBatch, PaperRules
from kundenakte.steps.scanning.releasing import release
from tests.builders import NOW, a_document, a_house, a_user, an_actor, an_auditor
from tests.steps.scanning.papers import a_batch, a_page, a_scanned_letter, a_stack, looked_at, pages_of, with_pictures

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _jobs() -> None:
    pipeline.register_jobs()


@pytest.fixture
def anton(client: Client) -> Client:
    client.force_login(a_user("anton"))
    return client


def batch_page(batch: PaperBatch, name: str = "papers-batch") -> str:
    return reverse(name, args=(batch.pk,))


def test_a_batch_is_made_of_the_scans_that_are_ticked(anton: Client) -> None:
    one, _two = a_scanned_letter("eins", pages=2), a_scanned_letter("zwei")
    a_user("verena")
    shown = anton.get(reverse("papers-new")).text
    assert "eins.pdf" in shown
    assert "zwei.pdf" in shown
    sent = {
        "scan": [one.pk], "scanned_by": "verena", "scanned_on": "2026-11-24", "device": "Kopierer", "sheets": "1",
        "is_two_sided": "on", "scanner_settings": "300 dpi",
    }  # fmt: skip
    answer = anton.post(reverse("papers-new"), sent)
    batch = PaperBatch.objects.get()
    assert answer["Location"] == batch_page(batch)
    assert (str(batch.scanned_by), batch.sides, batch.files.get().arrival) == ("Verena Vogt", 2, one)
    # What the last batch said of the scanner stands there for the next; the scan is gone from the list.
    shown = anton.get(reverse("papers-new")).text
    assert "eins.pdf" not in shown
    assert 'value="Kopierer"' in shown
    again = anton.post(reverse("papers-new"), sent)
    assert again.status_code == 422
    assert "gehört inzwischen zu einem anderen Stapel" in again.text


def test_pages_are_judged_one_screen_at_a_time(anton: Client) -> None:
    batch = a_batch(with_pictures(a_scanned_letter(pages=13)))
    check = batch_page(batch, "papers-check")
    shown = anton.get(check)
    assert shown.text.count("data-check-page>") == 12
    rows = pages_of(batch)
    picture = anton.get(reverse("papers-page", args=(batch.pk, rows[0].pk)))
    assert picture["Content-Type"] == "image/webp"
    answer = anton.post(check, {f"urteil-{row.pk}": "good" for row in rows[:12]})
    assert answer["Location"] == check
    refused = anton.post(check, {f"urteil-{rows[12].pk}": "bad"})
    assert refused.status_code == 422
    assert "was fehlt" in refused.text
    answer = anton.post(check, {f"urteil-{rows[12].pk}": "bad", f"mangel-{rows[12].pk}": "cut_off"})
    assert answer["Location"] == batch_page(batch)
    assert "mangelhaft" in anton.get(f"{check}?alle&ab=12").text
    assert "Alles angesehen" in anton.get(check).text


def test_nobody_judges_a_page_he_cannot_see(anton: Client) -> None:
    batch = a_batch(a_scanned_letter())
    shown = anton.get(batch_page(batch, "papers-check")).text
    assert "wird gerade vorbereitet" in shown
    assert 'type="radio"' not in shown


def test_whoever_scanned_sees_that_somebody_else_has_to_check(client: Client) -> None:
    batch = a_batch(with_pictures(a_scanned_letter()))
    client.force_login(a_user("verena"))
    check = batch_page(batch, "papers-check")
    assert 'type="radio"' not in client.get(check).text
    answer = client.post(check, {f"urteil-{pages_of(batch)[0].pk}": "good"})
    assert answer.status_code == 422
    assert "vier Augen" in answer.text
    assert "muss ihn jemand anders" in client.get(batch_page(batch)).text


def test_the_way_to_the_release_says_what_is_missing(anton: Client) -> None:
    first, again = with_pictures(a_scanned_letter("erst", pages=2)), with_pictures(a_scanned_letter("zweit"))
    batch = a_batch(first, sheets=3)
    shown = anton.get(batch_page(batch)).text
    assert "angesehen hat: 2" in shown
    assert "Seiten des Papiers: 3, gescannt: 2" in shown
    anton.post(batch_page(batch, "papers-release"))
    batch.refresh_from_db()
    assert batch.state == "checking"
    looked_at(batch, p2=("rescan", "cut_off"))
    anton.post(batch_page(batch, "papers-explain"), {"erklaerung": "Eine Rückseite war leer."})
    shown = anton.get(batch_page(batch)).text
    assert "Zweiter Scan zu Datei 1, Seite 2" in shown
    assert "zweit.pdf" in shown
    sent = {"datei": batch.files.get().pk, "scan": again.pk}
    anton.post(batch_page(batch, "papers-second-scan"), sent)
    looked_at(batch)
    anton.post(batch_page(batch, "papers-keep"), {"dokument": again.pk, "grund": "deed"})
    assert "Urkunde, notariell oder mit Siegel" in anton.get(batch_page(batch)).text
    anton.post(batch_page(batch, "papers-release"))
    batch.refresh_from_db()
    assert batch.state == "released"
    assert "wird gerade geschrieben" in anton.get(batch_page(batch)).text
    anton.post(batch_page(batch, "papers-destroyed"), {"wie": "Aktenvernichter"})
    batch.refresh_from_db()
    assert batch.state == "released"


def test_a_batch_can_be_dropped_and_its_scans_are_free(anton: Client) -> None:
    batch = a_batch(a_scanned_letter())
    answer = anton.post(batch_page(batch, "papers-drop"))
    assert answer["Location"] == reverse("papers")
    assert not BatchPage.objects.exists()
    assert "brief.pdf" in anton.get(reverse("papers-new")).text


def test_whoever_may_not_see_a_document_finds_neither_batch_nor_page(client: Client) -> None:
    letter = with_pictures(a_scanned_letter())
    batch = a_batch(letter)
    bernd = a_user("bernd")
    client.force_login(bernd)
    addresses = [
        batch_page(batch), batch_page(batch, "papers-check"),
        reverse("papers-page", args=(batch.pk, pages_of(batch)[0].pk)),
    ]  # fmt: skip
    assert letter.document is not None
    Grant.objects.create(
        user=bernd, verb=Verb.READ, is_deny=True, document=letter.document, reason="Test", created_at=NOW
    )
    assert [client.get(one).status_code for one in addresses] == [404, 404, 404]
    for name in ("papers-release", "papers-drop", "papers-keep", "papers-explain", "papers-destroyed"):
        assert client.post(batch_page(batch, name)).status_code == 404
    assert "Stapel" not in client.get(reverse("papers")).text.partition("data-rows")[2]


@pytest.mark.parametrize("person", ["paula", "erp"])
def test_those_without_an_inbox_find_no_such_pages(client: Client, person: str) -> None:
    batch = a_batch(a_scanned_letter())
    client.force_login(a_user(person))
    for address in (reverse("papers"), reverse("papers-new"), batch_page(batch), reverse("papers-rules")):
        assert client.get(address).status_code == 404


def test_an_auditor_finds_none_of_it(client: Client) -> None:
    batch = a_batch(a_scanned_letter())
    client.force_login(an_auditor())
    for address in (reverse("papers"), batch_page(batch), batch_page(batch, "papers-check")):
        assert client.get(address).status_code == 404


def test_the_document_says_what_becomes_of_its_paper(anton: Client) -> None:
    letter = a_scanned_letter()
    assert letter.document is not None
    address = reverse("document", args=(letter.document.pk,)) + "?sicht=felder"
    assert "<dt>Papier</dt>" not in anton.get(address).text
    batch = a_batch(letter)
    assert "ist noch nicht geprüft" in anton.get(address).text
    looked_at(batch)
    release(actor=an_actor(), batch=batch, now=NOW)
    assert "darf ab 08.12.2026 vernichtet werden" in anton.get(address).text


def test_the_administration_sets_the_rules(anton: Client) -> None:
    a_house()
    DocumentClass.objects.filter(code="NDA").update(original_required=True)
    shown = anton.get(reverse("papers-rules"))
    assert "Geheimhaltungsvereinbarung" in shown.text
    answer = anton.post(reverse("papers-rules"), {"sample_percent": "20", "waiting_days": "30", "edition": "1"})
    assert answer.status_code == 303
    rules = PaperRules.objects.get()
    assert (rules.sample_percent, rules.waiting_days, rules.second_person) == (20, 30, False)
    late = anton.post(reverse("papers-rules"), {"sample_percent": "30", "waiting_days": "30", "edition": "1"})
    assert late.status_code == 409


def test_a_class_whose_paper_stays_is_marked_where_classes_are_edited(anton: Client) -> None:
    a_house()
    row = DocumentClass.objects.get(code="NDA")
    sent = {"name": row.name, "revision": row.edition, "valid_at_once": "1", "original_required": "1"}
    anton.post(reverse("classes-class", args=("NDA",)), sent)
    row.refresh_from_db()
    assert row.original_required
    assert "Nach dem Scannen bleibt das Papier" in anton.get(reverse("classes-class", args=("NDA",))).text


def test_whoever_is_slower_sees_what_the_other_has_said_of_a_page(anton: Client) -> None:
    batch = a_batch(with_pictures(a_scanned_letter(pages=2)))
    check, (first, second) = batch_page(batch, "papers-check"), pages_of(batch)
    looked_at(batch, by="bernd", p1=("bad", "cut_off"))
    sent = {f"urteil-{row.pk}": "good" for row in (first, second)} | {f"vorher-{row.pk}": "" for row in (first, second)}
    late = anton.post(check, sent)
    assert late.status_code == 409
    assert "inzwischen jemand anders beurteilt" in late.text
    assert f'name="urteil-{first.pk}" value="bad" checked' in late.text
    assert f'name="vorher-{first.pk}" value="bad"' in late.text
    assert "beurteilt von Bernd Beck" in late.text
    assert pages_of(batch)[0].verdict == "bad"
    assert "Bernd Beck hat Seiten geprüft: 1 in Ordnung, 1 mit Mangel." in anton.get(batch_page(batch)).text


def test_of_a_document_that_was_disposed_of_no_page_shows_though_its_stack_is_there(anton: Client) -> None:
    gone, there = a_document(title="Alt"), a_document(title="Neu")
    stack = with_pictures(a_stack("stapel", [a_page(), a_page()], {gone: [1], there: [2]}))
    batch = a_batch(stack)
    looked_at(batch)
    Document.with_disposed.filter(pk=gone.pk).update(is_disposed=True)
    pictures = [reverse("papers-page", args=(batch.pk, row.pk)) for row in pages_of(batch)]
    assert [anton.get(one).status_code for one in pictures] == [404, 200]
    shown = anton.get(f"{batch_page(batch, 'papers-check')}?alle").text
    assert "ist schon ausgesondert" in shown
    assert pictures[0] not in shown


def test_after_the_release_more_paper_may_be_kept(anton: Client) -> None:
    letter = a_scanned_letter()
    batch = a_batch(letter)
    looked_at(batch)
    release(actor=an_actor(), batch=batch, now=NOW)
    assert "Papier behalten" in anton.get(batch_page(batch)).text
    anton.post(batch_page(batch, "papers-keep"), {"dokument": letter.pk, "grund": "deed"})
    shown = anton.get(batch_page(batch)).text
    assert "Urkunde, notariell oder mit Siegel" in shown
    assert "Papier behalten" not in shown


def test_where_all_paper_stays_nobody_is_asked_to_destroy_any(anton: Client) -> None:
    letter = a_scanned_letter()
    batch = a_batch(letter)
    looked_at(batch, p1=("bad", "unreadable"))
    release(actor=an_actor(), batch=batch, now=NOW)
    PaperBatch.objects.filter(pk=batch.pk).update(protocol="a" * 64, released_at=NOW - timedelta(days=999))
    shown = anton.get(batch_page(batch)).text
    assert "Zu vernichten ist nichts" in shown
    assert "Vernichtung eintragen" not in shown


def test_the_list_offers_scans_of_the_last_months_and_older_ones_on_demand(anton: Client) -> None:
    old, new = a_scanned_letter("alt"), a_scanned_letter("neu")
    Arrival.objects.filter(pk=old.pk).update(received_at=timezone.now() - timedelta(days=200))
    Arrival.objects.filter(pk=new.pk).update(received_at=timezone.now())
    assert "Ein Scan gehört noch zu keinem Stapel." in anton.get(reverse("papers")).text
    shown = anton.get(reverse("papers-new")).text
    assert "neu.pdf" in shown
    assert "alt.pdf" not in shown
    assert "alt.pdf" in anton.get(f"{reverse('papers-new')}?aelter").text


def test_the_list_asks_no_more_for_more_batches(anton: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            anton.get(reverse("papers"))
        return len(queries)

    for name in ("eins", "zwei", "drei"):
        batch = a_batch(a_scanned_letter(name))
        looked_at(batch)
        release(actor=an_actor(), batch=batch, now=NOW)
        PaperBatch.objects.filter(pk=batch.pk).update(protocol="a" * 64)
        if name == "eins":
            anton.get(reverse("papers"))
            before = asked()
    assert asked() == before


def test_a_list_that_is_cut_off_says_so(anton: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_MOST", 1)
    for name in ("eins", "zwei"):
        a_batch(a_scanned_letter(name))
    assert "Gezeigt sind höchstens 1 Stapel." in anton.get(reverse("papers")).text
