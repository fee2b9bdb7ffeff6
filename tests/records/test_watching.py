"""Keeping an eye on a customer: a private bookmark that says what changed since one last looked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kundenakte.base.journal.models import JournalEntry
from kundenakte.records import access
from kundenakte.records.actions.customers import merge
from kundenakte.records.actions.watching import see, unwatch, watch
from kundenakte.records.models import Document, Grant, Watch
from kundenakte.records.news import changed_since
from kundenakte.records.refusals import NotFound
from tests.builders import NOW, a_customer_file, a_document, a_user, an_actor

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def test_watching_twice_is_as_once_and_leaves_no_trace_in_the_journal() -> None:
    user, customer_file = a_user("verena"), a_customer_file("Alpha GmbH")
    before = JournalEntry.objects.count()
    watch(user=user, customer_file=customer_file, now=NOW)
    watch(user=user, customer_file=customer_file, now=LATER)
    assert Watch.objects.get().since == NOW
    assert JournalEntry.objects.count() == before
    unwatch(user=user, customer_file=customer_file)
    assert not Watch.objects.exists()


def test_a_file_one_may_not_open_cannot_be_watched() -> None:
    user, customer_file = a_user("verena"), a_customer_file("Alpha GmbH")
    Grant.objects.create(user=user, customer_file=customer_file, is_deny=True, reason="befangen", created_at=NOW)
    with pytest.raises(NotFound):
        watch(user=user, customer_file=customer_file, now=NOW)
    assert not Watch.objects.exists()


def test_seeing_moves_forward_only_and_only_ones_own() -> None:
    customer_file = a_customer_file("Alpha GmbH")
    for name in ("verena", "bernd"):
        watch(user=a_user(name), customer_file=customer_file, now=NOW)
    see(user=a_user("verena"), customer_file=customer_file, now=LATER)
    see(user=a_user("verena"), customer_file=customer_file, now=NOW)
    assert dict(Watch.objects.values_list("user__username", "seen_at")) == {"verena": LATER, "bernd": NOW}


def test_news_are_what_changed_after_each_files_own_moment() -> None:
    old, new = a_customer_file("Alpha GmbH"), a_customer_file("Beta GmbH")
    before, after, elsewhere = (
        a_document(customer_file=old), a_document(customer_file=old), a_document(customer_file=new)
    )  # fmt: skip
    for document, moment in ((before, NOW), (after, LATER), (elsewhere, LATER)):
        Document.objects.filter(pk=document.pk).update(changed_at=moment)
    found = changed_since(Document.objects.all(), {old.pk: NOW, new.pk: LATER})
    assert found == {old.pk: [after]}
    assert changed_since(Document.objects.all(), {}) == {}


def test_news_tell_only_what_one_may_see() -> None:
    user = a_user("verena")
    hidden = a_document(customer_file=a_customer_file("Alpha GmbH"))
    Grant.objects.create(user=user, document=hidden, is_deny=True, reason="befangen", created_at=NOW)
    Document.objects.update(changed_at=LATER)
    seen = {hidden.customer_file_id: NOW}
    assert changed_since(access.documents_for(user), seen) == {}
    assert changed_since(access.documents_for(a_user("anton")), seen) == {hidden.customer_file_id: [hidden]}


def test_a_merged_customer_stays_watched_under_its_new_name() -> None:
    old, new = a_customer_file("Muster GmbH", "K-1"), a_customer_file("Muster Werke GmbH", "K-2")
    watch(user=a_user("verena"), customer_file=old, now=NOW)
    for customer_file in (old, new):
        watch(user=a_user("bernd"), customer_file=customer_file, now=NOW)
    merge(actor=an_actor("bernd"), source=old.customer, into=new.customer, reason="umbenannt", now=NOW)
    assert Watch.objects.filter(user__username="verena").get().customer_file == new
    assert set(Watch.objects.filter(user__username="bernd").values_list("customer_file", flat=True)) == {old.pk, new.pk}
