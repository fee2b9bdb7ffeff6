"""What starts the period: which events are known of a document, and which rules speak of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

# Rules that depend on what else is there: an order makes the letter of trade out of an offer, an invoice the voucher
# out of a delivery note (§ 147 Abs. 3 Satz 3-4 AO).
_WITH_ORDER: Final = {"OFFER_LOST": "OFFER_WON", "OFFER_WON": "OFFER_WON", "PRICE_INFO": "OFFER_WON"}
_WITH_INVOICE: Final = {"DELIVERY_VOUCHER": "DELIVERY_VOUCHER", "DELIVERY_PLAIN": "DELIVERY_VOUCHER"}
_WITHOUT: Final = {"OFFER_WON": "OFFER_LOST", "DELIVERY_VOUCHER": "DELIVERY_PLAIN"}
BY_RELATION: Final = frozenset({*_WITH_ORDER, *_WITH_INVOICE})

# The index fields that say when an event was; the first that holds a day decides. What is not here and cannot be told
# from the document itself keeps its period open.
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "ISSUED": ("issued_on",),
    "CREATED": ("created_on",),
    "SENT": ("sent_on",),
    "RECEIVED": ("received_on",),
    "SENT_OR_RECEIVED": ("sent_on", "received_on"),
    "CONTRACT_END": ("contract_end", "valid_until"),
    "CASE_CLOSED": ("closed_on",),
    "CONFIDENTIALITY_END": ("confidentiality_end", "valid_until"),
    "SUPERSEDED": ("superseded_on", "valid_until"),
    "EXPIRED": ("valid_until",),
    "WITHDRAWN": ("withdrawn_on",),
    "LEGAL_FORCE": ("legal_force_on",),
    "PLACED_ON_MARKET": ("placed_on_market",),
    "LAST_USE_OR_GRANTED": ("last_used_on",),
    "LAST_CONTACT": ("last_contact_on",),
    "LAST_ENTRY": ("last_entry_on",),
}
_KEYS: Final = frozenset(key for keys in FIELDS.values() for key in keys)
# Those that are the day on the document where no field says otherwise.
_ON_THE_DOCUMENT: Final = ("ISSUED", "CREATED", "SENT", "SENT_OR_RECEIVED")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a document for its period."""

    dated_on: date
    # The day it came to us.
    came_on: date
    fields: Mapping[str, Any]
    # The day of the latest version.
    last_version_on: date | None = None
    # The latest day on any document of the same file.
    last_contact_on: date | None = None
    # The end of the business relation: the file was closed.
    closed_on: date | None = None
    has_order: bool = False
    has_invoice: bool = False


def rule_code(code: str, known: Known) -> str:
    """The code of the rule that speaks of a document whose class follows the rule `code`."""
    if code in _WITH_ORDER:
        return _WITH_ORDER[code] if known.has_order else _WITHOUT.get(code, code)
    if code in _WITH_INVOICE:
        return _WITH_INVOICE[code] if known.has_invoice else _WITHOUT.get(code, code)
    return code


def events_of(known: Known) -> dict[str, date]:
    """When what happened. A day on paper lies before its arrival; the later one is safe where the law asks for it."""
    events = dict.fromkeys(_ON_THE_DOCUMENT, known.dated_on)
    events["RECEIVED"] = max(known.dated_on, known.came_on)
    events["LAST_ENTRY"] = max(known.dated_on, known.last_version_on or known.dated_on)
    events["LAST_CONTACT"] = max(known.dated_on, known.last_contact_on or known.dated_on)
    if known.closed_on:
        events["LAST_DEPENDENT_OR_REL_END"] = max(known.closed_on, known.dated_on)
    if not _KEYS.isdisjoint(known.fields):
        events |= _said(known.fields)
    events["LATER_OF_ISSUED_RECEIVED"] = max(events["ISSUED"], events["RECEIVED"])
    return events


def _said(fields: Mapping[str, Any]) -> dict[str, date]:
    """What index fields say of events."""
    said = (
        (event, next((day for key in keys if (day := _day(fields.get(key)))), None)) for event, keys in FIELDS.items()
    )
    return {event: day for event, day in said if day}


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except (TypeError, ValueError):
        return None
