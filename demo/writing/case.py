"""One piece of business with one customer, from enquiry to reminder: numbers and things that belong together."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from demo.company import COMPANY, SALES, SALES_TWO
from demo.customers import Customer
from demo.goods import Item, Machine, draw_items, draw_machine
from demo.money import euro, share
from demo.numbers import Numbers
from demo.papers import Column, Table, Totals
from demo.parties import Party, Person

VAT = 19


@dataclass(slots=True)
class Case:
    """The numbers already given out are in `given`, by document class."""

    customer: Customer
    rng: Random
    numbers: Numbers
    starts_on: date
    layout: str = "din5008"
    items: tuple[Item, ...] = ()
    given: dict[str, str] = field(default_factory=dict)
    # False where the customer's number is not printed, so that other marks have to do.
    print_number: bool = True
    # Further lines for the information block, such as a VAT id or an IBAN for direct debit.
    extra_info: tuple[tuple[str, str], ...] = ()
    clerk: Person = SALES
    contact: Person = field(init=False)
    machine: Machine = field(init=False)
    project: str = field(init=False)

    def __post_init__(self) -> None:
        self.contact = self.rng.choice(self.customer.contacts)
        self.clerk = self.rng.choice((SALES, SALES_TWO))
        self.machine = draw_machine(self.rng, self.starts_on)
        self.project = f"P-{self.starts_on:%y}-{self.rng.randint(100, 899)}"
        self.items = self.items or draw_items(self.rng)

    def after(self, low: int, high: int) -> date:
        """A working day between `low` and `high` days after the start."""
        found = self.starts_on + timedelta(self.rng.randint(low, high))
        return found + timedelta((0, 0, 0, 0, 0, 2, 1)[found.weekday()])

    def take(self, code: str, on: date) -> str:
        """The number of the next document of this class; remembered for those that refer to it."""
        self.given[code] = self.numbers.take(code, on)
        return self.given[code]

    @property
    def us(self) -> Party:
        return COMPANY

    def them(self, *, attention: bool = True) -> Party:
        """The customer as recipient or sender."""
        return self.customer.party(contact=self.contact if attention else None, with_number=self.print_number)

    @property
    def net(self) -> int:
        return sum(item.total for item in self.items)

    @property
    def vat_percent(self) -> int:
        """Deliveries within the Union go out without tax (§ 4 Nr. 1b UStG)."""
        return VAT if self.customer.country == "DE" or not self.customer.vat_id else 0

    @property
    def gross(self) -> int:
        return self.net + share(self.net, self.vat_percent)


def priced_table(items: tuple[Item, ...], *, with_numbers: bool = True) -> Table:
    """Position, article, quantity, price, sum."""
    columns = [
        Column("Pos.", 1.0, "c"),
        Column("Bezeichnung", 7.2),
        Column("Menge", 1.9, "r"),
        Column("Einzelpreis", 2.2, "r"),
        Column("Gesamt €", 2.2, "r"),
    ]
    if with_numbers:
        columns.insert(1, Column("Art.-Nr.", 1.9))
    rows = []
    for number, item in enumerate(items, 1):
        article = item.article
        cut = f"\n{article.detail}" + (f"\nabzüglich {item.discount} % Rabatt" if item.discount else "")
        row = [
            str(number),
            article.name + cut,
            f"{item.amount_text} {article.unit}",
            euro(item.price),
            euro(item.total),
        ]
        if with_numbers:
            row.insert(1, article.number)
        rows.append(tuple(row))
    return Table(tuple(columns), tuple(rows))


def unpriced_table(items: tuple[Item, ...]) -> Table:
    """Position, article, quantity: for delivery notes and orders without prices."""
    columns = (
        Column("Pos.", 0.9, "c"),
        Column("Art.-Nr.", 1.8),
        Column("Bezeichnung", 7),
        Column("Menge", 1.6, "r"),
        Column("Einheit", 1.3),
    )
    rows = tuple(
        (
            str(n),
            item.article.number,
            f"{item.article.name}\n{item.article.detail}",
            item.amount_text,
            item.article.unit,
        )
        for n, item in enumerate(items, 1)
    )
    return Table(columns, rows)


def totals(net: int, percent: int) -> Totals:
    """Net, tax, gross as § 14 Abs. 4 UStG wants them."""
    tax = share(net, percent)
    rows = (
        ("Summe netto", euro(net, sign="€")),
        (f"zzgl. {percent} % USt.", euro(tax, sign="€")),
        ("Gesamtbetrag", euro(net + tax, sign="€")),
    )
    return Totals(rows)
