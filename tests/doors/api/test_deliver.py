"""Delivering documents by REST: received once, however often it is sent."""

import errno
import hashlib
import io
import json
import threading
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connections
from django.urls import resolve

from kundenakte import pipeline
from kundenakte.base import blobs
from kundenakte.base.accounts.actors import Actor
from kundenakte.doors.api.delivering import Body
from kundenakte.doors.api.problems import Problem
from kundenakte.records.models import Arrival, Document, Grant
from kundenakte.steps.filing.told import NEUTRAL
from tests.builders import NOW, a_customer, a_document
from tests.doors.api.calls import SAID, Program
from tests.steps.filing.test_leading import TIFF, an_e_invoice
from tests.waiting import PATIENCE

pytestmark = pytest.mark.usefixtures("db")


def test_a_document_with_exact_keys_is_in_its_file_when_the_answer_comes() -> None:
    customer = a_customer("Müller GmbH", "10023")
    answer = Program().deliver(b"%PDF invoice", **SAID)
    assert answer.status_code == 201
    said = answer.json()
    document = Document.objects.get()
    assert said["state"] == "filed"
    assert (said["document"], said["version"], said["customer"]) == (document.pk, 1, customer.pk)
    assert document.number == "4711"
    arrival = Arrival.objects.get()
    assert (arrival.source, arrival.received_by) == ("rest:erp", document.versions.get().author)


def test_links_are_absolute_and_lead_to_pages_that_exist() -> None:
    a_customer("Müller GmbH", "10023")
    links = Program().deliver(**SAID).json()["links"]
    assert set(links) == {"arrival", "document", "customer_file", "api", "content"}
    for link in links.values():
        assert link.startswith("http://testserver/")
        assert resolve(urlsplit(link).path).view_name


def test_without_keys_it_is_received_and_on_its_way() -> None:
    answer = Program().deliver(b"unknown", name="Brief.pdf")
    assert answer.status_code == 201
    assert answer.json()["state"] == "under_way"
    assert answer.json()["document"] is None


def test_the_same_delivery_again_answers_200_with_the_same_document() -> None:
    a_customer("Müller GmbH", "10023")
    program = Program()
    first, again = program.deliver(**SAID), program.deliver(**SAID)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["document"] == first.json()["document"]
    assert again.json()["version"] == 1
    assert Document.objects.get().versions.count() == 1


def test_other_bytes_under_the_same_number_are_a_new_version() -> None:
    a_customer("Müller GmbH", "10023")
    program = Program()
    program.deliver(b"one", **SAID)
    answer = program.deliver(b"two", **SAID)
    assert answer.status_code == 201
    assert answer.json()["version"] == 2
    assert Document.objects.get().versions.count() == 2


def test_the_systems_own_key_is_the_same_document_whatever_its_number() -> None:
    a_customer("Müller GmbH", "10023")
    program = Program()
    said = {name: value for name, value in SAID.items() if name != "number"}
    one = deliver_with_key(program, b"one", said, "doc-7")
    two = deliver_with_key(program, b"two", said, "doc-7")
    assert one.json()["document"] == two.json()["document"]
    assert two.json()["version"] == 2
    assert deliver_with_key(program, b"two", said, "doc-7").status_code == 200


def deliver_with_key(program: Program, content: bytes, said: dict[str, str], key: str) -> Any:
    data = {"file": SimpleUploadedFile("x.pdf", content), **said, "key": key}
    return program.client.post("/api/v1/documents", data, headers=program.headers())


def test_an_idempotency_key_makes_a_call_repeatable_also_without_any_other_key() -> None:
    program = Program()
    first = program.deliver(b"letter", name="Brief.pdf", key="abc")
    again = program.deliver(b"letter", name="Brief.pdf", key="abc")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["arrival"] == again.json()["arrival"]
    assert Arrival.objects.count() == 1
    assert program.deliver(b"letter", name="Brief.pdf", key="other").status_code == 201


def test_an_idempotency_key_is_not_reused_for_other_bytes_and_belongs_to_one_account() -> None:
    program = Program()
    program.deliver(b"letter", key="abc")
    answer = program.deliver(b"other", key="abc")
    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_key_reused"
    assert Program("anton").deliver(b"other", key="abc").status_code == 201


def test_number_and_version_make_a_call_repeatable_and_a_version_holds_one_content() -> None:
    a_customer("Müller GmbH", "10023")
    program = Program()
    first = program.deliver(b"one", **SAID, version="1")
    again = program.deliver(b"one", **SAID, version="1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert Arrival.objects.count() == 1
    other = program.deliver(b"rendered again", **SAID, version="1")
    assert other.status_code == 409
    assert other.json()["code"] == "version_differs"
    assert other.json()["document"] == first.json()["document"]
    assert program.deliver(b"two", **SAID, version="2").json()["version"] == 2


def test_index_fields_and_unknown_statements_are_kept() -> None:
    a_customer("Müller GmbH", "10023")
    more: dict[str, Any] = {"fields.project": "Süd", "Sachbearbeiter": "Huber"}
    Program().deliver(**SAID, **more)
    assert Document.objects.get().project == "Süd"
    assert Arrival.objects.get().facts["other"]["Sachbearbeiter"] == "Huber"


def test_the_same_may_be_said_as_json() -> None:
    a_customer("Müller GmbH", "10023")
    program = Program()
    answer = program.deliver(facts=json.dumps({**SAID, "fields": {"project": "Süd"}}))
    assert answer.json()["state"] == "filed"
    assert Document.objects.get().project == "Süd"
    for bad in ("{", "[]", '{"fields": 1}', '{"document_id": "x"}', "[" * 50_000):
        assert program.deliver(facts=bad).json()["code"] == "bad_facts"


def test_a_program_may_add_a_version_to_a_document_it_may_edit_and_to_no_other() -> None:
    document = a_document(document_class="OFFER", content=["one"])
    program = Program()
    answer = program.deliver(b"two", document_id=document.pk)
    assert answer.json()["document"] == document.pk
    assert answer.json()["version"] == 2
    assert Program("paula").deliver(b"three", document_id=document.pk).status_code == 404
    assert program.deliver(b"three", document_id=document.pk + 1).status_code == 404
    assert document.versions.count() == 2


def test_choices_made_on_a_screen_cannot_be_sent() -> None:
    document = a_document()
    answer = Program().deliver(b"x", customer_file_id=document.customer_file_id, section_id=document.section_id)
    assert answer.json()["document"] is None
    assert "customer_file_id" not in Arrival.objects.get(pk=answer.json()["arrival"]).facts


def test_who_may_not_file_is_refused_and_nothing_is_kept() -> None:
    a_customer("Müller GmbH", "10023")
    answer = Program("paula").deliver(**SAID)
    assert answer.status_code == 403
    assert answer.json()["code"] == "not_allowed"
    assert not Document.objects.exists()


def test_the_checksum_is_checked_before_anything_is_kept() -> None:
    program = Program()
    assert program.deliver(b"x", sha256=hashlib.sha256(b"x").hexdigest()).status_code == 201
    answer = program.deliver(b"y", sha256="0" * 64)
    assert (answer.status_code, answer.json()["code"]) == (422, "digest_differs")
    assert Arrival.objects.count() == 1


def test_a_large_file_comes_as_the_body_itself() -> None:
    a_customer("Müller GmbH", "10023")
    content = b"0123456789abcdef" * 1_000_000
    query = "file_name=Zeichnung.pdf&customer=10023&class=INV_OUT&number=4711&fields.project=S%C3%BCd"
    answer = Program().deliver_raw(content, query=query)
    assert answer.status_code == 201
    document = Document.objects.get()
    assert document.project == "Süd"
    version = document.versions.get()
    assert (version.size, version.file_name) == (16_000_000, "Zeichnung.pdf")
    assert version.digest == hashlib.sha256(content).hexdigest()


def test_a_body_cut_short_is_refused_and_nothing_is_kept() -> None:
    class Cut:
        def __init__(self, data: bytes) -> None:
            self.data = data

        def read(self, size: int) -> bytes:
            chunk, self.data = self.data[:size], self.data[size:]
            return chunk

    body = Body(Cut(b"half"), 8)
    with pytest.raises(Problem, match="nicht vollständig"):
        blobs.default().put(body)  # type: ignore[arg-type]
    assert not list(blobs.default().digests())


def test_a_form_sent_to_the_raw_address_and_a_missing_length_are_refused() -> None:
    program = Program()
    answer = program.client.post(
        "/api/v1/documents/raw?file_name=x", {"file": SimpleUploadedFile("x", b"x")}, headers=program.headers()
    )
    assert answer.status_code == 400
    answer = program.client.generic(
        "POST", "/api/v1/documents/raw?file_name=x", b"", content_type="application/pdf", headers=program.headers()
    )
    assert answer.json()["code"] == "length_required"
    assert not Arrival.objects.exists()


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OSError(errno.ENOSPC, "full"), 507, "disk_full"),
        (OSError(errno.EIO, "broken"), 503, "storage_failed"),
        (OperationalError("database is locked"), 503, "database_busy"),
        (ZeroDivisionError(), 500, "unexpected"),
    ],
)
def test_trouble_of_ours_is_said_and_can_be_tried_again(
    monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    def fail(**_: Any) -> None:
        raise error

    monkeypatch.setattr(pipeline, "receive", fail)
    answer = Program().deliver(b"x")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert "Retry-After" in answer or status == 500


@pytest.mark.parametrize("name", ["Prüfung.pdf", "../../etc/passwd", "a" * 300 + ".pdf", "a\x00b.pdf", "x\ny.pdf"])
def test_any_name_is_received(name: str) -> None:
    answer = Program().deliver_raw(b"x", query=urlencode({"file_name": name}))
    assert answer.status_code == 201
    kept = Arrival.objects.get().file_name
    assert "/" not in kept
    assert len(kept) <= 255


def test_the_same_call_eight_times_at_once_is_one_arrival_and_one_document(transactional_db: None) -> None:
    a_customer("Müller GmbH", "10023")
    program = Program()
    answers: list[Any] = []
    start = threading.Barrier(8)

    def call(number: int) -> None:
        try:
            start.wait(PATIENCE)
            answers.append(program.deliver(b"same", key="one" if number % 2 else "", **SAID, version="1"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=call, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["document"] for answer in answers}) == 1
    assert Arrival.objects.count() == 1
    assert Document.objects.get().versions.count() == 1


def test_what_became_of_it_does_not_name_what_the_account_may_not_read() -> None:
    customer = a_customer("Müller GmbH", "10023")
    program = Program()
    program.deliver(b"one", **SAID)
    hidden = Document.objects.get()
    Grant.objects.create(user=program.user, document=hidden, is_deny=True, reason="x", created_at=NOW)
    # The same bytes and keys, and others under the same number: neither says that there is something.
    for content in (b"one", b"two"):
        answer = program.deliver(content, **SAID)
        assert (answer.status_code, answer.json()["state"], answer.json()["document"]) == (201, "under_way", None)
        assert answer.json()["sentence"] == "Übernommen; das Dokument wird gelesen und eingeaktet."
    assert hidden.versions.count() == 1
    waiting = Arrival.objects.order_by("pk").last()
    assert waiting is not None
    waiting.state, waiting.reason, waiting.sentence = Arrival.State.WAITING, "number_again", NEUTRAL
    waiting.decision = {"candidates": [{"customer_id": customer.pk}], "placing": {"document_id": hidden.pk}}
    waiting.save()
    assert program.get(f"arrivals/{waiting.pk}").json()["sentence"] == NEUTRAL
    Grant.objects.all().delete()
    assert "Ausgangsrechnung 4711" in program.get(f"arrivals/{waiting.pk}").json()["sentence"]


@pytest.mark.django_db(transaction=True)
def test_one_key_for_two_customers_at_once_is_a_document_and_a_question() -> None:
    a_customer("Müller GmbH", "10023")
    a_customer("Andere GmbH", "10024")
    program = Program()
    answers: list[Any] = []

    def second() -> None:
        try:
            answers.append(deliver_with_key(program, b"two", SAID | {"customer": "10024"}, "doc-7"))
            # Who was kept waiting too long by the lock of a busy machine is told to come again, and does.
            while answers[-1].status_code == 503:
                answers[-1] = deliver_with_key(program, b"two", SAID | {"customer": "10024"}, "doc-7")
        finally:
            connections.close_all()

    thread = threading.Thread(target=second)

    def meanwhile(_arrival: Arrival) -> None:
        thread.start()
        # As long as this transaction is open, the other one waits at the key or for the write lock.
        thread.join(0.7)
        assert thread.is_alive()

    facts = SAID | {"customer": "10023", "key": "doc-7"}
    pipeline.receive(
        actor=Actor.of(program.user), stream=io.BytesIO(b"one"), file_name="x.pdf", source="rest:erp", now=NOW,
        facts=facts, source_key="doc-7", beside=meanwhile,
    )  # fmt: skip
    thread.join(PATIENCE)
    assert [(answer.status_code, answer.json()["state"]) for answer in answers] == [(201, "under_way")]
    assert Document.objects.get().customer_file.customer.name == "Müller GmbH"
    assert Arrival.objects.count() == 2


@pytest.mark.parametrize("name", ["system", "key", "customer", "class", "number", "title", "other"])
def test_half_characters_and_nul_in_what_is_said_are_no_accident(name: str) -> None:
    a_customer("Müller GmbH", "10023")
    program = Program()
    for spelled in ("\\ud800", "a\\udc80b", "a\\u0000b"):
        facts = json.dumps(SAID | {name: "?"}).replace('"?"', f'"{spelled}"')
        answer = program.deliver(spelled.encode(), facts=facts, version=spelled)
        assert answer.status_code == 201, (name, spelled)


def test_t27_a_version_without_xml_of_an_e_invoice_is_refused_with_a_sentence() -> None:
    document = an_e_invoice()
    answer = Program().deliver(TIFF, name="scan.tif", document_id=document.pk)
    assert (answer.status_code, answer.json()["code"]) == (422, "xml_missing")
    assert "deren XML führt" in answer.json()["title"]
    assert document.versions.count() == 1
