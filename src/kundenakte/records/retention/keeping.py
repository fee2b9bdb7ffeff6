"""The end of retention of documents in the database: one way for one of them and for a million."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import Max, Q
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs import ledger
from kundenakte.base.journal import actions as journal
from kundenakte.base.journal.actions import Happening
from kundenakte.records.models import (
    Document,
    DocumentClass,
    Reference,
    RetentionProfile,
    RetentionRule,
    Version,
)
from kundenakte.records.retention.engine import Because, End, retention_end, years_of
from kundenakte.records.retention.events import BY_RELATION, Known, events_of, rule_code
from kundenakte.records.retention.rules import ALWAYS, Catalogue, Profile, Rule

# The columns of a document that are written here and nowhere else.
STORED: Final = ("retain_until", "is_retention_open", "retention_code")
_SYSTEM: Final = Actor.system("retention")
# Statements of our own: for a million rows the ORM costs more than the database. PostgreSQL takes a batch in one
# statement, because each statement of its own is a journey; SQLite is in the same process and takes row by row.
_WRITE: Final = (
    "UPDATE records_document SET retain_until = %s, is_retention_open = %s, retention_code = %s WHERE id = %s"
)
_WRITE_AT_ONCE: Final = """
UPDATE records_document SET retain_until = now_is.until, is_retention_open = now_is.open, retention_code = now_is.code
FROM unnest(%s::date[], %s::boolean[], %s::text[], %s::bigint[]) AS now_is(until, open, code, id)
WHERE records_document.id = now_is.id
"""
FILE_JOB: Final = "records.retention_of_file"
# Classes that make a letter of trade of an offer, and those that make a voucher of a delivery note; by their rule.
ORDERS: Final = ("ORDER_IN", "ORDER_CONF", "INV_OUT")
INVOICES: Final = ("INV_OUT", "INV_IN")


@dataclass(frozen=True, slots=True)
class House:
    """All that a calculation needs beside the documents. `classes` by id."""

    catalogue: Catalogue
    profile: Profile
    classes: Mapping[int, DocumentClass] = field(default_factory=dict)


class Row(NamedTuple):
    """What the calculation needs of a document; the last three are what is stored now."""

    pk: int | None
    class_id: int
    customer_file_id: int
    number: str
    dated_on: date
    created_at: datetime
    fields: Mapping[str, Any]
    closed_on: date | None
    retain_until: date | None = None
    is_open: bool = False
    code: str = ""


class Period(NamedTuple):
    """For how many years the documents of a class are kept, by which rule, and why so many."""

    rule: Rule
    years: int
    because: Because


COLUMNS: Final = (
    "pk", "document_class_id", "customer_file_id", "number", "dated_on", "created_at", "fields",
    "customer_file__closed_on", "retain_until", "is_retention_open", "retention_code",
)  # fmt: skip


def the_house() -> House:
    """Rules, profile and classes as they are now: three queries."""
    rules = (as_rule(row) for row in RetentionRule.objects.all())
    return House(Catalogue(rules), the_profile(), DocumentClass.objects.in_bulk())


def the_profile() -> Profile:
    """What the house has decided; the law alone while it has decided nothing."""
    row = RetentionProfile.objects.order_by("-pk").first()
    return Profile(row.ten_years, row.financial_sector) if row else Profile()


def as_rule(row: RetentionRule) -> Rule:
    """A row as the value the calculation takes."""
    return Rule(
        row.code, row.name, row.kind, row.years, row.start, row.from_year_end, row.basis, row.valid_from,
        row.is_voucher, row.is_invoice, row.note,
    )  # fmt: skip


def periods(*, on: date) -> dict[int, Period]:
    """Class → what its documents are kept for in this house on a day, by the rule and the profile that hold."""
    house = the_house()
    found = {}
    for pk, row in house.classes.items():
        rule = house.catalogue.holding(row.retention_code, on) or _own_rule(row)
        years, because = years_of(rule, house.profile)
        found[pk] = Period(rule, years, because)
    return found


def set_end(document: Document, *, now: datetime) -> None:
    """Put the end into the document's columns, in the transaction of whatever changed it; the caller saves."""
    document_class = document.document_class
    row = Row(
        document.pk, document_class.pk, document.customer_file_id, document.number, document.dated_on,
        document.created_at, document.fields, document.customer_file.closed_on,
    )  # fmt: skip
    _row, end = ends_of([row], _house_for(document_class), on=timezone.localdate(now))[0]
    document.retain_until, document.is_retention_open, document.retention_code = columns_of(end)


def end_of(document: Document, *, on: date) -> End:
    """The end calculated anew from what is stored, for showing and for sealing why."""
    row = Row(*Document.objects.values_list(*COLUMNS).get(pk=document.pk))
    kind = document.document_class
    if kind.pk != row.class_id:
        kind = DocumentClass.objects.get(pk=row.class_id)
    return ends_of([row], _house_for(kind), on=on)[0][1]


def ends_by_id(pks: Iterable[int], *, on: date, house: House | None = None) -> dict[int, End]:
    """The same for many: by the documents' ids."""
    rows = [Row(*row) for row in Document.objects.filter(pk__in=pks).values_list(*COLUMNS)]
    return {row.pk: end for row, end in ends_of(rows, house or the_house(), on=on) if row.pk is not None}


def follow_up(document: Document) -> None:
    """Have the papers looked at again that this one names: an order decides about its offer, an invoice about its
    delivery note. Asked for in the transaction of the change."""
    code = document.document_class.retention_code
    named = document.fields.get("offer_number") or document.fields.get("delivery_number")
    if named and code in {*ORDERS, *INVOICES}:
        ledger.enqueue(FILE_JOB, document.customer_file_id)


def look_again(customer_file_id: int, *, now: datetime) -> int:
    """Calculate the ends in one file anew that depend on other documents in it. Gives how many have changed."""
    documents = Document.objects.filter(
        customer_file=customer_file_id, document_class__retention_code__in=BY_RELATION
    ).select_for_update(of=("self",))
    rows = [Row(*row) for row in documents.order_by("pk").values_list(*COLUMNS)]
    changed = [
        (row, end)
        for row, end in ends_of(rows, the_house(), on=timezone.localdate(now))
        if (row.retain_until, row.is_open, row.code) != columns_of(end)
    ]
    write(changed)
    told = [
        Happening(
            "retention.followed",
            Document(pk=row.pk),
            {"was": row.retain_until, "now_is": end.until, "rule": end.code},
        )
        for row, end in changed
    ]
    journal.append_many(_SYSTEM, told, at=now)
    return len(changed)


def write(changed: Iterable[tuple[Row, End]]) -> None:
    """Store these ends. The documents' editions stay: nothing a person wrote has changed."""
    rows = [(end.until, end.is_open, end.code, row.pk) for row, end in changed]
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            columns: list[Any] = [list(column) for column in zip(*rows, strict=True)]
            cursor.execute(_WRITE_AT_ONCE, columns)
        else:
            day = connection.ops.adapt_datefield_value
            cursor.executemany(_WRITE, [(day(until), is_open, code, pk) for until, is_open, code, pk in rows])


def columns_of(end: End) -> tuple[date | None, bool, str]:
    """The end as it is stored."""
    return end.until, end.is_open, end.code


@dataclass(frozen=True, slots=True)
class Named:
    """(file, number) of the papers that orders and invoices name: read once for a walk through all documents."""

    by_orders: set[tuple[int, str]]
    by_invoices: set[tuple[int, str]]


def everything_named() -> Named:
    """All of the house, in two queries."""
    return Named(_naming("offer_number", ORDERS), _naming("delivery_number", INVOICES))


def ends_of(rows: Sequence[Row], house: House, *, on: date, named: Named | None = None) -> list[tuple[Row, End]]:
    """The end of each document. Costs at most five queries, however many rows there are; fewer with `named`."""
    beside = _Beside.of(rows, house, named)
    holding: dict[str, Rule | None] = {}
    found = []
    for row in rows:
        document_class = house.classes[row.class_id]
        known = beside.known(row)
        code = rule_code(document_class.retention_code, known)
        if code not in holding:
            holding[code] = house.catalogue.holding(code, on)
        rule = holding[code] or _own_rule(document_class)
        found.append((row, retention_end(events_of(known), (rule,), house.profile, on)))
    return found


# --- inside ------------------------------------------------------------------------------------------------------


def _house_for(document_class: DocumentClass) -> House:
    """What the calculation needs for documents of one class: the few rules that can speak of them."""
    code = document_class.retention_code
    day = date.min
    codes = {code, *(rule_code(code, Known(day, day, {}, has_order=a, has_invoice=a)) for a in (False, True))}
    rules = [as_rule(one) for one in RetentionRule.objects.filter(code__in=codes)] if code else []
    return House(Catalogue(rules), the_profile(), {document_class.pk: document_class})


def _own_rule(document_class: DocumentClass) -> Rule:
    """The period of a class that follows no rule of the table: what stands at the class itself."""
    return Rule(
        document_class.code, document_class.name, document_class.retention_kind, document_class.retention_years or 0,
        document_class.retention_start, document_class.retention_from_year_end, document_class.retention_basis, ALWAYS,
    )  # fmt: skip


@dataclass(slots=True)
class _Beside:
    """What is known from elsewhere, for many documents at once."""

    ordered: set[tuple[int, str]] = field(default_factory=set)
    invoiced: set[tuple[int, str]] = field(default_factory=set)
    refers: dict[int, set[str]] = field(default_factory=dict)
    last_version: dict[int, date] = field(default_factory=dict)
    last_contact: dict[int, date] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[Row], house: House, named: Named | None) -> _Beside:
        made = cls(named.by_orders, named.by_invoices) if named else cls()
        by_code: dict[str, list[Row]] = {}
        for row in rows:
            by_code.setdefault(house.classes[row.class_id].retention_code, []).append(row)
        related = [row for code in BY_RELATION for row in by_code.get(code, ())]
        if related:
            made._links(related)
            if named is None:
                made._names(related)
        starts = {code: _starts(code, house) for code in by_code}
        made._versions([row for code, some in by_code.items() if "LAST_ENTRY" in starts[code] for row in some])
        made._contacts([row for code, some in by_code.items() if "LAST_CONTACT" in starts[code] for row in some])
        return made

    def known(self, row: Row) -> Known:
        """All of it about one document."""
        key = (row.customer_file_id, row.number)
        refers = self.refers.get(row.pk or 0, ())
        return Known(
            dated_on=row.dated_on, came_on=timezone.localdate(row.created_at), fields=row.fields,
            last_version_on=self.last_version.get(row.pk or 0), closed_on=row.closed_on,
            last_contact_on=self.last_contact.get(row.customer_file_id),
            has_order=key in self.ordered or not set(ORDERS).isdisjoint(refers),
            has_invoice=key in self.invoiced or not set(INVOICES).isdisjoint(refers),
        )  # fmt: skip

    def _names(self, rows: Sequence[Row]) -> None:
        files = {row.customer_file_id for row in rows}
        self.ordered = _naming("offer_number", ORDERS, files)
        self.invoiced = _naming("delivery_number", INVOICES, files)

    def _links(self, rows: Sequence[Row]) -> None:
        pks = {row.pk for row in rows if row.pk}
        # That something went out as PDF is no order and no invoice of it.
        said = Reference.objects.exclude(kind=Reference.Kind.SENT_AS)
        links = said.filter(Q(from_document__in=pks) | Q(to_document__in=pks)).values_list(
            "from_document_id", "from_document__document_class__retention_code",
            "to_document_id", "to_document__document_class__retention_code",
        ) if pks else ()  # fmt: skip
        for one, one_code, other, other_code in links:
            self.refers.setdefault(one, set()).add(other_code)
            self.refers.setdefault(other, set()).add(one_code)

    def _versions(self, rows: Sequence[Row]) -> None:
        pks = [row.pk for row in rows if row.pk]
        if pks:
            latest = Version.objects.filter(document__in=pks).order_by().values_list("document").annotate(
                at=Max("created_at")
            )  # fmt: skip
            self.last_version = {pk: timezone.localdate(at) for pk, at in latest}

    def _contacts(self, rows: Sequence[Row]) -> None:
        files = {row.customer_file_id for row in rows}
        if files:
            latest = Document.objects.filter(customer_file__in=files).order_by().values_list("customer_file").annotate(
                day=Max("dated_on")
            )  # fmt: skip
            self.last_contact = dict(latest)


def _starts(code: str, house: House) -> set[str]:
    """The events that may start the period of a class: of its rule's versions, else what stands at the class."""
    own = {one.retention_start for one in house.classes.values() if one.retention_code == code}
    return {rule.start for rule in house.catalogue.versions(code)} | own


def _naming(key: str, codes: Iterable[str], files: Iterable[int] | None = None) -> set[tuple[int, str]]:
    """(file, number) of the papers that documents of these rules name in this field, within their own file."""
    naming = Document.objects.filter(document_class__retention_code__in=codes, fields__has_key=key)
    if files is not None:
        naming = naming.filter(customer_file__in=files)
    pairs = naming.order_by().values_list("customer_file_id", f"fields__{key}").iterator(5000)
    return {(pk, said) for pk, said in pairs if said}
