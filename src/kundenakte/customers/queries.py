"""Finds customers by what they are known by, in batches: one query for each function, however many values.

These are plain lookups of master data. Whether a user may see a customer depends on the customer's file, which is known
one layer up: doors go through `records.access`, filing asks here as the house. Merged records lead to the customer they
were merged into. What holds no longer is found as well and says so, since old papers are filed too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_noop

from kundenakte.customers import models, normal_forms
from kundenakte.customers.identifiers import number_lookup, number_value, phone_stems
from kundenakte.customers.models import Customer, CustomerKey, Identifier
from kundenakte.customers.own import OwnCompany
from kundenakte.customers.refusals import CustomerRefused


class KeyAmbiguous(CustomerRefused):
    """A number without its system leads to several customers; `customers` are they."""

    code = "key_ambiguous"

    def __init__(self, key: str, customers: list[Customer]) -> None:
        # Without their names: not everybody may see each of them.
        super().__init__(
            gettext_noop("Die Nummer %(key)s führt zu mehreren Kunden. Bitte wählen Sie ihn in der Kundenliste."),
            key=key,
        )
        self.customers = customers


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody is known by what was asked."""

    # Who it is, after all merges, and the record it stands at.
    customer_id: int
    record_id: int
    kind: str
    # As asked, and as it is written at the customer's.
    value: str
    shown: str
    system: str = ""
    valid_from: date | None = None
    # The first day it held no longer; None while it holds, or where only `ended` is known.
    valid_until: date | None = None
    ended: bool = False
    # False when only zeros in front or signs between digits make the difference ("010042" for "10042").
    exact: bool = True


Hits = Mapping[str, tuple[Hit, ...]]


def by_number(values: Iterable[str], *, system: str = "") -> Hits:
    """Who has these customer numbers, however written, in `system` or in any; a value nobody has is missing."""
    asked: dict[str, list[str]] = defaultdict(list)
    for value in set(values):
        asked[number_lookup(value)].append(value)
    asked.pop("", None)
    rows = _with_survivor(Identifier.objects.filter(kind=Identifier.Kind.NUMBER, lookup__in=asked))
    if system:
        rows = rows.filter(system=system)
    found: dict[str, list[Hit]] = defaultdict(list)
    for row in rows:
        for value in asked[row.lookup]:
            exact = normal_forms.number(row.shown) == normal_forms.number(value)
            found[value].append(_hit(row, value, exact=exact))
    return {value: tuple(sorted(hits, key=lambda hit: (not hit.exact, hit.ended))) for value, hits in found.items()}


def by_identifiers(pairs: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], tuple[Hit, ...]]:
    """Who has these pairs of kind and value in normal form (normal_forms.py). For numbers `by_number` knows more."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for kind, value in pairs:
        if value:
            wanted[kind].add(value)
    condition = Q()
    for kind, values in wanted.items():
        condition |= Q(kind=kind, lookup__in=values)
    if not condition:
        return {}
    found: dict[tuple[str, str], list[Hit]] = defaultdict(list)
    for row in _with_survivor(Identifier.objects.filter(condition)):
        found[row.kind, row.lookup].append(_hit(row, row.lookup))
    return {pair: tuple(hits) for pair, hits in found.items()}


def by_phone_stems(phones: Iterable[str]) -> Hits:
    """Whose exchange these phone numbers belong to: "+49911123427" leads to who has "0911 1234-0"."""
    asked: dict[str, list[str]] = defaultdict(list)
    for phone in set(phones):
        for stem in phone_stems(phone):
            asked[stem].append(phone)
    found: dict[str, list[Hit]] = defaultdict(list)
    for stem, hits in _by_keys(CustomerKey.Kind.PHONE_STEM, asked).items():
        for phone in asked[stem]:
            found[phone] += hits
    return {phone: tuple(hits) for phone, hits in found.items()}


def by_name_keys(keys: Iterable[str]) -> Hits:
    """Who has exactly these names (`identifiers.name_key`), today or formerly."""
    return _by_keys(CustomerKey.Kind.NAME, keys)


def by_address_keys(keys: Iterable[str]) -> Hits:
    """Who is or was at these addresses (`identifiers.address_key`)."""
    return _by_keys(CustomerKey.Kind.ADDRESS, keys)


def customers_by_key(key: str, *, system: str = "") -> list[Customer]:
    """The customers a number leads to: those who have it as it is written, else those it differs from by zeros."""
    hits = by_number([key], system=system).get(key, ())
    # Within one system the written form decides; it is unique there.
    same = [hit for hit in hits if number_value(hit.shown) == number_value(key)]
    chosen = same or [hit for hit in hits if hit.exact] or hits
    rows = Customer.objects.in_bulk({hit.customer_id for hit in chosen})
    return sorted(rows.values(), key=lambda row: row.pk)


def open_by_key(*, key: str, system: str = "") -> Customer | None:
    """The customer behind a deep link (S1); None when nobody has the key.

    Without `system` all are asked, and among several the one who is called by this number wins. Raises KeyAmbiguous
    when that does not decide.
    """
    found = customers_by_key(key, system=system)
    if len(found) > 1:
        found = [row for row in found if number_value(row.number) == number_value(key)] or found
    if len(found) > 1:
        raise KeyAmbiguous(key, found)
    return found[0] if found else None


def survivor_of(customer: Customer) -> Customer:
    """The customer itself, or the one it was merged into."""
    return customer.merged_into or customer


def family_of(customer: Customer) -> list[int]:
    """The ids of a customer's record and of all that were merged into it: what belongs to it stands at any of them."""
    return [customer.pk, *Customer.objects.filter(merged_into=customer).order_by("pk").values_list("pk", flat=True)]


def identifiers_of(customer: Customer) -> QuerySet[Identifier]:
    """All a customer is or was known by, merged records included; what holds comes first."""
    return Identifier.objects.filter(customer__in=family_of(customer)).order_by(
        F("valid_until").asc(nulls_first=True), "kind", "pk"
    )


@dataclass(frozen=True, slots=True)
class OwnIdentifiers:
    """What is ours, by the kind of identifier."""

    values: Mapping[str, frozenset[str]]

    def has(self, kind: str, value: str) -> bool:
        """Whether an identifier in normal form is our own."""
        if kind == Identifier.Kind.EMAIL:
            return value.rpartition("@")[2] in self.values[Identifier.Kind.EMAIL_DOMAIN]
        return value in self.values.get(kind, frozenset())


def own_company() -> OwnCompany:
    """Our own company in the forms that are compared; empty while nobody has entered it."""
    row = models.OwnCompany.objects.order_by("pk").first()
    if row is None:
        return OwnCompany()
    return OwnCompany.of(
        names=[row.name, *row.other_names.splitlines()],
        addresses=[(row.zip_code, row.street)],
        vat_ids=row.vat_ids.splitlines(),
        tax_numbers=row.tax_numbers.splitlines(),
        ibans=row.ibans.splitlines(),
        email_domains=row.email_domains.splitlines(),
        phones=row.phones.splitlines(),
    )


def own_identifiers() -> OwnIdentifiers:
    """Our own identifiers by kind: what may never be entered as a customer's."""
    own, kinds = own_company(), Identifier.Kind
    return OwnIdentifiers(
        {
            kinds.VAT_ID: own.vat_ids,
            kinds.TAX_NUMBER: own.tax_numbers,
            kinds.IBAN: own.ibans,
            kinds.EMAIL_DOMAIN: own.email_domains,
            kinds.PHONE: own.phones,
        }
    )


_SURVIVOR = Coalesce("customer__merged_into_id", "customer_id")


def _with_survivor(rows: QuerySet[Identifier]) -> QuerySet[Identifier]:
    return rows.annotate(survivor=_SURVIVOR).order_by("pk")


def _hit(row: Identifier, value: str, *, exact: bool = True) -> Hit:
    return Hit(
        row.survivor, row.customer_id, row.kind, value, row.shown, row.system, row.valid_from, row.valid_until,  # type: ignore[attr-defined]
        ended=row.valid_until is not None, exact=exact,
    )  # fmt: skip


def _by_keys(kind: str, keys: Iterable[str]) -> dict[str, tuple[Hit, ...]]:
    """Who has these derived keys. A customer and a record merged into it count once, as what holds today."""
    wanted = {key for key in keys if key}
    rows = (
        CustomerKey.objects.filter(kind=kind, value__in=wanted)
        .annotate(survivor=_SURVIVOR)
        .order_by("ended", "pk")
        .values_list("value", "survivor", "customer_id", "ended", "customer__name")
    )
    found: dict[str, dict[int, Hit]] = defaultdict(dict)
    for value, survivor, record, ended, name in rows:
        hit = Hit(survivor, record, kind, value, name if kind == CustomerKey.Kind.NAME else value, ended=ended)
        found[value].setdefault(survivor, hit)
    return {value: tuple(hits.values()) for value, hits in found.items()}
