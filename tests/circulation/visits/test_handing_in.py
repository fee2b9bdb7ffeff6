"""A report that comes back: once, whatever has become of the task meanwhile, and never without its photos."""

from __future__ import annotations

import hashlib
import io
import json
from typing import Any
from uuid import uuid4

import pikepdf
import pytest

from kundenakte.base import blobs
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.circulation import actions
from kundenakte.circulation.minutes import minutes_of
from kundenakte.circulation.models import Case, FolderDocument, Task, Visit, VisitPhoto, VisitReport
from kundenakte.circulation.processes.refusals import AnswersRefused
from kundenakte.circulation.refusals import TaskClaimed
from kundenakte.circulation.visits import filing, handing_in, paper, taking
from kundenakte.records import renditions
from kundenakte.records.models import Arrival, Document
from kundenakte.records.refusals import BadValue, NotAllowed, NotFound
from tests.builders import NOW, a_document, a_user
from tests.case_builders import a_case, does_step, open_steps, step_task, worked_off
from tests.visit_builders import VISIT, a_case_to_visit, a_photo, a_report, handed_in, sent_photo, taken_along

pytestmark = pytest.mark.django_db(transaction=True)


def document_of(report: VisitReport) -> Document:
    arrival = VisitReport.objects.get(pk=report.pk).arrival
    assert arrival is not None
    document = Arrival.objects.get(pk=arrival.pk).document
    assert document is not None, arrival.sentence
    return document


def bytes_of(document: Document) -> bytes:
    assert document.valid_version is not None
    with blobs.default().open(document.valid_version.digest) as file:
        return file.read()


def attached(content: bytes) -> dict[str, bytes]:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return {name: spec.get_file().read_bytes() for name, spec in pdf.attachments.items()}


def a_colleague() -> User:
    """Another one of sabine's team."""
    other = User.objects.create_user("sina", "sina@example.com", None, name="Sina Stern")
    other.roles.set(a_user("sabine").roles.all())
    return other


def test_a_report_does_the_task_and_becomes_a_document_in_section_service() -> None:
    case = a_case_to_visit()
    task = taken_along(case)
    photo = a_photo()
    key = sent_photo(task, photo)
    report = handed_in(a_report(task, photos=[{"key": str(key), "caption": "Typenschild"}]))
    assert report.late == ""
    assert open_steps(case) == [("Entscheiden", "Vertrieb")]
    assert Case.objects.get(pk=case.pk).fields["befund"] == "Dichtung spröde, getauscht."
    worked_off()

    document = document_of(report)
    assert (document.section.key, document.document_class.code) == ("service", "SERVICE_REPORT")
    assert document.customer_file == case.customer_file
    assert FolderDocument.objects.filter(folder=case.folder, document=document, removed_at=None).exists()
    assert [line.what for line in minutes_of(case.folder)][-1] == "document_added"
    # Words and photos lie in the PDF from now on, and nowhere else.
    assert VisitReport.objects.get(pk=report.pk).content == {}
    assert not VisitPhoto.objects.exists()
    files = attached(bytes_of(document))
    assert files["foto-1.jpg"] == photo
    said = json.loads(files[paper.ATTACHED])
    assert said["parts"] == [{"number": "D-44", "name": "Dichtung", "quantity": "2"}]
    assert said["photos"][0]["sha256"] == hashlib.sha256(photo).hexdigest()
    assert said["answers"]["gesichert"] is True
    text = renditions.plain_text_of(document.valid_version.digest) if document.valid_version else ""
    for words in ("Dichtung spröde", "Typenschild", "Herr Adler", "Fahrt zusammen: 0:45 Stunden", "D-44"):
        assert words in text, words


def test_it_is_a_pdf_a_whose_pictures_are_rgb() -> None:
    task = taken_along(a_case_to_visit())
    report = handed_in(a_report(task, photos=[{"key": str(sent_photo(task)), "caption": ""}]))
    worked_off()
    with pikepdf.open(io.BytesIO(bytes_of(document_of(report)))) as pdf:
        assert pdf.open_metadata()["pdfaid:part"] == "3"
        pictures = [image for page in pdf.pages for image in page.get_images().values()]
        assert [str(picture.ColorSpace) for picture in pictures] == ["/DeviceRGB"]


def test_a_report_sent_twice_is_there_once() -> None:
    case = a_case_to_visit()
    task = taken_along(case)
    key = uuid4()
    first, again = handed_in(a_report(task), key=key), handed_in(a_report(task), key=key)
    assert first.pk == again.pk
    worked_off()
    assert document_of(first) == document_of(again)
    assert Document.objects.filter(document_class__code="SERVICE_REPORT").count() == 1


def test_a_second_report_of_a_visit_has_its_photos_whichever_is_filed_first() -> None:
    task = taken_along(a_case_to_visit())
    photos = [{"key": str(sent_photo(task)), "caption": ""}]
    first = handed_in(a_report(task, photos=photos))
    second = handed_in(a_report(task, photos=photos, remark="Noch etwas."))
    assert (first.late, "schon getan" in second.late) == ("", True)
    worked_off()
    for report in (first, second):
        assert attached(bytes_of(document_of(report)))["foto-1.jpg"] == a_photo()
    assert not VisitPhoto.objects.exists()


def test_a_photo_sent_twice_is_there_once_and_another_one_under_its_key_is_refused() -> None:
    task = taken_along(a_case_to_visit())
    key = sent_photo(task)
    assert sent_photo(task, key=key) == key
    assert VisitPhoto.objects.count() == 1
    with pytest.raises(BadValue, match="anderes Foto"):
        sent_photo(task, a_photo("navy"), key=key)


def test_without_its_photos_a_report_changes_nothing() -> None:
    case = a_case_to_visit()
    task = taken_along(case)
    with pytest.raises(handing_in.PhotosMissing):
        handed_in(a_report(task, photos=[{"key": str(uuid4()), "caption": ""}]))
    assert not VisitReport.objects.exists()
    assert [what for what, _who in open_steps(case)] == [VISIT]


def test_answers_the_form_refuses_change_nothing() -> None:
    case = a_case_to_visit()
    task = taken_along(case)
    with pytest.raises(AnswersRefused):
        handed_in(a_report(task, answers={"befund": ""}))
    assert not VisitReport.objects.exists()
    assert [what for what, _who in open_steps(case)] == [VISIT]


def test_a_report_for_a_task_somebody_else_has_done_is_filed_all_the_same() -> None:
    case = a_case_to_visit()
    task = taken_along(case)
    fresh = Task.objects.get(pk=task.pk)
    actions.give_back(actor=Actor.of(a_user("sabine")), task=fresh, edition=fresh.edition, now=NOW)
    other = a_colleague()
    does_step(case, VISIT, other, besucht_am="2026-11-24", befund="Nichts gefunden.")
    report = handed_in(a_report(task))
    assert "schon getan" in report.late
    # What the other wrote counts for the process.
    assert Case.objects.get(pk=case.pk).fields["befund"] == "Nichts gefunden."
    worked_off()
    document = document_of(report)
    text = renditions.plain_text_of(document.valid_version.digest) if document.valid_version else ""
    assert "Nachgereicht" in text
    assert "Dichtung spröde" in text
    assert FolderDocument.objects.filter(folder=case.folder, document=document).exists()


def test_a_late_report_is_filed_whatever_was_typed_into_it() -> None:
    case = a_case_to_visit()
    task = taken_along(case)
    actions.recall_folder(actor=Actor.of(a_user("sabine")), folder=case.folder, reason="Irrtum", now=NOW)
    report = handed_in(a_report(task, answers={"besucht_am": "vorgestern", "befund": "", "gesichert": "halb"}))
    worked_off()
    document = document_of(report)
    text = renditions.plain_text_of(document.valid_version.digest) if document.valid_version else ""
    assert "Besucht am: vorgestern" in text
    assert "Maschine gegen Anlauf gesichert?: halb" in text


def test_a_report_for_a_case_that_was_called_back_is_filed_and_not_put_into_it() -> None:
    case = a_case_to_visit()
    task = taken_along(case)
    actions.recall_folder(actor=Actor.of(a_user("sabine")), folder=case.folder, reason="Irrtum", now=NOW)
    report = handed_in(a_report(task))
    assert report.late
    worked_off()
    assert not FolderDocument.objects.filter(folder=case.folder, document=document_of(report)).exists()


def test_nobody_hands_in_what_he_has_not_taken_along() -> None:
    case = a_case_to_visit()
    task = step_task(case, VISIT)
    with pytest.raises(NotFound):
        handed_in(a_report(task), by="sabine")
    taken_along(case)
    with pytest.raises(NotFound):
        handed_in(a_report(task), by="verena")
    with pytest.raises(NotFound):
        sent_photo(task, by="verena")


def test_what_is_no_jpeg_or_too_large_is_refused() -> None:
    task = taken_along(a_case_to_visit())
    with pytest.raises(BadValue, match="kein JPEG"):
        sent_photo(task, b"GIF89a")
    with pytest.raises(BadValue, match="größer als 4 MB"):
        sent_photo(task, b"\xff\xd8\xff" + bytes(handing_in.MOST_BYTES))


def test_a_photo_that_cannot_be_read_is_named_and_attached() -> None:
    task = taken_along(a_case_to_visit())
    broken = b"\xff\xd8\xff" + b"nothing"
    report = handed_in(a_report(task, photos=[{"key": str(sent_photo(task, broken)), "caption": "Pumpe"}]))
    worked_off()
    document = document_of(report)
    assert attached(bytes_of(document))["foto-1.jpg"] == broken
    text = renditions.plain_text_of(document.valid_version.digest) if document.valid_version else ""
    assert "Foto 1: Pumpe (lässt sich nicht anzeigen" in text


def test_photos_whose_report_never_comes_go_after_sixty_days() -> None:
    task = taken_along(a_case_to_visit())
    sent_photo(task)
    assert filing.forget(now=NOW + filing._KEEP_PHOTOS) == 0
    assert filing.forget(now=NOW + filing._KEEP_PHOTOS * 2) == 1


def test_taking_along_makes_a_teams_visit_ones_own() -> None:
    case = a_case_to_visit()
    task = taken_along(case)
    assert (task.state, task.claimed_by) == (Task.State.CLAIMED, a_user("sabine"))
    assert taken_along(case) == task
    assert Visit.objects.count() == 1
    other = a_colleague()
    with pytest.raises(TaskClaimed):
        taking.take_along(actor=Actor.of(other), task_id=task.pk, now=NOW)


def test_only_visits_are_taken_along_and_only_by_those_whose_they_are() -> None:
    case = a_case()
    with pytest.raises(BadValue, match="kein Besuch"):
        taking.take_along(actor=Actor.of(a_user("sabine")), task_id=step_task(case, "Prüfen und bewerten").pk, now=NOW)
    other = a_case_to_visit()
    with pytest.raises(NotAllowed):
        taking.take_along(actor=Actor.of(a_user("bernd")), task_id=step_task(other, VISIT).pk, now=NOW)
    assert [task.pk for task, _step in taking.visits_of(a_user("sabine"))] == [step_task(other, VISIT).pk]
    assert not list(taking.visits_of(a_user("bernd")))


def test_the_history_is_that_of_the_machine_and_shows_only_what_one_may_read() -> None:
    said: dict[str, Any] = {"document_class": "SERVICE_REPORT"}
    mine = a_document(fields={"serial_number": "M-1"}, title="Reklamierte Pumpe", **said)
    said["customer_file"] = mine.customer_file
    before = a_document(fields={"serial_number": "M-1"}, title="Wartung M-1", **said)
    a_document(fields={"serial_number": "M-2"}, title="Wartung M-2", **said)
    case = a_case_to_visit(documents=[mine], customer_file=mine.customer_file)
    dossier = taking.take_along(actor=Actor.of(a_user("sabine")), task_id=step_task(case, VISIT).pk, now=NOW)
    assert [one.pk for one in dossier.documents] == [mine.pk]
    assert [one.pk for one in dossier.history] == [before.pk]
    assert ("Grund", "Mangel an der Ware") in dossier.known
    Document.objects.filter(pk=before.pk).update(is_restricted=True)
    again = taking.take_along(actor=Actor.of(a_user("sabine")), task_id=step_task(case, VISIT).pk, now=NOW)
    assert not again.history
