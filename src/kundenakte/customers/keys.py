"""Derives the keys customers are found by (`CustomerKey`) from their rows. Actions call `refresh` after each change."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kundenakte.customers.identifiers import address_key, checked, name_key, name_tokens, number_lookup
from kundenakte.customers.inserting import insert
from kundenakte.customers.models import Address, Contact, Customer, CustomerKey, Identifier
from kundenakte.customers.normal_forms import email_domain, fold, plain
from kundenakte.customers.refusals import BadIdentifier

Kind = CustomerKey.Kind
# A key is a kind and a value; whether it holds today or did so formerly stands beside it.
Keys = dict[tuple[str, str], bool]
_NAMES = (Identifier.Kind.NAME, Identifier.Kind.FORMER_NAME)
_LONGEST = 200
_SHORTEST_REST = 3
_DIGITS = re.compile(r"\d+")
_STR = re.compile(r"str$")


def refresh(customers: Sequence[Customer]) -> None:
    """Write the keys of these customers anew from their rows, in the caller's transaction; six queries in all."""
    CustomerKey.objects.filter(customer__in=customers).delete()
    found: dict[int, Keys] = defaultdict(dict)
    for customer in customers:
        add(found[customer.pk], keys_of_names(customer.name, customer.name2))
    for row in Identifier.objects.filter(customer__in=customers):
        ended = row.kind == Identifier.Kind.FORMER_NAME or row.valid_until is not None
        add(found[row.customer_id], keys_of_identifier(row.kind, row.shown, row.value), ended=ended)
    for address in Address.objects.filter(customer__in=customers):
        keys = keys_of_address(address.street, address.zip_code, address.city)
        add(found[address.customer_id], keys, ended=address.valid_until is not None)
    for contact in Contact.objects.filter(customer__in=customers):
        add(found[contact.customer_id], keys_of_contact(contact.name), ended=contact.valid_until is not None)
    write(found)


def write(found: Mapping[int, Keys]) -> None:
    """Store the keys of customers, by their ids, who have none stored."""
    insert(
        CustomerKey,
        ("customer", "kind", "value", "ended"),
        ((pk, kind, value, ended) for pk, keys in found.items() for (kind, value), ended in keys.items()),
    )


def keys_of_names(name: str, name2: str = "") -> Iterator[tuple[str, str]]:
    """The whole name, alone and with its second line (long names are broken over both), and each word."""
    yield Kind.NAME, name_key(name)
    if name2:
        yield Kind.NAME, name_key(f"{name} {name2}")
    for word in name_tokens(f"{name} {name2}"):
        yield Kind.WORD, word
    yield from _plain(f"{name} {name2}")


def keys_of_address(street: str, zip_code: str, city: str) -> Iterator[tuple[str, str]]:
    """Zip code with street and house, and what people type to find the place."""
    yield Kind.ADDRESS, address_key(zip_code, street)
    yield Kind.ZIP, fold(zip_code).replace(" ", "")
    for word in fold(city).split():
        yield Kind.CITY, word
    for word in street_words(street):
        yield Kind.STREET, word
    yield from _plain(f"{street} {city}")


def street_words(street: str) -> list[str]:
    """The words of a street, "Str." written out, and all of them in one: "Haupt-Str. 5" is typed in many ways."""
    words = [_STR.sub("strasse", word) for word in fold(street).split()]
    return [*words, "".join(words)] if len(words) > 1 else words


def _plain(text: str) -> Iterator[tuple[str, str]]:
    """The words that are typed without their dots as well."""
    if not text.isascii():
        known = set(fold(text).split())
        yield from ((Kind.PLAIN, word) for word in plain(text).split() if word not in known)


def keys_of_contact(name: str) -> Iterator[tuple[str, str]]:
    """The words of a person's name."""
    for word in fold(name).split():
        yield Kind.CONTACT, word
    yield from _plain(name)


def keys_of_identifier(kind: str, shown: str, value: str) -> Iterator[tuple[str, str]]:
    """Other and former names by their words, numbers in small letters, phone numbers by their exchange, mail addresses
    by their domain unless it is a provider's, whom everybody may be with."""
    if kind in _NAMES:
        yield from keys_of_names(shown)
    elif kind == Identifier.Kind.NUMBER:
        yield Kind.NUMBER, number_lookup(shown).lower()
        yield Kind.NUMBER, fold(shown).replace(" ", "")
        # People leave out the letters when they type; filing never does.
        yield Kind.NUMBER, "".join(c for c in fold(shown) if c.isdigit()).lstrip("0")
    elif kind == Identifier.Kind.PHONE:
        yield Kind.PHONE_STEM, _stem(shown, value)
        yield from ((Kind.PHONE, rest) for rest in without_area_code(shown, value))
    elif kind == Identifier.Kind.EMAIL:
        yield Kind.DOMAIN, email_domain(value)


def without_area_code(shown: str, value: str) -> list[str]:
    """What people type who leave the area code out: what stands behind it; where nothing sets it apart, what is left
    behind two to five digits, as long as German area codes are."""
    behind = "".join(_DIGITS.findall(shown.rpartition("/")[2])) if "/" in shown else ""
    groups = _DIGITS.findall(shown.replace("(0)", " "))
    if shown.lstrip(" (").startswith("+") or (groups and groups[0].startswith("00")):
        groups = groups[1:]
    rest = behind or "".join(groups[1:])
    if rest:
        return [rest] if len(rest) >= _SHORTEST_REST else []
    national = value.removeprefix("+49") if value.startswith("+49") else ""
    return [national[n:] for n in range(2, 6) if len(national) - n >= _SHORTEST_REST]


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


def add(keys: Keys, found: Iterable[tuple[str, str]], *, ended: bool = False) -> None:
    """Put more keys of a customer to those found already."""
    for kind, value in found:
        if value:
            key = (str(kind), value[:_LONGEST])
            # What holds today outweighs that it also held formerly.
            keys[key] = keys.get(key, True) and ended
