"""Who writes and who receives: what a letterhead, an address window and an e-invoice need to know."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A contact: "Frau" or "Herr", names, and what the person does."""

    salutation: str
    first: str
    last: str
    role: str = ""
    email: str = ""
    phone: str = ""

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def greeting(self) -> str:
        return f"Sehr geehrte Frau {self.last}," if self.salutation == "Frau" else f"Sehr geehrter Herr {self.last},"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """How somebody's paper looks: layout name, two colours (RRGGBB), one of the drawn logos, a line below the name."""

    layout: str = "din5008"
    colour: str = "1f3a5f"
    accent: str = "c8102e"
    logo: int = 0
    claim: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """A company (or person) as it appears on paper. Empty strings are simply not printed."""

    name: str
    street: str
    zip: str
    city: str
    country: str = "DE"
    addition: str = ""
    number: str = ""
    vat_id: str = ""
    tax_number: str = ""
    iban: str = ""
    bic: str = ""
    bank: str = ""
    email: str = ""
    web: str = ""
    phone: str = ""
    register: str = ""
    directors: str = ""
    contact: Person | None = None
    letterhead: Letterhead = Letterhead()

    @property
    def led_by(self) -> str:
        """Who leads the house, with the word that its legal form uses; "" when unknown."""
        word = "Inhaber" if self.name.endswith("e. K.") else "Geschäftsführung"
        return f"{word}: {self.directors}" if self.directors else ""

    def address(self, *, attention: bool = True) -> tuple[str, ...]:
        """The lines of the address window."""
        lines = [self.name]
        if self.addition:
            lines.append(self.addition)
        if attention and self.contact:
            lines.append(f"{self.contact.salutation.replace('Herr', 'Herrn')} {self.contact.name}")
        lines += [self.street, f"{self.zip} {self.city}"]
        if self.country != "DE":
            lines.append(COUNTRIES[self.country])
        return tuple(lines)


# As they stand in the last line of an address (upper case, German, as the post asks).
COUNTRIES = {"DE": "DEUTSCHLAND", "AT": "ÖSTERREICH", "FR": "FRANKREICH", "IT": "ITALIEN", "NL": "NIEDERLANDE",
             "BE": "BELGIEN", "LU": "LUXEMBURG", "CH": "SCHWEIZ"}  # fmt: skip
