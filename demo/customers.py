"""Customers of the demo company: as many as wanted, some of them hard to tell apart."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

from demo import words
from demo.checkdigits import iban, mobile, phone, vat_id
from demo.parties import Letterhead, Party, Person
from demo.places import GERMAN_TOWNS, NEARBY, TOWNS_ABROAD

PROSPECT, ACTIVE, FORMER = "prospect", "customer", "former"
STATES_IN_ERP = {PROSPECT: "Interessent", ACTIVE: "Kunde", FORMER: "ehemalig"}
LAYOUTS = ("din5008", "sidecolumn", "tablehead", "modern", "typewriter")
# A mail provider that several small customers share: its domain must never identify one of them.
SHARED_DOMAIN = "postfach-franken.example"


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as the ERP knows it. `supplier_number` is what we are called over there."""

    number: str
    name: str
    street: str
    zip: str
    city: str
    country: str
    contacts: tuple[Person, ...]
    domain: str
    email: str
    phone: str
    vat_id: str
    iban: str
    bic: str
    bank: str
    state: str
    since: date
    supplier_number: str
    letterhead: Letterhead
    addition: str = ""
    former_name: str = ""
    register: str = ""
    directors: str = ""
    # Names of the others with almost the same name, by number: why this one is hard.
    resembles: str = ""

    @property
    def contact(self) -> Person:
        return self.contacts[0]

    def party(self, *, contact: Person | None = None, with_number: bool = False) -> Party:
        """How this customer stands on paper. The own customer number is only there when asked for."""
        return Party(
            name=self.name, addition=self.addition, street=self.street, zip=self.zip, city=self.city,
            country=self.country, number=self.number if with_number else "", vat_id=self.vat_id, iban=self.iban,
            bic=self.bic, bank=self.bank, email=self.email, phone=self.phone, register=self.register,
            directors=self.directors, contact=contact, letterhead=self.letterhead,
            web="" if self.domain == SHARED_DOMAIN else f"www.{self.domain}",
        )  # fmt: skip


def make_customers(count: int, seed: int | str = 1) -> list[Customer]:
    """`count` customers with rising numbers from D-10001; the first ones do not depend on how many follow."""
    maker = _Maker(Random(f"customers/{seed}"))
    while len(maker.made) < count:
        maker.add_one()
        if len(maker.made) % 12 == 0:
            maker.add_lookalike(len(maker.made) // 12)
    return maker.made[:count]


def make_strangers(known: list[Customer], count: int, seed: int | str) -> list[Customer]:
    """Companies that are not among `known` and share no name, domain or telephone number with them."""
    names = {c.name for c in known}
    domains = {c.domain for c in known}
    free = [
        c
        for c in make_customers(2 * count + 40, f"strangers/{seed}")
        if c.name not in names and c.domain not in domains
    ]
    strangers = []
    for index, customer in enumerate(free[:count]):
        people = tuple(replace(person, phone="") for person in customer.contacts)
        # From the end of the free range, which customers reach with the four thousandth only.
        number = phone(4999 - index) if customer.country == "DE" and len(known) < 4000 else ""
        strangers.append(replace(customer, contacts=people, phone=number))
    return strangers


class _Maker:
    """Draws one customer after the other and remembers what is taken."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.made: list[Customer] = []
        self.names: set[tuple[str, str]] = set()
        self.domains: set[str] = set()
        self.vat_ids: set[str] = {""}
        self.next_number = 10000

    def add_one(self) -> None:
        """A customer who resembles nobody on purpose."""
        country, head, city = self._town()
        name, people = self._name(country, city)
        tries = 0
        while (name, city) in self.names:
            tries += 1
            if tries % 5 == 0:  # few names are known for abroad, many for home
                country, head, city = self._town()
            name, people = self._name(country, city)
        self._keep(name, people, country, head, city)

    def add_lookalike(self, turn: int) -> None:
        """Somebody whose name is almost that of an earlier customer: other form, words swapped, branch, other town."""
        model = self.made[-1 - self.rng.randrange(min(10, len(self.made)))]
        stem, form = _split_form(model.name)
        country, head, city = self._town(country=model.country)
        people = [model.contact.last]
        if turn % 4 == 0 and (model.name, city) in self.names:
            return
        if turn % 4 == 0:
            branch = self._keep(model.name, people, model.country, head, city, domain=model.domain)
            self.made[-1] = replace(
                branch, addition=f"Werk {city}", resembles=model.number, vat_id="", iban="", bic="", bank=""
            )
            return
        others = [other for other in ("GmbH", "KG", "GmbH & Co. KG", "e. K.") if other != form]
        pair = stem.split(" ")
        swapped = f"{pair[1]} {pair[0]}" if len(pair) == 2 else stem.replace(" & ", " und ")
        name = {1: f"{stem} {self.rng.choice(others)}", 2: f"{swapped} {form}", 3: model.name}[turn % 4]
        if (name, city) not in self.names and form:
            self._keep(name, people, country, head, city)
            self.made[-1] = replace(self.made[-1], resembles=model.number)

    def _keep(self, name: str, people: list[str], country: str, head: str, city: str, *, domain: str = "") -> Customer:
        rng = self.rng
        index = len(self.made)
        self.names.add((name, city))
        self.next_number += rng.choice((1, 1, 1, 2, 3))
        branch, domain = bool(domain), domain or self._domain(name, city, people)
        state = rng.choices((ACTIVE, PROSPECT, FORMER), (74, 17, 9))[0]
        contacts = self._contacts(people, domain, index)
        bank = rng.choice(words.BANKS)
        customer = Customer(
            number=f"D-{self.next_number}", name=name, street=f"{rng.choice(words.STREETS)} {self._house()}", zip=head,
            city=city, country=country, contacts=contacts, domain=domain, email=self._mailbox(domain, contacts,
                name, branch=branch),
            phone=phone(index, country), vat_id=self._vat_id(country), iban=iban(country, rng),
            bic=f"{''.join(w[0] for w in bank.upper().split())}XXXX"[:4] + f"{country}7FXXX"[:7], bank=bank,
                state=state,
            since=date(2009, 1, 1) + timedelta(rng.randrange(5900)), supplier_number=str(rng.randint(70010, 79990)),
            letterhead=self._letterhead(), former_name=self._former(name), register=self._register(name, country),
            directors=f"{rng.choice(words.MEN + words.WOMEN)} {people[0] if people else rng.choice(words.SURNAMES)}",
        )  # fmt: skip
        self.made.append(customer)
        return customer

    def _vat_id(self, country: str) -> str:
        number = vat_id(country, self.rng)
        while number in self.vat_ids:
            number = vat_id(country, self.rng)
        self.vat_ids.add(number)
        return number

    def _town(self, *, country: str = "") -> tuple[str, str, str]:
        draw = self.rng.random()
        if country and country != "DE":
            return self.rng.choice([town for town in TOWNS_ABROAD if town[0] == country])
        if country:
            draw = 0.07 + draw * 0.93
        if draw < 0.07:
            return self.rng.choice(TOWNS_ABROAD)
        head, city = self.rng.choice(NEARBY if draw < 0.6 else GERMAN_TOWNS)
        return "DE", head, city

    def _name(self, country: str, city: str) -> tuple[str, list[str]]:
        rng = self.rng
        if country in words.ABROAD:
            patterns, surnames, trades = words.ABROAD[country]
            surname = rng.choice(surnames)
            return rng.choice(patterns).format(trade=rng.choice(trades), name=surname, city=city), [surname]
        kind, trade, form = rng.random(), rng.choice(words.TRADES), rng.choice(words.FORMS)
        one, two = rng.sample(words.SURNAMES, 2)
        if kind < 0.45:
            return f"{one} {trade} {form}", [one]
        if kind < 0.60:
            return f"{trade} {one} {form}", [one]
        if kind < 0.80:
            return f"{one} & {two} {trade} {form}", [one, two]
        if kind < 0.90:
            return f"{trade} {city} {form}", []
        return f"{rng.choice(words.MEN)} {one} {trade} e. K.", [one]

    def _domain(self, name: str, city: str, people: list[str]) -> str:
        if name.endswith("e. K.") and self.rng.random() < 0.4:
            return SHARED_DOMAIN
        short, stem = slug(" ".join(people)), slug(_split_form(name)[0])
        numbered = (f"{stem}-{slug(city)}-{n}" for n in itertools.count(2))
        for candidate in itertools.chain((short or stem, stem, f"{stem}-{slug(city)}"), numbered):
            if candidate not in self.domains:
                self.domains.add(candidate)
                return f"{candidate}.example"
        raise AssertionError(stem)

    def _mailbox(self, domain: str, contacts: tuple[Person, ...], name: str, *, branch: bool) -> str:
        if domain == SHARED_DOMAIN:
            return f"{slug(_split_form(name)[0])}-{len(self.made)}@{domain}"
        if branch:  # it has the domain of the head office, not its mailbox
            return f"werk{len(self.made)}@{domain}"
        return self.rng.choice((f"info@{domain}", f"einkauf@{domain}", f"kontakt@{domain}", contacts[0].email))

    def _contacts(self, people: list[str], domain: str, index: int) -> tuple[Person, ...]:
        rng, out = self.rng, []
        for turn in range(rng.randint(1, 3)):
            woman = rng.random() < 0.5
            first = rng.choice(words.WOMEN if woman else words.MEN)
            last = rng.choice(people) if people and turn == 0 else rng.choice(words.SURNAMES)
            mail = "" if domain == SHARED_DOMAIN else f"{slug(first)}.{slug(last)}@{domain}"
            number = mobile(index) if turn == 0 and rng.random() < 0.6 else ""
            out.append(Person("Frau" if woman else "Herr", first, last, rng.choice(words.ROLES), mail, number))
        return tuple(out)

    def _letterhead(self) -> Letterhead:
        colour, accent = self.rng.choice(words.COLOURS)
        return Letterhead(self.rng.choice(LAYOUTS), colour, accent, self.rng.randint(1, 7))

    def _house(self) -> str:
        return f"{self.rng.randint(1, 148)}{self.rng.choice(('', '', '', '', 'a', 'b'))}"

    def _former(self, name: str) -> str:
        if self.rng.random() >= 0.05:
            return ""
        stem, form = _split_form(name)
        if not form:
            return ""
        return f"{stem} {'OHG' if form != 'OHG' else 'KG'}"

    def _register(self, name: str, country: str) -> str:
        kind = "HRA" if any(form in name for form in ("KG", "OHG", "e. K.")) else "HRB"
        return (
            f"Amtsgericht {self.rng.choice(words.COURTS)}, {kind} 99{self.rng.randint(100, 999)}"
            if country == "DE"
            else ""
        )


def slug(text: str) -> str:
    """Lower case, umlauts written out, everything else a hyphen: for domains and mailboxes."""
    table = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e"})
    return "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in text.lower().translate(table)).split())


def _split_form(name: str) -> tuple[str, str]:
    for form in sorted(set(words.FORMS), key=len, reverse=True):
        if name.endswith(f" {form}"):
            return name[: -len(form) - 1], form
    return name, ""


ERP_COLUMNS = ("Kundennummer", "Name 1", "Name 2", "Straße", "PLZ", "Ort", "Land", "Telefon", "E-Mail", "Internet",
               "USt-IdNr.", "IBAN", "BIC", "Bank", "Anrede", "Vorname", "Nachname", "Funktion",
                   "E-Mail Ansprechpartner",
               "Mobil", "Status", "Kunde seit", "Früherer Name", "Unsere Lieferantennr.")  # fmt: skip


def erp_rows(customers: Iterable[Customer]) -> list[tuple[str, ...]]:
    """The lines of the ERP's customer export, without the heading."""
    return [
        (c.number, c.name, c.addition, c.street, c.zip, c.city, c.country, c.phone, c.email,
         "" if c.domain == SHARED_DOMAIN else f"www.{c.domain}", c.vat_id, c.iban, c.bic, c.bank, c.contact.salutation,
         c.contact.first, c.contact.last, c.contact.role, c.contact.email, c.contact.phone, STATES_IN_ERP[c.state],
         f"{c.since:%d.%m.%Y}", c.former_name, c.supplier_number)
        for c in customers
    ]  # fmt: skip


def write_erp_export(path: Path, customers: Iterable[Customer], *, encoding: str = "cp1252") -> None:
    """`kunden.csv` as German ERPs write it: semicolons, CR LF, Windows-1252 (or "utf-8-sig")."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(ERP_COLUMNS)
    writer.writerows(erp_rows(customers))
    path.write_bytes(text.getvalue().encode(encoding))
