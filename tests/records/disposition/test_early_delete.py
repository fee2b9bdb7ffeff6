"""T-32: nothing goes before its end, whoever asks by whatever way; what somebody with all rights does is found."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.test import Client

from kundenakte.base import blobs
from kundenakte.records.actions import disposing
from kundenakte.records.actions.disposing import NotDue
from kundenakte.records.models import DisposedDocument, Disposition, Document, RetentionRule, TaxYear
from kundenakte.records.refusals import NotAllowed, NotFound
from kundenakte.steps.archive import metadata, sealing
from kundenakte.steps.archive.models import ArchivePackage
from tests.builders import NOW, a_customer_file, a_document, a_user, an_actor
from tests.doors.api.calls import Program
from tests.records.disposition.papers import a_sealed_paper, an_old_paper, carry_out
from tests.steps.archive.papers import sealed, valid

pytestmark = pytest.mark.django_db
EVERYBODY = ("verena", "bernd", "sabine", "paula", "anton", "erp")


@pytest.fixture
def young() -> Document:
    """A sealed invoice whose eight years have just begun."""
    document = a_document(document_class="INV_OUT", number="RE-1", dated_on=date(2026, 3, 15))
    sealed(valid(document))
    document.refresh_from_db()
    return document


def is_whole(document: Document) -> bool:
    version = valid(Document.objects.get(pk=document.pk))
    objects = f"kundenakte:d{document.pk}:v1:s1"
    return blobs.default().has(version.digest) and sealing.default().has(objects)


def forged_release(document: Document) -> Disposition:
    """A released list as somebody with the database's rights writes it."""
    made = Disposition.objects.create(
        state=Disposition.State.RELEASED, reason="x", requested_by=a_user("bernd"), requested_at=NOW,
        decided_by=a_user("anton"), decided_at=NOW,
    )  # fmt: skip
    DisposedDocument.objects.create(
        disposition=made, document=document, class_code="INV_OUT", retain_until=date(2020, 12, 31), rule="INV_OUT"
    )
    return made


def run(statement: str) -> None:
    """What hangs on other rows is asked at once, not at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.check_constraints()


@pytest.mark.parametrize("who", EVERYBODY)
def test_t32_no_role_gets_it_into_a_list(who: str, young: Document) -> None:
    with pytest.raises((NotDue, NotAllowed, NotFound)):
        disposing.request_disposition(actor=an_actor(who), documents=[young], reason="weg damit", now=NOW)
    assert is_whole(young)


@pytest.mark.parametrize("who", EVERYBODY)
def test_t32_no_address_of_the_browser_takes_it_away(who: str, young: Document) -> None:
    client = Client()
    client.force_login(a_user(who))
    answer = client.post("/aufbewahrung/faellig", {"dokument": [young.pk], "anlass": "weg damit"})
    assert answer.status_code in {403, 404, 422}
    for method in ("delete", "put", "patch"):
        for address in (f"/dokument/{young.pk}", f"/akte/{young.customer_file_id}", "/aufbewahrung/faellig"):
            assert getattr(client, method)(address).status_code in {403, 404, 405}
    assert not Disposition.objects.exists()
    assert is_whole(young)


def test_t32_rest_has_no_way_to_delete(young: Document) -> None:
    program = Program("anton")
    for path in (
        f"documents/{young.pk}",
        f"documents/{young.pk}/versions/1/content",
        f"files/{young.customer_file_id}",
    ):
        for method in ("delete", "put", "patch"):
            answer = getattr(program.client, method)(f"/api/v1/{path}", headers=program.headers())
            assert answer.status_code in {404, 405}, (method, path)
    assert is_whole(young)


def test_t32_one_that_is_not_due_keeps_the_whole_list_from_being_made(young: Document) -> None:
    old = an_old_paper(young.customer_file)
    with pytest.raises(NotDue):
        disposing.request_disposition(actor=an_actor("anton"), documents=[old, young], reason="Bestand", now=NOW)
    assert not DisposedDocument.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM records_version",
        "DELETE FROM archive_archivepackage",
        "DELETE FROM archive_packagestate WHERE 1 = 1",
        "DELETE FROM journal_journalentry",
        "DELETE FROM records_retentionrule",
        "UPDATE records_version SET digest = ''",
        "UPDATE records_version SET file_name = 'anders'",
        "UPDATE records_version SET file_name = '', origin = '', comment = '', size = 0",
        "UPDATE records_retentionrule SET years = 1",
        "DELETE FROM records_document",
    ],
)
def test_t32_the_database_refuses_by_sql(statement: str, young: Document) -> None:
    with transaction.atomic():
        package = ArchivePackage.objects.get()
        package.states.create(state="repaired", at=NOW)
    before = list(RetentionRule.objects.values_list("pk", "years"))
    with pytest.raises(DatabaseError), transaction.atomic():
        run(statement)
    assert list(RetentionRule.objects.values_list("pk", "years")) == before
    assert is_whole(young)


def test_t32_the_name_of_a_version_may_only_become_empty_and_in_a_sealed_one_that_is_found(young: Document) -> None:
    """Disposition needs that much; whoever does it by SQL is named by the verifier, since the name is a sealed fact."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE records_version SET file_name = '', origin = '', comment = ''")
    package = ArchivePackage.objects.get()
    known = metadata.facts_of(metadata.loaded(package.version_id), None)
    assert metadata.digest_of(known) != package.facts_sha256


def test_t32_the_orm_refuses_too(young: Document) -> None:
    with pytest.raises(ProtectedError):
        young.delete()
    with pytest.raises(ProtectedError):
        Document.objects.filter(pk=young.pk).delete()


def test_t32_an_earlier_end_written_by_sql_gets_nothing_destroyed(young: Document) -> None:
    Document.objects.filter(pk=young.pk).update(retain_until=date(2020, 12, 31))
    with pytest.raises(NotDue, match=r"31\.12\.2034"):
        disposing.request_disposition(actor=an_actor("anton"), documents=[young], reason="weg damit", now=NOW)
    carry_out(forged_release(young))
    assert is_whole(young)
    assert DisposedDocument.objects.get().state == "kept"


def test_t32_a_list_released_by_sql_is_looked_at_again_document_by_document(young: Document) -> None:
    carry_out(forged_release(young))
    row = DisposedDocument.objects.get()
    assert (row.state, "31.12.2034" in row.sentence) == ("kept", True)
    assert is_whole(young)


def test_t32_a_tax_year_that_was_opened_after_the_release_keeps_it() -> None:
    letter = a_document(
        customer_file=a_customer_file(), document_class="ORDER_CONF", number="AB-1", dated_on=date(2015, 5, 4)
    )
    sealed(valid(letter))
    assert letter.tax_year == 2015
    made = disposing.request_disposition(actor=an_actor("anton"), documents=[letter], reason="Bestand", now=NOW)
    TaxYear.objects.create(year=2015, state="open")
    Disposition.objects.filter(pk=made.pk).update(state="released", decided_by=a_user("bernd"), decided_at=NOW)
    carry_out(made)
    assert DisposedDocument.objects.get().state == "kept"
    assert is_whole(letter)


def test_t34_closing_the_year_makes_it_a_candidate_that_then_goes() -> None:
    letter = a_document(document_class="ORDER_CONF", number="AB-1", dated_on=date(2019, 5, 4))
    with pytest.raises(NotDue, match="2019"):
        disposing.request_disposition(actor=an_actor("anton"), documents=[letter], reason="Bestand", now=NOW)
    TaxYear.objects.create(year=2019, state="closed", final_on=date(2024, 5, 1))
    made = disposing.request_disposition(actor=an_actor("anton"), documents=[letter], reason="Bestand", now=NOW)
    assert made.documents.count() == 1


def test_what_is_lawful_goes_beside_all_this() -> None:
    old = a_sealed_paper()
    made = disposing.request_disposition(actor=an_actor("bernd"), documents=[old], reason="Bestand", now=NOW)
    disposing.release_disposition(actor=an_actor("anton"), disposition=made, now=NOW)
    carry_out(made)
    assert not Document.objects.filter(pk=old.pk).exists()
