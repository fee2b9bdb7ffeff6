"""A new customer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.refusals import Label
from kundenakte.customers import queries
from kundenakte.customers.actions import writing
from kundenakte.customers.drafts import Draft, Known, Person, Place, checked_name, checked_state
from kundenakte.customers.identifiers import Checked, checked, clean
from kundenakte.customers.models import Customer, Identifier
from kundenakte.customers.refusals import NumberTaken, OwnIdentifier


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
    identifiers: Iterable[tuple[str, str]] = (),
    people: Iterable[Person] = (),
    source: str = "",
) -> Customer:
    """Store a customer or, without a number, a prospect whose number comes later (S7).

    `identifiers` are pairs of kind and text as written. Refuses with BadCustomer, BadIdentifier, OwnIdentifier or
    NumberTaken. Its file is opened one layer up, in the same transaction.
    """
    country = place.country if place else "DE"
    draft = Draft(
        name=checked_name(name),
        name2=clean(name2),
        state=checked_state(state),
        group=clean(group, 60),
        number=free_number(number, system=system) if number else None,
        system=system,
        place=place.cleaned() if place else None,
        known=[Known(not_ours(checked(kind, text, country=country))) for kind, text in identifiers],
        people=[person.cleaned() for person in people],
    )
    return writing.create(actor, [draft], now=now, today=timezone.localdate(now), source=source)[0]


def free_number(text: str, *, system: str) -> Checked:
    """A number that leads to nobody in this system yet, else NumberTaken.

    Whom it leads to is not said: the customer's file may be hidden from who asks.
    """
    number = checked(Identifier.Kind.NUMBER, text)
    if Identifier.objects.filter(kind=Identifier.Kind.NUMBER, system=system, value=number.value).exists():
        raise NumberTaken("Die Kundennummer %(shown)s gehört schon zu einem anderen Kunden.", shown=number.shown)
    return number


def not_ours(item: Checked) -> Checked:
    """The identifier again, or OwnIdentifier when it is our own company's: it would draw everything into one file."""
    if queries.own_identifiers().has(item.kind, item.value):
        label = Label(Identifier.Kind(item.kind).label)
        raise OwnIdentifier(
            "%(label)s %(shown)s ist die eigene und kennzeichnet keinen Kunden.", label=label, shown=item.shown
        )
    return item
