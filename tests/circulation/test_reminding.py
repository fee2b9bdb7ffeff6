"""Reminders: once each, by the working calendar, on the page and by mail."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail as outbox
from django.core.mail.backends.locmem import EmailBackend

from kundenakte.circulation import access, reminding
from kundenakte.circulation.minutes import minutes_of
from kundenakte.circulation.models import Reminder, ReminderMail
from tests.builders import NOW, TODAY, a_user
from tests.circulation_builders import a_folder, a_team, does, stop, task_of

pytestmark = pytest.mark.django_db


def on(day: date) -> datetime:
    return NOW + (day - TODAY)


def told() -> list[tuple[str, str]]:
    return [(str(one.user), str(one.kind)) for one in Reminder.objects.order_by("pk")]


# NOW is a Tuesday.
FRIDAY, MONDAY, TUESDAY, WEDNESDAY = (TODAY + timedelta(days=days) for days in (3, 6, 7, 8))


def test_each_thing_is_told_once_and_the_starter_hears_of_what_is_late_for_days() -> None:
    folder = a_folder(stop(1, "verena", due_on=MONDAY), by="sabine")
    reminding.remind(now=on(FRIDAY - timedelta(days=1)))
    assert told() == []
    for _ in range(2):
        reminding.remind(now=on(FRIDAY))
        assert told() == [("Verena Vogt", "soon")]
    reminding.remind(now=on(MONDAY))
    assert len(told()) == 1
    for _ in range(2):
        reminding.remind(now=on(TUESDAY))
        assert told()[1:] == [("Verena Vogt", "overdue")]
    for _ in range(2):
        reminding.remind(now=on(WEDNESDAY))
        assert sorted(told()[2:]) == [("Sabine Seidl", "escalated"), ("Verena Vogt", "escalated")]
    assert minutes_of(folder).filter(what="escalated").count() == 1
    assert [one.kind for one in access.reminders_for(a_user("sabine"))] == ["escalated"]


def test_what_is_found_late_is_told_once_in_its_strongest_form() -> None:
    a_folder(stop(1, "verena", due_on=MONDAY), by="verena")
    reminding.remind(now=on(MONDAY + timedelta(days=30)))
    reminding.remind(now=on(MONDAY + timedelta(days=31)))
    assert told() == [("Verena Vogt", "escalated")]


def test_done_tasks_and_those_without_a_day_are_let_be() -> None:
    folder = a_folder(stop(1, "verena", due_on=MONDAY), stop(2, "bernd"))
    does("verena", task_of(folder))
    assert reminding.remind(now=on(MONDAY + timedelta(days=30))) == 0
    assert told() == []


def test_a_team_is_reminded_as_long_as_nobody_claimed_it() -> None:
    a_folder(stop(1, a_team("buchhaltung"), due_on=MONDAY))
    reminding.remind(now=on(MONDAY))
    assert told() == [("Bernd Beck", "soon")]


def test_many_that_are_due_at_once_are_all_told_and_none_twice() -> None:
    file = a_folder(stop(1, "verena", due_on=MONDAY)).customer_file
    for _ in range(24):
        a_folder(stop(1, "verena", due_on=MONDAY), customer_file=file, documents=[])
    assert reminding.remind(now=on(MONDAY)) == 25
    assert reminding.remind(now=on(MONDAY)) == 0
    assert Reminder.objects.values("task").distinct().count() == Reminder.objects.count() == 25


def test_a_mail_goes_once_and_names_neither_customer_nor_title(settings: Any) -> None:
    settings.EMAIL_HOST = "mail.example"
    folder = a_folder(stop(1, "verena", due_on=MONDAY), title="Pumpe von Muster")
    reminding.remind(now=on(MONDAY))
    assert (reminding.mail(), reminding.mail()) == (1, 0)
    [sent] = outbox.outbox
    assert sent.to == ["verena@example.com"]
    assert folder.number in sent.subject
    assert "Muster" not in sent.subject + str(sent.body)


def test_a_mail_the_server_refused_is_tried_again(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EMAIL_HOST = "mail.example"
    a_folder(stop(1, "verena", due_on=MONDAY))
    reminding.remind(now=on(MONDAY))

    def refuses(*_: object) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as away:
        away.setattr(EmailBackend, "send_messages", refuses)
        assert reminding.mail() == 0
    assert ReminderMail.objects.count() == 1
    assert reminding.mail() == 1


def test_without_a_mail_server_the_page_tells(settings: Any) -> None:
    settings.EMAIL_HOST = ""
    a_folder(stop(1, "verena", due_on=MONDAY))
    reminding.remind(now=on(MONDAY))
    assert reminding.mail() == 0
    assert access.reminders_for(a_user("verena")).count() == 1
