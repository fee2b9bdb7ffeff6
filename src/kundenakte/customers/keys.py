"""Derives the keys customers are found by (`CustomerKey`) from their rows. Actions call `refresh` after each change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from kundenakte.customers.identifiers import address_key, checked, name_key, name_tokens, number_lookup
from kundenakte.customers.models import Address, Contact, Customer, CustomerKey, Identifier
from kundenakte.customers.normal_forms import fold
from kundenakte.customers.refusals import BadIdentifier

Kind = CustomerKey.Kind
# A key is a kind and a value; whether it holds today or did so formerly stands beside it.
Keys = dict[tuple[str, str], bool]
_NAMES = (Identifier.Kind.NAME, Identifier.Kind.FORMER_NAME)
_LONGEST = 200


def refresh(customers: Iterable[Customer], *, fresh: bool = False) -> None:
    """Write the keys of these customers anew, in a number of queries that does not depend on how many they are.

    `fresh` customers have none yet. Runs in the caller's transaction.
    """
    rows = {customer.pk: customer for customer in customers}
    if not fresh:
        CustomerKey.objects.filter(customer__in=rows).delete()
    found: dict[int, Keys] = defaultdict(dict)
    for pk, customer in rows.items():
        _add(found[pk], keys_of_names(customer.name, customer.name2), ended=False)
    for identifier in Identifier.objects.filter(customer__in=rows):
        former = identifier.kind == Identifier.Kind.FORMER_NAME or identifier.valid_until is not None
        _add(found[identifier.customer_id], keys_of_identifier(identifier), ended=former)
    for address in Address.objects.filter(customer__in=rows):
        _add(found[address.customer_id], keys_of_address(address), ended=address.valid_until is not None)
    for contact in Contact.objects.filter(customer__in=rows):
        words = ((Kind.CONTACT, word) for word in fold(contact.name).split())
        _add(found[contact.customer_id], words, ended=contact.valid_until is not None)
    CustomerKey.objects.bulk_create(
        (
            CustomerKey(customer_id=pk, kind=kind, value=value, ended=ended)
            for pk, keys in found.items()
            for (kind, value), ended in keys.items()
        ),
        batch_size=2000,
    )


def keys_of_names(name: str, name2: str = "") -> Iterator[tuple[str, str]]:
    """The whole name, alone and with its second line (long names are broken over both), and each word."""
    yield Kind.NAME, name_key(name)
    if name2:
        yield Kind.NAME, name_key(f"{name} {name2}")
    for word in name_tokens(f"{name} {name2}"):
        yield Kind.WORD, word


def keys_of_address(address: Address) -> Iterator[tuple[str, str]]:
    """Zip code with street and house, and what people type to find the place."""
    yield Kind.ADDRESS, address_key(address.zip_code, address.street)
    yield Kind.ZIP, fold(address.zip_code).replace(" ", "")
    for word in fold(address.city).split():
        yield Kind.CITY, word


def keys_of_identifier(identifier: Identifier) -> Iterator[tuple[str, str]]:
    """Other and former names by their words, numbers in small letters, phone numbers by their exchange."""
    if identifier.kind in _NAMES:
        yield from keys_of_names(identifier.shown)
    elif identifier.kind == Identifier.Kind.NUMBER:
        yield Kind.NUMBER, number_lookup(identifier.shown).lower()
        yield Kind.NUMBER, fold(identifier.shown).replace(" ", "")
    elif identifier.kind == Identifier.Kind.PHONE:
        yield Kind.PHONE_STEM, _stem(identifier.shown, identifier.value)


def _stem(shown: str, value: str) -> str:
    if "-" not in shown and "–" not in shown and not any(c.isalpha() for c in shown):
        return ""
    try:
        # `shown` may lack the country code that `value` was completed with.
        again = checked("phone", shown, country=_region(value))
    except BadIdentifier:
        return ""
    return again.stem if again.value == value else ""


def _region(value: str) -> str:
    import phonenumbers

    return phonenumbers.region_code_for_number(phonenumbers.parse(value)) or "DE"


def _add(keys: Keys, found: Iterable[tuple[str, str]], *, ended: bool) -> None:
    for kind, value in found:
        if value:
            key = (str(kind), value[:_LONGEST])
            # What holds today outweighs that it also held formerly.
            keys[key] = keys.get(key, True) and ended
