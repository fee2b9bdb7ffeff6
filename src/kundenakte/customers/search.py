"""Finds customers by typing, and lists them page by page. Quick at 100,000 customers: only indexes are walked.

Rights are not known here: callers pass the customers the user may see as `among` (`records.access.customers_for`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from kundenakte.customers import lookups, normal_forms
from kundenakte.customers.drafts import sort_name
from kundenakte.customers.models import Address, Customer, CustomerKey, Identifier

assert lookups  # noqa: S101 - importing it teaches Django `begins`

Kind = CustomerKey.Kind
_TYPED = (
    Kind.WORD, Kind.NUMBER, Kind.CITY, Kind.ZIP, Kind.CONTACT, Kind.PLAIN, Kind.STREET, Kind.PHONE,
)  # fmt: skip
# How IBANs and VAT ids begin; the rest may still be missing.
_LIKE_AN_ACCOUNT = re.compile(r"(?i)(?:[a-z]{2}|atu)\d[a-z0-9]{4,}")
_LIKE_A_PHONE = re.compile(r"[+0][\d\s()/.-]{4,}")
# A phone number without its area code, or any other number that is read in groups.
_IN_GROUPS = re.compile(r"\d+(?:[\s/.-]+\d+)+")
# Of a single word that begins more keys than this, `find` looks at some: one more letter shows the rest.
_ENOUGH = 3000
_WORDS = 6
_BESIDE = normal_forms.SAID_BESIDE

# Where a page of a list ended: the sorted name and the id of its last row.
Cursor = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list, and where the next begins; None on the last."""

    customers: list[Customer]
    after: Cursor | None


def find(text: str, limit: int = 10, *, among: QuerySet[Customer] | None = None) -> list[Customer]:
    """Customers for choosing one by typing: by number, beginning of the name, words, city, phone, mail. Best first.

    Each word typed must begin a word of the customer; former names count. An exact number comes first, then whoever has
    the IBAN or VAT id that was typed, then names that begin with the text, then the rest by name. Each has `city` of
    its address for the eye.
    """
    found: dict[int, Customer] = {}
    for stage in _stages(text):
        if len(found) >= limit:
            break
        rows = listed(among).filter(stage).exclude(pk__in=list(found)).order_by("sort_name", "id")
        found |= {row.pk: row for row in rows[: limit - len(found)]}
    return list(found.values())


def list_customers(
    *,
    among: QuerySet[Customer] | None = None,
    state: str = "",
    letter: str = "",
    group: str = "",
    search: str = "",
    after: Cursor | None = None,
    limit: int = 50,
) -> Page:
    """One page of the list by name, from behind `after`. A page costs the same wherever it lies."""
    rows = listed(among)
    exact = {"state": state, "letter": letter.upper(), "group": group}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if search.strip():
        rows = rows.filter(matching(search))
    if after is not None:
        rows = rows.filter(Q(sort_name__gt=after[0]) | Q(sort_name=after[0], id__gt=after[1]), sort_name__gte=after[0])
    page = list(rows.order_by("sort_name", "id")[: limit + 1])
    more = len(page) > limit
    return Page(page[:limit], (page[limit - 1].sort_name, page[limit - 1].pk) if more else None)


def listed(among: QuerySet[Customer] | None = None) -> QuerySet[Customer]:
    """Customers as lists show them: without merged records, with `city` of the address that holds."""
    rows = Customer.objects.all() if among is None else among
    city = Address.objects.filter(customer=OuterRef("pk"), kind="main", valid_until=None).order_by("-pk").values("city")
    return rows.filter(merged_into=None).annotate(city=Subquery(city[:1]))


def matching(text: str) -> Q:
    """The condition that every word of `text` begins a word, number, place or address the customer is known by."""
    condition = Q()
    for ids in _by_words(text):
        condition &= Q(pk__in=ids)
    return condition if condition else Q(pk__in=[])


def _stages(text: str) -> Iterable[Q]:
    """Conditions from the best to the weakest; each may find what a better one has found already."""
    number = normal_forms.number(text).lower()
    if number:
        yield Q(pk__in=_survivors(CustomerKey.objects.filter(kind=Kind.NUMBER, value__in={number, number.lstrip("0")})))
    account = _LIKE_AN_ACCOUNT.fullmatch(number)
    if account:
        kinds = (Identifier.Kind.IBAN, Identifier.Kind.VAT_ID)
        yield Q(pk__in=_survivors(Identifier.objects.filter(kind__in=kinds, lookup__begins=account[0].upper())))
    name = sort_name(text)
    if name:
        yield Q(sort_name__begins=name)
    words = _by_words(text)
    yield Q(pk__in=words[0][:_ENOUGH]) if len(words) == 1 else matching(text)


def _by_words(text: str) -> list[QuerySet[CustomerKey] | QuerySet[Identifier]]:
    """For each word the customers who are known by it, as sub-selects of ids."""
    phone = normal_forms.phone(text) if _LIKE_A_PHONE.fullmatch(text.strip()) else ""
    if phone:
        return [_survivors(Identifier.objects.filter(kind=Identifier.Kind.PHONE, lookup__begins=phone))]
    if _IN_GROUPS.fullmatch(text.strip()):
        return [_survivors(_keys("".join(c for c in text if c.isdigit())))]
    made: list[QuerySet[CustomerKey] | QuerySet[Identifier]] = []
    words = text.split()
    # A single letter beside words begins too much to tell anything, a legal form stands in no key.
    telling = [word for word in words if len(said := normal_forms.fold(word)) > 1 and said not in _BESIDE]
    for word in (telling or [word for word in words if len(word) > 1] or words[:1])[:_WORDS]:
        if "@" in word:
            made.append(_survivors(Identifier.objects.filter(lookup__begins=word.lower().lstrip("@"))))
        else:
            made += [_survivors(_keys(part)) for part in _parts(word)]
    return made


def _parts(word: str) -> list[str]:
    """The words within a word: "Meier-Schulz" has two, "K-10042" is one."""
    folded = normal_forms.fold(word)
    return [folded.replace(" ", "")] if any(c.isdigit() for c in folded) else folded.split()


def _keys(word: str) -> QuerySet[CustomerKey]:
    return CustomerKey.objects.filter(kind__in=_TYPED, value__begins=word)


def _survivors(rows: QuerySet[CustomerKey] | QuerySet[Identifier]) -> QuerySet[CustomerKey] | QuerySet[Identifier]:
    return rows.values_list(Coalesce("customer__merged_into_id", "customer_id"), flat=True)
