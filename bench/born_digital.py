"""Born-digital business PDFs of many customers with what is true about each: `python -m bench.born_digital --out DIR`.

Document `i` of a seed is always the same. The papers are those of the demo company in five layouts. Groups tell by what
a customer can be known: "number" printed, "mark" (VAT id, IBAN or mail address), "name" and address only, "two"
customers named, "none" that is known.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

from demo.checkdigits import spaced
from demo.customers import LAYOUTS, SHARED_DOMAIN, Customer, make_customers, make_strangers
from demo.goods import draw_items
from demo.layouts import render
from demo.money import plain
from demo.numbers import Numbers
from demo.papers import Fields, Paper
from demo.writing import contracts, letters, money_papers, sales, service
from demo.writing.case import Case

GROUPS = ("number", "mark", "name", "two", "none")
_WEIGHTS = (40, 22, 22, 8, 8)
CUSTOMER_COLUMNS = ("number", "name", "street", "zip", "city", "contact", "vat_id", "iban", "email")
TRUTH_COLUMNS = ("file", "class", "customer_number", "customer_name", "document_number", "date", "amount", "pages",
    "group",
                 "class_code", "layout", "second_number", "outcome")  # fmt: skip
_NAMES = {
    "INV_OUT": "Rechnung", "CREDIT_NOTE": "Gutschrift", "DUNNING": "Mahnung", "PAYMENT": "Zahlungsbeleg",
    "OFFER": "Angebot", "PRICE_INFO": "Preisinformation", "ENQUIRY": "Anfrage", "ORDER_IN": "Bestellung",
    "ORDER_CONF": "Auftragsbestätigung", "DELIVERY": "Lieferschein", "CONTRACT": "Vertrag",
    "MAINT_CONTRACT": "Wartungsvertrag", "NDA": "Geheimhaltungsvereinbarung", "SERVICE_REPORT": "Servicebericht",
    "ACCEPTANCE": "Abnahmeprotokoll", "COMPLAINT": "Reklamation", "LETTER": "Brief", "MASTER_DATA": "Stammdatenblatt",
    "OTHER": "Sonstiges",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sample:
    """One PDF and what is true of it. `second` is the other customer of the group "two"."""

    name: str
    pdf: bytes
    paper: Paper
    customer: Customer
    group: str
    second: Customer | None = None

    def row(self) -> tuple[str, ...]:
        """Its line of truth.csv; nobody is expected where a person has to decide."""
        filed = self.group in {"number", "mark", "name"}
        paper = self.paper
        return (
            self.name, _NAMES[paper.code], self.customer.number if filed else "", self.customer.name if filed else "",
            paper.number, paper.dated_on.isoformat(), plain(paper.gross) if paper.gross is not None else "",
            str(self.pdf.count(b"/Type /Page\n") + self.pdf.count(b"/Type /Page ")), self.group, paper.code, paper.look,
            self.second.number if self.second else "", "filed" if filed else "inbox",
        )  # fmt: skip


def samples(
    customers: list[Customer], *, count: int, seed: int, start: int = 0, groups: tuple[str, ...] = GROUPS
) -> Iterator[Sample]:
    """`count` documents from number `start` on."""
    strangers = make_strangers(customers, 300, seed)
    weights = [_WEIGHTS[GROUPS.index(group)] for group in groups]
    for index in range(start, start + count):
        rng = Random(f"born/{seed}/{index}")
        group = rng.choices(groups, weights)[0]
        customer = rng.choice(strangers if group == "none" else customers)
        yield _sample(rng, index, group, customer, rng.choice(customers) if group == "two" else None)


def _sample(rng: Random, index: int, group: str, customer: Customer, second: Customer | None) -> Sample:
    drawn = customer if group in {"number", "mark", "two"} else _without_marks(customer, anonymous=group == "name")
    on = date(2019, 1, 7) + timedelta(rng.randrange(2500))
    case = Case(drawn, rng, _Numbered(index), on, layout=rng.choice(LAYOUTS), items=draw_items(rng,
        most=rng.choice((4, 6, 6, 32))),
                print_number=group in {"number", "two"}, extra_info=_mark(drawn,
                    rng) if group == "mark" else ())  # fmt: skip
    makers, chances = zip(*(_MAKERS if second is None else _MAKERS[:4]), strict=True)
    paper = rng.choices(makers, chances)[0](case)
    if second is not None:
        other = second if second.number != customer.number else None
        paper = _naming(paper, second)
        return Sample(_file(index), render(paper), paper, customer, "two" if other else "number", other)
    return Sample(_file(index), render(paper), paper, customer, group)


def _file(index: int) -> str:
    return f"dok-{index:06d}.pdf"


class _Numbered(Numbers):
    """Numbers that depend on the index alone, so that any part of a series can be made by itself."""

    def __init__(self, index: int) -> None:
        super().__init__()
        self._index = index

    def take(self, code: str, on: date) -> str:
        head, year, _ = super().take(code, on).split("-")
        return f"{head}-{year}-{self._index:06d}"


def _mark(customer: Customer, rng: Random) -> tuple[tuple[str, str], ...]:
    marks = [("Versand an", customer.email)]
    if customer.vat_id:
        marks.append(("Ihre USt-IdNr.", customer.vat_id))
    if customer.iban:
        marks.append(("Lastschrift von", spaced(customer.iban)))
    return (rng.choice(marks),)


def _without_marks(customer: Customer, *, anonymous: bool) -> Customer:
    """On paper with name and address only; a stranger keeps its own marks, which nobody knows."""
    if not anonymous:
        return customer
    people = tuple(replace(person, email="", phone="") for person in customer.contacts)
    return replace(customer, vat_id="", iban="", email="", phone="", domain=SHARED_DOMAIN, contacts=people)


def _naming(paper: Paper, other: Customer) -> Paper:
    """The same paper with a second customer in it, with address and number."""
    fields = Fields(
        (
            ("Abweichender Rechnungsempfänger", f"{other.name}, {other.street}, {other.zip} {other.city}"),
            ("Kundennummer des Rechnungsempfängers", other.number),
        ),
        columns=1,
    )
    return replace(paper, body=(*paper.body[:1], fields, *paper.body[1:]))


def _invoiced(make: Callable[[Case, date], Paper]) -> Callable[[Case], Paper]:
    def after_invoice(case: Case) -> Paper:
        money_papers.invoice(case, case.starts_on)
        return make(case, case.after(40, 60))

    return after_invoice


def _plain(make: Callable[[Case, date], Paper]) -> Callable[[Case], Paper]:
    return lambda case: make(case, case.starts_on)


# The first four carry positions, as a paper that names two customers usually does.
_MAKERS: tuple[tuple[Callable[[Case], Paper], int], ...] = (
    (_plain(money_papers.invoice), 20), (_plain(sales.order_confirmation), 8), (_plain(sales.delivery_note), 10),
    (_plain(sales.offer), 14), (_invoiced(money_papers.credit_note), 4), (_invoiced(money_papers.dunning), 4),
    (_invoiced(money_papers.payment_advice), 3), (_plain(sales.order), 8), (_plain(sales.enquiry), 4),
    (_plain(sales.price_information), 2), (_plain(contracts.frame_contract), 3),
    (_plain(contracts.maintenance_contract), 3), (_plain(contracts.secrecy_agreement), 2),
    (_plain(service.service_report), 5), (_plain(service.acceptance), 2), (_plain(service.complaint), 2),
    (_plain(service.eight_d_report), 1), (_plain(letters.letter_to_customer), 2),
    (_plain(letters.letter_from_customer), 2), (_plain(letters.certificate), 1),
)  # fmt: skip


def write_customers(path: Path, customers: list[Customer]) -> None:
    """customers.csv, UTF-8 with commas."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(CUSTOMER_COLUMNS)
        for c in customers:
            writer.writerow((c.number, c.name, c.street, c.zip, c.city, c.contact.name, c.vat_id, c.iban, c.email))


def write_set(
    folder: Path, *, count: int, customers: int = 1000, seed: int = 1, start: int = 0, groups: tuple[str, ...] = GROUPS
) -> list[Sample]:
    """Write PDFs, truth.csv and customers.csv into the folder; the customers depend on their number only."""
    folder.mkdir(parents=True, exist_ok=True)
    known = make_customers(customers, "born-digital")
    write_customers(folder / "customers.csv", known)
    made: list[Sample] = []
    with (folder / "truth.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(TRUTH_COLUMNS)
        for sample in samples(known, count=count, seed=seed, start=start, groups=groups):
            (folder / sample.name).write_bytes(sample.pdf)
            writer.writerow(sample.row())
            made.append(replace(sample, pdf=b""))
    return made


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.born_digital", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--customers", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0, help="index of the first document")
    parser.add_argument("--groups", default=",".join(GROUPS), help="which of them, separated by commas")
    wish = parser.parse_args()
    groups = tuple(wish.groups.split(","))
    made = write_set(
        wish.out, count=wish.count, customers=wish.customers, seed=wish.seed, start=wish.start, groups=groups
    )
    print(f"{len(made)} documents of {wish.customers} customers: {wish.out}")


if __name__ == "__main__":
    main()
