"""A stack shows what is on all its pages: whoever may not see one of its documents sees neither it nor its bytes."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from kundenakte import pipeline
from kundenakte.records.models import Arrival, Grant, StackPart, Verb
from tests.builders import NOW, a_customer_file, a_document, a_user, an_arrival

pytestmark = pytest.mark.django_db


def test_whoever_may_not_see_a_document_may_not_see_the_stack_it_was_cut_from(client: Client) -> None:
    pipeline.register_jobs()
    file = a_customer_file()
    stack, part = an_arrival(content="Stapel", file_name="stapel.pdf"), an_arrival(content="Teil", file_name="teil.pdf")
    Arrival.objects.filter(pk=stack.pk).update(state=Arrival.State.SPLIT)
    document = a_document(customer_file=file, title="Brief")
    Arrival.objects.filter(pk=part.pk).update(state=Arrival.State.FILED, document=document)
    StackPart.objects.create(stack=stack, part=part, position=1, pages=[1])
    verena = a_user("verena")
    client.force_login(verena)
    shelf = reverse("inbox") + "?fach=stapel"
    addresses = [reverse(name, args=(stack.pk,)) for name in ("inbox-arrival", "inbox-download")]
    assert [client.get(one).status_code for one in addresses] == [200, 200]
    assert "stapel.pdf" in client.get(shelf).text
    Grant.objects.create(user=verena, verb=Verb.READ, is_deny=True, customer_file=file, reason="Test", created_at=NOW)
    assert [client.get(one).status_code for one in addresses] == [404, 404]
    assert "stapel.pdf" not in client.get(shelf).text


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_nor_what_such_a_stack_lay_in(client: Client, depth: int) -> None:
    """A letter of a stack that was in an archive, in an archive …"""
    pipeline.register_jobs()
    file = a_customer_file()
    outer = None
    for level in range(depth):
        inner = an_arrival(content=f"Archiv {level}", file_name=f"archiv-{level}.zip")
        Arrival.objects.filter(pk=inner.pk).update(part_of=outer)
        outer = inner
    stack = an_arrival(content="Stapel", file_name="stapel.pdf")
    Arrival.objects.filter(pk=stack.pk).update(part_of=outer)
    Arrival.objects.update(state=Arrival.State.SPLIT)
    part = an_arrival(content="Teil", file_name="teil.pdf")
    document = a_document(customer_file=file, title="Brief")
    Arrival.objects.filter(pk=part.pk).update(state=Arrival.State.FILED, document=document)
    StackPart.objects.create(stack=stack, part=part, position=1, pages=[1])
    verena = a_user("verena")
    client.force_login(verena)
    wholes = Arrival.objects.exclude(pk=part.pk).values_list("pk", flat=True)
    addresses = [reverse(name, args=(pk,)) for name in ("inbox-arrival", "inbox-download") for pk in wholes]
    shelf = reverse("inbox") + "?fach=stapel"
    assert {client.get(one).status_code for one in addresses} == {200}
    assert client.get(shelf).text.count("archiv-") >= depth
    Grant.objects.create(user=verena, verb=Verb.READ, is_deny=True, customer_file=file, reason="Test", created_at=NOW)
    assert {client.get(one).status_code for one in addresses} == {404}
    assert "archiv-" not in client.get(shelf).text
