"""The ways into the house, each of which says whether it has taken the bytes."""

from __future__ import annotations

import hashlib
import smtplib
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

from django.test import Client
from django.urls import reverse

from kundenakte.doors.hotfolder.receiving import Paused
from kundenakte.doors.mailbox.listening import Listener
from kundenakte.steps.intake.mailboxes import set_door
from kundenakte.steps.intake.models import MailDoor
from tests.builders import NOW, SETUP, a_house, a_user
from tests.doors.api.calls import Program
from tests.doors.hotfolder.benches import Bench
from tests.waiting import free_port, until

Door = Callable[..., bool]
_SENDER = "scanner@frankenblech.example"


class Doors:
    """The ways in, each of which says whether it has taken the bytes. Whatever else it does is no answer."""

    def __init__(self, folder: Path) -> None:
        a_house()
        self.program, self.bench, self.browser = Program(), Bench(folder), Client(raise_request_exception=False)
        self.browser.force_login(a_user("verena"))
        mail_door = set_door(
            actor=SETUP, now=NOW, enabled=True, smtp_port=free_port(), lmtp_port=free_port(), answers=False,
            domain="akte.frankenblech.example", senders=["@frankenblech.example"], max_megabytes=1,
        )  # fmt: skip
        self.port = mail_door.smtp_port
        self.listener = Listener(mail_door)
        self.listener.start()
        until(lambda: MailDoor.objects.get().succeeded_at is not None)
        self.all: tuple[Door, ...] = (self.rest, self.web, self.mail, self.folder)

    def rest(self, data: bytes, name: str = "brief.txt") -> bool:
        answer = self.program.deliver(data, name=name)
        assert answer.status_code in {200, 201, 422, 503, 507}, answer.content
        assert answer.status_code < 500 or "Retry-After" in answer
        return bool(answer.status_code < 300)

    def web(self, data: bytes, name: str = "brief.txt") -> bool:
        made = self.browser.post(reverse("upload-begin"), {"name": name, "size": len(data)})
        if made.status_code >= 400:
            return False
        put = self.browser.put(f"{made.json()['part']}?offset=0", data, content_type="application/octet-stream")
        return put.status_code < 400 and self.browser.post(made.json()["finish"]).status_code == 201

    def mail(self, data: bytes, name: str = "") -> bool:
        with smtplib.SMTP("127.0.0.1", self.port, timeout=60) as client:
            client.ehlo()
            code, _said = client.mail(_SENDER)
            if code < 400:
                code, _said = client.rcpt("akte@akte.frankenblech.example")
            if code < 400:
                code, _said = client.data(as_mail(data, name))
        # "Later", never "no": the sender keeps it and tries again. Only an empty mail is none.
        assert code < 500 or not (data or name)
        return code < 400

    def folder(self, data: bytes, name: str = ".txt") -> bool:
        file = self.bench.put(f"{hashlib.sha256(data).hexdigest()[:12]}{name}", data)
        with suppress(Paused):
            for _look in range(4):
                self.bench.look(6)
        return not file.exists()

    def close(self) -> None:
        self.listener.stop()
        self.listener.join()


def as_mail(data: bytes, name: str = "") -> bytes:
    """The mail that brings it: as its text, or with a name as what hangs on it."""
    if name:
        mail = EmailMessage()
        mail["From"], mail["Subject"] = _SENDER, f"Scan {name}"
        mail.set_content("Anbei.")
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
        return mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))
    return b"From: %s\r\nSubject: Brief\r\n\r\n%s\r\n" % (_SENDER.encode(), data)
