"""Mails are fetched once and whole, whatever breaks in between; the mailbox is told only after the commit."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, HTTPServer
from random import Random
from typing import Any

import pytest
from django.db import connection

from kundenakte import pipeline
from kundenakte.base import blobs, secret_files
from kundenakte.doors.mailbox import fetching, watch
from kundenakte.records.models import Arrival
from kundenakte.steps.intake.imap_sign_in import MAILBOX, Unreachable, signed_in
from kundenakte.steps.intake.mailboxes import add_mailbox, change_mailbox
from kundenakte.steps.intake.models import Mailbox, MailboxFolder, MailEvent
from tests.builders import NOW, SETUP, a_customer_file
from tests.conftest import LONG, ROOT
from tests.doors.mailbox.dovecot import PASSWORD, USER, Dovecot
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.django_db(transaction=True)
INBOX = {"folder": "INBOX", "takes": "all", "done": ""}
# For what begins with a process that has to load everything, or takes several turns of a loop with a real server.
LONGER = 4 * PATIENCE


def a_mailbox(server: Dovecot, *rules: dict[str, str], **more: Any) -> Mailbox:
    wish = {
        "host": "127.0.0.1", "port": server.port, "security": "plain", "username": USER,
        "keys": {"password": PASSWORD}, "folders": list(rules or (INBOX,)), **more,
    }  # fmt: skip
    return add_mailbox(actor=SETUP, name="info", now=NOW, **wish)


def a_mail(number: int = 1, sender: str = "einkauf@muster.example", more: bytes = b"") -> bytes:
    return (
        f"From: {sender}\r\nTo: {USER}\r\nSubject: Frage {number}\r\nMessage-ID: <{number}@muster.example>\r\n\r\n"
        f"Wann kommt Lieferung {number}?\r\nFrom Grüßen\r\n.\r\n"
    ).encode() + more


def fetched(mailbox: Mailbox) -> int:
    with signed_in(mailbox) as session:
        return sum(fetching.fetch(session, mailbox, rule) for rule in mailbox.folders)


def kept() -> list[bytes]:
    rows = Arrival.objects.exclude(source="attachment").order_by("pk")
    return [blobs.default().path(row.digest).read_bytes() for row in rows]


def test_mails_are_taken_once_byte_for_byte_and_flagged(server: Dovecot) -> None:
    mailbox = a_mailbox(server)
    mails = [a_mail(n) for n in range(3)]
    for mail in mails:
        server.put(mail)
    assert fetched(mailbox) == 3
    assert kept() == mails
    assert {one.source for one in Arrival.objects.all()} == {"mailbox:info"}
    assert [one.source_number for one in Arrival.objects.order_by("pk")] == [1, 2, 3]
    assert all(fetching.KEYWORD.encode() in flags and b"\\Seen" not in flags for flags, _ in server.there())
    server.put(a_mail(9))
    assert fetched(mailbox) == 1
    assert fetched(mailbox) == 0


def test_what_is_moved_here_is_filed_and_moved_on(server: Dovecot) -> None:
    mailbox = a_mailbox(server, {"folder": "Kundenakte", "takes": "all", "done": "Kundenakte-erledigt"})
    server.put(a_mail(1), "Kundenakte")
    assert fetched(mailbox) == 1
    assert server.there("Kundenakte") == []
    assert [content for _, content in server.there("Kundenakte-erledigt")] == [a_mail(1)]


def test_of_a_personal_mailbox_only_what_concerns_customers_is_taken(server: Dovecot) -> None:
    a_customer_file("Muster GmbH", "K-1", identifiers=[("email", "einkauf@muster.example")])
    mailbox = a_mailbox(
        server, {"folder": "INBOX", "takes": "known", "done": ""}, {"folder": "Sent", "takes": "sent", "done": ""}
    )
    server.put(a_mail(1, sender="oma@web.example"))
    server.put(a_mail(2))
    server.put(
        b"From: ich@frankenblech.example\r\nTo: einkauf@muster.example\r\nSubject: Angebot\r\n\r\nAnbei.\r\n", "Sent"
    )
    server.put(b"From: ich@frankenblech.example\r\nTo: oma@web.example\r\nSubject: Sonntag\r\n\r\nKuchen.\r\n", "Sent")
    assert fetched(mailbox) == 2
    assert kept()[0] == a_mail(2)
    assert sorted(MailboxFolder.objects.values_list("folder", "left")) == [("INBOX", 1), ("Sent", 1)]
    assert all(fetching.KEYWORD.encode() not in flags for flags, content in server.there() if b"oma@" in content)


def test_new_numbers_bring_nothing_twice(server: Dovecot) -> None:
    mailbox = a_mailbox(server)
    for number in range(2):
        server.put(a_mail(number))
    assert fetched(mailbox) == 2
    before = MailboxFolder.objects.get().uidvalidity
    server.forget_numbers()
    server.put(a_mail(7))
    assert fetched(mailbox) == 1
    assert MailboxFolder.objects.get().uidvalidity != before
    assert len(kept()) == 3
    assert MailEvent.objects.filter(outcome="again").count() == 2


def test_a_break_after_the_commit_is_made_good(server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    mailbox = a_mailbox(server, {"folder": "INBOX", "takes": "all", "done": "Erledigt"})
    server.put(a_mail(1))

    def broken(*_: Any) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patched:
        patched.setattr(fetching, "_mark", broken)
        with pytest.raises(ConnectionResetError):
            fetched(mailbox)
    assert len(kept()) == 1
    assert len(server.there()) == 1
    assert fetched(mailbox) == 0
    assert (server.there(), len(server.there("Erledigt")), len(kept())) == ([], 1, 1)


def test_what_cannot_be_kept_stays_in_the_mailbox(server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    mailbox = a_mailbox(server)
    server.put(a_mail(1))

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "receive", full)
        assert "Ablage" in watch.follow(mailbox, lambda: False)
    mailbox.refresh_from_db()
    assert "bleiben im Postfach" in mailbox.problem
    assert (kept(), MailEvent.objects.count()) == ([], 0)
    assert fetched(mailbox) == 1


def test_what_is_too_large_is_left_with_a_sentence(server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    mailbox = a_mailbox(server)
    server.put(a_mail(1, more=b"x" * 5000))
    monkeypatch.setattr(fetching, "MOST_BYTES", 1000)
    assert fetched(mailbox) == 0
    assert MailEvent.objects.get().sentence == fetching.TOO_LARGE


def test_a_wrong_password_and_a_server_that_is_gone_are_told(server: Dovecot) -> None:
    mailbox = a_mailbox(server, keys={"password": "falsch"})
    with pytest.raises(Unreachable, match="Passwort"), signed_in(mailbox):
        pass
    change_mailbox(actor=SETUP, mailbox=mailbox, now=NOW, keys={"password": PASSWORD})
    assert secret_files._path(MAILBOX, "info").stat().st_mode & 0o777 == 0o600
    assert fetched(mailbox) == 0
    change_mailbox(actor=SETUP, mailbox=mailbox, now=NOW, folders=[{"folder": "Weg", "takes": "all", "done": ""}])
    assert "gibt es im Postfach nicht" in watch.follow(mailbox, lambda: False)
    server.stop()
    assert "nicht erreichbar" in watch.follow(mailbox, lambda: False)


def test_a_server_that_is_not_well_is_no_missing_folder(server: Dovecot) -> None:
    mailbox = a_mailbox(server, {"folder": "Angebote", "takes": "all", "done": ""})
    server.put(a_mail(1), "Angebote")
    inside = server.folder / "mail" / USER / ".Angebote"
    (inside / "new").rename(inside / "aside")
    (inside / "new").write_text("kein Ordner")
    for file in inside.glob("dovecot*"):
        file.unlink()
    assert "gerade nicht öffnen" in watch.follow(mailbox, lambda: False)
    (inside / "new").unlink()
    (inside / "aside").rename(inside / "new")
    assert fetched(mailbox) == 1


@pytest.fixture
def provider() -> Any:
    """A provider's token endpoint: turns the refresh token at each use, and tells the server whose a token is."""

    class Tokens(BaseHTTPRequestHandler):
        refresh = "r0"
        granted: list[str] = []

        def do_POST(self) -> None:
            form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            if form["refresh_token"] != [Tokens.refresh] or form["client_secret"] != ["s"]:
                self._say(400, {"error": "invalid_grant"})
                return
            Tokens.refresh += "+"
            Tokens.granted.append(f"token{len(Tokens.granted)}")
            self._say(200, {"access_token": Tokens.granted[-1], "refresh_token": Tokens.refresh, "expires_in": 3600})

        def do_GET(self) -> None:
            token = self.path.rsplit("=", 1)[-1]
            self._say(200, {"email": USER}) if token in Tokens.granted else self._say(401, {"error": "invalid_token"})

        def _say(self, status: int, value: dict[str, Any]) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    endpoint = HTTPServer(("127.0.0.1", 0), Tokens)
    thread = threading.Thread(target=endpoint.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{endpoint.server_port}", Tokens
    endpoint.shutdown()
    endpoint.server_close()
    thread.join()


def test_oauth2_signs_in_with_a_refresh_token_that_turns(server: Dovecot, provider: Any) -> None:
    url, tokens = provider
    server.stop()
    server.say_tokens(f"{url}/tokeninfo?access_token=")
    server.start()
    server.put(a_mail(1))
    mailbox = a_mailbox(
        server, sign_in="oauth2", token_url=f"{url}/token", client_id="kundenakte",
        keys={"refresh_token": "r0", "client_secret": "s"},
    )  # fmt: skip
    assert fetched(mailbox) == 1
    assert secret_files.of(MAILBOX, "info")["refresh_token"] == "r0+"
    assert fetched(mailbox) == 0
    tokens.refresh = "withdrawn"
    with pytest.raises(Unreachable, match="Refresh-Token"), signed_in(mailbox):
        pass


def follows(stop: threading.Event) -> threading.Thread:
    thread = threading.Thread(target=watch.run, args=(stop,))
    thread.start()
    return thread


def test_new_mail_is_noticed_and_a_provider_that_was_gone_found_again(
    server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "PAUSES", (0.2,))
    monkeypatch.setattr(watch, "CONFIG", 0.1)
    mailbox = a_mailbox(server)
    stop = threading.Event()
    thread = follows(stop)
    try:
        until(lambda: Mailbox.objects.get().succeeded_at is not None, seconds=LONGER)
        # The folder is looked at again in half a minute only: this comes by IDLE.
        server.put(a_mail(1))
        until(lambda: len(kept()) == 1, seconds=LONGER)
        server.stop()
        until(lambda: Mailbox.objects.get().problem != "", seconds=LONGER)
        server.start()
        server.put(a_mail(2))
        until(lambda: len(kept()) == 2, seconds=LONGER)
        until(lambda: Mailbox.objects.get().problem == "", seconds=LONGER)
        change_mailbox(actor=SETUP, mailbox=mailbox, now=NOW, enabled=False)
        server.put(a_mail(3))
    finally:
        stop.set()
        thread.join()
    assert len(kept()) == 2


_PROCESS = """
import django, threading
django.setup()
from kundenakte import pipeline
from kundenakte.doors.mailbox import watch
pipeline.register_jobs()
watch.PAUSES = (0.2,)
watch.run(threading.Event())
"""
ROUNDS = 60 if LONG else 3


@pytest.mark.kill
def test_nothing_is_lost_or_doubled_when_it_is_killed(server: Dovecot, house_environment: dict[str, str]) -> None:
    a_mailbox(server, {"folder": "INBOX", "takes": "all", "done": "Erledigt"})
    connection.close()
    dice = Random(20261129)
    mails: list[bytes] = []

    def started() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", _PROCESS], env=house_environment, cwd=ROOT)

    process = started()
    try:
        for round_ in range(ROUNDS):
            for number in range(6):
                mails.append(a_mail(round_ * 100 + number))
                server.put(mails[-1])
            wanted = len(mails) - dice.randint(0, 5)
            until(lambda wanted=wanted: len(kept()) >= wanted, seconds=LONGER)  # type: ignore[misc]
            time.sleep(dice.uniform(0, 0.05))
            process.send_signal(signal.SIGKILL)
            process.wait()
            process = started()
        until(lambda: len(kept()) >= len(mails), seconds=LONGER)
        until(lambda: server.there() == [], seconds=LONGER)
    finally:
        process.kill()
        process.wait()
    assert sorted(kept()) == sorted(mails)
    assert len(server.there("Erledigt")) == len(mails)
