"""Cases and the ledger: two at once, timers, what the house does, rules that start a process, other editions."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs.models import Job
from kundenakte.base.refusals import Refused
from kundenakte.circulation import actions, checking
from kundenakte.circulation.cases import errands, filed, going, publishing, working
from kundenakte.circulation.models import (
    Case,
    CaseErrand,
    CaseTimer,
    MinutesEntry,
    Process,
    ProcessDefinition,
    StartRule,
    Task,
)
from kundenakte.circulation.processes.refusals import BpmnRefused, NotMigrated
from kundenakte.circulation.refusals import TaskEnded
from kundenakte.customers.actions.identify import add_identifier
from kundenakte.customers.models import Identifier
from kundenakte.records.models import Arrival, CustomerFile
from kundenakte.records.refusals import BadValue, ChangedMeanwhile, NotAllowed
from tests.builders import NOW, SETUP, a_class, a_customer_file, a_document, a_user, an_actor, an_arrival
from tests.case_builders import a_case, a_probe, a_process, does_step, open_steps, step_task, worked_off
from tests.conftest import LONG
from tests.process_builders import ENDS, a_file, errand, flow, timer, user_task

pytestmark = pytest.mark.django_db(transaction=True)
WAITS = (
    ENDS + f'<bpmn:intermediateCatchEvent id="w" name="Warten">{timer("P2D")}</bpmn:intermediateCatchEvent>'
    + user_task("danach") + flow("f1", "los", "w") + flow("f2", "w", "danach") + flow("f3", "danach", "aus")
)  # fmt: skip
TIMERS = 1000 if LONG else 12
CASES = 1000 if LONG else 8


# --- two at once -------------------------------------------------------------------------------------------------


def test_of_two_who_complete_the_same_task_one_wins_and_the_process_goes_on_once() -> None:
    case = a_case()
    task = step_task(case, "Prüfen und bewerten")
    answers = {"berechtigt": "ja", "vorgehen": "keins", "bewertung": "gesehen"}
    gate, told = threading.Barrier(2), []

    def at_the_desk() -> None:
        gate.wait()
        try:
            actions.complete(actor=an_actor("sabine"), task=task, edition=task.edition, now=NOW, answers=answers)
            told.append("done")
        except (TaskEnded, ChangedMeanwhile) as refused:
            told.append(type(refused).__name__)
        finally:
            connection.close()

    desks = [threading.Thread(target=at_the_desk) for _ in range(2)]
    for one in desks:
        one.start()
    for one in desks:
        one.join()
    assert sorted(told) in (["TaskEnded", "done"], ["ChangedMeanwhile", "done"])
    assert open_steps(case) == [("Entscheiden", "Vertrieb")]
    assert MinutesEntry.objects.filter(folder=case.folder_id, what="completed").count() == 1


def test_whoever_computed_on_an_older_state_is_told() -> None:
    case = a_case()
    stale = Case.objects.select_related("folder", "definition").get(pk=case.pk)
    does_step(case, "Prüfen und bewerten", "sabine", berechtigt="ja", vorgehen="keins", bewertung="x")
    with pytest.raises(ChangedMeanwhile), transaction.atomic():
        going.put_away(stale, going.taken_up(stale, now=NOW))


# --- timers ------------------------------------------------------------------------------------------------------


def test_many_timers_that_are_due_at_once_go_off_once_each() -> None:
    file = a_customer_file()
    cases = [a_probe(WAITS, customer_file=file, now=timezone.now() - timedelta(days=3)) for _ in range(TIMERS)]
    assert CaseTimer.objects.filter(state="waiting").count() == TIMERS
    worked_off()
    assert set(CaseTimer.objects.values_list("state", flat=True)) == {"done"}
    assert Task.objects.filter(folder__in=[case.folder_id for case in cases]).count() == TIMERS
    assert MinutesEntry.objects.filter(what="timer").count() == TIMERS
    for row in CaseTimer.objects.all()[:5]:
        with transaction.atomic():
            working.ring(row.pk, now=timezone.now())
    assert MinutesEntry.objects.filter(what="timer").count() == TIMERS


def test_a_timer_waits_for_its_time_and_falls_away_with_its_task() -> None:
    case = a_case()
    [row] = CaseTimer.objects.all()
    assert (row.element, Job.objects.get(name=going.TIMER, subject_id=row.pk).run_after) == ("liegt", row.due_at)
    with transaction.atomic():
        working.ring(row.pk, now=row.due_at - timedelta(seconds=1))
    assert open_steps(case) == [("Prüfen und bewerten", "Service")]
    does_step(case, "Prüfen und bewerten", "sabine", berechtigt="ja", vorgehen="keins", bewertung="x")
    row.refresh_from_db()
    assert row.state == "dropped"
    with transaction.atomic():
        working.ring(row.pk, now=row.due_at)
    assert open_steps(case) == [("Entscheiden", "Vertrieb")]


def test_a_timer_whose_job_comes_too_soon_is_not_forgotten() -> None:
    # An earlier round of the same event had asked for this hour, or the clock was set back.
    a_probe(WAITS, now=timezone.now())
    [row] = CaseTimer.objects.all()
    Job.objects.filter(name=going.TIMER).update(run_after=timezone.now())
    worked_off()
    row.refresh_from_db()
    job = Job.objects.get(name=going.TIMER)
    assert (row.state, job.state, job.run_after) == ("waiting", Job.State.WAITING, row.due_at)
    with transaction.atomic():
        working.ring(row.pk, now=row.due_at)
    row.refresh_from_db()
    assert row.state == "done"


def test_an_interrupting_timer_takes_the_task_away_and_the_minutes_say_so() -> None:
    inside = (
        ENDS + user_task("tun") + user_task("spaet") + f'<bpmn:boundaryEvent id="b" attachedToRef="tun">{timer("P1D")}'
        "</bpmn:boundaryEvent>" + flow("f1", "los", "tun") + flow("f2", "tun", "aus") + flow("f3", "b", "spaet")
        + flow("f4", "spaet", "aus")
    )  # fmt: skip
    case = a_probe(inside)
    with transaction.atomic():
        working.ring(CaseTimer.objects.get().pk, now=NOW + timedelta(days=1))
    assert [name for name, _ in open_steps(case)] == ["spaet"]
    assert list(map(str, checking.differences([case.folder_id]))) == []


# --- what the house does -----------------------------------------------------------------------------------------


def a_file_with_mail() -> CustomerFile:
    """The file of a customer whose mail address is known."""
    file = a_customer_file()
    kind, text = Identifier.Kind.EMAIL, "einkauf@muster.example"
    add_identifier(actor=SETUP, customer=file.customer, kind=kind, text=text, now=NOW)
    return file


def test_a_mail_goes_out_once(settings: Any) -> None:
    settings.EMAIL_HOST = "mail.example"
    file = a_file_with_mail()
    case = a_probe(errand("send_mail", subject="Vorgang {vorgang}", text="Guten Tag {kunde}"), customer_file=file)
    worked_off()
    [sent] = [one for one in mail.outbox if one.to == ["einkauf@muster.example"]]
    assert sent.subject == f"Vorgang {case.number}"
    assert [name for name, _ in open_steps(case)] == ["danach"]


def test_a_mail_of_which_nobody_knows_whether_it_went_is_not_sent_again(settings: Any) -> None:
    settings.EMAIL_HOST = "mail.example"
    file = a_file_with_mail()
    case = a_probe(errand("send_mail", subject="s", text="t"), customer_file=file)
    # As a process that was killed while it sent leaves it.
    CaseErrand.objects.update(state="begun")
    worked_off()
    row = CaseErrand.objects.get()
    assert (mail.outbox, row.state, open_steps(case)) == ([], "failed", [])
    with pytest.raises(BadValue):
        errands.go_without(actor=an_actor("sabine"), errand=row, reason=" ", now=NOW)
    with pytest.raises(Refused):
        errands.go_without(actor=an_actor("bernd"), errand=row, reason="egal", now=NOW)
    errands.go_without(actor=an_actor("sabine"), errand=row, reason="Telefonisch geklärt", now=NOW)
    assert [name for name, _ in open_steps(case)] == ["danach"]


def test_what_failed_can_be_tried_again(settings: Any) -> None:
    settings.EMAIL_HOST = ""
    file = a_file_with_mail()
    case = a_probe(errand("send_mail", subject="s", text="t"), customer_file=file)
    worked_off()
    row = CaseErrand.objects.get()
    assert (row.state, "Mailserver" in row.trouble) == ("failed", True)
    settings.EMAIL_HOST = "mail.example"
    errands.try_again(actor=an_actor("sabine"), errand=row, now=NOW)
    worked_off()
    assert [one.to for one in mail.outbox].count(["einkauf@muster.example"]) == 1
    assert [name for name, _ in open_steps(case)] == ["danach"]


def test_a_process_starts_another_once() -> None:
    a_process()
    case = a_probe(errand("start_process", process="reklamation", title="Folge von {vorgang}"))
    worked_off()
    other = Case.objects.get(process__key="reklamation")
    assert (other.folder.title, other.customer_file, other.started_how) == (
        f"Folge von {case.number}", case.customer_file, "process",
    )  # fmt: skip


# --- what a filed document starts ---------------------------------------------------------------------------------


def test_a_filed_document_starts_a_process_once() -> None:
    process = a_process().process
    publishing.add_start_rule(
        actor=an_actor(), process=process, document_class=a_class("COMPLAINT"), responsible=a_user("sabine"),
        word="pumpe", now=NOW,
    )  # fmt: skip
    paper = a_document(document_class="COMPLAINT", title="Pumpe undicht")
    other = a_document(document_class="COMPLAINT", title="Etwas anderes")
    for document in (paper, other):
        with transaction.atomic():
            filed.noticed(document)
    worked_off()
    filed.start_what_is_due(paper.pk, now=NOW)
    [case] = Case.objects.filter(process=process)
    assert (case.origin, case.owner, case.started_how) == (paper, a_user("sabine"), "rule")
    assert open_steps(case) == [("Reklamation erfassen", "Service")]
    publishing.end_start_rule(actor=an_actor(), rule=StartRule.objects.get(), now=NOW)
    with transaction.atomic():
        filed.noticed(other)
    assert not Job.objects.filter(name=filed.FILED, subject_id=other.pk, state="waiting").exists()


@pytest.mark.parametrize(
    ("way", "source", "starts"),
    [
        ("mail", "mailbox:info", True), ("mail", "smtp", True), ("mail", "web", False),
        ("hotfolder", "folder:buero", True), ("api", "rest:erp", True), ("web", "web", True), ("web", "command", False),
        ("", "command", True),
    ],
)  # fmt: skip
def test_a_rule_takes_what_came_by_its_way(way: str, source: str, *, starts: bool) -> None:
    process = a_process().process
    publishing.add_start_rule(
        actor=an_actor(), process=process, document_class=a_class("COMPLAINT"), responsible=a_user("sabine"),
        source=way, now=NOW,
    )  # fmt: skip
    paper = a_document(document_class="COMPLAINT", title="Pumpe undicht")
    whole = an_arrival(source=source)
    # What hung on it came the same way.
    part = an_arrival(source="attachment", content="Anlage")
    Arrival.objects.filter(pk=part.pk).update(document=paper, part_of=whole)
    filed.start_what_is_due(paper.pk, now=NOW)
    assert Case.objects.filter(process=process).exists() is starts


def test_a_document_with_a_very_long_title_starts_its_process_as_well() -> None:
    process = a_process().process
    publishing.add_start_rule(
        actor=an_actor(), process=process, document_class=a_class("COMPLAINT"), responsible=a_user("sabine"), now=NOW
    )
    paper = a_document(document_class="COMPLAINT", title="Pumpe " * 40)
    filed.start_what_is_due(paper.pk, now=NOW)
    assert Case.objects.get().folder.title.startswith("Pumpe Pumpe")


# --- editions ----------------------------------------------------------------------------------------------------

ONE = ENDS + user_task("eins") + user_task("zwei") + flow("f1", "los", "eins") + flow("f2", "eins", "zwei")
FIRST = a_file(ONE + flow("f3", "zwei", "aus"))
SECOND = a_file(ONE + user_task("drei") + flow("f3", "zwei", "drei") + flow("f4", "drei", "aus"))


def test_a_draft_is_published_by_an_administrator_and_never_changes() -> None:
    with pytest.raises(NotAllowed):
        publishing.save_draft(actor=an_actor("sabine"), content=FIRST, now=NOW)
    draft = publishing.save_draft(actor=an_actor(), content=FIRST, now=NOW)
    with pytest.raises(ChangedMeanwhile):
        publishing.publish(actor=an_actor(), draft=draft, edition=draft.edition + 1, now=NOW)
    made = publishing.publish(actor=an_actor(), draft=draft, edition=draft.edition, now=NOW, note="Erste")
    assert (made.number, made.process.key) == (1, "probe")
    with pytest.raises(Exception, match="only ever inserted"), transaction.atomic():
        ProcessDefinition.objects.filter(pk=made.pk).update(source="<x/>")
    with pytest.raises(BpmnRefused):
        publishing.save_draft(actor=an_actor(), content=a_file(key="andere"), now=NOW)


def test_running_cases_stay_on_their_edition_or_are_moved_after_a_check() -> None:
    file = a_customer_file()
    cases = [a_case(FIRST, customer_file=file) for _ in range(CASES)]
    done = [does_step(case, "eins", "sabine") for case in cases[: CASES // 2]]
    second = a_process(SECOND)
    assert {case.definition_id for case in Case.objects.all()} != {second.pk}
    with pytest.raises(NotAllowed):
        working.migrate_case(actor=an_actor("sabine"), case=cases[-1], to=2, now=NOW)
    for case in Case.objects.order_by("pk"):
        working.migrate_case(actor=an_actor(), case=case, to=2, now=NOW)
    assert {case.definition_id for case in Case.objects.all()} == {second.pk}
    for case in done[:2]:
        case = does_step(case, "zwei", "sabine")  # noqa: PLW2901
        assert [name for name, _ in open_steps(case)] == ["drei"]
        assert does_step(case, "drei", "sabine").state == "closed"
        assert list(map(str, checking.differences([case.folder_id]))) == []


def test_what_does_not_fit_stays_where_it_is() -> None:
    case = does_step(a_case(FIRST), "eins", "sabine")
    a_process(
        a_file(ENDS + user_task("eins") + user_task("neu") + flow("f1", "los", "eins") + flow("f2", "eins", "neu")
               + flow("f3", "neu", "aus"))
    )  # fmt: skip
    with pytest.raises(NotMigrated):
        working.migrate_case(actor=an_actor(), case=case, to=2, now=NOW)
    case = Case.objects.select_related("definition").get(pk=case.pk)
    assert (case.definition.number, [name for name, _ in open_steps(case)]) == (1, ["zwei"])
    assert does_step(case, "zwei", "sabine").state == "closed"


def test_a_lane_nobody_belongs_to_is_the_owner_s() -> None:
    lanes = (
        '<bpmn:laneSet id="l"><bpmn:lane id="l1" name="Niemand"><bpmn:flowNodeRef>tun</bpmn:flowNodeRef></bpmn:lane>'
        "</bpmn:laneSet>"
    )
    case = a_probe(lanes + ENDS + user_task("tun") + flow("f1", "los", "tun") + flow("f2", "tun", "aus"))
    assert open_steps(case) == [("tun", "Sabine Seidl")]
    assert Process.objects.get(key="probe").is_offered
    assert Actor.of(case.owner).name == "Sabine Seidl"
