"""Changes to customers that concern their files as well: new ones get a file, merged ones become one file."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.customers import actions as customers
from kundenakte.customers.models import Customer
from kundenakte.records import access, search_due
from kundenakte.records.actions.files import file_of
from kundenakte.records.models import Document, Placement, Section, Verb


@transaction.atomic
def merge(*, actor: Actor, source: Customer, into: Customer, reason: str, now: datetime) -> None:
    """Two records turned out to be one customer: everything of `source` goes into the file of `into` (S1).

    Both numbers keep leading to the file, the documents keep their ids and links, and the history tells the move.
    """
    access.require(actor, Verb.MERGE)
    old, new = file_of(source), file_of(into)
    if actor.user is not None:
        access.get_file(actor.user, old.pk)
        access.get_file(actor.user, new.pk)
    customers.merge_customers(actor=actor, source=source, into=into, reason=reason, now=now)
    taken: dict[int, int] = {}
    for section in Section.objects.filter(customer_file=old):
        section.customer_file = new
        section.key = f"{section.key[:45]}-{section.pk}"
        section.save(update_fields=["customer_file", "key"])
        taken[section.pk] = section.pk
    moved = list(Document.objects.filter(customer_file=old).values_list("pk", flat=True))
    Document.objects.filter(customer_file=old).update(customer_file=new, changed_at=now)
    Placement.objects.filter(customer_file=old).exclude(
        document__in=Placement.objects.filter(customer_file=new).values("document")
    ).update(customer_file=new)
    search_due.mark_all(moved)
    old.closed_on = now.date()
    old.save(update_fields=["closed_on"])
    journal.append(
        actor, "customer_file.merged", new, at=now, reason=reason, from_file=old, documents=len(moved),
        sections=len(taken),
    )  # fmt: skip
    for pk in moved:
        journal.append(
            actor, "document.moved", Document(pk=pk), at=now, reason=reason, from_file=old, customer_file=new
        )
