"""What is restricted or was destroyed stands in no log, no error report, and in nothing a monitor reads (T-49)."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from kundenakte.base import blobs
from kundenakte.base.jobs.models import Job
from kundenakte.base.journal import checking
from kundenakte.base.journal.models import VerifierRun
from kundenakte.records import access
from kundenakte.records.models import Document
from tests.builders import SETUP, a_customer_file, a_document
from tests.doors.api.calls import Program
from tests.doors.web.pages import SignIn
from tests.doors.web.test_every_address import about_a_row, address_of
from tests.records.disposition.papers import a_sealed_paper, disposed

pytestmark = pytest.mark.django_db
NAME, TITLE, NUMBER, CONTENT = "Quastenflosser GmbH", "Schneckenpost vertraulich", "QF-4711", "Zwergtaucher im Text"
WORDS = ("Quastenflosser", "Schneckenpost", NUMBER, "Zwergtaucher")


@pytest.fixture
def restricted() -> Document:
    document = a_document(customer_file=a_customer_file(NAME), title=TITLE, number=NUMBER, content=[CONTENT])
    Document.objects.filter(pk=document.pk).update(is_restricted=True)
    return document


def told(caplog: pytest.LogCaptureFixture) -> str:
    """All that was logged, with traces and arguments."""
    formatter = logging.Formatter()
    return "\n".join(formatter.format(record) for record in caplog.records)


def none_of(words: tuple[str, ...], text: str) -> bool:
    return not [word for word in words if word in text]


def test_t49_restricted_data_stand_in_no_log_and_no_error_report(
    restricted: Document, signed_in: SignIn, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG, logger="kundenakte")
    caplog.set_level(logging.DEBUG, logger="django.request")
    client, program = signed_in("verena"), Program("erp")
    client.raise_request_exception = False
    for name in about_a_row():
        if name.startswith("document"):
            for method in ("get", "post"):
                answer = getattr(client, method)(address_of(name, restricted.pk))
                assert none_of(WORDS, answer.content.decode(errors="replace")), (name, method)
    assert program.get(f"documents/{restricted.pk}").status_code == 404
    # Something that nobody expected, while the document is at hand: in the browser, and by REST.
    chief = signed_in("anton")
    chief.raise_request_exception = False

    def stumble(*_: Any, **__: Any) -> Any:
        at_hand = Document.objects.select_related("customer_file__customer").get(pk=restricted.pk)
        raise RuntimeError(f"document {at_hand.pk} stumbled")

    with monkeypatch.context() as patched:
        patched.setattr(access, "get_document", stumble)
        page = chief.get(reverse("document", args=(restricted.pk,)))
        problem = Program("anton").get(f"documents/{restricted.pk}")
    assert (page.status_code, problem.status_code) == (500, 500)
    said = told(caplog)
    assert "stumbled" in said, "the trace is logged, so this looked at something"
    assert none_of(WORDS, said)
    assert none_of(WORDS, page.content.decode() + problem.content.decode() + str([one.body for one in mail.outbox]))


def test_t49_what_was_destroyed_is_named_in_nothing_that_was_told_of_it(
    caplog: pytest.LogCaptureFixture, signed_in: SignIn
) -> None:
    caplog.set_level(logging.DEBUG, logger="kundenakte")
    paper = a_sealed_paper(a_customer_file(NAME), content=CONTENT, title=TITLE)
    digest = paper.versions.get().digest
    # It was damaged once and asked for, so that the log and the journal had reason to speak of it.
    file = blobs.default().path(digest)
    file.chmod(0o600)
    file.write_bytes(b"something else")
    signed_in("anton").get(reverse("document-download", args=(paper.pk, 1)))
    disposed(paper, now=timezone.now())
    run = checking.check(actor=SETUP, now=timezone.now(), clock=timezone.now)
    said = told(caplog) + json.dumps(run.findings) + str(list(VerifierRun.objects.values()))
    said += str(list(Job.objects.values()))
    monitor = Program("anton")
    for address in (reverse("health"), reverse("metrics")):
        answer = monitor.client.get(address, headers=monitor.headers())
        assert answer.status_code in {200, 503}
        said += answer.content.decode()
    assert none_of(("Quastenflosser", "Schneckenpost", "Zwergtaucher"), said)
