"""Two records turned out to be one customer: one file, both numbers, all documents, all exceptions."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from kundenakte.customers import queries
from kundenakte.records import access
from kundenakte.records.actions.customers import merge
from kundenakte.records.models import Grant
from kundenakte.records.refusals import NotAllowed, NotFound
from tests.builders import NOW, a_customer_file, a_document, a_user, an_actor

pytestmark = pytest.mark.django_db


def test_both_numbers_lead_to_one_file_with_all_documents() -> None:
    old, new = a_customer_file("Muster GmbH", "K-1"), a_customer_file("Muster Werke GmbH", "K-2")
    one, two = a_document(customer_file=old), a_document(customer_file=new)
    merge(actor=an_actor("bernd"), source=old.customer, into=new.customer, reason="umbenannt", now=NOW)
    assert queries.open_by_key(key="K-1") == queries.open_by_key(key="K-2") == new.customer
    assert set(new.documents.all()) == {one, two}


def test_who_may_not_merge_changes_nothing() -> None:
    old, new = a_customer_file("Muster GmbH", "K-1"), a_customer_file("Muster Werke GmbH", "K-2")
    document = a_document(customer_file=old)
    with pytest.raises(NotAllowed):
        merge(actor=an_actor("sabine"), source=old.customer, into=new.customer, reason="umbenannt", now=NOW)
    document.refresh_from_db()
    assert document.customer_file == old


def test_what_was_closed_to_somebody_stays_closed() -> None:
    old, new = a_customer_file("Muster GmbH", "K-1"), a_customer_file("Muster Werke GmbH", "K-2")
    document = a_document(customer_file=old)
    user = a_user("verena")
    Grant.objects.create(user=user, customer_file=old, is_deny=True, reason="befangen", created_at=NOW)
    merge(actor=an_actor("bernd"), source=old.customer, into=new.customer, reason="umbenannt", now=NOW)
    with pytest.raises(NotFound):
        access.get_document(user, document.pk)


def test_the_old_file_ends_on_the_day_the_office_has() -> None:
    old, new = a_customer_file("Muster GmbH", "K-1"), a_customer_file("Muster Werke GmbH", "K-2")
    at = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    merge(actor=an_actor("bernd"), source=old.customer, into=new.customer, reason="umbenannt", now=at)
    old.refresh_from_db()
    assert old.closed_on == date(2027, 1, 1)
