"""How often filing finds the right customer, in groups of documents of a company with 1,000 customers; nothing trained.

    python -m bench.filing_corpus [--documents 3000] [--customers 1000] [--seed 1]

Each document is drawn as a PDF in one of several layouts, read as the product reads, and matched in memory. "Wrong" is
a document filed for somebody else, or filed where nobody can know; a question is never wrong.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from bench.filing_company import OWN, PLACES, Party, as_known, iban, make_customers, own_company, vat_id
from bench.filing_sheets import FILLING, Page, draw, text_of
from kundenakte.records.findings import Findings
from kundenakte.records.letter import Letter
from kundenakte.records.number_shapes import NumberShapes
from kundenakte.records.pagetext import DocumentText
from kundenakte.steps.filing.decision import Ask, Filed, decide
from kundenakte.steps.filing.lookups import InMemoryLookups
from kundenakte.steps.filing.matching import candidates
from kundenakte.steps.recognition.direction import direction_of
from kundenakte.steps.recognition.entities import find_entities

GROUPS = ("number", "key", "name", "two", "none")
NUMBER_LABELS = (
    *("Kundennummer", "Kunden-Nr.", "Kd.-Nr.", "Kundennr.", "KdNr", "Debitor", "Ihre Kundennummer bei uns"),
    *("Customer No.", "Customer number", "Debitoren-Nr.", "Kunden Nr."),
)
TITLES = (
    ("Rechnung", "RE"),
    ("Angebot", "AN"),
    ("Lieferschein", "LS"),
    ("Auftragsbestätigung", "AB"),
    ("Invoice", "INV"),
)

SPELT_OUT = {
    ord(one): two for one, two in (("ö", "oe"), ("ä", "ae"), ("ü", "ue"), ("Ö", "Oe"), ("Ä", "Ae"), ("ß", "ss"))
}


@dataclass(frozen=True, slots=True)
class Made:
    """A document with what is true of it: the customer's id, or 0 where only a question is right."""

    group: str
    page: Page
    truth: int
    # A second customer that may be asked for, never filed.
    note: str = ""


class Writer:
    """Writes the documents of one group after the other."""

    def __init__(self, customers: list[Party], rng: Random, shape: str) -> None:
        self.customers, self.rng, self.shape = customers, rng, shape

    def make(self, group: str) -> Made:
        """One document of a group."""
        return {
            "number": self._number,
            "key": self._key,
            "name": self._name,
            "two": self._two,
            "none": self._none,
        }[group]()

    def _any(self) -> Party:
        return self.rng.choice(self.customers)

    # -- pieces ------------------------------------------------------------------------------------------------

    def _address(self, party: Party, *, exact: bool = False) -> list[str]:
        """The address as people write it: with a lead, in capitals, without the form, with a contact, abbreviated."""
        rng, name = self.rng, party.name
        if not exact:
            turn = rng.random()
            if turn < 0.08:
                name = name.upper().replace("ß", "SS")
            elif turn < 0.14:
                name = name.translate(SPELT_OUT)
            elif turn < 0.18 and name.endswith((" GmbH", " AG", " KG")):
                name = name.rsplit(" ", 1)[0]
        lines = [name]
        if not exact and len(name) > 24 and rng.random() < 0.2:
            cut = name.rfind(" ", 0, 24)
            lines = [name[:cut], name[cut + 1 :]]
        if rng.random() < 0.12:
            lines.insert(0, "Firma")
        if rng.random() < 0.35:
            lines.append(rng.choice(("z. Hd. Frau Distler", "Einkauf", "Abt. Technik", "Herrn Jens Bergner")))
        street = party.street.replace("straße", "str.") if rng.random() < 0.3 else party.street
        lines.append(street)
        if rng.random() < 0.05:
            lines.append("")
        lines.append(f"{'D-' if rng.random() < 0.1 else ''}{party.zip_code} {party.city}")
        return lines

    def _own_sender(self) -> list[str]:
        return [OWN.name, OWN.street, f"{OWN.zip_code} {OWN.city}"]

    def _own_footer(self) -> list[str]:
        return [
            *self._own_sender(),
            f"USt-IdNr. {OWN.vat_id}",
            f"IBAN {_spaced(OWN.iban)}",
            "Amtsgericht Nürnberg HRB 4711",
            f"Tel. {OWN.phone}",
            OWN.email,
            "www.pegnitzwerk.example",
        ]

    def _document_number(self, prefix: str) -> str:
        return f"{prefix}-{self.rng.randint(2019, 2025)}-{self.rng.randint(1, 99999):05d}"

    def _details(self, *more: tuple[str, str]) -> list[tuple[str, str]]:
        rng = self.rng
        date = f"{rng.randint(1, 28):02d}.{rng.randint(1, 12):02d}.{rng.randint(2019, 2025)}"
        title, prefix = rng.choice(TITLES)
        rows = [
            (f"{title}snummer" if title.endswith("g") else f"{title}-Nr.", self._document_number(prefix)),
            ("Datum", date),
        ]
        rows.extend(more)
        if rng.random() < 0.4:
            rows.append(("Ihr Zeichen", f"{rng.choice('abc')}{rng.choice('xyz')} {rng.randint(100, 99999)}"))
        rng.shuffle(rows)
        return rows

    def _body(self, *more: str) -> list[str]:
        lines = ["Sehr geehrte Damen und Herren,", *self.rng.sample(FILLING, 3), *more]
        return [*lines, "Mit freundlichen Grüßen", self.rng.choice(("Ines Bergner", "Norbert Fuchsberger"))]

    def _rows(self) -> list[tuple[str, str, str]]:
        rng = self.rng
        # Article numbers look like customer numbers where these are bare digits.
        return [
            (
                str(rng.randint(10_000, 17_000)),
                rng.choice(("Flansch", "Rohr", "Motor", "Ventil")),
                f"{rng.randint(5, 900)},00",
            )
            for _ in range(rng.randint(2, 8))
        ]

    def _sent(self, recipient: list[str], *details: tuple[str, str], body: tuple[str, ...] = ()) -> Page:
        title, prefix = self.rng.choice(TITLES)
        return Page(
            f"{title} {self._document_number(prefix)}",
            recipient,
            self._own_sender() if self.rng.random() < 0.9 else [],
            self._own_footer() if self.rng.random() < 0.9 else [],
            self._details(*details),
            self._body(*body),
            self._rows(),
        )

    def _received(
        self, sender: list[str], footer: list[str], *details: tuple[str, str], body: tuple[str, ...] = ()
    ) -> Page:
        recipient = [
            OWN.name,
            *(["Einkauf"] if self.rng.random() < 0.3 else []),
            OWN.street,
            f"{OWN.zip_code} {OWN.city}",
        ]
        title = self.rng.choice(("Bestellung", "Anfrage", "Reklamation", "Rechnung", "Ihr Angebot", "Kündigung"))
        return Page(title, recipient, sender, footer, self._details(*details), self._body(*body), self._rows())

    def _strange_vat_id(self) -> str:
        """One that no customer happens to have."""
        taken = {party.vat_id for party in self.customers}
        return next(made for made in iter(lambda: vat_id(self.rng), "") if made not in taken)

    def _shown_number(self, party: Party) -> str:
        turn = self.rng.random()
        if self.shape == "letter":
            digits = party.number[2:]
            return party.number if turn < 0.8 else f"K {digits}" if turn < 0.9 else digits
        return party.number if turn < 0.85 else f"{party.number[:2]} {party.number[2:]}"

    # -- groups ------------------------------------------------------------------------------------------------

    def _number(self) -> Made:
        party, rng = self._any(), self.rng
        label = rng.choice(NUMBER_LABELS)
        turn = rng.random()
        if turn < 0.7:
            return Made("number", self._sent(self._address(party), (label, self._shown_number(party))), party.id)
        if turn < 0.85:
            # A delivery note or service report that shows the number alone.
            return Made("number", self._sent([], (label, self._shown_number(party))), party.id)
        line = f"Unsere Kundennummer bei Ihnen: {self._shown_number(party)}"
        sender = self._address(party)
        return Made("number", self._received(sender, [], body=(line,)), party.id)

    def _key(self) -> Made:
        party, rng = self._any(), self.rng
        # Groups of companies share VAT id and account: there the key alone cannot tell, and a question is right.
        shared = [one.id for one in self.customers if one.vat_id == party.vat_id]
        kind = rng.choice(("vat", "iban", "email"))
        truth = party.id if kind == "email" or len(shared) == 1 else 0
        shown = {
            "vat": f"USt-IdNr.: {_vat_shown(party.vat_id, rng)}",
            "iban": f"IBAN: {_spaced(party.iban) if rng.random() < 0.7 else party.iban}",
            "email": f"E-Mail: {party.email}",
        }[kind]
        if rng.random() < 0.4:
            return Made("key", self._sent([], body=(f"Ihre {shown}",)), truth)
        return Made("key", self._received([], ["Geschäftsführung: I. Distler", shown, "Gerichtsstand Fürth"]), truth)

    def _name(self) -> Made:
        party = self._any()
        if self.rng.random() < 0.65:
            return Made("name", self._sent(self._address(party)), party.id)
        sender = self._address(party, exact=self.rng.random() < 0.5)
        footer = [f"{party.name}, {party.street}, {party.zip_code} {party.city}"] if self.rng.random() < 0.5 else []
        return Made("name", self._received(sender, footer), party.id)

    def _two(self) -> Made:
        rng = self.rng
        one, other = rng.sample(self.customers, 2)
        other_line = f"Lieferanschrift: {other.name}, {other.street}, {other.zip_code} {other.city}"
        turn = rng.random()
        if turn < 0.4:
            page = self._sent(self._address(one), ("Kundennummer", self._shown_number(one)), body=(other_line,))
            return Made("two", page, one.id)
        if turn < 0.6:
            return Made("two", self._sent(self._address(one), body=(other_line,)), one.id, "recipient")
        if turn < 0.75:
            line = f"Wir montieren die Anlage im Auftrag der {other.name} aus {other.city}."
            return Made("two", self._sent(self._address(one), body=(line,)), one.id, "recipient")
        if turn < 0.9:
            page = self._sent([], ("Kundennummer", self._shown_number(one)), body=(f"USt-IdNr. {other.vat_id}",))
            return Made("two", page, 0)
        return Made("two", self._received(self._address(one), [], body=(other_line,)), one.id, "sender")

    def _none(self) -> Made:
        rng, party = self.rng, self._any()
        turn = rng.random()
        zip_code, city = rng.choice(PLACES)
        if turn < 0.3:
            # The same name in a place where no customer of that name is.
            stranger = [party.name, f"Am Steinbruch {rng.randint(1, 90)}", f"{99000 + rng.randint(0, 998)} Ilmenau"]
            return Made("none", self._sent(stranger), 0)
        if turn < 0.5:
            # A supplier's letter: the number is ours over there, and one of our customers has the same one.
            supplier = ["Zulieferteile Kromer GmbH", f"Ostring {rng.randint(1, 90)}", f"{zip_code} {city}"]
            label = rng.choice(("Ihre Kundennummer bei uns", "Ihre Kundennummer", "Kundennummer", "Kunden-Nr."))
            number = party.number if self.shape == "digits" else party.number[2:]
            footer = [f"USt-IdNr. {self._strange_vat_id()}", f"IBAN {iban(rng)}", "info@kromer-teile.example"]
            return Made("none", self._received(supplier, footer, (label, number)), 0)
        if turn < 0.7:
            # Somebody new in a customer's building.
            stranger = [
                f"{rng.choice(('Kanzlei', 'Praxis', 'Atelier'))} Rosenbusch",
                party.street,
                f"{party.zip_code} {party.city}",
            ]
            return Made("none", self._sent(stranger), 0)
        if turn < 0.85:
            body = (
                f"USt-IdNr. {self._strange_vat_id()}",
                f"IBAN {_spaced(iban(rng))}",
                "einkauf@niemand-bekanntes.example",
            )
            return Made("none", self._received([], [], body=body), 0)
        return Made("none", self._sent([]), 0)


def _spaced(text: str) -> str:
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def _vat_shown(text: str, rng: Random) -> str:
    return text if rng.random() < 0.7 else f"{text[:2]} {text[2:5]} {text[5:8]} {text[8:]}"


def find(text: DocumentText, lookups: InMemoryLookups, shapes: NumberShapes) -> Filed | Ask:
    """What recognition and filing make of a text."""
    own = own_company()
    letter = Letter(text)
    findings = Findings(entities=find_entities(letter, own=own, shapes=shapes))
    findings.direction = direction_of(letter, findings.entities, own)
    return decide(candidates(findings, text, {}, lookups, own=own, shapes=shapes, letter=letter))


@dataclass(slots=True)
class Tally:
    """The outcome of one group."""

    count: int = 0
    right: int = 0
    asked: int = 0
    wrong: int = 0
    # Documents that somebody who knows everything could have filed.
    answerable: int = 0


def measure(
    documents: int,
    customers: int,
    seed: int,
    shape: str,
    *,
    tell: Callable[[str, Made, Filed | Ask], None] | None = None,
) -> tuple[dict[str, Tally], float]:
    """Tallies per group, and the CPU seconds per document that recognition and matching took."""
    rng = Random(f"filing-corpus/{seed}")
    parties = make_customers(customers, shape=shape, seed=seed)
    lookups = InMemoryLookups(as_known(party) for party in parties)
    shapes = NumberShapes.from_numbers(party.number for party in parties)
    writer = Writer(parties, rng, shape)
    tallies: defaultdict[str, Tally] = defaultdict(Tally)
    spent = 0.0
    for made in _documents(writer, documents):
        text = text_of(draw(made.page, rng))
        begin = time.process_time()
        outcome = find(text, lookups, shapes)
        spent += time.process_time() - begin
        verdict = _count(tallies[made.group], made, outcome)
        if tell is not None:
            tell(verdict, made, outcome)
    return dict(tallies), spent / max(documents, 1)


def _documents(writer: Writer, count: int) -> Iterator[Made]:
    for at in range(count):
        yield writer.make(GROUPS[at % len(GROUPS)])


def _count(tally: Tally, made: Made, outcome: Filed | Ask) -> str:
    tally.count += 1
    tally.answerable += bool(made.truth)
    if isinstance(outcome, Ask):
        tally.asked += 1
        return "asked"
    if outcome.customer == made.truth:
        tally.right += 1
        return "right"
    tally.wrong += 1
    return "wrong"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=3000)
    parser.add_argument("--customers", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", default="", help="print documents with this verdict (right, asked, wrong)")
    options = parser.parse_args()
    for shape in ("letter", "digits"):
        reasons: Counter[tuple[str, str]] = Counter()

        def tell(verdict: str, made: Made, outcome: Filed | Ask, seen: Counter[tuple[str, str]] = reasons) -> None:
            if isinstance(outcome, Ask) and made.truth:
                seen[made.group, outcome.code] += 1
            if verdict == options.show:
                print(made.group, made.truth, made.page, outcome, sep="\n  ")

        tallies, seconds = measure(options.documents, options.customers, options.seed, shape, tell=tell)
        print(f"customer numbers: {shape}, {seconds * 1000:.2f} ms CPU per document")
        for group in GROUPS:
            one = tallies[group]
            share = one.right / one.answerable if one.answerable else 1.0
            print(
                f"  {group:8} {one.count:6} documents  right {one.right:5} of {one.answerable:5} ({share:7.2%})"
                f"  asked {one.asked:5}  wrong {one.wrong:3} ({one.wrong / one.count:.3%})"
            )
        for (group, code), count in reasons.most_common(12):
            print(f"    asked though answerable: {group} {code} {count}")


if __name__ == "__main__":
    main()
