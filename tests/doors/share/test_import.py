"""A take-over brings each file the normal way, with its path and its time, and brings nothing twice."""

import hashlib
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kundenakte.base.jobs.models import Job
from kundenakte.base.journal.models import JournalEntry
from kundenakte.doors.share import listing, tasks
from kundenakte.records.models import Arrival, Document
from kundenakte.steps.intake import shares
from kundenakte.steps.intake.models import ShareLine, ShareRun
from tests.builders import NOW, SETUP, a_customer
from tests.doors.share.shelves import MUSTER, a_share, imported, line, outcomes, put, tried, worked_off

Outcome = ShareLine.Outcome


def test_a_file_is_filed_at_once_where_its_path_names_customer_and_class(root: Path) -> None:
    customer = a_customer("Muster GmbH", "D-10042")
    path = put(root, f"{MUSTER}/Angebot 4711.pdf")
    before = hashlib.sha256(path.read_bytes()).hexdigest(), path.stat()
    run = imported(a_share(root))
    document, arrival = Document.objects.get(), Arrival.objects.get()
    assert outcomes(run) == {f"{MUSTER}/Angebot 4711.pdf": Outcome.FILED}
    assert document.customer_file.customer_id == customer.pk
    assert (document.title, document.document_class.code) == ("Angebot 4711", "OFFER")
    # Neither the day of the take-over, nor one that would win over what stands on the paper.
    assert document.dated_on == date(2019, 3, 12)
    assert "dated_on" not in arrival.facts
    assert (arrival.source, arrival.source_number) == ("share:kunden", 1)
    assert arrival.origin == str(path)
    assert arrival.facts["other"]["file_path"] == f"{MUSTER}/Angebot 4711.pdf"
    assert arrival.facts["other"]["file_changed_at"] == "2019-03-12T12:00:00+00:00"
    after = hashlib.sha256(path.read_bytes()).hexdigest(), path.stat()
    assert (after[0], after[1].st_mtime_ns, after[1].st_mode) == (before[0], before[1].st_mtime_ns, before[1].st_mode)
    assert JournalEntry.objects.filter(kind="share.imported").count() == 1


def test_a_second_run_takes_only_what_is_new_or_changed(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    for name in ("a", "b", "c"):
        put(root, f"{MUSTER}/Angebot {name}.pdf")
    share = a_share(root)
    imported(share)
    put(root, f"{MUSTER}/Angebot b.pdf", "ganz neu")
    os.utime(root / f"{MUSTER}/Angebot c.pdf", (NOW.timestamp(), NOW.timestamp()))
    put(root, f"{MUSTER}/Zusage d.pdf")
    assert list(outcomes(tried(share)).values()) == [
        Outcome.UNCHANGED, Outcome.READY, Outcome.UNCHANGED, Outcome.READY,
    ]  # fmt: skip
    run = imported(share)
    assert list(outcomes(run).values()) == [Outcome.UNCHANGED, Outcome.FILED, Outcome.UNCHANGED, Outcome.FILED]
    assert Document.objects.count() == 4
    changed = Document.objects.get(title="Angebot b")
    assert changed.versions.count() == 2
    assert Arrival.objects.count() == 5


def test_files_that_lie_side_by_side_are_documents_of_their_own_however_alike_their_names(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    for name in ("Angebot 4711", "Angebot 4712", "Angebot 4712 v2", "Angebot 4712 Kopie"):
        put(root, f"{MUSTER}/{name}.pdf")
    assert set(outcomes(imported(a_share(root))).values()) == {Outcome.FILED}
    assert Document.objects.count() == 4


def test_who_is_not_certain_stays_there_or_waits_in_the_inbox_as_the_share_says(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    put(root, "D-10042 Bäckerei Schulze/Angebote/2019/Angebot.pdf")
    put(root, "Irgendwo.pdf")
    share = a_share(root)
    assert set(outcomes(imported(share)).values()) == {Outcome.CONFLICT, Outcome.NO_MATCH}
    assert not Arrival.objects.exists()
    shares.change_share(actor=SETUP, share=share, now=NOW, takes_unclear=True)
    assert set(outcomes(imported(share)).values()) == {Outcome.RECEIVED}
    # What contradicts itself is no evidence.
    assert all("customer" not in arrival.facts for arrival in Arrival.objects.all())
    assert not Document.objects.exists()


def test_what_it_brings_waits_behind_what_comes_meanwhile(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    put(root, f"{MUSTER}/a.pdf")
    imported(a_share(root))
    assert Job.objects.get(name="rendition.render").priority == 60


def test_one_that_is_stopped_ends_and_the_next_goes_on(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_customer("Muster GmbH", "D-10042")
    for number in range(20):
        put(root, f"{MUSTER}/Angebot Nr {number:02}00 x.pdf")
    share = a_share(root)
    run = shares.start(actor=SETUP, share=share, kind=ShareRun.Kind.IMPORT, now=NOW)
    with pytest.raises(shares.RunUnderWay):
        shares.start(actor=SETUP, share=share, kind=ShareRun.Kind.TRIAL, now=NOW)
    shares.stop(actor=SETUP, run=run, now=NOW)
    assert worked_off(run).ended_at
    assert not Arrival.objects.exists()
    monkeypatch.setattr("kundenakte.doors.share.tasks.STRETCH", 0.0)
    assert worked_off(shares.start(actor=SETUP, share=share, kind=ShareRun.Kind.IMPORT, now=NOW)).done == 20
    assert Arrival.objects.count() == 20


def test_without_the_share_it_waits_and_nothing_counts_as_gone(root: Path, tmp_path: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    for name in ("a", "b"):
        put(root, f"{MUSTER}/{name}.pdf")
    share = a_share(root)
    run = shares.start(actor=SETUP, share=share, kind=ShareRun.Kind.IMPORT, now=NOW)
    listing.list_some(run, stopping=lambda: False)
    # Unmounted: an empty folder lies in its place.
    root.rename(tmp_path / "weg")
    root.mkdir()
    assert "anderer Ordner" in worked_off(run).problem
    assert set(outcomes(run).values()) == {Outcome.OPEN}
    assert run.ended_at is None
    root.rmdir()
    (tmp_path / "weg").rename(root)
    tasks.wake(0)()
    assert set(outcomes(worked_off(run)).values()) == {Outcome.FILED}
    assert run.problem == ""
    assert run.ended_at


def test_a_run_goes_on_as_it_began_when_the_share_is_changed_meanwhile(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    put(root, f"{MUSTER}/a.pdf")
    share = a_share(root)
    run = shares.start(actor=SETUP, share=share, kind=ShareRun.Kind.IMPORT, now=NOW)
    shares.change_share(actor=SETUP, share=share, now=NOW, words={"Angebote": {"class": "OTHER"}})
    assert line(worked_off(run), "a.pdf").class_code == "OFFER"


def test_the_day_of_a_file_is_the_one_the_office_had(root: Path) -> None:
    a_customer("Muster GmbH", "D-10042")
    new_year = datetime(2018, 12, 31, 23, 30, tzinfo=UTC)
    put(root, f"{MUSTER}/Angebot 1.pdf", at=int(new_year.timestamp()))
    imported(a_share(root))
    assert Document.objects.get().dated_on == date(2019, 1, 1)
