"""A customer changes: name, address, state, people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.customers.actions import writing
from kundenakte.customers.actions.identify import addition_of
from kundenakte.customers.actions.locking import locked
from kundenakte.customers.drafts import FIELDS, Edit, Person, Place, checked_name, checked_state
from kundenakte.customers.identifiers import clean
from kundenakte.customers.models import Address, Contact, Customer, Identifier
from kundenakte.customers.refusals import BadCustomer


@transaction.atomic
def change_customer(
    *,
    actor: Actor,
    customer: Customer,
    edition: int,
    now: datetime,
    fields: Mapping[str, str] | None = None,
    place: Place | None = None,
    reason: str = "",
) -> Customer:
    """Change a customer as it was seen in `edition`; refuses with CustomerChanged when somebody was quicker.

    `fields` are new values for name, name2, state and group. The old name and the old address stay, with their days.
    What is the same already changes nothing; the customer comes back as it is now.
    """
    row = locked(customer, edition=edition)
    edit = Edit(row, fields=_different(row, fields or {}), reason=clean(reason, 500))
    if place is not None:
        old = current_address(row)
        if old is None or Place.of(old) != place.cleaned():
            edit.place, edit.old_address = place.cleaned(), old
    if edit:
        writing.change(actor, [edit], now=now, today=timezone.localdate(now))
    return row


@transaction.atomic
def change_state(*, actor: Actor, customer: Customer, state: str, now: datetime, reason: str = "") -> Customer:
    """A prospect becomes a customer, a customer a former one. Nothing moves; all links hold (S7)."""
    row = locked(customer)
    if row.state != checked_state(state):
        edit = Edit(row, kind="customer.state_changed", fields={"state": state}, reason=clean(reason, 500))
        writing.change(actor, [edit], now=now, today=timezone.localdate(now))
    return row


@transaction.atomic
def add_contact(*, actor: Actor, customer: Customer, person: Person, now: datetime) -> Contact:
    """Somebody to talk to. Mail address and phone are checked and identify the customer as well."""
    row, kept = locked(customer), person.cleaned()
    if not kept.name:
        raise BadCustomer("Der Ansprechpartner braucht einen Namen.")
    edit = Edit(row, kind="customer.contact_added", people=[kept])
    address = current_address(row)
    for kind, text in ((Identifier.Kind.EMAIL, kept.email), (Identifier.Kind.PHONE, kept.phone)):
        if text:
            edit.added += addition_of(row, kind, text, country=address.country if address else "DE")
    writing.change(actor, [edit], now=now, today=timezone.localdate(now))
    return Contact.objects.filter(customer=row).latest("pk")


@transaction.atomic
def end_contact(*, actor: Actor, contact: Contact, now: datetime, reason: str = "") -> None:
    """The person is not there any more; the row stays with its days. What has ended already stays as it is."""
    if contact.valid_until is None:
        edit = Edit(locked(contact.customer), kind="customer.contact_ended", left=[contact], reason=clean(reason, 500))
        writing.change(actor, [edit], now=now, today=timezone.localdate(now))


def current_address(customer: Customer) -> Address | None:
    """The main address that holds now."""
    return Address.objects.filter(customer=customer, kind="main", valid_until=None).order_by("-pk").first()


def _different(customer: Customer, fields: Mapping[str, str]) -> dict[str, str]:
    """The new values in the form they are kept, without those that are there already."""
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise BadCustomer("Das lässt sich so nicht ändern: %(named)s.", named=", ".join(sorted(unknown)))
    kept = {name: clean(value, 60 if name == "group" else 200) for name, value in fields.items()}
    if "name" in kept:
        kept["name"] = checked_name(kept["name"])
    if "state" in kept:
        checked_state(kept["state"])
    return {name: value for name, value in kept.items() if value != getattr(customer, name)}
