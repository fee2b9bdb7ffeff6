"""Writes drafts and edits of customers with their journal entries: one or hundreds in the same number of queries.

The single actions and the import share this, so that both leave the same rows and the same history.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import IntegrityError

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.base.journal.actions import Happening
from kundenakte.customers import keys
from kundenakte.customers.drafts import Draft, Edit, Known, Person, Place, first_letter, listed, sort_name
from kundenakte.customers.inserting import insert
from kundenakte.customers.models import Address, Contact, Customer, Identifier
from kundenakte.customers.refusals import NumberTaken

# What an address or a name is for a person stays out of the open facts; these fields may stand there.
_OPEN = ("number", "state", "group")


def create(actor: Actor, drafts: Sequence[Draft], *, now: datetime, today: date, source: str = "") -> list[Customer]:
    """Store new customers; on return they have ids, in the order of `drafts`. Runs in the caller's transaction.

    Raises NumberTaken when a number leads to another customer of its system.
    """
    customers = Customer.objects.bulk_create(
        [
            _named(
                Customer(
                    number=draft.number.shown if draft.number else "", state=draft.state, group=draft.group, name="-"
                ),
                draft.name,
                draft.name2,
            )
            for draft in drafts
        ]
    )
    pairs = list(zip(customers, drafts, strict=True))
    known = [(customer, item) for customer, draft in pairs for item in _all_known(draft)]
    _add_identifiers(known, today=today, source=source)
    _add_places([(customer, draft.place) for customer, draft in pairs if draft.place], today=today)
    _add_people([(customer, person) for customer, draft in pairs for person in draft.people], today=today)
    keys.write({customer.pk: _keys_of(draft) for customer, draft in pairs})
    journal.append_many(actor, [_created(customer, draft, source) for customer, draft in pairs], at=now)
    return customers


def change(actor: Actor, edits: Sequence[Edit], *, now: datetime, today: date, source: str = "") -> None:
    """Store edits of different customers, whose rows the caller has locked. Runs in the caller's transaction.

    A new name leaves the old one as an identifier; an address or identifier that no longer holds keeps its days.
    """
    happenings = [_changed(edit, source) for edit in edits]
    former: list[tuple[Customer, Known]] = []
    for edit in edits:
        former += _apply_fields(edit)
    Customer.objects.bulk_update(
        [edit.customer for edit in edits],
        ["name", "name2", "sort_name", "letter", "state", "group", "number", "edition"],
        batch_size=100,
    )
    _end([identifier for edit in edits for identifier in edit.ended], today=today, source=source)
    _reopen([identifier for edit in edits for identifier in edit.reopened])
    _leave([contact for edit in edits for contact in edit.left], today=today)
    _move_out([edit.old_address for edit in edits if edit.place and edit.old_address], today=today)
    added = [(edit.customer, known) for edit in edits for known in edit.added]
    _add_identifiers(added, today=today, source=source)
    _add_former_names(former, today=today, source=source)
    _add_places([(edit.customer, edit.place) for edit in edits if edit.place], today=today)
    _add_people([(edit.customer, person) for edit in edits for person in edit.people], today=today)
    keys.refresh([edit.customer for edit in edits])
    journal.append_many(actor, happenings, at=now)


def _named(customer: Customer, name: str, name2: str) -> Customer:
    customer.name, customer.name2 = name, name2
    customer.sort_name = sort_name(f"{name} {name2}")
    customer.letter = first_letter(customer.sort_name)
    return customer


def _all_known(draft: Draft) -> list[Known]:
    return ([Known(draft.number, draft.system)] if draft.number else []) + draft.known


def _apply_fields(edit: Edit) -> list[tuple[Customer, Known]]:
    """Set the new values on the row; returns the name it had before when it has another now."""
    customer, old = edit.customer, (edit.customer.name, edit.customer.name2)
    for name, value in edit.fields.items():
        setattr(customer, name, value)
    _named(customer, customer.name, customer.name2)
    customer.edition += 1
    if customer.name == old[0]:
        return []
    return [(customer, _former_name(" ".join(old).strip()))]


def _former_name(shown: str) -> Known:
    from kundenakte.customers.identifiers import checked

    return Known(checked("former_name", shown))


def _keys_of(draft: Draft) -> keys.Keys:
    found: keys.Keys = {}
    keys.add(found, keys.keys_of_names(draft.name, draft.name2))
    for known in _all_known(draft):
        item = known.checked
        former = item.kind == Identifier.Kind.FORMER_NAME
        keys.add(found, keys.keys_of_identifier(item.kind, item.shown, item.value), ended=former)
    if draft.place:
        keys.add(found, keys.keys_of_address(draft.place.street, draft.place.zip_code, draft.place.city))
    for person in draft.people:
        keys.add(found, keys.keys_of_contact(person.name))
    return found


def _add_identifiers(pairs: Sequence[tuple[Customer, Known]], *, today: date, source: str) -> None:
    try:
        insert(
            Identifier,
            ("customer", "kind", "system", "value", "shown", "lookup", "valid_from", "source"),
            (
                (customer.pk, known.checked.kind, known.system, known.checked.value, known.checked.shown,
                 known.checked.lookup, today, source)
                for customer, known in pairs
            ),
        )  # fmt: skip
    except IntegrityError as error:
        raise NumberTaken(_who_has([known for _, known in pairs])) from error


def _add_former_names(pairs: Sequence[tuple[Customer, Known]], *, today: date, source: str) -> None:
    """Names seldom change back and forth; the one that is there already stays as it is."""
    rows = [
        Identifier(
            customer=customer, kind=known.checked.kind, value=known.checked.value, shown=known.checked.shown,
            lookup=known.checked.lookup, valid_from=today, source=source,
        )
        for customer, known in pairs
    ]  # fmt: skip
    Identifier.objects.bulk_create(rows, ignore_conflicts=True)


def _who_has(known: Iterable[Known]) -> str:
    """The sentence for a number that is taken. The database has refused; inside its transaction nothing can be read."""
    numbers = ", ".join(sorted({item.checked.shown for item in known if item.system})[:3])
    return f"Die Kundennummer {numbers} gehört schon zu einem anderen Kunden." if numbers else "Das ist schon erfasst."


def _end(identifiers: Sequence[Identifier], *, today: date, source: str) -> None:
    """Whoever ends it has the last word about it: a list never brings back what a person has ended."""
    Identifier.objects.filter(pk__in=[row.pk for row in identifiers]).update(valid_until=today, source=source)


def _reopen(identifiers: Sequence[Identifier]) -> None:
    Identifier.objects.filter(pk__in=[row.pk for row in identifiers]).update(valid_until=None)


def _leave(contacts: Sequence[Contact], *, today: date) -> None:
    Contact.objects.filter(pk__in=[row.pk for row in contacts]).update(valid_until=today)


def _move_out(addresses: Sequence[Address], *, today: date) -> None:
    Address.objects.filter(pk__in=[row.pk for row in addresses]).update(valid_until=today)


def _add_places(pairs: Iterable[tuple[Customer, Place]], *, today: date) -> None:
    insert(
        Address,
        ("customer", "kind", "street", "zip_code", "city", "country", "valid_from"),
        (
            (customer.pk, "main", place.street, place.zip_code, place.city, place.country, today)
            for customer, place in pairs
        ),
    )


def _add_people(pairs: Iterable[tuple[Customer, Person]], *, today: date) -> None:
    insert(
        Contact,
        ("customer", "name", "position", "email", "phone", "valid_from"),
        ((customer.pk, person.name, person.position, person.email, person.phone, today) for customer, person in pairs),
    )


def _created(customer: Customer, draft: Draft, source: str) -> Happening:
    """What a new customer was, for its history. Numbers and states are facts; the rest may describe a person."""
    facts = {"number": customer.number, "state": customer.state, "group": customer.group, "source": source}
    personal = {
        "name.after": f"{draft.name}\n{draft.name2}".strip(),
        "address.after": str(draft.place) if draft.place else "",
        "identifiers.after": listed(_worded(known.checked) for known in draft.known),
        "contacts.after": listed(draft.people),
    }
    return Happening("customer.created", customer, {k: v for k, v in facts.items() if v}, personal)


def _changed(edit: Edit, source: str) -> Happening:
    """Before and after of what an edit changes; called before it is applied."""
    before = {name: getattr(edit.customer, name) for name in edit.fields}
    facts: dict[str, object] = {
        "before": {name: before[name] for name in edit.fields if name in _OPEN},
        "after": {name: edit.fields[name] for name in edit.fields if name in _OPEN},
        "source": source,
        "numbers_added": [known.checked.shown for known in edit.added if known.system],
        "changed": sorted({*edit.fields, *_parts(edit)}),
    }
    personal = {f"{name}.before": before[name] for name in edit.fields if name not in _OPEN}
    personal |= {f"{name}.after": value for name, value in edit.fields.items() if name not in _OPEN}
    personal |= {
        "address.before": str(Place.of(edit.old_address)) if edit.place and edit.old_address else "",
        "address.after": str(edit.place) if edit.place else "",
        "identifiers.before": listed(f"{row}" for row in edit.ended),
        "identifiers.after": listed(
            [
                *(_worded(known.checked) for known in edit.added if not known.system),
                *(str(row) for row in edit.reopened),
            ]
        ),
        "contacts.before": listed(Person.of(contact) for contact in edit.left),
        "contacts.after": listed(edit.people),
    }
    return Happening(edit.kind, edit.customer, {k: v for k, v in facts.items() if v}, personal, edit.reason)


def _parts(edit: Edit) -> list[str]:
    parts = {
        "address": edit.place,
        "contacts": edit.people or edit.left,
        "identifiers": edit.added or edit.ended or edit.reopened,
    }
    return [name for name, value in parts.items() if value]


def _worded(item: object) -> str:
    kind, shown = getattr(item, "kind", ""), getattr(item, "shown", "")
    return f"{Identifier.Kind(kind).label} {shown}"
