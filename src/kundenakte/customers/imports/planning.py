"""Compares lines of a list with the customers that are known: what is new, what changes, what stays. Writes nothing.

Whom a line means, in this order: the same number of this system; the one number that differs only by signs or zeros in
front, unless the list has that one as well; the one customer with the same name and address, who thereby gets the
number if he has none in this system (S7). Master data come from the line with the customer's own number, or from any
while he has none. Other lines that lead to him (of a merged record, of another system) only add what he is known by;
else two lines would overwrite each other with every import.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_noop

from kundenakte.customers import queries
from kundenakte.customers.drafts import Draft, Edit, Known, Place
from kundenakte.customers.identifiers import Checked, name_key, number_lookup
from kundenakte.customers.imports.columns import TARGETS
from kundenakte.customers.imports.rows import Wanted
from kundenakte.customers.models import Address, Contact, Customer, CustomerKey, Identifier
from kundenakte.customers.normal_forms import fold

Kind = Identifier.Kind
# Of these a list names all it knows; what it has told before and names no longer has ended.
_TOLD_COMPLETELY = frozenset(
    {Kind.VAT_ID, Kind.IBAN, Kind.EMAIL, Kind.EMAIL_DOMAIN, Kind.PHONE, Kind.TAX_NUMBER, Kind.GLN}
)


@dataclass(slots=True)
class Found:
    """A customer with what is known about it; of merged records too."""

    customer: Customer
    identifiers: list[Identifier] = field(default_factory=list)
    address: Address | None = None
    people: set[str] = field(default_factory=set)

    def numbers(self, system: str) -> list[Identifier]:
        """The numbers in a system that hold."""
        return [
            row
            for row in self.identifiers
            if row.kind == Kind.NUMBER and row.system == system and row.valid_until is None
        ]

    def holding(self) -> set[tuple[str, str]]:
        """Kind and value of what holds now."""
        return {(row.kind, row.value) for row in self.identifiers if row.valid_until is None}


@dataclass(slots=True)
class Plan:
    """What is to happen for one line: one of `draft`, `edit` (perhaps empty) and `refused` (a sentence) is set."""

    wanted: Wanted
    refused: str = ""
    draft: Draft | None = None
    edit: Edit | None = None
    fields: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Lists:
    """What holds for the whole import: the system, the source as kept with identifiers, all numbers in the list."""

    system: str
    source: str
    numbers: frozenset[str]
    own: queries.OwnIdentifiers
    # False for a list without numbers: then name and address must do.
    has_numbers: bool


def plan(batch: Sequence[Wanted], lists: Lists, *, lock: bool) -> list[Plan]:
    """Plans for these lines, in their order. With `lock` the customers' rows stay locked until the transaction ends."""
    whom = _whom(batch, lists)
    found = _load({pk for pk, _ in whom.values() if pk}, lock=lock)
    made = []
    for wanted in batch:
        wanted.known = [item for item in wanted.known if not _is_ours(item, wanted, lists)]
        pk, leads = whom.get(wanted.row, (0, False))
        if pk is None:
            made.append(Plan(wanted, refused=gettext_noop("Mehrere Kunden heißen so und haben diese Anschrift.")))
        else:
            made.append(_edit(wanted, found[pk], lists, leads=leads) if pk else _draft(wanted, lists))
    return made


def _is_ours(item: Checked, wanted: Wanted, lists: Lists) -> bool:
    ours = lists.own.has(item.kind, item.value)
    if ours:
        wanted.remarks.append(
            gettext_noop("%(label)s %(shown)s ist die eigene und kennzeichnet keinen Kunden.")
            % {"label": Kind(item.kind).label, "shown": item.shown}
        )
    return ours


# --- whom a line means ---------------------------------------------------------------------------------------------


def _whom(batch: Sequence[Wanted], lists: Lists) -> dict[int, tuple[int | None, bool]]:
    """For each line that means somebody known: the customer's id, and whether the line leads its master data. The id
    is None where it may mean several."""
    whom = _by_number([wanted for wanted in batch if wanted.number], lists)
    return {**whom, **_by_name([wanted for wanted in batch if wanted.row not in whom], lists)}


def _by_number(batch: Sequence[Wanted], lists: Lists) -> dict[int, tuple[int, bool]]:
    rows = (
        Identifier.objects.filter(
            kind=Kind.NUMBER,
            system=lists.system,
            lookup__in=[wanted.number.lookup for wanted in batch if wanted.number],
        )
        .select_related("customer")
        .order_by("pk")
    )
    by_value = {row.value: row for row in rows}
    by_lookup: dict[str, list[Identifier]] = defaultdict(list)
    for row in rows:
        by_lookup[row.lookup].append(row)
    whom = {}
    for wanted in batch:
        number = wanted.number
        assert number is not None  # noqa: S101 - the caller chose lines with a number
        near = [row for row in by_lookup[number.lookup] if row.value not in lists.numbers]
        found = by_value.get(number.value) or (near[0] if len(near) == 1 else None)
        if found is not None:
            record = found.customer
            leads = record.merged_into_id is None and number_lookup(record.number) in {"", number.lookup}
            whom[wanted.row] = (record.merged_into_id or record.pk, leads)
    return whom


def _by_name(batch: Sequence[Wanted], lists: Lists) -> dict[int, tuple[int | None, bool]]:
    """Customers who have the line's name and address. With a number only those who have none in this system."""
    keys = {wanted.row: key for wanted in batch if (key := _name_and_address(wanted))}
    if not keys:
        return {}
    names = _current(CustomerKey.Kind.NAME, {name for name, _ in keys.values()})
    addresses = _current(CustomerKey.Kind.ADDRESS, {place for _, place in keys.values()})
    same = {row: names[name] & addresses[place] for row, (name, place) in keys.items()}
    alike = set[int]().union(*same.values())
    own_number = dict(Customer.objects.filter(pk__in=alike, merged_into=None).values_list("pk", "number"))
    numbered = set(
        Identifier.objects.filter(kind=Kind.NUMBER, system=lists.system, customer__in=alike).values_list(
            "customer_id", flat=True
        )
    )
    whom: dict[int, tuple[int | None, bool]] = {}
    for wanted in batch:
        free = (same.get(wanted.row, set()) & own_number.keys()) - (numbered if wanted.number else set())
        if len(free) == 1:
            pk = free.pop()
            whom[wanted.row] = (pk, not own_number[pk])
            # The number goes to the first line; a second one of that name and place is somebody else.
            numbered.add(pk)
        elif free and wanted.number:
            wanted.remarks.append(
                gettext_noop("Mehrere Kunden ohne Nummer heißen so und haben diese Anschrift; bitte prüfen.")
            )
        elif free:
            whom[wanted.row] = (None, False)
    return whom


def _current(kind: str, values: set[str]) -> dict[str, set[int]]:
    """Who has these keys now. Without a join: on tables as new as those of a first import PostgreSQL would begin it at
    the customers."""
    found: dict[str, set[int]] = defaultdict(set)
    rows = CustomerKey.objects.filter(kind=kind, value__in=values, ended=False)
    for value, pk in rows.values_list("value", "customer_id"):
        found[value].add(pk)
    return found


def _name_and_address(wanted: Wanted) -> tuple[str, str] | None:
    name, place = name_key(f"{wanted.name} {wanted.name2}"), wanted.place.key if wanted.place else ""
    return (name, place) if name and place else None


def _load(pks: Iterable[int], *, lock: bool) -> dict[int, Found]:
    customers = Customer.objects.select_for_update() if lock else Customer.objects.all()
    found = {row.pk: Found(row) for row in customers.filter(pk__in=set(pks)).order_by("pk")}
    family = {pk: pk for pk in found}
    family |= dict(Customer.objects.filter(merged_into__in=found).values_list("pk", "merged_into_id"))
    for row in Identifier.objects.filter(customer__in=family).order_by("pk"):
        found[family[row.customer_id]].identifiers.append(row)
    for address in Address.objects.filter(customer__in=found, kind="main", valid_until=None).order_by("pk"):
        found[address.customer_id].address = address
    for pk, name in Contact.objects.filter(customer__in=family).values_list("customer_id", "name"):
        found[family[pk]].people.add(fold(name))
    return found


# --- what becomes of it --------------------------------------------------------------------------------------------


def _draft(wanted: Wanted, lists: Lists) -> Plan:
    state = wanted.state or (Customer.State.CUSTOMER if wanted.number else Customer.State.PROSPECT)
    place = wanted.place
    if place:
        place = Place(place.street, place.zip_code, place.city, wanted.country)
    draft = Draft(
        wanted.name, wanted.name2, state, wanted.group, wanted.number, lists.system, place or None,
        [Known(item) for item in wanted.known], list(wanted.people),
    )  # fmt: skip
    return Plan(wanted, draft=draft)


def _edit(wanted: Wanted, found: Found, lists: Lists, *, leads: bool) -> Plan:
    edit = Edit(found.customer, kind="customer.imported")
    plan = Plan(wanted, edit=edit)
    if leads:
        _lead(edit, wanted, found)
    else:
        wanted.remarks.append(
            gettext_noop(
                "Die Stammdaten kommen von der Kundennummer %(number)s; hier zählt nur, woran der Kunde zu "
                "erkennen ist."
            )
            % {"number": found.customer.number}
        )
    _number(edit, wanted, found, lists)
    _identifiers(edit, wanted, found, lists)
    edit.people = [person for person in wanted.people if fold(person.name) not in found.people]
    found.people |= {fold(person.name) for person in edit.people}
    plan.fields = _labels(edit)
    return plan


def _lead(edit: Edit, wanted: Wanted, found: Found) -> None:
    """Master data: what the line says and is not so already."""
    customer = found.customer
    told = {"name": wanted.name, "name2": wanted.name2, "state": wanted.state, "group": wanted.group}
    edit.fields = {name: value for name, value in told.items() if value and value != getattr(customer, name)}
    if wanted.place:
        old = Place.of(found.address) if found.address else Place(country="")
        new = Place(
            wanted.place.street or old.street, wanted.place.zip_code or old.zip_code, wanted.place.city or old.city,
            wanted.place.country or old.country or "DE",
        )  # fmt: skip
        if new and new != old:
            edit.place, edit.old_address = new, found.address


def _number(edit: Edit, wanted: Wanted, found: Found, lists: Lists) -> None:
    """Attach the line's number when the customer has none in this system yet; an order makes a prospect a customer."""
    if wanted.number is None or any(
        row.kind == Kind.NUMBER and row.system == lists.system and row.lookup == wanted.number.lookup
        for row in found.identifiers
    ):
        return
    edit.added.append(Known(wanted.number, lists.system))
    if not found.customer.number:
        edit.fields["number"] = wanted.number.shown
    if found.customer.state == Customer.State.PROSPECT and not wanted.state:
        edit.fields["state"] = Customer.State.CUSTOMER
    wanted.remarks.append(
        gettext_noop("Der Kunde war ohne Nummer bekannt und hat jetzt die %(shown)s.") % {"shown": wanted.number.shown}
    )


def _identifiers(edit: Edit, wanted: Wanted, found: Found, lists: Lists) -> None:
    """Add what is new. What this list told before and names no longer ends; what a person ended stays so."""
    holding = found.holding()
    ended_by_hand = {
        (row.kind, row.value) for row in found.identifiers if row.valid_until is not None and row.source != lists.source
    }
    for item in wanted.known:
        key = (item.kind, item.value)
        if key in holding:
            continue
        if key in ended_by_hand:
            wanted.remarks.append(
                gettext_noop("%(label)s %(shown)s wurde von Hand beendet und bleibt es.")
                % {"label": Kind(item.kind).label, "shown": item.shown}
            )
            continue
        edit.added.append(Known(item))
        found.identifiers.append(Identifier(kind=item.kind, value=item.value, source=lists.source))
    # Two lines that lead to one customer would end each other's; then nothing ends by itself.
    if len(found.numbers(lists.system)) <= 1:
        named = {(item.kind, item.value) for item in wanted.known}
        complete = {item.kind for item in wanted.known} & _TOLD_COMPLETELY
        edit.ended = [
            row
            for row in found.identifiers
            if row.pk and row.valid_until is None and row.source == lists.source and row.kind in complete
            and (row.kind, row.value) not in named
        ]  # fmt: skip


def _labels(edit: Edit) -> list[str]:
    """German names of what an edit changes."""
    labels = [TARGETS[name] for name in edit.fields]
    labels += ["Anschrift"] if edit.place else []
    kinds = [known.checked.kind for known in edit.added] + [row.kind for row in edit.ended]
    labels += [str(Kind(kind).label) for kind in kinds]
    labels += [TARGETS["contact_name"]] if edit.people else []
    return list(dict.fromkeys(labels))
