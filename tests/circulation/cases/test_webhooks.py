"""A process calls another program: a real listener, its answers, and calls that must not happen."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from kundenakte.base import secret_files
from kundenakte.base.jobs.models import Job
from kundenakte.base.journal.models import JournalEntry
from kundenakte.circulation.cases import errands, publishing
from kundenakte.circulation.models import CaseErrand, WebhookReceiver
from kundenakte.records.refusals import BadValue, NotAllowed
from tests.builders import NOW, an_actor
from tests.case_builders import a_probe, open_steps, worked_off
from tests.process_builders import errand

pytestmark = pytest.mark.usefixtures("db")
KEY = "0123456789abcdef-erp"


@dataclass
class Listener:
    """What came to a program of the house, and what it answers."""

    address: str = ""
    status: int = 204
    goes_to: str = ""
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def listener() -> Iterator[Listener]:
    heard = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.calls.append((self.path, dict(self.headers), body))
            self.send_response(heard.status)
            if heard.goes_to:
                self.send_header("Location", heard.goes_to)
            self.end_headers()

        def do_GET(self) -> None:
            heard.calls.append((self.path, dict(self.headers), b""))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Nothing on the screen."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    heard.address = f"http://127.0.0.1:{server.server_port}"
    yield heard
    server.shutdown()
    server.server_close()
    thread.join()


def entered(listener: Listener) -> WebhookReceiver:
    return publishing.set_receiver(actor=an_actor(), name="erp", url=f"{listener.address}/vorgang", secret=KEY, now=NOW)


def tried_again_at_once() -> None:
    """What failed for now is due at once, not after its pause."""
    Job.objects.filter(state="waiting").update(run_after=NOW)
    worked_off()


def test_a_receiver_is_called_once_and_knows_who_calls(listener: Listener) -> None:
    entered(listener)
    case = a_probe(errand("call_webhook", receiver="erp"))
    worked_off()
    [(path, headers, body)] = listener.calls
    told = json.loads(body)
    assert (path, told["case"], told["customer_file"]) == ("/vorgang", case.number, case.customer_file_id)
    signed = hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Kundenakte-Signature"] == f"sha256={signed}"
    assert headers["Idempotency-Key"] == str(CaseErrand.objects.get().run)
    assert [name for name, _ in open_steps(case)] == ["danach"]


def test_whoever_does_not_answer_well_is_called_again_with_the_same_key(listener: Listener) -> None:
    entered(listener)
    listener.status = 503
    case = a_probe(errand("call_webhook", receiver="erp"))
    worked_off()
    assert (len(listener.calls), open_steps(case)) == (1, [])
    listener.status = 200
    tried_again_at_once()
    assert len({headers["Idempotency-Key"] for _, headers, _ in listener.calls}) == 1
    assert (len(listener.calls), [name for name, _ in open_steps(case)]) == (2, ["danach"])


def test_an_answer_that_sends_elsewhere_is_a_failure_and_nobody_is_called_there(listener: Listener) -> None:
    entered(listener)
    listener.status, listener.goes_to = 302, f"{listener.address}/anderswo"
    case = a_probe(errand("call_webhook", receiver="erp"))
    worked_off()
    for _ in range(6):
        tried_again_at_once()
    assert {path for path, _, _ in listener.calls} == {"/vorgang"}
    row = CaseErrand.objects.get()
    assert (row.state, bool(row.trouble), open_steps(case)) == ("failed", True, [])
    errands.go_without(actor=an_actor("sabine"), errand=row, reason="Von Hand gemeldet", now=NOW)
    assert [name for name, _ in open_steps(case)] == ["danach"]


def test_without_a_receiver_or_its_key_nobody_is_called(listener: Listener) -> None:
    case = a_probe(errand("call_webhook", receiver="erp"))
    worked_off()
    assert CaseErrand.objects.get(case=case).state == "failed"
    WebhookReceiver.objects.create(name="erp", url=f"{listener.address}/vorgang")
    other = a_probe(errand("call_webhook", receiver="erp"))
    worked_off()
    assert ("Geheimnis" in CaseErrand.objects.get(case=other).trouble, listener.calls) == (True, [])


def test_only_administrators_enter_receivers_and_their_key_lies_in_a_file_alone(listener: Listener) -> None:
    wish: dict[str, Any] = {"name": "erp", "url": f"{listener.address}/vorgang", "secret": KEY, "now": NOW}
    with pytest.raises(NotAllowed):
        publishing.set_receiver(actor=an_actor("sabine"), **wish)
    for wrong in (
        {"url": "file:///etc/passwd"},
        {"url": "http://name@127.0.0.1/"},
        {"secret": "kurz"},
        {"name": "../x"},
    ):
        with pytest.raises(BadValue):
            publishing.set_receiver(actor=an_actor(), **wish | wrong)
    assert not WebhookReceiver.objects.exists()
    row = entered(listener)
    assert secret_files.of(publishing.RECEIVER, "erp") == {"key": KEY}
    assert secret_files._path(publishing.RECEIVER, "erp").stat().st_mode & 0o777 == 0o600
    kept = str(WebhookReceiver.objects.values().get(pk=row.pk)) + str(list(JournalEntry.objects.values()))
    assert KEY not in kept


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".versteckt", "x" * 201])
def test_a_name_that_is_a_path_has_no_secrets(name: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        secret_files.keep("receiver", name, {"key": KEY})
    with pytest.raises(ValueError, match=r".*"):
        secret_files.of("receiver", name)
