"""What filing asks of the customer master: two batch look-ups by index, whatever the number of customers.

A key is a pair (kind, value) with the value in its normal form (`customers.normal_forms`):

| kind | value |
|---|---|
| customer_number | `identifiers.number_lookup`: no signs, no zeros in front |
| customer_number@SYSTEM | the same, looked up in one system's numbers only |
| vat_id, iban, email, phone, tax_number | the normal form |
| phone_stem | the beginning of a phone number that is a customer's exchange |
| email_domain | a domain a customer's mail addresses have, or one kept as an identifier |
| name | `name_core` of a present or former name |
| zip_street | `zip_street` of a present or former address |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from kundenakte.customers import normal_forms
from kundenakte.customers.identifiers import number_lookup

Key = tuple[str, str]

# A key that more customers share says nothing; a look-up may stop there.
MANY = 50


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address as written."""

    zip_code: str
    street: str
    city: str


@dataclass(frozen=True, slots=True)
class CustomerProfile:
    """What a candidate is compared with: all names and addresses, present and former."""

    id: int
    number: str
    name: str
    names: tuple[str, ...]
    addresses: tuple[Address, ...] = ()


class Lookups(Protocol):
    """The customer master as filing sees it. Merged customers answer as the one they were merged into."""

    def by_keys(self, keys: Collection[Key]) -> Mapping[Key, Sequence[int]]:
        """The customers that have each key; keys nobody has are missing. At most MANY + 1 customers per key."""

    def profiles(self, ids: Collection[int]) -> Mapping[int, CustomerProfile]:
        """The profiles of these customers."""


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """A customer with its identifiers as written, for the look-up in memory."""

    profile: CustomerProfile
    vat_ids: tuple[str, ...] = ()
    ibans: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


class InMemoryLookups:
    """The same from a list: for tests, the benchmark, and trying rules out."""

    def __init__(self, customers: Iterable[KnownCustomer]) -> None:
        self._profiles: dict[int, CustomerProfile] = {}
        self._ids: defaultdict[Key, list[int]] = defaultdict(list)
        for customer in customers:
            self._profiles[customer.profile.id] = customer.profile
            for key in _keys_of(customer):
                if customer.profile.id not in self._ids[key]:
                    self._ids[key].append(customer.profile.id)

    def by_keys(self, keys: Collection[Key]) -> Mapping[Key, Sequence[int]]:
        """See Lookups."""
        return {key: self._ids[key][: MANY + 1] for key in keys if key in self._ids}

    def profiles(self, ids: Collection[int]) -> Mapping[int, CustomerProfile]:
        """See Lookups."""
        return {pk: self._profiles[pk] for pk in ids if pk in self._profiles}


def _keys_of(customer: KnownCustomer) -> Iterable[Key]:
    profile = customer.profile
    if profile.number:
        yield "customer_number", number_lookup(profile.number)
    for name in profile.names:
        yield "name", normal_forms.name_core(name)
    for address in profile.addresses:
        yield "zip_street", normal_forms.zip_street(address.zip_code, address.street)
    for value in customer.vat_ids:
        yield "vat_id", normal_forms.vat_id(value)
    for value in customer.ibans:
        yield "iban", normal_forms.iban(value)
    for value in customer.phones:
        yield "phone", normal_forms.phone(value)
    for value in customer.emails:
        yield "email", normal_forms.email(value)
    for value in (*customer.domains, *customer.emails):
        if domain := normal_forms.email_domain(value):
            yield "email_domain", domain
