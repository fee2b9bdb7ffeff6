"""What a customer is to become: values that actions and imports hand to the writing, checked but not stored yet."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from kundenakte.customers.identifiers import Checked, address_key, clean
from kundenakte.customers.models import Address, Contact, Customer, Identifier
from kundenakte.customers.refusals import BadCustomer

FIELDS = ("name", "name2", "state", "group")
_SHARP = str.maketrans({"ß": "ss", "ẞ": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d"})


@dataclass(frozen=True, slots=True)
class Place:
    """A postal address as it is written."""

    street: str = ""
    zip_code: str = ""
    city: str = ""
    country: str = "DE"

    @classmethod
    def of(cls, address: Address) -> Place:
        """The place of a stored address."""
        return cls(address.street, address.zip_code, address.city, address.country)

    def __bool__(self) -> bool:
        return bool(self.street or self.zip_code or self.city)

    def __str__(self) -> str:
        return ", ".join(part for part in (self.street, f"{self.zip_code} {self.city}".strip(), self.country) if part)

    @property
    def key(self) -> str:
        """What two ways to write the same address have in common; "" without zip code or house number."""
        return address_key(self.zip_code, self.street)

    def cleaned(self) -> Place:
        """The same in the lengths and letters that may be stored."""
        return Place(
            clean(self.street), clean(self.zip_code, 12), clean(self.city, 100), clean(self.country, 2).upper() or "DE"
        )


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to talk to at the customer's."""

    name: str
    position: str = ""
    email: str = ""
    phone: str = ""

    @classmethod
    def of(cls, contact: Contact) -> Person:
        """The person of a stored contact."""
        return cls(contact.name, contact.position, contact.email, contact.phone)

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, self.position, self.email, self.phone) if part)

    def cleaned(self) -> Person:
        """The same in the lengths and letters that may be stored."""
        return Person(clean(self.name, 150), clean(self.position, 100), clean(self.email), clean(self.phone, 50))


@dataclass(frozen=True, slots=True)
class Known:
    """An identifier to add; `system` only for numbers."""

    checked: Checked
    system: str = ""


@dataclass(slots=True)
class Draft:
    """A new customer. The number, where there is one, is kept as an identifier of `system` as well."""

    name: str
    name2: str = ""
    state: str = Customer.State.CUSTOMER
    group: str = ""
    number: Checked | None = None
    system: str = "erp"
    place: Place | None = None
    known: list[Known] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)


@dataclass(slots=True)
class Edit:
    """What changes about one customer. `fields` holds new values for names in FIELDS and for "number"."""

    customer: Customer
    kind: str = "customer.changed"
    fields: dict[str, str] = field(default_factory=dict)
    # The address that holds now and the one that is to hold; both are needed for before and after.
    place: Place | None = None
    old_address: Address | None = None
    added: list[Known] = field(default_factory=list)
    ended: list[Identifier] = field(default_factory=list)
    reopened: list[Identifier] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    left: list[Contact] = field(default_factory=list)
    reason: str = ""

    def __bool__(self) -> bool:
        return any(
            (self.fields, self.place, self.added, self.ended, self.reopened, self.people, self.left),
        )


def checked_name(text: str) -> str:
    """A customer's name as it is kept, or BadCustomer."""
    name = clean(text)
    if not any(c.isalnum() for c in name):
        raise BadCustomer("Der Kunde braucht einen Namen.")
    return name


def checked_state(text: str) -> str:
    """A state of Customer.State, or BadCustomer."""
    if text not in Customer.State.values:
        raise BadCustomer("Den Stand „%(value)s“ gibt es nicht.", value=clean(text, 40))
    return text


def sort_name(name: str) -> str:
    """The name as lists sort it: small letters, no accents, ä like a (DIN 5007-1), signs as spaces."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_SHARP))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())[:200]


def first_letter(sorted_name: str) -> str:
    """The letter a name is listed under: A to Z, else "#"."""
    first = sorted_name[:1].upper()
    return first if "A" <= first <= "Z" else "#"


def listed(items: Iterable[object]) -> str:
    """Several values as lines of one text, for the journal."""
    return "\n".join(str(item) for item in items)
