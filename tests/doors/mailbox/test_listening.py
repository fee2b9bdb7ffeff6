"""The door that listens says yes when the mail is committed, "later" when it cannot be, and no with a reason."""

from __future__ import annotations

import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import connection

from kundenakte import pipeline
from kundenakte.base import blobs
from kundenakte.base.jobs.worker import Worker
from kundenakte.doors.mailbox import answering, taking
from kundenakte.doors.mailbox.listening import Listener
from kundenakte.records.models import Arrival
from kundenakte.steps.intake.mailboxes import address_of, door, set_door, withdraw_address
from kundenakte.steps.intake.models import MailAnswer, MailDoor, MailEvent
from tests.builders import NOW, SETUP, a_customer_file, a_section
from tests.conftest import LONG, ROOT
from tests.waiting import PATIENCE, free_port, until

pytestmark = pytest.mark.django_db(transaction=True)
SENDER = "scanner@frankenblech.example"
CENTRAL = "akte@akte.frankenblech.example"


def a_door(**more: Any) -> MailDoor:
    wish = {
        "enabled": True, "smtp_port": free_port(), "lmtp_port": free_port(), "domain": "akte.frankenblech.example",
        "senders": ["@frankenblech.example"], "answers": False, "max_megabytes": 1, **more,
    }  # fmt: skip
    return set_door(actor=SETUP, now=NOW, **wish)


@pytest.fixture
def listening(house: None) -> Iterator[MailDoor]:
    settings = a_door()
    listener = Listener(settings)
    listener.start()
    until(lambda: MailDoor.objects.get().succeeded_at is not None)
    yield settings
    listener.stop()
    listener.join()


def a_mail(number: int = 1, subject: str = "Scan from MFP", more: str = "") -> bytes:
    return f"From: {SENDER}\r\nTo: {CENTRAL}\r\nSubject: {subject}\r\n{more}\r\nBlatt {number}\r\n.Punkt\r\n".encode()


def sent(settings: MailDoor, content: bytes, *to: str, sender: str = SENDER) -> dict[str, tuple[int, bytes]]:
    with smtplib.SMTP("127.0.0.1", settings.smtp_port, timeout=30) as client:
        return client.sendmail(sender, list(to or (CENTRAL,)), content)


def kept() -> list[bytes]:
    rows = Arrival.objects.exclude(source="attachment").order_by("pk")
    return [blobs.default().path(row.digest).read_bytes() for row in rows]


def test_it_keeps_the_bytes_and_the_envelope(listening: MailDoor) -> None:
    assert sent(listening, a_mail()) == {}
    assert kept() == [a_mail()]
    arrival = Arrival.objects.get()
    assert (arrival.source, arrival.source_number, arrival.file_name) == ("smtp", 1, "Scan from MFP.eml")
    assert arrival.facts["other"]["envelope_from"] == SENDER
    assert arrival.facts["other"]["envelope_to"] == CENTRAL


def test_strangers_unknown_addresses_and_bounces_are_turned_away(listening: MailDoor) -> None:
    for sender, to, code in (
        ("fremd@example.net", CENTRAL, 550), ("", CENTRAL, 550), (SENDER, "andere@akte.frankenblech.example", 550),
        (SENDER, "akte+nichtdatokenxyz@akte.frankenblech.example", 550), (SENDER, "akte@example.net", 550),
    ):  # fmt: skip
        with pytest.raises(smtplib.SMTPException) as refused:
            sent(listening, a_mail(), to, sender=sender)
        assert str(code) in str(refused.value)
    assert kept() == []
    events = list(MailEvent.objects.values_list("outcome", "sentence"))
    assert {outcome for outcome, _ in events} == {"refused"}
    assert not any("nichtdatokenxyz" in sentence for _, sentence in events)


def test_an_address_of_a_section_files_there_and_one_withdrawn_nowhere(listening: MailDoor) -> None:
    file = a_customer_file()
    address = address_of(actor=SETUP, customer_file=file, section=a_section("vertraege"), now=NOW)
    again = address_of(actor=SETUP, customer_file=file, section=a_section("vertraege"), now=NOW)
    assert again == address
    to = f"akte+{address.token}@akte.frankenblech.example"
    content = (
        a_mail().replace(b"\r\n\r\n", b"\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n", 1)
        + b"\r\n--b\r\nContent-Type: application/octet-stream; name=DOC001.txt\r\n\r\nEin Blatt\r\n--b--\r\n"
    )
    assert sent(listening, content, to) == {}
    worker = Worker()
    while worker.work_once():
        pass
    mail, part = Arrival.objects.order_by("pk")
    for one in (mail, part):
        assert one.document is not None, one.sentence
        assert (one.document.customer_file, one.document.section.key) == (file, "vertraege")
    withdraw_address(actor=SETUP, address=address, now=NOW)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        sent(listening, a_mail(2), to)


def test_a_full_disk_is_answered_with_later(listening: MailDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "receive", full)
        with pytest.raises(smtplib.SMTPDataError) as refused:
            sent(listening, a_mail())
    assert refused.value.smtp_code == 451
    assert Arrival.objects.count() == 0
    assert sent(listening, a_mail()) == {}


@pytest.fixture
def narrow(settings: Any) -> None:
    """Room for three at once."""
    settings.MAIL_CONNECTIONS = 3


def test_more_connections_than_there_is_room_for_are_told_to_come_later(narrow: None, listening: MailDoor) -> None:
    ports = [listening.smtp_port, listening.lmtp_port, listening.smtp_port]
    inside = [socket.create_connection(("127.0.0.1", port), timeout=30) for port in ports]
    assert [one.recv(200)[:4] for one in inside] == [b"220 "] * 3
    for port in (listening.smtp_port, listening.lmtp_port):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as outside:
            assert _all_of(outside) == b"421 4.3.2 Zu viele Verbindungen zugleich, bitte spaeter noch einmal\r\n"
    with pytest.raises(smtplib.SMTPConnectError) as refused:
        sent(listening, a_mail())
    assert refused.value.smtp_code == 421
    # Those inside are not disturbed, and each that goes makes room.
    inside[0].sendall(b"NOOP\r\n")
    assert inside[0].recv(200).startswith(b"250 ")
    inside.pop().close()
    until(lambda: _delivered(listening))
    for one in inside:
        one.close()
    assert kept() == [a_mail()]


def test_who_goes_away_amid_starttls_makes_room_as_well(narrow: None, listening: MailDoor) -> None:
    for _round in range(5):
        with socket.create_connection(("127.0.0.1", listening.smtp_port), timeout=30) as one:
            one.recv(200)
            one.sendall(b"EHLO scanner\r\n")
            one.recv(1000)
            one.sendall(b"STARTTLS\r\n")
            one.recv(200)
    until(lambda: _delivered(listening))


def _all_of(connection: socket.socket) -> bytes:
    """What comes until the other side closes."""
    said = b""
    while more := connection.recv(500):
        said += more
    return said


def _delivered(settings: MailDoor) -> bool:
    try:
        return sent(settings, a_mail()) == {}
    except smtplib.SMTPConnectError:
        return False


def test_too_large_and_empty_mails_are_refused(listening: MailDoor) -> None:
    with pytest.raises(smtplib.SMTPException) as refused:
        sent(listening, a_mail() + b"x" * 76 * 20_000)
    assert "552" in str(refused.value)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        sent(listening, b"\r\n")
    assert refused.value.smtp_code == 554


def test_half_a_mail_is_none(listening: MailDoor) -> None:
    client = smtplib.SMTP("127.0.0.1", listening.smtp_port, timeout=30)
    client.ehlo()
    client.mail(SENDER)
    client.rcpt(CENTRAL)
    client.docmd("DATA")
    client.send(b"Subject: halb\r\n\r\nHier bricht es")
    client.close()
    assert sent(listening, a_mail()) == {}
    assert kept() == [a_mail()]


def test_lmtp_answers_for_each_recipient(listening: MailDoor) -> None:
    address = address_of(actor=SETUP, customer_file=a_customer_file(), section=None, now=NOW)
    to = [CENTRAL, f"akte+{address.token}@akte.frankenblech.example", CENTRAL]
    with smtplib.LMTP("127.0.0.1", listening.lmtp_port) as client:
        client.ehlo()
        client.mail(SENDER)
        for one in to:
            assert client.rcpt(one)[0] == 250
        assert client.docmd("DATA")[0] == 354
        client.send(a_mail() + b".\r\n")
        assert [client.getreply()[0] for _ in to] == [250, 250, 250]
    assert [bool(one.facts.get("address_id")) for one in Arrival.objects.order_by("pk")] == [False, True]


def test_real_senders_are_understood(listening: MailDoor, tmp_path: Path) -> None:
    """What scanners and servers are built on: swaks over STARTTLS, msmtp."""
    mail = tmp_path / "mail.eml"
    mail.write_bytes(a_mail(7))
    if not (shutil.which("swaks") and shutil.which("msmtp")):
        pytest.fail("swaks and msmtp are not installed (tools/system-packages test)")
    server = ["--server", "127.0.0.1", "--port", str(listening.smtp_port)]
    command = ["swaks", *server, "--tls", "--from", SENDER, "--to", CENTRAL, "--data", f"@{mail}"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout.decode()
    command = ["msmtp", "--host=127.0.0.1", f"--port={listening.smtp_port}", f"--from={SENDER}", CENTRAL]
    done = subprocess.run(command, input=a_mail(8), capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    assert [one.facts["other"]["tls"] for one in Arrival.objects.order_by("pk")] == ["ja", "nein"]
    assert b"Blatt 7" in kept()[0]


class _Inbox:
    def __init__(self) -> None:
        self.mails: list[tuple[str, list[str], bytes]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 ok"


@pytest.fixture
def post(settings: Any) -> Iterator[_Inbox]:
    """The mail server through which answers leave."""
    inbox = _Inbox()
    server = Controller(inbox, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER = False, ""
    yield inbox
    server.stop()


def worked_off() -> None:
    worker = Worker()
    while worker.work_once():
        pass
    answering.answer_due()
    assert not MailAnswer.objects.filter(sent_at=None, withheld="").exists()


@pytest.mark.usefixtures("house")
def test_whoever_sent_it_learns_what_became_of_it(post: _Inbox) -> None:
    settings = a_door(answers=True)
    asked = answering.wanted(settings, taking.read_head(a_mail()), SENDER)
    assert asked is not None
    taking.take(
        a_mail(more="Message-ID: <x@y>\r\n"), head=taking.read_head(a_mail(more="Message-ID: <x@y>\r\n")),
        source="smtp", origin="", facts={}, team=None, beside=asked, now=NOW,
    )  # fmt: skip
    worked_off()
    (sender, to, content), *more = post.mails
    assert (sender, to, more) == ("<>", [SENDER], [])
    assert b"Auto-Submitted: auto-replied" in content
    assert b"wartet im Posteingang" in content
    for headers, who in (
        ("Auto-Submitted: auto-generated\r\n", SENDER), ("List-Id: <l>\r\n", SENDER), ("Precedence: bulk\r\n", SENDER),
        ("", ""), ("", "MAILER-DAEMON@example.com"), ("", CENTRAL),
    ):  # fmt: skip
        assert answering.wanted(settings, taking.read_head(a_mail(more=headers)), who) is None


def test_nobody_gets_answers_without_end(house: None, post: _Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "MOST_AN_HOUR", 2)
    settings = a_door(answers=True)
    for number in range(4):
        head = taking.read_head(a_mail(number))
        asked = answering.wanted(settings, head, SENDER)
        assert asked is not None
        taking.take(
            a_mail(number), head=head, source="smtp", origin="", facts={}, team=None, beside=asked, now=NOW
        )  # fmt: skip
    worked_off()
    assert len(post.mails) == 2
    assert MailAnswer.objects.filter(withheld="too_many").count() == 2


def test_a_port_that_is_taken_is_told(house: None) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        listener = Listener(a_door(smtp_port=other.getsockname()[1]))
        listener.start()
        until(lambda: "lauschen" in door().problem)
        listener.join()


_PROCESS = """
import django, threading
django.setup()
from kundenakte import pipeline
from kundenakte.doors.mailbox import watch
pipeline.register_jobs()
watch.run(threading.Event())
"""
ROUNDS = 100 if LONG else 5


@pytest.mark.kill
def test_what_it_said_yes_to_is_there_whatever_is_killed(house: None, house_environment: dict[str, str]) -> None:
    settings = a_door()
    connection.close()
    dice = Random(20261129)
    promised: list[bytes] = []

    def started() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", _PROCESS], env=house_environment, cwd=ROOT)

    def delivered(content: bytes) -> bool:
        try:
            sent(settings, content)
        except (OSError, smtplib.SMTPException):
            return False
        return True

    process = started()
    try:
        for round_ in range(ROUNDS):
            until(lambda round_=round_: delivered(a_mail(round_ * 100)), seconds=4 * PATIENCE)  # type: ignore[misc]
            promised.append(a_mail(round_ * 100))
            last = time.monotonic() + dice.uniform(0.0, 0.4)
            for number in range(1, 50):
                if time.monotonic() > last:
                    process.send_signal(signal.SIGKILL)
                if delivered(a_mail(round_ * 100 + number)):
                    promised.append(a_mail(round_ * 100 + number))
                elif process.poll() is not None:
                    break
            process.kill()
            process.wait()
            process = started()
    finally:
        process.kill()
        process.wait()
    # What came without a yes may be there too: it is sent again, and seen to be the same.
    assert set(promised) <= set(kept())
    numbers = list(Arrival.objects.order_by("source_number").values_list("source_number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
