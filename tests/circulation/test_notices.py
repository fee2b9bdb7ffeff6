"""A mail when a task comes to somebody: at once, once, to whoever wants it."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail as outbox
from django.core.mail.backends.locmem import EmailBackend

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs.models import Job
from kundenakte.base.jobs.worker import Worker
from kundenakte.base.journal.models import JournalEntry
from kundenakte.circulation import actions, notices, tasks
from kundenakte.circulation.cases import starting
from kundenakte.circulation.models import NoticeWish, TaskNotice
from kundenakte.records.models import Grant, Verb
from kundenakte.records.refusals import BadValue
from tests.builders import NOW, TODAY, a_customer_file, a_document, a_user
from tests.case_builders import a_process
from tests.circulation_builders import a_folder, a_team, does, stop, task_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def sends_mail(settings: Any) -> None:
    settings.EMAIL_HOST = "mail.example"


def wants(who: str, what: str) -> None:
    notices.choose(actor=Actor.of(a_user(who)), what=what, now=NOW)


def told() -> list[str]:
    """To whom what is due was mailed."""
    for task_id in list(TaskNotice.objects.order_by("pk").values_list("task", flat=True)):
        notices.mail(task_id)
    found = [address for one in outbox.outbox for address in one.to]
    outbox.outbox.clear()
    return sorted(found)


def test_whoever_is_next_is_told_at_once_and_once() -> None:
    folder = a_folder(stop(1, "verena", due_on=TODAY + timedelta(days=3)), stop(2, "bernd"), title="Pumpe von Muster")
    task = task_of(folder)
    assert (notices.mail(task.pk), notices.mail(task.pk)) == (1, 0)
    [sent] = outbox.outbox
    assert (sent.to, folder.number in sent.subject) == (["verena@example.com"], True)
    assert "27.11.2026" in str(sent.body)
    assert "Muster" not in sent.subject + str(sent.body)
    outbox.outbox.clear()
    does("verena", task, now=LATER)
    assert told() == ["bernd@example.com"]


@pytest.mark.django_db(transaction=True)
def test_the_house_sends_it_by_itself() -> None:
    tasks.register_jobs()
    a_folder(stop(1, "verena"))
    worker = Worker()
    while Job.objects.filter(name=notices.NOTIFY, state="waiting").exists():
        assert worker.work_once()
    assert [one.to for one in outbox.outbox] == [["verena@example.com"]]


def test_whoever_brought_it_to_herself_is_not_told() -> None:
    folder = a_folder(stop(1, "sabine"), stop(2, "verena"), stop(3, "verena"), by="sabine")
    assert told() == []
    does("sabine", task_of(folder), now=LATER)
    assert told() == ["verena@example.com"]
    does("verena", task_of(folder), now=LATER + timedelta(hours=1))
    assert told() == []


def test_what_is_handed_on_is_told_to_the_new_one() -> None:
    folder = a_folder(stop(1, "verena"))
    assert told() == ["verena@example.com"]
    task = task_of(folder)
    actions.hand_on(
        actor=Actor.of(a_user("verena")),
        task=task,
        edition=task.edition,
        to=a_user("bernd"),
        reason="Du kennst die Pumpe.",
        now=LATER,
    )
    assert told() == ["bernd@example.com"]


def test_a_team_is_told_as_far_as_its_people_want_it() -> None:
    a_folder(stop(1, a_team("buchhaltung")))
    assert told() == []
    wants("bernd", "teams")
    a_folder(stop(1, a_team("buchhaltung")), stop(1, "verena"))
    assert told() == ["bernd@example.com", "verena@example.com"]


def test_who_wants_no_mail_gets_none_and_the_choice_is_in_the_journal() -> None:
    wants("verena", "nothing")
    wants("verena", "nothing")
    a_folder(stop(1, "verena"))
    assert told() == []
    assert JournalEntry.objects.filter(kind="task_notices.chosen").count() == 1
    with pytest.raises(BadValue):
        wants("verena", "everything")
    assert NoticeWish.objects.get().what == "nothing"


def test_whoever_stands_in_is_told_too() -> None:
    actions.enter_absence(
        actor=Actor.of(a_user("verena")), user=a_user("verena"), deputy=a_user("bernd"),
        begins_on=TODAY - timedelta(days=400), ends_on=TODAY + timedelta(days=4000), note="", now=NOW,
    )  # fmt: skip
    a_folder(stop(1, "verena"))
    assert told() == ["bernd@example.com", "verena@example.com"]


def test_what_is_done_before_the_mail_goes_is_not_told() -> None:
    folder = a_folder(stop(1, "verena"))
    does("verena", task_of(folder), now=LATER)
    assert told() == []
    assert not TaskNotice.objects.exists()


def test_what_the_server_refused_goes_with_the_next_round(monkeypatch: pytest.MonkeyPatch) -> None:
    a_folder(stop(1, "verena"))

    def refuses(*_: object) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as away:
        away.setattr(EmailBackend, "send_messages", refuses)
        assert told() == []
    assert notices.mail_rest() == 1
    assert (told(), notices.mail_rest()) == (["verena@example.com"], 0)


def test_a_server_that_asks_to_come_again_gets_the_mail_again(monkeypatch: pytest.MonkeyPatch) -> None:
    a_folder(stop(1, "verena"))

    def comes_again(*_: object) -> int:
        raise SMTPRecipientsRefused({"verena@example.com": (451, b"greylisted")})

    with monkeypatch.context() as away:
        away.setattr(EmailBackend, "send_messages", comes_again)
        assert told() == []
    assert notices.mail_rest() == 1


def test_who_is_told_late_is_told_only_what_is_still_his(monkeypatch: pytest.MonkeyPatch) -> None:
    team = a_team("buchhaltung")
    for who in ("verena", "bernd"):
        a_user(who).roles.add(team)
        wants(who, "teams")
    task = task_of(a_folder(stop(1, team)), team)

    def away(*_: object) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as gone:
        gone.setattr(EmailBackend, "send_messages", away)
        assert notices.mail(task.pk) == 0
    actions.claim(actor=Actor.of(a_user("bernd")), task=task, edition=task.edition, now=LATER)
    assert (notices.mail_rest(), TaskNotice.objects.count()) == (0, 0)


def test_an_address_that_is_refused_keeps_nobody_else_from_his_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    for who in ("sabine", "verena", "bernd"):
        a_user(who).roles.add(a_team("buchhaltung"))
        wants(who, "teams")
    a_folder(stop(1, a_team("buchhaltung")), by="anton")
    sends = EmailBackend.send_messages

    def refuses_one(backend: EmailBackend, mails: Any) -> int:
        if mails[0].to == ["sabine@example.com"]:
            raise SMTPRecipientsRefused({"sabine@example.com": (550, b"nobody")})
        return sends(backend, mails)

    monkeypatch.setattr(EmailBackend, "send_messages", refuses_one)
    assert told() == ["bernd@example.com", "verena@example.com"]
    assert (notices.mail_rest(), told()) == (0, [])


def test_a_server_that_goes_away_half_way_tells_the_rest_later_and_nobody_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for who in ("verena", "bernd"):
        a_user(who).roles.add(a_team("buchhaltung"))
        wants(who, "teams")
    a_folder(stop(1, a_team("buchhaltung")))
    sends, calls = EmailBackend.send_messages, []

    def goes_away(backend: EmailBackend, mails: Any) -> int:
        calls.append(mails[0].to)
        if len(calls) == 2:
            raise ConnectionRefusedError
        return sends(backend, mails)

    monkeypatch.setattr(EmailBackend, "send_messages", goes_away)
    assert notices.mail(TaskNotice.objects.get().task_id) == 1
    assert (notices.mail_rest(), notices.mail_rest()) == (1, 0)
    assert sorted(one.to[0] for one in outbox.outbox) == ["bernd@example.com", "verena@example.com"]


def test_who_may_not_see_the_customer_and_who_comes_too_late_are_not_told() -> None:
    team, file = a_team("buchhaltung"), a_customer_file()
    for who in ("verena", "bernd"):
        a_user(who).roles.add(team)
        wants(who, "teams")
    Grant.objects.create(
        user=a_user("verena"), customer_file=file, verb=Verb.READ, is_deny=True, reason="-", created_at=NOW
    )  # fmt: skip
    a_folder(stop(1, team), customer_file=file)
    assert told() == ["bernd@example.com"]
    folder = a_folder(stop(1, team))
    task = task_of(folder, team)
    actions.claim(actor=Actor.of(a_user("bernd")), task=task, edition=task.edition, now=LATER)
    assert told() == []


def test_what_the_house_starts_is_told_to_whoever_is_responsible() -> None:
    """A start rule puts her down as the one who started it; the house did it."""
    wants("sabine", "teams")
    paper = a_document(document_class="COMPLAINT", title="Pumpe undicht")
    process = a_process().process
    starting.start_by_rule(process=process, document=paper, responsible=a_user("sabine"), now=NOW)
    assert told() == ["sabine@example.com"]


def test_a_house_without_a_mail_server_keeps_nothing_for_later(settings: Any) -> None:
    settings.EMAIL_HOST = ""
    a_folder(stop(1, "verena"))
    assert not TaskNotice.objects.exists()
    assert not Job.objects.filter(name=notices.NOTIFY).exists()
