"""Who may be meant already when somebody writes down a new customer: the same or nearly the same name, the same marks.

It warns and decides nothing: two companies may bear one name. Rights are not known here: callers pass the customers
the user may see as `among`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_noop

from kundenakte.customers import lookups, queries
from kundenakte.customers.drafts import Place
from kundenakte.customers.identifiers import checked, name_key, name_tokens
from kundenakte.customers.models import Customer, CustomerKey, Identifier
from kundenakte.customers.refusals import BadIdentifier
from kundenakte.customers.search import listed

# "Maier Metallbau" and "Meier Metallbau" are 0.93 alike, "Nord Metallbau" and "Nord Holzbau" 0.77.
_ALIKE: Final = 0.88
_KEYS: Final = CustomerKey.objects
_WORD: Final = CustomerKey.Kind.WORD
# Names looked at that begin a word alike; a name of everyday words is compared with the first of them.
_MOST: Final = 2000
_BEGINNING: Final = 3
_SHOWN: Final = 8

assert lookups  # noqa: S101 - importing it teaches Django `begins`


@dataclass(frozen=True, slots=True)
class Namesake:
    """A customer that is there, and what it shares with the new one: words about the name, or what a mark is called."""

    customer: Customer
    reasons: tuple[str, ...]


def namesakes(
    name: str,
    *,
    among: QuerySet[Customer],
    place: Place | None = None,
    identifiers: Iterable[tuple[str, str]] = (),
) -> list[Namesake]:
    """The customers that may be the one meant, those with the most in common first; at most eight.

    What is no identifier of its kind is passed over: the action that creates the customer says so.
    """
    reasons: dict[int, list[str]] = {}
    for customer_id, reason in (*_by_name(name), *_by_marks(identifiers, place)):
        told = reasons.setdefault(customer_id, [])
        if reason not in told:
            told.append(reason)
    rows = {row.pk: row for row in listed(among).filter(pk__in=list(reasons))}
    found = [Namesake(rows[pk], tuple(told)) for pk, told in reasons.items() if pk in rows]
    return sorted(found, key=lambda one: (-len(one.reasons), one.customer.sort_name))[:_SHOWN]


def _by_name(name: str) -> Iterable[tuple[int, str]]:
    wanted = name_key(name).replace(" ", "")
    words = [word for word in name_tokens(name) if len(word) >= _BEGINNING] or list(name_tokens(name))
    near: set[int] = set()
    for beginning in {word[:_BEGINNING] for word in words}:
        near |= set(_KEYS.filter(kind=_WORD, value__begins=beginning).values_list("customer", flat=True)[:_MOST])
    rows = _KEYS.filter(kind=CustomerKey.Kind.NAME, customer__in=near).order_by("ended", "pk")
    for value, ended, pk in rows.values_list("value", "ended", Coalesce("customer__merged_into", "customer")):
        had = value.replace(" ", "")
        if had == wanted:
            yield pk, gettext_noop("hieß früher so") if ended else gettext_noop("gleicher Name")
        elif _is_alike(had, wanted):
            yield pk, gettext_noop("sehr ähnlicher Name")


def _is_alike(one: str, other: str) -> bool:
    matcher = SequenceMatcher(a=one, b=other, autojunk=False)
    return matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def _by_marks(identifiers: Iterable[tuple[str, str]], place: Place | None) -> Iterable[tuple[int, str]]:
    pairs = []
    for kind, text in identifiers:
        try:
            pairs.append((kind, checked(kind, text, country=place.country if place else "DE").value))
        except BadIdentifier:
            continue
    for (kind, _value), hits in queries.by_identifiers(pairs).items():
        for hit in hits:
            yield hit.customer_id, Identifier.Kind(kind).label
