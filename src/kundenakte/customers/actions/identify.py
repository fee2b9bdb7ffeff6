"""What a customer is known by: adding, ending, and the number an ERP gives later."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.customers.actions import writing
from kundenakte.customers.actions.create import free_number, not_ours
from kundenakte.customers.actions.locking import locked
from kundenakte.customers.drafts import Edit, Known
from kundenakte.customers.identifiers import checked, clean
from kundenakte.customers.models import Customer, Identifier
from kundenakte.customers.refusals import NumberTaken


@transaction.atomic
def add_identifier(
    *,
    actor: Actor,
    customer: Customer,
    kind: str,
    text: str,
    now: datetime,
    system: str = "",
    country: str = "DE",
    source: str = "",
) -> Identifier:
    """Add what the customer is known by; what is there already comes back as it is.

    VAT ids, IBANs, addresses and names may belong to several customers, a number of one system only to one
    (NumberTaken). Refuses with BadIdentifier what is misspelt, and with OwnIdentifier what is ours.
    """
    if kind == Identifier.Kind.NUMBER:
        return attach_number(
            actor=actor, customer=customer, number=text, system=system or "erp", now=now, source=source
        )
    row = locked(customer)
    item = checked(kind, text, country=country)
    there = Identifier.objects.filter(customer=row, kind=kind, value=item.value, valid_until=None).first()
    if there is not None:
        return there
    edit = Edit(row, kind="customer.identifier_added", added=[Known(not_ours(item))])
    writing.change(actor, [edit], now=now, today=timezone.localdate(now), source=source)
    return Identifier.objects.get(customer=row, kind=kind, value=item.value, valid_until=None)


@transaction.atomic
def attach_number(
    *, actor: Actor, customer: Customer, number: str, system: str, now: datetime, source: str = ""
) -> Identifier:
    """The customer's number in a system, given now: to a prospect who ordered (S7), or as a further key (S1).

    The first number becomes the one people say. A number the customer had before holds again.
    """
    row = locked(customer)
    item = checked(Identifier.Kind.NUMBER, number)
    there = (
        Identifier.objects.filter(kind=Identifier.Kind.NUMBER, system=system, value=item.value)
        .select_related("customer")
        .first()
    )
    if there is not None and there.valid_until is None and row.pk in (there.customer_id, there.customer.merged_into_id):
        return there
    edit = Edit(row, kind="customer.number_attached")
    if there is not None and there.customer_id == row.pk:
        edit.reopened = [there]
    else:
        edit.added = [Known(free_number(number, system=system), system)]
    if not row.number:
        edit.fields["number"] = item.shown
    writing.change(actor, [edit], now=now, today=timezone.localdate(now), source=source)
    return Identifier.objects.get(kind=Identifier.Kind.NUMBER, system=system, value=item.value)


@transaction.atomic
def end_identifier(*, actor: Actor, identifier: Identifier, now: datetime, reason: str = "") -> None:
    """The identifier holds no longer. It stays with its days: papers of that time still name it (R-11).

    The number people say cannot be ended before another one has taken its place.
    """
    row = locked(identifier.customer)
    current = Identifier.objects.get(pk=identifier.pk)
    if current.valid_until is not None:
        return
    edit = Edit(row, kind="customer.identifier_ended", ended=[current], reason=clean(reason, 500))
    if current.kind == Identifier.Kind.NUMBER and current.shown == row.number:
        other = (
            Identifier.objects.filter(customer=row, kind=Identifier.Kind.NUMBER, valid_until=None)
            .exclude(pk=current.pk)
            .order_by("pk")
            .first()
        )
        if other is None:
            raise NumberTaken("Das ist die einzige Kundennummer. Bitte erfassen Sie zuerst die neue.")
        edit.fields["number"] = other.shown
    writing.change(actor, [edit], now=now, today=timezone.localdate(now))


def addition_of(customer: Customer, kind: str, text: str, *, country: str) -> list[Known]:
    """The identifier to add, or nothing when the customer has it already."""
    item = checked(kind, text, country=country)
    if Identifier.objects.filter(customer=customer, kind=kind, value=item.value, valid_until=None).exists():
        return []
    return [Known(not_ours(item))]
