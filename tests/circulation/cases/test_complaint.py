"""The complaint as it is shipped, from the telephone to the sealed minutes."""

from __future__ import annotations

import json
from typing import Any

import pikepdf
import pytest

from kundenakte.base import blobs
from kundenakte.circulation import access, actions, checking, filing
from kundenakte.circulation.cases import working
from kundenakte.circulation.models import Case, CirculationFolder, MinutesEntry
from kundenakte.circulation.processes.refusals import AnswersRefused
from kundenakte.circulation.refusals import FourEyes
from kundenakte.records import renditions
from kundenakte.records.models import Document
from kundenakte.records.refusals import BadValue
from kundenakte.steps.archive.models import ArchivePackage
from tests.builders import NOW, a_document, a_user, an_actor
from tests.case_builders import COMPLAINT, a_case, does_step, open_steps, step_task, the_boss, worked_off

pytestmark = pytest.mark.django_db(transaction=True)
ASSESSED: dict[str, Any] = {"berechtigt": "ja", "vorgehen": "keins", "bewertung": "Dichtung gerissen"}
DECIDED: dict[str, Any] = {"entscheidung": "ersatz", "begruendung": "Guter Kunde"}


def test_a_complaint_goes_from_recording_to_sealed_minutes() -> None:
    case = a_case()
    paper = a_document(customer_file=case.customer_file, document_class="COMPLAINT", title="Foto der Pumpe")
    actions.add_document(actor=an_actor("sabine"), folder=case.folder, document=paper, now=NOW)
    assert (case.number, case.reason, case.stage) == ("RK-2026-0001", "mangel", "Prüfen")
    assert open_steps(case) == [("Prüfen und bewerten", "Service")]
    case = does_step(case, "Prüfen und bewerten", "sabine", **ASSESSED | {"vorgehen": "ruecksendung"})
    working.tell(actor=an_actor("sabine"), case=case, message="Ware eingetroffen", now=NOW)
    case = does_step(case, "Ware prüfen", "sabine", eingetroffen_am="24.11.2026", befund="Riss im Gehäuse")
    assert open_steps(case) == [("Entscheiden", "Vertrieb")]
    case = does_step(case, "Entscheiden", "verena", **DECIDED, betrag="1.250,00")
    assert (str(case.amount), case.stage, open_steps(case)) == (
        "1250.00", "Freigabe", [("Über dem Limit freigeben", "Geschäftsleitung")],
    )  # fmt: skip
    case = does_step(case, "Über dem Limit freigeben", the_boss(), freigabe="ja")
    case = does_step(case, "Antwort schreiben", "sabine", antwort="Wir liefern Ihnen eine neue Pumpe. {kunde}")
    worked_off()
    letter = Document.objects.get(title="Antwort auf Reklamation RK-2026-0001")
    assert letter.customer_file == case.customer_file
    assert letter in access.documents_in(a_user("sabine"), case.folder)
    case = does_step(Case.objects.get(pk=case.pk), "Antwort versenden", "sabine", versandt="post",
                     versandt_am="2026-11-25")  # fmt: skip
    assert (case.state, case.folder.state, case.closed_at is not None) == ("closed", "finished", True)
    worked_off()
    document = filing.minutes_document(CirculationFolder.objects.get(pk=case.folder_id))
    assert document is not None
    assert ArchivePackage.objects.filter(document_id=document.pk).exists()
    said = attached(document)
    assert said["case"]["process"]["key"] == "reklamation"
    assert said["case"]["fields"]["befund"] == "Riss im Gehäuse"
    assert {"sha256", "document"} <= said["documents"][0].keys()
    assert len(said["documents"]) == 2
    whats = [line["what"] for line in said["minutes"]]
    assert (whats[0], whats[-1], whats.count("completed"), "message" in whats) == ("started", "finished", 6, True)
    assert list(map(str, checking.differences([case.folder_id]))) == []


def test_the_paper_says_what_was_decided_and_by_whom() -> None:
    case = does_step(a_case(), "Prüfen und bewerten", "sabine", **ASSESSED)
    case = does_step(case, "Entscheiden", "verena", **DECIDED, betrag="1480")
    case = does_step(case, "Über dem Limit freigeben", the_boss(), freigabe="ja")
    case = does_step(case, "Antwort schreiben", "sabine", antwort="Wir liefern Ihnen eine neue Pumpe.")
    worked_off()
    case = Case.objects.select_related("folder").get(pk=case.pk)
    does_step(case, "Antwort versenden", "sabine", versandt="post", versandt_am="2026-11-25")
    worked_off()
    document = filing.minutes_document(CirculationFolder.objects.get(pk=case.folder_id))
    assert document is not None
    assert document.valid_version is not None
    read = renditions.text_of(document.valid_version.digest)
    assert read is not None
    text = " ".join(read.plain.split())
    for words in (
        "Prozess Reklamation, Ausgabe 1", "Was es uns kostet (Euro): 1.480,00", "Entscheidung: Ersatz liefern",
        "Ihre Entscheidung: freigegeben", "Versandt am: 25.11.2026",
        "Lena Leitner: erledigt, Über dem Limit freigeben", "Kundenakte: vom Haus erledigt, Antwort in die Akte",
    ):  # fmt: skip
        assert words in text, words


def attached(document: Document) -> dict[str, Any]:
    assert document.valid_version is not None
    with blobs.default().open(document.valid_version.digest) as file, pikepdf.open(file) as pdf:
        [name] = pdf.attachments
        said: dict[str, Any] = json.loads(pdf.attachments[name].get_file().read_bytes())
    return said


def test_below_the_limit_nobody_is_asked() -> None:
    case = does_step(a_case(), "Prüfen und bewerten", "sabine", **ASSESSED)
    case = does_step(case, "Entscheiden", "verena", **DECIDED, betrag="500")
    assert open_steps(case) == [("Antwort schreiben", "Service")]


def test_above_the_limit_it_is_somebody_else_who_approves_and_a_no_goes_back() -> None:
    boss = the_boss()
    boss.roles.add(*a_user("verena").roles.all())
    case = does_step(a_case(), "Prüfen und bewerten", "sabine", **ASSESSED)
    case = does_step(case, "Entscheiden", boss, **DECIDED, betrag="501")
    with pytest.raises(FourEyes):
        does_step(case, "Über dem Limit freigeben", boss, freigabe="ja")
    anton = a_user("anton")
    anton.roles.add(*boss.roles.filter(code="leitung"))
    case = does_step(case, "Über dem Limit freigeben", anton, freigabe="nein")
    assert open_steps(case) == [("Entscheiden", "Vertrieb")]


def test_what_came_by_mail_is_recorded_first() -> None:
    case = a_case(answers={})
    assert (open_steps(case), case.stage) == ([("Reklamation erfassen", "Service")], "Erfassen")
    with pytest.raises(AnswersRefused) as refused:
        does_step(case, "Reklamation erfassen", "sabine", weg="mail")
    assert set(refused.value.faults) == {"grund", "beschreibung"}
    case = does_step(case, "Reklamation erfassen", "sabine", **COMPLAINT)
    assert open_steps(case) == [("Prüfen und bewerten", "Service")]


def test_a_task_of_a_case_is_not_sent_back_and_its_slip_is_the_process_s() -> None:
    case = a_case()
    task = step_task(case, "Prüfen und bewerten")
    with pytest.raises(BadValue):
        actions.refuse(actor=an_actor("sabine"), task=task, edition=task.edition, reason="nein", now=NOW)
    with pytest.raises(BadValue):
        actions.extend_slip(actor=an_actor("sabine"), folder=case.folder, stops=[], now=NOW)


def test_a_case_that_is_called_back_does_nothing_any_more() -> None:
    case = a_case()
    actions.recall_folder(actor=an_actor("sabine"), folder=case.folder, reason="Irrtum", now=NOW)
    case = Case.objects.get(pk=case.pk)
    assert (case.state, open_steps(case), set(case.timers.values_list("state", flat=True))) == (
        "cancelled", [], {"dropped"},
    )  # fmt: skip
    assert list(map(str, checking.differences([case.folder_id]))) == []
    assert MinutesEntry.objects.filter(folder=case.folder_id).last().what == "recalled"  # type: ignore[union-attr]


def test_numbers_have_no_gap_though_starts_fail() -> None:
    first = a_case()
    with pytest.raises(AnswersRefused):
        a_case(answers={"grund": "Unfug"})
    second = a_case()
    assert (first.number, second.number) == ("RK-2026-0001", "RK-2026-0002")
