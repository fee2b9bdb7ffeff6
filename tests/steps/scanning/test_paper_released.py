"""T-29, R-40 to R-44: paper may go only after a person has looked; a second scan never replaces a first."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from kundenakte import pipeline
from kundenakte.base import blobs, confinement
from kundenakte.base.journal.models import JournalEntry
from kundenakte.records.models import Arrival, DocumentClass, Reference
from kundenakte.steps.scanning import papers, sheets
from kundenakte.steps.scanning.actions import (
    keep_paper,
)
from kundenakte.steps.scanning.models import BatchPage, PaperBatch
from kundenakte.steps.scanning.releasing import (
    NotChecked,
    PaperStays,
    link_second_scan,
    note_destruction,
    release,
)
from tests.builders import NOW, a_customer_file, a_document, a_house, a_user, an_actor
from tests.steps.scanning.papers import (
    a_batch,
    a_page,
    a_protocol,
    a_scanned_letter,
    a_stack,
    attached,
    kinds,
    looked_at,
    pages_of,
    released,
)

pytestmark = pytest.mark.django_db(transaction=True)
LATER = timedelta(days=15)


@pytest.fixture(autouse=True)
def _jobs() -> Any:
    pipeline.register_jobs()
    yield
    confinement.of_this_process().close()


def test_t29_no_document_gets_to_paper_may_be_destroyed_without_a_person_looking() -> None:
    letter = a_scanned_letter(pages=2)
    document = letter.document
    assert document is not None
    assert papers.paper_of(document, now=NOW) == ""
    batch = a_batch(letter)
    assert papers.paper_of(document, now=NOW) == f"Das Papier bleibt: Stapel {batch.pk} ist noch nicht geprüft."
    with pytest.raises(NotChecked, match="angesehen hat: 2"):
        release(actor=an_actor(), batch=batch, now=NOW)
    with pytest.raises(PaperStays):
        note_destruction(actor=an_actor(), batch=batch, how="Aktenvernichter P-4", now=NOW + LATER)
    looked_at(batch)
    released(batch)
    assert not papers.may_go(batch, now=NOW + timedelta(days=13))
    assert papers.paper_of(document, now=NOW) == (
        f"Das Papier darf ab 08.12.2026 vernichtet werden (Stapel {batch.pk})."
    )
    with pytest.raises(PaperStays):
        note_destruction(actor=an_actor(), batch=batch, how="Aktenvernichter P-4", now=NOW + timedelta(days=13))
    assert papers.paper_of(document, now=NOW + LATER) == f"Das Papier darf vernichtet werden (Stapel {batch.pk})."
    note_destruction(actor=an_actor(), batch=batch, how="Aktenvernichter P-4", now=NOW + LATER)
    assert papers.paper_of(document, now=NOW + LATER) == (
        f"Das Papier wurde am 09.12.2026 vernichtet (Stapel {batch.pk})."
    )
    assert sorted(kinds(batch)) == [f"paper_batch.{one}" for one in ("begun", "destroyed", "judged", "released")]
    about = JournalEntry.objects.filter(subject_type="records.document", subject_id=document.pk)
    assert {"document.scan_released", "document.paper_destroyed"} <= set(about.values_list("kind", flat=True))


def test_t29_the_database_itself_refuses_a_batch_nobody_released() -> None:
    batch = a_batch(a_scanned_letter())
    rows = PaperBatch.objects.filter(pk=batch.pk)
    for change in (
        {"state": "released"}, {"state": "destroyed"},
        {"state": "released", "released_by": batch.scanned_by, "released_at": NOW},
        {"state": "destroyed", "released_by": a_user("anton"), "released_at": NOW},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
    page = BatchPage.objects.filter(file__batch=batch)
    with pytest.raises(IntegrityError), transaction.atomic():
        page.update(verdict="good")


def test_t29_a_second_scan_is_linked_to_the_first_which_stays() -> None:
    first = a_scanned_letter("vertrag", pages=3)
    again = a_scanned_letter("vertrag-noch-einmal", pages=1)
    batch = a_batch(first)
    looked_at(batch, p2=("rescan", "cut_off"))
    with pytest.raises(NotChecked, match="noch keinen zweiten Scan haben: 1"):
        release(actor=an_actor(), batch=batch, now=NOW)
    bad = pages_of(batch)[1]
    link_second_scan(actor=an_actor(), batch=batch, pages=[bad], arrival=again, now=NOW)
    with pytest.raises(NotChecked, match="angesehen hat: 1"):
        release(actor=an_actor(), batch=batch, now=NOW)
    looked_at(batch)
    released(batch)
    link = Reference.objects.get(kind=Reference.Kind.RESCAN_OF)
    assert (link.from_document, link.to_document) == (again.document, first.document)
    assert blobs.default().open(first.digest).read() == b"Scan vertrag"
    tale = a_protocol(batch)
    assert [(one["file"], one["second_scan_of"]) for one in tale["files"]] == [(1, None), (2, 1)]
    assert [(one["page"], one["verdict"], one["second_scan"]) for one in tale["findings"]] == [(2, "rescan", 2)]


def test_t29_a_second_scan_filed_as_the_next_version_needs_no_link() -> None:
    first = a_scanned_letter("vertrag")
    again = a_scanned_letter("vertrag neu", document=first.document)
    batch = a_batch(first)
    looked_at(batch, p1=("rescan", "unreadable"))
    link_second_scan(actor=an_actor(), batch=batch, pages=pages_of(batch)[:1], arrival=again, now=NOW)
    looked_at(batch)
    released(batch)
    assert not Reference.objects.exists()


def test_t29_the_log_lies_in_the_file_of_every_customer_and_tells_of_his_documents_alone() -> None:
    one, two = a_document(title="Geheimer Titel", customer_file=a_customer_file("Alpha AG")), a_document(title="Zwei")
    sheet = a_page(code=sheets.written({"customer": "K-1"}))
    stack = a_stack("stapel", [a_page(), a_page(blank=True), sheet, a_page(), a_page()], {one: [1], two: [4, 5]})
    batch = a_batch(stack, scanner_settings="300 dpi, Farbe")
    assert [page.kind for page in pages_of(batch)] == ["paper", "blank", "sheet", "paper", "paper"]
    looked_at(batch)
    released(batch)
    logs = {log.customer_file_id: log.arrival for log in batch.logs.select_related("arrival__document__document_class")}
    assert set(logs) == {one.customer_file_id, two.customer_file_id}
    for document, pages in ((one, [[1, 1]]), (two, [[1, 4], [1, 5]])):
        log = logs[document.customer_file_id].document
        assert log is not None, logs[document.customer_file_id].sentence
        assert (log.document_class.code, log.number) == ("SCAN_LOG", f"SP-{batch.pk}")
        tale = attached(logs[document.customer_file_id].digest)
        assert [(row["document"], row["pages"]) for row in tale["documents"]] == [(document.pk, pages)]
        assert (tale["counts"]["pages"], tale["counts"]["documents"]) == (5, 2)
        assert "Geheim" not in json.dumps(tale)
    whole = a_protocol(batch)
    assert whole["batch"]["scanned_by"]["name"] == "Verena Vogt"
    assert whole["batch"]["released_by"]["name"] == "Anton Adler"
    assert (whole["batch"]["device"], whole["batch"]["settings"]) == ("Kopierer im Flur", "300 dpi, Farbe")
    assert whole["counts"] == {
        "files": 1, "pages_of_first_scans": 5, "pages": 5, "looked_at": 5, "good": 5, "bad": 0, "rescan": 0,
        "blank": 1, "separator_sheets": 1, "documents": 2, "paper_stays": 0,
    }  # fmt: skip
    (file,) = whole["files"]
    assert (file["sha256"], file["blank"], file["separator_sheets"]) == (stack.digest, [2], [3])
    assert (file["source"], file["source_number"]) == (stack.source, stack.source_number)
    assert {row["document"] for row in whole["documents"]} == {one.pk, two.pk}
    # Written again, as after a crash, nothing comes twice.
    before = Arrival.objects.count()
    PaperBatch.objects.filter(pk=batch.pk).update(protocol="")
    from kundenakte.steps.rendition import scan_log_page
    from kundenakte.steps.scanning import protocol

    with transaction.atomic():
        protocol.write(batch.pk, receive=pipeline.receive, draw=scan_log_page.draw)()
    assert Arrival.objects.count() == before
    batch.refresh_from_db()
    assert batch.protocol


def test_t29_paper_stays_by_class_by_a_persons_word_and_by_a_bad_page() -> None:
    a_house()
    DocumentClass.objects.filter(code="NDA").update(original_required=True)
    nda = a_scanned_letter("nda", document_class="NDA")
    deed, cut, fine = (a_scanned_letter(name) for name in ("urkunde", "schief", "gut"))
    batch = a_batch(nda, deed, cut, fine)
    keep_paper(actor=an_actor(), batch=batch, part=deed, why="deed", now=NOW)
    looked_at(batch, p3=("bad", "cut_off"))
    released(batch)
    # What was so at the release, no later change of the class takes back.
    DocumentClass.objects.filter(code="NDA").update(original_required=False)
    said = {
        one.file_name: papers.paper_of(one.document, now=NOW + LATER) for one in (nda, deed, cut, fine) if one.document
    }
    assert said == {
        "nda.pdf": "Das Papier bleibt: seine Dokumentklasse verlangt das Original",
        "urkunde.pdf": "Das Papier bleibt: Urkunde, notariell oder mit Siegel",
        "schief.pdf": "Das Papier bleibt: eine Seite ist mangelhaft gescannt",
        "gut.pdf": f"Das Papier darf vernichtet werden (Stapel {batch.pk}).",
    }
    tale = a_protocol(batch)
    assert {row["sha256"]: row["why"] for row in tale["documents"]} == {
        nda.digest: "class", deed.digest: "deed", cut.digest: "flaw", fine.digest: None,
    }  # fmt: skip
    note_destruction(actor=an_actor(), batch=batch, how="Aktenvernichter P-4", now=NOW + LATER)
    gone = JournalEntry.objects.filter(kind="document.paper_destroyed").values_list("subject_id", flat=True)
    assert list(gone) == [fine.document_id]


def test_t29_a_class_that_is_to_stay_on_paper_holds_back_what_is_still_there() -> None:
    letter, gone = a_scanned_letter(document_class="NDA"), a_scanned_letter("weg", document_class="ACCEPTANCE")
    batch = a_batch(letter, gone)
    looked_at(batch)
    released(batch)
    DocumentClass.objects.filter(code="NDA").update(original_required=True)
    note_destruction(actor=an_actor(), batch=batch, how="Aktenvernichter P-4", now=NOW + LATER)
    # Of paper that is gone nobody says that it stays.
    DocumentClass.objects.filter(code="ACCEPTANCE").update(original_required=True)
    assert letter.document is not None
    assert gone.document is not None
    assert papers.paper_of(letter.document, now=NOW + LATER) == (
        "Das Papier bleibt: seine Dokumentklasse verlangt das Original"
    )
    assert "wurde am 09.12.2026 vernichtet" in papers.paper_of(gone.document, now=NOW + LATER)
