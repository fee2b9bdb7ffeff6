"""What an address of the search page asks: words, filters, order, page. Whatever it says, there is an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeVar

from django.http import QueryDict
from django.utils.translation import gettext as _

from kundenakte.doors.web import page
from kundenakte.records import index_fields
from kundenakte.steps.search.engine import Order
from kundenakte.steps.search.filters import Filters

LONGEST: Final = 200
# The name of each facet in the address.
PARAMETERS: Final = {"file": "akte", "class": "klasse", "section": "register", "year": "jahr", "state": "stand"}
RANGES: Final = ("von", "bis", "betrag_von", "betrag_bis")
_MOST_VALUES: Final = 50
_LARGEST: Final = Decimal(10) ** 13
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the page takes it. `order` is None until somebody chooses one; `faults` by field of the form."""

    text: str = ""
    filters: Filters = field(default_factory=Filters)
    order: Order | None = None
    after: str = ""
    # The last word may still be growing.
    is_typing: bool = False
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def is_narrowed(self) -> bool:
        """Whether there is any filter."""
        return self.filters != Filters()


def asked_of(query: QueryDict) -> Asked:
    """The question of an address. Values nobody can understand are left out; dates and amounts among them are told."""
    faults: dict[str, str] = {}

    def ranged(name: str, read: Callable[[str], T | None], sentence: str) -> T | None:
        text = query.get(name, "").strip()[:40]
        value = read(text) if text else None
        if text and value is None:
            faults[name] = sentence
        return value

    no_day, no_sum = _("Bitte ein Datum, zum Beispiel 24.11.2026."), _("Bitte einen Betrag, zum Beispiel 1.234,50.")
    filters = Filters(
        file=page.number(query.get(PARAMETERS["file"])),
        sections=_numbers(query, "section"),
        classes=_numbers(query, "class"),
        years=frozenset(year for year in _numbers(query, "year") if year < 10_000),
        states=frozenset(query.getlist(PARAMETERS["state"])[:_MOST_VALUES]) - {""},
        dated_from=ranged("von", index_fields.parse_date, no_day),
        dated_to=ranged("bis", index_fields.parse_date, no_day),
        amount_from=ranged("betrag_von", _amount, no_sum),
        amount_to=ranged("betrag_bis", _amount, no_sum),
    )
    order = query.get("folge", "")
    return Asked(
        text=query.get("q", "").replace("\0", "").strip()[:LONGEST],
        filters=filters,
        order=Order(order) if order in set(Order) else None,
        after=query.get("nach", "")[:60],
        is_typing=bool(query.get("tippt")) and not query.get("q", "").endswith(" "),
        faults=faults,
    )


def address_without(query: QueryDict, name: str, value: Any = None) -> str:
    """The question part of the address without one value of a parameter, or without the parameter; from page 1."""
    left = query.copy()
    kept = [one for one in left.getlist(name) if value is not None and one != str(value)]
    left.setlist(name, kept)
    left.pop("nach", None)
    return _tidy(left)


def address_with_text(query: QueryDict, text: str) -> str:
    """The same question with other words."""
    changed = query.copy()
    changed["q"] = text
    for name in ("nach", "tippt"):
        changed.pop(name, None)
    return _tidy(changed)


def shown_day(day: date | None) -> str:
    """A day as a date field of a form holds it."""
    return day.isoformat() if day else ""


def _tidy(query: QueryDict) -> str:
    for name in [name for name in query if not any(query.getlist(name))]:
        del query[name]
    return f"?{query.urlencode()}" if query else "?"


def _numbers(query: QueryDict, facet: str) -> frozenset[int]:
    values = (page.number(text) for text in query.getlist(PARAMETERS[facet])[:_MOST_VALUES])
    return frozenset(value for value in values if value is not None)


def _amount(text: str) -> Decimal | None:
    amount = index_fields.parse_amount(text)
    return amount if amount is not None and abs(amount) < _LARGEST else None
