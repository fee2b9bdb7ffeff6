"""Changes to customers that concern their files as well: new ones get a file, merged ones become one file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs import ledger
from kundenakte.base.journal import actions as journal
from kundenakte.customers import actions as customers
from kundenakte.customers.drafts import Place
from kundenakte.customers.models import Customer
from kundenakte.records import access, merging, search_due
from kundenakte.records.actions.files import file_of, open_files_for
from kundenakte.records.models import Document, Grant, LegalHold, Placement, Section, Verb, Watch
from kundenakte.records.refusals import NotFound
from kundenakte.records.retention.blocks import carry_along
from kundenakte.records.retention.keeping import FILE_JOB

P = ParamSpec("P")
T = TypeVar("T")


def _with_right(action: Callable[P, T]) -> Callable[P, T]:
    """The customers' action, for an actor who may change customers and sees this one's file."""

    @wraps(action)
    def asked(*args: P.args, **kwargs: P.kwargs) -> T:
        actor = cast(Actor, kwargs["actor"])
        access.require(actor, Verb.CHANGE_CUSTOMER)
        subject = kwargs.get("customer") or kwargs.get("identifier") or kwargs.get("contact")
        customer = subject if isinstance(subject, Customer) else getattr(subject, "customer", None)
        if actor.user is not None and customer is not None and not _sees(actor, customer):
            raise NotFound
        with transaction.atomic():
            done = action(*args, **kwargs)
            if customer is not None:
                _search_again(customer)
            return done

    return asked


def _sees(actor: Actor, customer: Customer) -> bool:
    return actor.user is None or access.customers_for(actor.user).filter(pk=customer.pk).exists()


def _search_again(customer: Customer) -> None:
    """Documents are found by their customer's name and numbers as well."""
    search_due.mark_all(Document.objects.filter(customer_file__customer=customer).values_list("pk", flat=True))


change_customer = _with_right(customers.change_customer)
change_state = _with_right(customers.change_state)
add_contact = _with_right(customers.add_contact)
end_contact = _with_right(customers.end_contact)
add_identifier = _with_right(customers.add_identifier)
attach_number = _with_right(customers.attach_number)
end_identifier = _with_right(customers.end_identifier)


@transaction.atomic
def create_customer(
    *,
    actor: Actor,
    name: str,
    now: datetime,
    number: str = "",
    system: str = "erp",
    name2: str = "",
    state: str = Customer.State.CUSTOMER,
    group: str = "",
    place: Place | None = None,
    identifiers: Sequence[tuple[str, str]] = (),
) -> Customer:
    """A new customer together with its file, in one step (S2)."""
    access.require(actor, Verb.CHANGE_CUSTOMER)
    customer = customers.create_customer(
        actor=actor, name=name, name2=name2, now=now, number=number, system=system, state=state, group=group,
        place=place, identifiers=identifiers,
    )  # fmt: skip
    open_files_for(actor=actor, customers=[customer], today=timezone.localdate(now))
    return customer


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
    # They are one customer now: what was held at the one is held at the other, and what it holds stays held.
    carry_along(moved, old)
    LegalHold.objects.filter(customer_file=old, released_at=None).update(customer_file=new)
    Document.objects.filter(customer_file=old).update(customer_file=new, changed_at=now)
    ledger.enqueue(FILE_JOB, new.pk)
    Placement.objects.filter(customer_file=old).exclude(
        document__in=Placement.objects.filter(customer_file=new).values("document")
    ).update(customer_file=new)
    # What was opened or closed to somebody stays so: the exceptions go where the documents went.
    Grant.objects.filter(customer_file=old).update(customer_file=new)
    Watch.objects.filter(customer_file=old).exclude(
        user__in=Watch.objects.filter(customer_file=new).values("user")
    ).update(customer_file=new)
    merging.carry(old, new)
    # Not only what moved: the customer's own documents are found by the other's number from now on.
    shown = Document.objects.filter(Q(customer_file=new) | Q(placements__customer_file=new))
    search_due.mark_all(shown.distinct().values_list("pk", flat=True))
    old.closed_on = timezone.localdate(now)
    old.save(update_fields=["closed_on"])
    journal.append(
        actor, "customer_file.merged", new, at=now, reason=reason, from_file=old, documents=len(moved),
        sections=len(taken),
    )  # fmt: skip
    for pk in moved:
        journal.append(
            actor, "document.moved", Document(pk=pk), at=now, reason=reason, from_file=old, customer_file=new
        )
