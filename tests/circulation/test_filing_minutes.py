"""The minutes of a folder that has ended are a document of the customer's file, sealed like every other."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
from django.utils import timezone

from kundenakte.base import blobs
from kundenakte.base.accounts.models import User
from kundenakte.base.jobs.models import Job
from kundenakte.base.jobs.worker import Worker
from kundenakte.circulation import actions, filing, paper, told
from kundenakte.circulation.minutes import minutes_of
from kundenakte.circulation.models import CirculationFolder, MinutesEntry, Task
from kundenakte.config import children
from kundenakte.records import access, renditions
from kundenakte.records.actions import customers
from kundenakte.records.disposition import traces
from kundenakte.records.models import Arrival, Document
from kundenakte.steps.archive.models import ArchivePackage
from tests.builders import NOW, SETUP, a_customer_file, a_document, a_user, an_actor
from tests.circulation_builders import a_folder, does, stop, task_of

pytestmark = pytest.mark.django_db(transaction=True)


def worked_off() -> None:
    children.register_jobs()
    worker = Worker()
    while worker.work_once():
        pass


def a_finished_folder(**more: Any) -> CirculationFolder:
    folder = a_folder(stop(1, "verena", instruction="Bitte mit dem Lager klären"), by="sabine", **more)
    does("verena", task_of(folder), remark="Ersatz geht morgen raus.\n" + "Lang. " * 300)
    return folder


def minutes_document(folder: CirculationFolder) -> Document:
    folder = CirculationFolder.objects.get(pk=folder.pk)
    document = filing.minutes_document(folder)
    assert document is not None, folder.minutes_arrival and folder.minutes_arrival.sentence
    return document


def attached(document: Document) -> dict[str, Any]:
    assert document.valid_version is not None
    with blobs.default().open(document.valid_version.digest) as file, pikepdf.open(io.BytesIO(file.read())) as pdf:
        said: dict[str, Any] = json.loads(pdf.attachments[paper.ATTACHED].get_file().read_bytes())
    return said


def test_t51_a_finished_complaint_leaves_its_minutes_in_the_archive() -> None:
    folder = a_finished_folder()
    worked_off()
    document = minutes_document(folder)
    assert (document.customer_file, document.section.key) == (folder.customer_file, "korrespondenz")
    assert (document.document_class.code, document.number) == ("CIRCULATION", folder.number)
    said = attached(document)
    assert [line["what"] for line in said["minutes"]] == ["started", "opened", "completed", "finished"]
    [task] = said["tasks"]
    assert task["ended_by"]["name"] == "Verena Vogt"
    assert (task["state"], task["ended_at"]) == ("done", "2026-11-24T09:00:00.000000Z")
    assert task["remark"].startswith("Ersatz geht morgen raus.")
    assert ArchivePackage.objects.filter(document_id=document.pk).exists()


def test_the_paper_says_it_in_full() -> None:
    folder = a_finished_folder()
    worked_off()
    document = minutes_document(folder)
    assert document.valid_version is not None
    read = renditions.text_of(document.valid_version.digest)
    assert read is not None
    text = " ".join(read.plain.split())
    for words in (folder.number, "Verena Vogt", "Bitte mit dem Lager klären", "Lang. " * 300, "Umlauf abgeschlossen"):
        assert words.strip() in text, words[:40]


def test_two_folders_of_one_customer_leave_two_documents() -> None:
    file = a_customer_file()
    first, second = (a_finished_folder(customer_file=file, documents=[]) for _ in range(2))
    worked_off()
    assert minutes_document(first) != minutes_document(second)


def test_a_customer_without_a_number_gets_them_as_well() -> None:
    folder = a_finished_folder(customer_file=a_customer_file("Ohne Nummer GmbH", ""), documents=[])
    worked_off()
    assert minutes_document(folder).customer_file == folder.customer_file


def test_filing_twice_leaves_one_document() -> None:
    folder = a_finished_folder()
    for _ in range(2):
        filing.file_minutes(folder.pk, now=timezone.now())
    assert Arrival.objects.filter(source=filing.SOURCE).count() == 1
    worked_off()
    minutes_document(folder)
    assert Document.objects.filter(document_class__code="CIRCULATION").count() == 1


def test_two_who_file_at_once_leave_one(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = a_finished_folder()
    draw = paper.draw

    def overtaken(*args: Any) -> None:
        monkeypatch.setattr(paper, "draw", draw)
        filing.file_minutes(folder.pk, now=timezone.now())
        draw(*args)

    monkeypatch.setattr(paper, "draw", overtaken)
    filing.file_minutes(folder.pk, now=timezone.now())
    assert Arrival.objects.filter(source=filing.SOURCE).count() == 1


def test_the_same_minutes_give_the_same_bytes(tmp_path: Any) -> None:
    tale = told.tale(a_finished_folder())
    for name in ("a", "b"):
        paper.draw(tale, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_recalled_folder_leaves_minutes_too() -> None:
    folder = a_folder()
    actions.recall_folder(actor=an_actor("sabine"), folder=folder, reason="Kunde zieht zurück", now=NOW)
    worked_off()
    assert attached(minutes_document(folder))["folder"]["state"] == "recalled"


def test_titles_of_documents_do_not_stand_in_the_minutes() -> None:
    folder = a_finished_folder()
    assert "Pumpe undicht" not in json.dumps(told.tale(folder))


def test_a_folder_on_its_way_leaves_nothing() -> None:
    folder = a_folder()
    filing.file_minutes(folder.pk, now=NOW)
    assert not Arrival.objects.exists()
    assert not Job.objects.filter(name="circulation.file_minutes").exists()


def test_folders_go_along_when_two_customers_become_one() -> None:
    old, new = a_customer_file("Alt GmbH"), a_customer_file("Neu GmbH")
    folder = a_folder(stop(1, "verena"), customer_file=old, documents=[])
    customers.merge(actor=SETUP, source=old.customer, into=new.customer, reason="Doppelt", now=NOW)
    does("verena", task_of(folder))
    worked_off()
    assert minutes_document(folder).customer_file == new


def test_the_words_go_when_the_minutes_are_destroyed() -> None:
    folder = a_finished_folder()
    worked_off()
    document = minutes_document(folder)
    traces.take_rows(traces.Gone(document.pk), NOW + timedelta(days=4000))
    folder.refresh_from_db()
    assert folder.title == ""
    assert set(MinutesEntry.objects.values_list("who", "comment")) == {("", "")}
    assert set(Task.objects.values_list("remark", flat=True)) == {""}
    assert minutes_of(folder).count() == 4


def test_who_may_read_the_section_finds_them_in_the_file() -> None:
    folder = a_finished_folder()
    worked_off()
    document = minutes_document(folder)
    assert access.documents_for(a_user("verena")).filter(pk=document.pk).exists()
    stranger = User.objects.create_user("rolf", name="Rolf Roth")
    assert not access.documents_for(stranger).filter(pk=document.pk).exists()


def test_a_document_that_was_in_the_folder_stands_there_with_its_hash() -> None:
    paper_in_it = a_document(document_class="COMPLAINT")
    folder = a_folder(stop(1, "verena"), documents=[paper_in_it], customer_file=paper_in_it.customer_file)
    [one] = told.tale(folder)["documents"]
    assert paper_in_it.valid_version is not None
    assert (one["document"], one["sha256"]) == (paper_in_it.pk, paper_in_it.valid_version.digest)
