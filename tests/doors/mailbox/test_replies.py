"""Somebody does a task by answering the mail that reminded him of it: through the real door, a real mailbox, the real
worker. Nobody else does it for him, and each mail counts once."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import make_msgid
from smtplib import SMTP, SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail as outbox
from django.db import transaction
from django.utils import timezone

from kundenakte.base import blobs
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs.worker import Worker
from kundenakte.circulation import actions, reminding
from kundenakte.circulation import tasks as circulation
from kundenakte.circulation.minutes import minutes_of
from kundenakte.circulation.models import CirculationFolder, Reply, ReplyKey, Task
from kundenakte.circulation.replies import answering
from kundenakte.doors.mailbox import fetching
from kundenakte.doors.mailbox.listening import Listener
from kundenakte.records.actions import documents
from kundenakte.records.models import Arrival
from kundenakte.steps.intake.imap_sign_in import signed_in
from kundenakte.steps.intake.mailboxes import add_mailbox, set_door
from kundenakte.steps.intake.models import MailDoor
from tests.builders import NOW, SETUP, a_document, a_user, some_bytes
from tests.circulation_builders import a_folder, a_team, stop, under_way
from tests.doors.mailbox.dovecot import PASSWORD, USER, Dovecot
from tests.waiting import free_port, until

pytestmark = pytest.mark.django_db(transaction=True)
VERENA = "verena@example.com"


def a_door(**more: Any) -> MailDoor:
    wish = {
        "enabled": True, "smtp_port": free_port(), "lmtp_port": 0, "domain": "akte.frankenblech.example",
        "senders": ["@example.com"], "answers": True, "task_replies": True, **more,
    }  # fmt: skip
    return set_door(actor=SETUP, now=NOW, **wish)


@pytest.fixture
def post(house: None, settings: Any) -> list[Any]:
    """What leaves the house."""
    settings.EMAIL_HOST = "mail.example"
    circulation.register_jobs()
    return outbox.outbox


@pytest.fixture
def listening(post: list[Any]) -> Iterator[MailDoor]:
    door = a_door()
    listener = Listener(door)
    listener.start()
    until(lambda: MailDoor.objects.get().succeeded_at is not None)
    yield door
    listener.stop()
    listener.join()


def reminded(*stops: Any, **more: Any) -> tuple[CirculationFolder, Any]:
    """A folder with a task that is due, and the mail that tells of it."""
    due = timezone.localdate() + timedelta(days=1)
    folder = a_folder(*(stops or (stop(1, "verena", wish="approve", due_on=due), stop(2, "bernd"))), **more)
    reminding.remind(now=timezone.now())
    assert reminding.mail() == 1
    return folder, outbox.outbox[-1]


def an_answer(to: Any, text: str, *, sender: str = VERENA, **headers: str) -> bytes:
    """As a mail program answers: to where the mail says, naming what it answers, with the old text below."""
    made = EmailMessage()
    made["From"], made["To"] = f"Verena Vogt <{sender}>", ", ".join(to.reply_to or ["kundenakte@localhost"])
    made["Subject"] = f"AW: {to.subject}"
    made["Message-ID"] = make_msgid(domain="example.com")
    made["In-Reply-To"] = made["References"] = to.extra_headers["Message-ID"]
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    quoted = "\n".join(f"> {line}" for line in str(to.body).splitlines())
    made.set_content(f"{text}\n\nAm 01.12.2026 um 08:00 schrieb Kundenakte <kundenakte@localhost>:\n{quoted}\n")
    return made.as_bytes()


def sent(door: MailDoor, content: bytes, *, sender: str = VERENA, to: str = "") -> None:
    with SMTP("127.0.0.1", door.smtp_port, timeout=30) as client:
        client.sendmail(sender, [to or str(message_from_bytes(content)["To"])], _on_the_wire(content))


def _on_the_wire(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def worked_off() -> Reply:
    worker = Worker()
    while worker.work_once():
        pass
    return Reply.objects.latest("pk")


def test_an_approval_by_mail_is_one_and_its_mail_lies_in_the_file(listening: MailDoor, post: list[Any]) -> None:
    folder, told = reminded()
    assert "genehmigt – oder: abgelehnt" in told.body
    content = an_answer(told, "Genehmigt.\n\nPasst so.")
    sent(listening, content)
    reply = worked_off()
    assert (reply.outcome, under_way(folder)) == ("done", [(2, "Bernd Beck")])
    line = minutes_of(folder).get(what="approved")
    assert (line.who, line.comment) == ("Verena Vogt", "Passt so. (per E-Mail)")
    arrival = Arrival.objects.get(pk=reply.arrival_id)
    # Over the wire lines end as RFC 5321 wants it.
    assert blobs.default().path(arrival.digest).read_bytes().split() == content.split()
    assert arrival.document is not None, arrival.sentence
    assert arrival.document.customer_file == folder.customer_file
    assert arrival.document.title == f"Antwort zur Umlaufmappe {folder.number}"
    assert (post[-1].to, post[-1].body.splitlines()[0]) == ([VERENA], "Ihre Freigabe ist eingetragen.")


def test_a_refusal_by_mail_needs_its_reason(listening: MailDoor, post: list[Any]) -> None:
    soon = timezone.localdate() + timedelta(days=1)
    folder, told = reminded(stop(1, "verena", wish="complete", due_on=soon), stop(2, "bernd"))
    sent(listening, an_answer(told, "Abgelehnt"))
    assert worked_off().outcome == "refused"
    assert "warum Sie die Mappe zurückweisen" in post[-1].body
    assert under_way(folder) == [(1, "Verena Vogt")]
    sent(listening, an_answer(post[-1], "Abgelehnt: Das ist die falsche Pumpe."))
    assert worked_off().outcome == "done"
    assert minutes_of(folder).get(what="refused").comment == "Das ist die falsche Pumpe. (per E-Mail)"


@pytest.mark.parametrize("text", ["genehmigt, wenn der Preis stimmt", "Wer ist Muster?", ""])
def test_what_is_not_clear_changes_nothing_and_is_asked_about(
    listening: MailDoor, post: list[Any], text: str
) -> None:  # fmt: skip
    folder, told = reminded()
    sent(listening, an_answer(told, text))
    assert worked_off().outcome == "refused"
    assert "Schreiben Sie dort nur: genehmigt" in post[-1].body
    assert under_way(folder) == [(1, "Verena Vogt")]
    # The mail that says so is the one to answer.
    sent(listening, an_answer(post[-1], "genehmigt"))
    assert worked_off().outcome == "done"


def test_a_key_is_used_up_by_one_mail_for_that_lies_where_colleagues_read_it(
    listening: MailDoor, post: list[Any]
) -> None:
    folder, told = reminded()
    sent(listening, an_answer(told, "genehmigt, wenn der Preis stimmt"))
    worked_off()
    # Bernd has read it in the customer's file, and writes as if he were Verena.
    sent(listening, an_answer(told, "genehmigt"))
    assert worked_off().outcome == "refused"
    assert (post[-1].to, "schon geantwortet" in post[-1].body) == ([VERENA], True)
    assert under_way(folder) == [(1, "Verena Vogt")]


def test_what_came_into_the_folder_meanwhile_is_not_approved_unseen(listening: MailDoor, post: list[Any]) -> None:
    folder, told = reminded()
    more = a_document(
        customer_file=folder.customer_file, document_class="COMPLAINT", title="Neuer Preis", now=timezone.now()
    )
    actions.add_documents(actor=Actor.of(a_user("sabine")), folder=folder, documents=[more], now=timezone.now())
    sent(listening, an_answer(told, "genehmigt"))
    assert worked_off().outcome == "refused"
    assert "was in der Mappe liegt" in post[-1].body
    assert under_way(folder) == [(1, "Verena Vogt")]
    sent(listening, an_answer(post[-1], "genehmigt"))
    assert worked_off().outcome == "done"


def test_a_new_version_of_what_lies_there_is_not_approved_unseen(listening: MailDoor, post: list[Any]) -> None:
    folder, told = reminded()
    paper = folder.documents.get().document
    documents.add_version(actor=SETUP, document=paper, version=some_bytes("neuer Stand"), now=timezone.now())
    sent(listening, an_answer(told, "genehmigt"))
    assert worked_off().outcome == "refused"
    assert under_way(folder) == [(1, "Verena Vogt")]


@pytest.mark.parametrize("sender", ["bernd@example.com", "verena@example.com.evil.example"])
def test_from_another_address_it_does_nothing_and_the_person_hears_of_it(
    listening: MailDoor, post: list[Any], sender: str
) -> None:  # fmt: skip
    folder, told = reminded()
    sent(listening, an_answer(told, "genehmigt", sender=sender))
    assert worked_off().outcome == "refused"
    assert (post[-1].to, "fremde Adresse" in post[-1].body) == ([VERENA], True)
    assert under_way(folder) == [(1, "Verena Vogt")]


def test_two_senders_in_one_mail_are_nobody(listening: MailDoor, post: list[Any]) -> None:
    folder, told = reminded()
    content = an_answer(told, "genehmigt").replace(f"<{VERENA}>".encode(), f"<{VERENA}>, bernd@example.com".encode(), 1)
    sent(listening, content)
    assert worked_off().outcome == "refused"
    assert under_way(folder) == [(1, "Verena Vogt")]


def test_a_notice_of_absence_decides_nothing(listening: MailDoor, post: list[Any]) -> None:
    folder, told = reminded()
    assert told.extra_headers["Auto-Submitted"] == "auto-generated"
    sent(listening, an_answer(told, "ok", Auto_Submitted="auto-replied"))
    worker = Worker()
    while worker.work_once():
        pass
    assert not Reply.objects.exists()
    assert Arrival.objects.count() == 1
    assert under_way(folder) == [(1, "Verena Vogt")]


def test_a_notice_of_absence_stays_in_a_mailbox_that_gives_only_mails_of_customers(
    server: Dovecot, listening: MailDoor, post: list[Any]
) -> None:
    _folder, told = reminded()
    box = add_mailbox(
        actor=SETUP, name="info", now=NOW, host="127.0.0.1", port=server.port, security="plain", username=USER,
        keys={"password": PASSWORD}, folders=[{"folder": "INBOX", "takes": "known", "done": ""}],
    )  # fmt: skip
    server.put(an_answer(told, "Bin im Urlaub.", Auto_Submitted="auto-replied"))
    with signed_in(box) as session:
        assert fetching.fetch(session, box, box.folders[0]) == 0
    assert not Arrival.objects.exists()


@pytest.mark.parametrize(("text", "outcome"), [("Stellungnahme:", "refused"), ("Stellungnahme: Ja, bald.", "done")])
def test_a_comment_without_words_is_none(listening: MailDoor, post: list[Any], text: str, outcome: str) -> None:
    soon = timezone.localdate() + timedelta(days=1)
    folder, told = reminded(stop(1, "verena", wish="comment", due_on=soon), stop(2, "bernd"))
    sent(listening, an_answer(told, text))
    assert worked_off().outcome == outcome
    assert under_way(folder) == [(2, "Bernd Beck") if outcome == "done" else (1, "Verena Vogt")]
    assert ("Bitte schreiben Sie Ihre Stellungnahme dazu." in post[-1].body) == (outcome == "refused")


def test_the_same_mail_by_two_ways_counts_by_the_first_that_is_read(listening: MailDoor, post: list[Any]) -> None:
    """Neither gives way to one that nobody has read yet; the other may never be."""
    folder, told = reminded()
    content = an_answer(told, "genehmigt").replace(b"\n", b"\r\n")
    sent(listening, content)
    sent(listening, b"Received: from a by b; Tue, 1 Dec 2026 08:01:00 +0100\r\n" + content)
    one, other = Reply.objects.order_by("pk")
    apply = answering.answer(one.pk)
    with transaction.atomic():
        apply()
    with transaction.atomic():
        answering.not_read(other.pk, "")
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.outcome, other.outcome) == ("done", "ignored")
    assert under_way(folder) == [(2, "Bernd Beck")]


def test_whoever_comes_too_late_is_told_who_was_quicker(listening: MailDoor, post: list[Any]) -> None:
    folder, told = reminded()
    task = Task.objects.get(folder=folder, is_under_way=True)
    actions.approve(actor=Actor.of(a_user("verena")), task=task, edition=task.edition, now=timezone.now())
    sent(listening, an_answer(told, "abgelehnt: doch nicht"))
    assert worked_off().outcome == "refused"
    assert "Das hat Verena Vogt schon getan" in post[-1].body
    assert under_way(folder) == [(2, "Bernd Beck")]


def test_a_task_that_others_have_taken_is_theirs(listening: MailDoor, post: list[Any]) -> None:
    soon = timezone.localdate() + timedelta(days=1)
    folder, told = reminded(stop(1, a_team("vertrieb"), wish="approve", due_on=soon))
    task = Task.objects.get(folder=folder, is_under_way=True)
    actions.claim(actor=Actor.of(a_user("verena")), task=task, edition=task.edition, now=timezone.now())
    # Hers by now: what she says counts, though the task has changed since.
    sent(listening, an_answer(told, "genehmigt"))
    assert worked_off().outcome == "done"
    assert folder.tasks.get().ended_by == a_user("verena")


def test_a_task_that_was_changed_meanwhile_is_not_done_unseen(listening: MailDoor, post: list[Any]) -> None:
    folder, told = reminded()
    Task.objects.filter(folder=folder, is_under_way=True).update(edition=2)
    sent(listening, an_answer(told, "genehmigt"))
    assert worked_off().outcome == "refused"
    assert under_way(folder) == [(1, "Verena Vogt")]


def test_somebody_without_the_right_to_see_it_any_more_does_nothing(listening: MailDoor, post: list[Any]) -> None:
    folder, told = reminded()
    verena = a_user("verena")
    verena.is_active = False
    verena.save()
    sent(listening, an_answer(told, "genehmigt"))
    assert worked_off().outcome == "refused"
    # Whoever has left is not written to any more.
    assert post[-1] is told
    assert under_way(folder) == [(1, "Verena Vogt")]


def test_four_eyes_sign_in_and_get_no_key(post: list[Any]) -> None:
    a_door()
    soon = timezone.localdate() + timedelta(days=1)
    _folder, told = reminded(stop(1, "verena", wish="approve", four_eyes=True, due_on=soon))
    assert "Sie können auch einfach" not in told.body
    assert told.reply_to == []
    assert not ReplyKey.objects.exists()


def test_where_it_is_not_wanted_nobody_is_asked_and_no_key_holds(listening: MailDoor, post: list[Any]) -> None:
    folder, told = reminded()
    set_door(actor=SETUP, now=NOW, task_replies=False)
    with pytest.raises(SMTPRecipientsRefused):
        sent(listening, an_answer(told, "genehmigt"))
    sent(listening, an_answer(told, "genehmigt"), to="akte@akte.frankenblech.example")
    worker = Worker()
    while worker.work_once():
        pass
    assert not Reply.objects.exists()
    assert under_way(folder) == [(1, "Verena Vogt")]
    _other, told = reminded(title="Noch eine")
    assert told.reply_to == []


def test_no_key_stands_in_the_log(listening: MailDoor, post: list[Any], caplog: pytest.LogCaptureFixture) -> None:
    """The mail library tells its log each recipient; whoever reads logs could answer for somebody else."""
    caplog.set_level(logging.INFO)
    _folder, told = reminded()
    sent(listening, an_answer(told, "genehmigt"))
    assert worked_off().outcome == "done"
    assert told.reply_to[0].partition("@")[0] not in caplog.text


def test_an_answer_with_signs_in_its_head_that_no_database_keeps_counts(listening: MailDoor, post: list[Any]) -> None:
    folder, told = reminded()
    content = an_answer(told, "genehmigt").replace(b"\n", b"\r\n")
    content = re.sub(rb"Message-ID: <.*>", b"Message-ID: <a\0b=?utf-7?q?+2AA-?=@example.com>", content)
    assert b"<a\0b" in content
    sent(listening, content)
    assert worked_off().outcome == "done"
    assert under_way(folder) == [(2, "Bernd Beck")]


def test_the_key_is_kept_as_a_hash_only(post: list[Any]) -> None:
    a_door()
    _folder, told = reminded()
    token = told.reply_to[0].partition("+")[2].partition("@")[0]
    assert len(token) == 17
    assert token not in str(list(ReplyKey.objects.values_list()))


def test_an_answer_in_a_mailbox_counts_and_the_same_mail_at_the_door_does_not_count_again(
    server: Dovecot, listening: MailDoor, post: list[Any]
) -> None:
    """A house whose mailbox knows no addresses with a plus: the answer names what it answers."""
    folder, told = reminded()
    told.reply_to = []
    content = an_answer(told, "genehmigt")
    box = add_mailbox(
        actor=SETUP, name="info", now=NOW, host="127.0.0.1", port=server.port, security="plain", username=USER,
        keys={"password": PASSWORD}, folders=[{"folder": "INBOX", "takes": "known", "done": ""}],
    )  # fmt: skip
    server.put(content)
    # Of nobody we know and without a key: it stays where it is.
    server.put(content.replace(b"task.", b"tisk."))
    with signed_in(box) as session:
        assert fetching.fetch(session, box, box.folders[0]) == 1
    assert worked_off().outcome == "done"
    assert under_way(folder) == [(2, "Bernd Beck")]
    letters = len(post)
    # Each server on the way adds lines of its own.
    by_the_door = b"Received: from a by b; Tue, 1 Dec 2026 08:01:00 +0100\n" + content
    sent(listening, by_the_door, to="akte@akte.frankenblech.example")
    assert worked_off().outcome == "ignored"
    assert len(post) == letters
