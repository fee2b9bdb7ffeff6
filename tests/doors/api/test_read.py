"""Reading by REST: documents, versions, arrivals, customers, and what stays hidden."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from kundenakte.base.accounts.scopes import READ, READ_CUSTOMERS, WRITE
from kundenakte.base.journal.models import JournalEntry
from kundenakte.customers.models import Customer, Identifier
from kundenakte.doors.api.auth import Limiter
from kundenakte.doors.api.problems import Problem
from kundenakte.records.actions import accounts, documents
from kundenakte.records.models import CustomerFile, Document, Grant
from tests.builders import NOW, SETUP, a_customer, a_customer_file, a_document, an_arrival, some_bytes
from tests.doors.api.calls import SAID, Program

pytestmark = pytest.mark.usefixtures("db")


# --- documents ---------------------------------------------------------------------------------------------------


def test_a_document_is_shown_with_its_versions() -> None:
    document = a_document(document_class="OFFER", number="A-1", content=["one", "two"])
    said = Program().get(f"documents/{document.pk}").json()
    assert (said["class"], said["number"], said["section"]) == ("OFFER", "A-1", "angebote")
    assert [(v["number"], v["state"]) for v in said["versions"]] == [(1, "superseded"), (2, "valid")]
    assert said["valid_version"] == 2


def test_the_content_of_a_version_comes_as_it_was() -> None:
    document = a_document(content=["one", "two"])
    answer = Program("anton").get(f"documents/{document.pk}/versions/1/content")
    assert b"".join(answer.streaming_content) == b"one"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]


def test_reading_what_is_known_of_a_restricted_document_is_journalled() -> None:
    document = a_document(document_class="INV_OUT", number="RE-1")
    Program("anton").get(f"documents/{document.pk}")
    assert not JournalEntry.objects.filter(kind="document.read").exists()
    Document.objects.filter(pk=document.pk).update(is_restricted=True)
    assert Program("anton").get(f"documents/{document.pk}").status_code == 200
    assert JournalEntry.objects.filter(kind="document.read", subject_id=document.pk).count() == 1


def test_a_list_that_tells_the_fields_of_restricted_documents_is_journalled_too() -> None:
    document, other = a_document(number="AN-1"), a_document(number="AN-2")
    Document.objects.filter(pk=document.pk).update(is_restricted=True)
    assert Program("anton").get("documents").status_code == 200
    assert Program("verena").get("documents").status_code == 200
    noted = JournalEntry.objects.filter(kind="document.read").values_list("subject_id", flat=True)
    assert list(noted) == [document.pk]
    assert other.pk not in noted


def test_a_download_that_broke_off_goes_on_where_it_stopped() -> None:
    document, program = a_document(content=["null bis neun"]), Program("anton")
    address = f"/api/v1/documents/{document.pk}/versions/1/content"
    whole = program.client.get(address, headers=program.headers())
    assert (whole.status_code, whole["Accept-Ranges"]) == (200, "bytes")
    rest = program.client.get(address, headers=program.headers(Range="bytes=5-", **{"If-Range": whole["ETag"]}))
    assert (rest.status_code, rest["Content-Range"], rest.getvalue()) == (206, "bytes 5-12/13", b"bis neun")
    assert rest["Content-Length"] == "8"
    other = program.client.get(address, headers=program.headers(Range="bytes=5-", **{"If-Range": '"anders"'}))
    assert (other.status_code, other.getvalue()) == (200, b"null bis neun")


def test_a_range_beyond_the_end_and_one_without_the_right_are_refused() -> None:
    document = a_document(document_class="INV_OUT", number="RE-1", content=["one"])
    address = f"/api/v1/documents/{document.pk}/versions/1/content"
    anton, paula = Program("anton"), Program("paula")
    beyond = anton.client.get(address, headers=anton.headers(Range="bytes=3-"))
    assert (beyond.status_code, beyond["Content-Range"]) == (416, "bytes */3")
    assert beyond.json()["code"] == "range_not_satisfiable"
    assert paula.client.get(address, headers=paula.headers(Range="bytes=0-1")).status_code == 403


def test_content_needs_the_right_to_download_and_restricted_reading_is_journalled() -> None:
    document = a_document(document_class="INV_OUT", number="RE-1", content=["one"])
    assert Program("paula").get(f"documents/{document.pk}/versions/1/content").status_code == 403
    assert Program("erp").get(f"documents/{document.pk}/versions/1/content").status_code == 200
    assert Program("anton").get(f"documents/{document.pk}/versions/9/content").status_code == 404
    Document.objects.filter(pk=document.pk).update(is_restricted=True)
    assert Program("verena").get(f"documents/{document.pk}/versions/1/content").status_code == 404
    assert Program("anton").get(f"documents/{document.pk}/versions/1/content").status_code == 200
    assert JournalEntry.objects.filter(kind="document.downloaded").count() == 1


def test_lists_are_found_by_customer_number_class_and_key_and_paged_by_keyset() -> None:
    mine = a_customer_file("Müller GmbH", "10023")
    wanted = [a_document(customer_file=mine, document_class="OFFER", number=f"A-{n}") for n in range(5)]
    a_document(customer_file=mine, document_class="LETTER")
    a_document(document_class="OFFER")
    program = Program()
    seen: list[int] = []
    answer = program.get("documents", customer_number="10023", **{"class": "OFFER"}, limit=2)
    while True:
        seen += [row["id"] for row in answer.json()["items"]]
        following = answer.json()["next"]
        if not following:
            break
        answer = program.client.get(following, headers=program.headers())
    assert seen == [document.pk for document in wanted]
    assert [row["number"] for row in program.get("documents", number="a3").json()["items"]] == ["A-3"]


def test_the_systems_own_key_finds_its_document() -> None:
    a_customer("Müller GmbH", "10023")
    program = Program()
    more: dict[str, Any] = {"key": "doc-7"}
    data = {"file": SimpleUploadedFile("x.pdf", b"x"), **SAID, **more}
    made = program.client.post("/api/v1/documents", data, headers=program.headers()).json()
    [row] = program.get("documents", system="erp", key="doc-7").json()["items"]
    assert row["id"] == made["document"]
    assert program.get("documents", system="crm", key="doc-7").json()["items"] == []


def test_a_hidden_document_answers_like_a_missing_one_and_shows_in_no_list() -> None:
    document = a_document(document_class="CONTRACT")
    shown = a_document(document_class="INV_OUT", customer_file=document.customer_file)
    audit = Program("paula")
    hidden, missing = audit.get(f"documents/{document.pk}"), audit.get("documents/99999999")
    assert (hidden.status_code, hidden.json()) == (missing.status_code, missing.json())
    assert [row["id"] for row in audit.get("documents").json()["items"]] == [shown.pk]
    assert audit.get(f"documents/{document.pk}/versions/1/content").status_code == 404


def test_drafts_show_only_to_who_may_edit() -> None:
    document = a_document(document_class="ORDER_IN", content=["one"])
    documents.add_version(actor=SETUP, document=document, version=some_bytes("two"), now=NOW, valid=False)
    shown = {who: Program(who).get(f"documents/{document.pk}").json() for who in ("verena", "sabine")}
    assert [version["number"] for version in shown["verena"]["versions"]] == [1, 2]
    assert [version["number"] for version in shown["sabine"]["versions"]] == [1]
    assert shown["sabine"]["valid_version"] == 1


# --- arrivals ----------------------------------------------------------------------------------------------------


def test_who_delivered_it_sees_what_became_of_it_and_nobody_else() -> None:
    program = Program()
    link = program.deliver(b"letter").json()["links"]["arrival"]
    assert program.client.get(link, headers=program.headers()).json()["state"] == "under_way"
    other = Program("paula")
    assert other.client.get(link, headers=other.headers()).status_code == 404


def test_an_arrival_in_the_inbox_says_why() -> None:
    program = Program("anton")
    arrival = an_arrival(waiting=True)
    said = program.get(f"arrivals/{arrival.pk}").json()
    assert (said["state"], said["sentence"]) == ("waiting", "Es ist nicht klar.")


# --- customers ---------------------------------------------------------------------------------------------------


def test_a_customer_is_found_by_number_by_words_and_by_id() -> None:
    file = a_customer_file("Müller Maschinenbau GmbH", "10023")
    program = Program()
    for query in ({"number": "10023"}, {"number": "0010023", "system": "erp"}, {"q": "mueller masch"}):
        [row] = program.get("customers", **query).json()["items"]
        assert row["id"] == file.customer_id
        assert row["numbers"] == {"erp": ["10023"]}
        assert row["links"]["customer_file"].endswith(f"/akte/{file.pk}")
    assert program.get(f"customers/{file.customer_id}").json()["name"] == "Müller Maschinenbau GmbH"
    assert program.get("customers", number="4").json()["items"] == []


def test_customers_are_paged() -> None:
    for n in range(3):
        a_customer_file(f"Kunde {n}")
    first = Program().get("customers", limit=2).json()
    assert len(first["items"]) == 2
    assert "after=" in first["next"]


def test_a_denied_customer_is_not_there() -> None:
    file = a_customer_file("Geheim GmbH", "10099")
    program = Program()
    Grant.objects.create(
        user=program.user, customer_file=file, verb="read", is_deny=True, reason="Test", created_at=timezone.now()
    )
    assert program.get("customers", number="10099").json()["items"] == []
    assert program.get("customers", q="Geheim").json()["items"] == []
    assert program.get(f"customers/{file.customer_id}").status_code == 404


def test_a_customer_is_entered_once_and_changed_after_that() -> None:
    program = Program("erp")
    said = {"name": "Müller GmbH", "street": "Hauptstr. 1", "zip_code": "90402", "city": "Nürnberg",
            "identifiers": {"vat_id": ["DE136695976"], "email": ["info@mueller.example"]}}  # fmt: skip
    first = program.put("customers/erp/10023", said)
    again = program.put("customers/erp/10023", {**said, "name": "Müller AG"})
    assert (first.status_code, again.status_code) == (201, 200)
    customer = Customer.objects.get()
    assert customer.name == "Müller AG"
    assert CustomerFile.objects.filter(customer=customer).count() == 1
    assert Identifier.objects.filter(customer=customer, kind="vat_id").count() == 1


def test_bad_masters_are_refused_whole_and_clerks_without_the_right_as_well() -> None:
    program = Program("anton")
    answer = program.put("customers/erp/10023", {"name": "X GmbH", "identifiers": {"vat_id": ["DE123"]}})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_identifier")
    assert program.put("customers/erp/10023", {"name": "X GmbH", "identifiers": {"phone": "44"}}).status_code == 422
    assert not Customer.objects.exists()
    assert Program("sabine").put("customers/erp/10023", {"name": "X"}).status_code == 403


# --- who may come in ---------------------------------------------------------------------------------------------


def test_no_token_no_answer_and_a_session_does_not_count() -> None:
    program = Program("anton")
    client = Client()
    client.force_login(program.user)
    for headers in ({}, {"Authorization": "Bearer ka_wrong"}, {"Authorization": f"Basic {program.secret}"}):
        answer = client.get("/api/v1/documents", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
        assert answer["WWW-Authenticate"] == "Bearer"


def test_a_revoked_an_expired_token_and_a_locked_account_open_nothing() -> None:
    program = Program()
    assert program.get("documents").status_code == 200
    program.token.expires_at = timezone.now() - timedelta(seconds=1)
    program.token.save()
    assert program.get("documents").status_code == 401
    other = Program()
    accounts.revoke_token(actor=SETUP, token=other.token, now=NOW)
    assert other.get("documents").status_code == 401
    third = Program()
    accounts.set_active(actor=SETUP, user=third.user, is_active=False, now=NOW)
    assert third.get("documents").status_code == 401


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        (READ, "get", "documents"),
        (READ, "get", "documents/1"),
        (READ, "get", "documents/1/versions/1/content"),
        (WRITE, "get", "arrivals/1"),
        (READ_CUSTOMERS, "get", "customers"),
        (READ_CUSTOMERS, "get", "customers/1"),
    ],
)
def test_each_address_needs_its_scope(scope: str, method: str, path: str) -> None:
    others = [one for one in ("documents:read", "documents:write", "customers:read", "customers:write") if one != scope]
    answer = getattr(Program(scopes=others), method)(path)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert getattr(Program(scopes=[scope]), method)(path).status_code in {200, 404}


def test_writing_scopes_are_asked_for_as_well() -> None:
    program = Program(scopes=[READ, READ_CUSTOMERS])
    assert program.deliver().json()["code"] == "scope_missing"
    assert program.deliver_raw(b"x", query="file_name=x").json()["code"] == "scope_missing"
    assert program.put("customers/erp/1", {"name": "X"}).json()["code"] == "scope_missing"


def test_a_loop_gone_wild_is_slowed_down() -> None:
    limiter = Limiter(per_second=10, at_once=5)
    for _ in range(5):
        limiter.take(1, now=100.0)
    with pytest.raises(Problem) as refused:
        limiter.take(1, now=100.0)
    assert refused.value.status == 429
    limiter.take(2, now=100.0)
    limiter.take(1, now=100.2)


def test_unknown_addresses_answer_as_problems() -> None:
    program = Program()
    for path in ("/api/", "/api/v2/documents", "/api/v1/nothing", "/api/v1/documents/abc"):
        answer = program.client.get(path, headers=program.headers())
        assert answer.status_code == 404, path
        assert answer["Content-Type"] == "application/problem+json"
