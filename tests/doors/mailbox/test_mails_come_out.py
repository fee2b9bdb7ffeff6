"""T-26: a mail that is exported later is byte for byte the one that came, and what hung on it has an address of its own
and a link to its mail."""

from __future__ import annotations

import email
import email.policy
import hashlib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from smtplib import SMTP

import pytest
from django.test import Client
from django.urls import reverse

from kundenakte.base.jobs.worker import Worker
from kundenakte.doors.mailbox import fetching
from kundenakte.doors.mailbox.listening import Listener
from kundenakte.records.models import Arrival, CustomerFile, Reference
from kundenakte.steps.intake.imap_sign_in import signed_in
from kundenakte.steps.intake.mailboxes import add_mailbox, set_door
from kundenakte.steps.intake.models import MailDoor
from tests.builders import NOW, SETUP, a_customer_file, a_user
from tests.conftest import LONG
from tests.doors.api.calls import Program
from tests.doors.mailbox.dovecot import PASSWORD, USER, Dovecot
from tests.waiting import free_port, until

pytestmark = pytest.mark.django_db(transaction=True)
SAMPLES = sorted((Path(__file__).parents[2] / "samples" / "mail").glob("*.[em][ms][lg]"))[:: 1 if LONG else 3]
ANTON = "anton"


@pytest.fixture
def listening(house: None) -> Iterator[MailDoor]:
    door = set_door(
        actor=SETUP, now=NOW, enabled=True, smtp_port=free_port(), lmtp_port=0, domain="akte.frankenblech.example",
        senders=["@example.com"], answers=False,
    )  # fmt: skip
    listener = Listener(door)
    listener.start()
    until(lambda: MailDoor.objects.get().succeeded_at is not None)
    yield door
    listener.stop()
    listener.join()


def a_browser() -> Client:
    browser = Client()
    browser.force_login(a_user(ANTON))
    return browser


def worked_off() -> None:
    worker = Worker()
    while worker.work_once():
        pass


def dropped_on(file: CustomerFile, path: Path) -> None:
    """As a person drops a mail file on a customer's file."""
    browser, data = a_browser(), path.read_bytes()
    made = browser.post(reverse("upload-begin"), {"name": path.name, "size": len(data), "akte": file.pk}).json()
    put = browser.put(f"{made['part']}?offset=0", data, content_type="application/octet-stream")
    assert put.status_code < 300
    assert browser.post(made["finish"]).status_code == 201


def exported(arrival: Arrival) -> set[bytes]:
    """The original by each way out: the browser's and REST's, or the inbox' as long as it waits there."""
    if arrival.document is None:
        return {a_browser().get(reverse("inbox-download", args=(arrival.pk,))).getvalue()}
    version = arrival.document.valid_version
    assert version is not None
    by_browser = a_browser().get(reverse("document-download", args=(arrival.document_id, version.number)))
    by_rest = Program(ANTON).get(f"documents/{arrival.document_id}/versions/{version.number}/content")
    assert (by_browser.status_code, by_rest.status_code) == (200, 200)
    return {by_browser.getvalue(), by_rest.getvalue()}


def files_hanging_on(data: bytes) -> set[str]:
    """Digests of the files another reader of mails finds in it."""
    mail = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    parts = (
        part for part in mail.walk()
        # A signature belongs to the mail itself.
        if part.get_content_disposition() == "attachment" and part.get_content_subtype() != "pkcs7-signature"
        and not part.is_multipart()
    )  # fmt: skip
    contents = (part.get_payload(decode=True) for part in parts)
    # One of the samples names a file of no bytes: there is nothing to keep apart.
    return {hashlib.sha256(content).hexdigest() for content in contents if content}  # type: ignore[arg-type]


def parts_of(arrival: Arrival) -> list[Arrival]:
    return list(Arrival.objects.filter(part_of=arrival).select_related("document"))


def within(arrival: Arrival) -> set[str]:
    """Digests of all that lies in it, however deep."""
    parts = parts_of(arrival)
    return {part.digest for part in parts}.union(*(within(part) for part in parts))


def assert_apart_and_linked(mail: Arrival) -> int:
    """Each part of a filed mail is a document that leads to its mail, with bytes of its own. Returns how many."""
    parts = parts_of(mail) if mail.document is not None else []
    for part in parts:
        [content] = exported(part)
        assert hashlib.sha256(content).hexdigest() == part.digest, part.file_name
        if part.document is not None and part.state == Arrival.State.FILED:
            linked = Reference.objects.filter(
                from_document=part.document, to_document=mail.document, kind=Reference.Kind.ATTACHMENT_OF
            )
            assert linked.exists(), part.file_name
    return len(parts)


def test_t26_each_mail_comes_out_as_it_was_dropped_with_what_hangs_on_it_apart(house: None) -> None:
    hanging = 0
    for number, path in enumerate(SAMPLES):
        dropped_on(a_customer_file(f"Kunde {number} GmbH", f"D-2{number:04}"), path)
    worked_off()
    for path in SAMPLES:
        data = path.read_bytes()
        mail = Arrival.objects.select_related("document").get(digest=hashlib.sha256(data).hexdigest(), part_of=None)
        assert exported(mail) == {data}, path.name
        hanging += assert_apart_and_linked(mail)
        if path.suffix == ".eml":
            assert files_hanging_on(data) <= within(mail), path.name
    assert hanging >= 5


def test_t26_what_came_from_a_mailbox_and_by_smtp_comes_out_as_the_server_gave_it(
    server: Dovecot, listening: MailDoor
) -> None:
    """Lines end in CR LF on the wire (RFC 5321, RFC 3501); nothing else may differ."""
    box = add_mailbox(
        actor=SETUP, name="info", now=NOW, host="127.0.0.1", port=server.port, security="plain", username=USER,
        keys={"password": PASSWORD}, folders=[{"folder": "INBOX", "takes": "all", "done": ""}],
    )  # fmt: skip
    mails = [on_the_wire(path.read_bytes()) for path in SAMPLES if path.suffix == ".eml"]
    half = len(mails) // 2
    for data in mails[:half]:
        server.put(data)
    with signed_in(box) as session:
        assert fetching.fetch(session, box, box.folders[0]) == half
    for data in mails[half:]:
        with SMTP("127.0.0.1", listening.smtp_port, timeout=30) as client:
            client.sendmail("scanner@example.com", ["akte@akte.frankenblech.example"], data)
    worked_off()
    came = Arrival.objects.filter(part_of=None).select_related("document")
    assert came.count() == len(mails)
    for mail in came:
        [content] = exported(mail)
        assert content in mails, mail.file_name
        assert_apart_and_linked(mail)


def on_the_wire(data: bytes) -> bytes:
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    return b"\r\n".join(lines[:-1] if not lines[-1] else lines) + b"\r\n"
