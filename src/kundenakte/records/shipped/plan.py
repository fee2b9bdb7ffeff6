"""The shipped file plan for a small or medium company: sections, their order and their rules."""

from __future__ import annotations

from typing import Final, NamedTuple


class ShippedSection(NamedTuple):
    """A section as delivered: key, name, classes that belong there, sub-sections by this property."""

    key: str
    name: str
    classes: tuple[str, ...]
    subdivide_by: str = ""


PLAN: Final = "Kundenakte"

# The last section catches what fits nowhere else.
SECTIONS: Final = (
    ShippedSection("stammdaten", "Stammdaten", ("MASTER_DATA",)),
    ShippedSection("anfragen", "Anfragen", ("ENQUIRY",)),
    ShippedSection("angebote", "Angebote", ("OFFER", "PRICE_INFO"), "year"),
    ShippedSection("auftraege", "Aufträge", ("ORDER_IN", "ORDER_CONF"), "year"),
    ShippedSection("lieferscheine", "Lieferscheine", ("DELIVERY",), "year"),
    ShippedSection("rechnungen", "Rechnungen", ("INV_OUT", "INV_IN", "CREDIT_NOTE", "DUNNING", "PAYMENT"), "year"),
    ShippedSection("vertraege", "Verträge", ("CONTRACT", "NDA")),
    ShippedSection(
        "service", "Service & Wartung", ("MAINT_CONTRACT", "SERVICE_REPORT", "ACCEPTANCE", "PHOTO"), "machine"
    ),
    ShippedSection("reklamationen", "Reklamationen", ("COMPLAINT",)),
    ShippedSection(
        "korrespondenz",
        "Korrespondenz",
        ("EMAIL_LETTER", "EMAIL_VOUCHER", "EMAIL_TRANSPORT", "EMAIL_PRIVATE", "LETTER", "CIRCULATION", "SCAN_LOG"),
        "year",
    ),
    ShippedSection("praesentationen", "Präsentationen & Kalkulationen", ("PRESENTATION", "PRICE_CALC"), "project"),
    ShippedSection("sonstiges", "Sonstiges", ("OTHER",)),
)
