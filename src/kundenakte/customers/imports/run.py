"""Runs an import: reads the list, plans and writes batch by batch, and reports on each line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.customers import queries
from kundenakte.customers.actions import writing
from kundenakte.customers.identifiers import name_key
from kundenakte.customers.imports.columns import TARGETS, guess_mapping, resolve
from kundenakte.customers.imports.planning import Lists, Plan, plan
from kundenakte.customers.imports.reading import Table, read_table
from kundenakte.customers.imports.report import ImportReport, Missing, Outcome, RowOutcome
from kundenakte.customers.imports.rows import Wanted, read_row
from kundenakte.customers.models import Customer, Identifier, ImportMapping
from kundenakte.customers.refusals import BadCustomer, CustomerRefused, NumberTaken

BATCH = 500
OnCreated = Callable[[Sequence[Customer]], object]


def import_customers(
    stream: BinaryIO,
    mapping: ImportMapping | None,
    *,
    actor: Actor,
    today: date,
    dry_run: bool = False,
    on_created: OnCreated | None = None,
    now: datetime | None = None,
) -> ImportReport:
    """Take over a customer list. Without a mapping the columns are guessed from their headings.

    Permission is asked one layer up. Five hundred lines share a transaction, so others can work in between; a list
    that breaks off is simply imported again, since what is there already stays `unchanged`. `on_created` is called
    with each batch's new customers inside its transaction: that is where their files are opened. A dry run tells the
    same and writes nothing. `today` is the first day of what is new, `now` the journal's time. Raises UnreadableList
    when the file is no table or lacks a column; a bad line is refused alone. Customers who are not in the list are
    reported and stay.
    """
    mapping = mapping or ImportMapping(system="erp")
    table = read_table(stream, encoding=mapping.encoding, delimiter=mapping.delimiter)
    columns: Mapping[str, str | Sequence[str]] = mapping.columns or guess_mapping(table.headers)
    places = resolve(columns, table.headers)
    report = _report(table, places, dry_run=dry_run)
    wanted = list(_wanted(table, places, report))
    lists = Lists(
        mapping.system,
        f"import:{mapping.name or mapping.system}"[:60],
        frozenset(line.number.value for line in wanted if line.number),
        queries.own_identifiers(),
        has_numbers="number" in places,
    )
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        if dry_run:
            report.rows += [_outcome(item) for item in plan(batch, lists, lock=False)]
        else:
            report.rows += _write(batch, lists, actor, today=today, now=now or timezone.now(), on_created=on_created)
    report.rows.sort(key=lambda row: row.row)
    report.missing = _missing(lists)
    if mapping.pk and not dry_run:
        _remember(actor, mapping, table, report, now=now)
    return report


@transaction.atomic
def set_import_mapping(
    *,
    actor: Actor,
    name: str,
    columns: Mapping[str, str | Sequence[str]],
    now: datetime,
    system: str = "erp",
    delimiter: str = "",
    encoding: str = "",
) -> ImportMapping:
    """Keep how a program's list is read, under a name; an existing one of that name is replaced."""
    unknown = set(columns) - set(TARGETS)
    if unknown:
        raise BadCustomer("Das ist keine Angabe über Kunden: %(named)s.", named=", ".join(sorted(unknown)))
    kept = {target: named if isinstance(named, str) else list(named) for target, named in columns.items()}
    row, _ = ImportMapping.objects.update_or_create(
        name=name, defaults={"system": system, "columns": kept, "delimiter": delimiter, "encoding": encoding}
    )
    journal.append(actor, "import_mapping.set", row, at=now, name=name, system=system, columns=kept)
    return row


def _report(table: Table, places: Mapping[str, Sequence[int]], *, dry_run: bool) -> ImportReport:
    used = {place for where in places.values() for place in where}
    return ImportReport(
        table.encoding,
        table.delimiter,
        {target: [table.headers[place] for place in where] for target, where in places.items()},
        [header for place, header in enumerate(table.headers) if place not in used and header],
        dry_run,
    )


def _wanted(table: Table, places: Mapping[str, Sequence[int]], report: ImportReport) -> list[Wanted]:
    """The lines that can be used; the others go into the report: unreadable, without number, or there twice."""
    lines: list[Wanted] = []
    seen: dict[tuple[str, ...], int] = {}
    for row, cells in table.rows:
        try:
            wanted = read_row(row, cells, places, width=len(table.headers))
            key = _key(wanted, has_numbers="number" in places)
            if key in seen:
                if wanted.number:
                    number = wanted.number.shown
                    raise BadCustomer(
                        "Die Kundennummer %(number)s steht schon in Zeile %(row)s.", number=number, row=seen[key]
                    )
                raise BadCustomer("„%(name)s“ steht schon in Zeile %(row)s.", name=wanted.name, row=seen[key])
        except CustomerRefused as refused:
            number, name = _said(cells, places, "number"), _said(cells, places, "name")
            report.rows.append(RowOutcome(row, "refused", number, name, sentence=refused.sentence))
            continue
        seen[key] = row
        lines.append(wanted)
    return lines


def _key(wanted: Wanted, *, has_numbers: bool) -> tuple[str, ...]:
    """By what a line is told from the others and found again by the next import, else BadCustomer."""
    if wanted.number:
        return (wanted.number.value,)
    if has_numbers and wanted.state != Customer.State.PROSPECT:
        raise BadCustomer("Die Kundennummer fehlt.")
    place = wanted.place.key if wanted.place else ""
    if not place:
        raise BadCustomer(
            "Ohne Kundennummer braucht es Postleitzahl und Straße mit Hausnummer, um den Kunden wiederzuerkennen."
        )
    return name_key(f"{wanted.name} {wanted.name2}"), place


def _said(cells: Sequence[str], places: Mapping[str, Sequence[int]], target: str) -> str:
    return " ".join(cells[place] for place in places.get(target, ()) if place < len(cells))[:100]


def _write(
    batch: Sequence[Wanted],
    lists: Lists,
    actor: Actor,
    *,
    today: date,
    now: datetime,
    on_created: OnCreated | None,
    again: bool = True,
) -> list[RowOutcome]:
    """Plan and write one batch. When somebody else gave out one of its numbers meanwhile, it is planned once more."""
    remarks = [list(wanted.remarks) for wanted in batch]
    try:
        with transaction.atomic():
            plans = plan(batch, lists, lock=True)
            fresh = [item for item in plans if item.draft]
            created = writing.create(
                actor, [item.draft for item in fresh if item.draft], now=now, today=today, source=lists.source
            )
            edits = [item.edit for item in plans if item.edit]
            writing.change(actor, edits, now=now, today=today, source=lists.source)
            if on_created is not None and created:
                on_created(created)
    except NumberTaken:
        if not again:
            raise
        for wanted, said in zip(batch, remarks, strict=True):
            wanted.remarks = said
        return _write(batch, lists, actor, today=today, now=now, on_created=on_created, again=False)
    ids = {item.wanted.row: customer.pk for item, customer in zip(fresh, created, strict=True)}
    return [_outcome(item, ids.get(item.wanted.row)) for item in plans]


def _outcome(item: Plan, created: int | None = None) -> RowOutcome:
    wanted = item.wanted
    customer = item.edit.customer if item.edit is not None else None
    outcome: Outcome = "created" if item.draft else "changed" if item.edit else "unchanged"
    if item.refused:
        outcome = "refused"
    return RowOutcome(
        wanted.row, outcome, wanted.number.shown if wanted.number else "", wanted.name, tuple(item.fields),
        sentence=item.refused, remarks=tuple(wanted.remarks), customer_id=customer.pk if customer else created,
    )  # fmt: skip


def _missing(lists: Lists) -> list[Missing]:
    """Who has a number in this system that the list does not name."""
    if not lists.has_numbers:
        return []
    rows = (
        Identifier.objects.filter(kind=Identifier.Kind.NUMBER, system=lists.system, valid_until=None)
        .order_by("value")
        .values_list("customer_id", "shown", "customer__name", "value", "lookup")
    )
    lookups = {number.replace("-", "") for number in lists.numbers} | lists.numbers
    return [Missing(pk, shown, name) for pk, shown, name, value, lookup in rows if not {value, lookup} & lookups]


@transaction.atomic
def _remember(
    actor: Actor, mapping: ImportMapping, table: Table, report: ImportReport, *, now: datetime | None
) -> None:
    outcomes: tuple[Outcome, ...] = ("created", "changed", "unchanged", "refused")
    counts = {outcome: report.count(outcome) for outcome in outcomes}
    journal.append(actor, "customer_list.imported", mapping, at=now, digest=table.digest, rows=counts)
