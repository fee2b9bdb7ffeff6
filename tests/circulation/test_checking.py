"""Whoever alters a folder, a stop or a task by SQL is found, on both databases; clean ones raise no alarm."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from kundenakte.base.journal import guards
from kundenakte.base.journal.models import PersonalFact
from kundenakte.circulation import actions, checking
from kundenakte.circulation.models import CirculationFolder, FolderDocument, MinutesEntry, Stop, Task, TaskGrant
from tests.builders import NOW, a_document, a_user, an_actor
from tests.circulation_builders import a_folder, does, stop, task_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder() -> CirculationFolder:
    """One that was refused, extended, shortened, handed on and finished."""
    folder = a_folder(stop(1, "verena"), stop(2, "bernd", instruction="Bitte buchen"), stop(3, "anton"), by="sabine")
    actions.add_document(
        actor=an_actor("sabine"), folder=folder, now=NOW,
        document=a_document(customer_file=folder.customer_file, document_class="COMPLAINT", title="Foto"),
    )  # fmt: skip
    does("verena", task_of(folder), remark="Lieferung geprüft")
    task = task_of(folder)
    actions.refuse(actor=an_actor("bernd"), task=task, edition=task.edition, reason="Beleg fehlt", now=NOW)
    task = task_of(folder)
    actions.hand_on(actor=an_actor("verena"), task=task, edition=1, to=a_user("paula"), reason="Urlaub", now=NOW)
    does("paula", task_of(folder))
    last = Stop.objects.get(folder=folder, step=3)
    actions.extend_slip(actor=an_actor("sabine"), folder=folder, stops=[stop(4, "anton")], now=NOW)
    actions.shorten_slip(actor=an_actor("sabine"), folder=folder, stops=[last.pk], now=NOW)
    does("bernd", task_of(folder))
    does("anton", task_of(folder))
    return CirculationFolder.objects.get(pk=folder.pk)


def found() -> list[tuple[str, str]]:
    return [(one.where.split()[0], one.name) for one in checking.differences()]


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def forced(statement: str) -> None:
    """As somebody who takes the guards off first."""
    guards.lift()
    sql(statement)


@pytest.mark.usefixtures("folder")
def test_what_nobody_altered_raises_no_alarm() -> None:
    a_folder()
    assert found() == []


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("statement", "where", "name"),
    [
        ("UPDATE circulation_task SET ended_by_id = (SELECT id FROM accounts_user WHERE username = 'sabine') "
         "WHERE state = 'refused'", "Aufgabe", "ended_by"),
        ("UPDATE circulation_task SET state = 'done' WHERE state = 'refused'", "Aufgabe", "state"),
        ("UPDATE circulation_task SET remark = 'Alles in Ordnung' WHERE state = 'refused'", "Aufgabe", "remark"),
        ("UPDATE circulation_task SET ended_at = '2020-01-01 00:00:00+00:00' WHERE state = 'refused'", "Aufgabe",
         "ended_at"),
        ("UPDATE circulation_task SET due_on = '2030-01-01' WHERE state = 'refused'", "Aufgabe", "due_on"),
        ("UPDATE circulation_stop SET four_eyes = NOT four_eyes WHERE step = 2", "Station", "four_eyes"),
        ("UPDATE circulation_stop SET state = 'waiting' WHERE step = 3", "Station", "state"),
        ("UPDATE circulation_circulationfolder SET state = 'recalled'", "Mappe", "state"),
        ("UPDATE circulation_circulationfolder SET title = 'Etwas anderes'", "Zeile", "title"),
        ("UPDATE circulation_circulationfolder SET minutes_count = 3", "Mappe", "minutes_count"),
    ],
)  # fmt: skip
def test_t51_altering_a_task_afterwards_by_sql_is_found(statement: str, where: str, name: str) -> None:
    sql(statement)
    assert (where, name) in found()
    with pytest.raises(CommandError, match="Abweichungen"):
        call_command("check_circulation")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE circulation_minutesentry SET comment = 'Alles gut' WHERE what = 'refused'", "comment"),
        ("UPDATE circulation_minutesentry SET who = 'Niemand' WHERE what = 'refused'", "actor"),
        ("UPDATE circulation_minutesentry SET what = 'completed' WHERE what = 'refused'", "kind"),
        ("UPDATE circulation_minutesentry SET after = '{}' WHERE what = 'refused'", "after"),
        ("DELETE FROM circulation_minutesentry WHERE what = 'refused'", "line"),
    ],
)
def test_t51_minutes_that_were_altered_without_their_guards_are_found(statement: str, name: str) -> None:
    forced(statement)
    assert ("Zeile", name) in found()


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE circulation_minutesentry SET comment = 'x'",
        "UPDATE circulation_minutesentry SET number = number + 100",
        "DELETE FROM circulation_minutesentry",
        "UPDATE circulation_reminder SET kind = 'soon'",
    ],
)
def test_t51_the_database_itself_refuses_to_change_minutes(statement: str) -> None:
    task = MinutesEntry.objects.exclude(task=None)[0].task
    assert task is not None
    task.reminders.create(kind="overdue", due_on=NOW.date(), user=a_user("anton"), at=NOW)
    with pytest.raises(DatabaseError, match="only ever inserted"), transaction.atomic():
        sql(statement)


def test_words_that_were_lawfully_erased_are_no_alarm(folder: CirculationFolder) -> None:
    MinutesEntry.objects.filter(folder=folder).update(who="", instead_of="", comment="")
    folder.tasks.update(remark="")
    folder.title = folder.note = ""
    folder.save()
    assert found() != []
    PersonalFact.objects.filter(entry__subject_type="circulation.circulationfolder").delete()
    assert found() == []


def test_a_folder_that_is_gone_is_missed(folder: CirculationFolder) -> None:
    other = a_folder(documents=[], customer_file=folder.customer_file, now=timezone.now())
    guards.lift()
    tasks, mine = Task.objects.filter(folder=other), {"folder": other}
    TaskGrant.objects.filter(task__in=tasks).delete()
    MinutesEntry.objects.filter(**mine).delete()
    for model in (Task, Stop, FolderDocument):
        model.objects.filter(**mine).delete()
    other.delete()
    assert found() == [("Mappe", "folder")]


@pytest.mark.usefixtures("folder")
def test_the_command_says_that_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_circulation")
    assert "wie protokolliert" in capsys.readouterr().out
