"""What is expected of each generated file: where it belongs, and whether it can find its way by itself."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

SECTIONS = {
    "INV_OUT": "rechnungen", "INV_IN": "rechnungen", "CREDIT_NOTE": "rechnungen", "DUNNING": "rechnungen",
    "PAYMENT": "rechnungen", "OFFER": "angebote", "PRICE_INFO": "angebote", "ENQUIRY": "anfragen",
    "ORDER_IN": "auftraege", "ORDER_CONF": "auftraege", "DELIVERY": "lieferscheine", "CONTRACT": "vertraege",
    "MAINT_CONTRACT": "service", "NDA": "vertraege", "SERVICE_REPORT": "service", "ACCEPTANCE": "service",
    "COMPLAINT": "reklamationen", "EMAIL_LETTER": "korrespondenz", "LETTER": "korrespondenz",
    "CIRCULATION": "korrespondenz", "SCAN_LOG": "korrespondenz", "EMAIL_VOUCHER": "korrespondenz",
    "EMAIL_TRANSPORT": "korrespondenz", "EMAIL_PRIVATE": "korrespondenz",
    "PRESENTATION": "praesentationen", "PRICE_CALC": "praesentationen", "MASTER_DATA": "stammdaten",
    "PHOTO": "service", "OTHER": "sonstiges",
}  # fmt: skip

FILED, INBOX = "filed", "inbox"
# Why something has to wait for a person.
NO_CUSTOMER, TWO_CUSTOMERS, UNKNOWN_CUSTOMER = "no customer named", "two customers named", "unknown customer"
NEEDS_OCR, PASSWORD, BROKEN, FOREIGN = "no text, needs OCR", "password", "broken", "foreign document"


@dataclass(frozen=True, slots=True)
class Truth:
    """The expectation for one file. Dates are ISO, amounts have a decimal point, "" is unknown or does not apply.

    `known_by` says by what the customer can be recognised: "keys" (the source says so), "number" (printed), "mark"
    (VAT id, IBAN or mail address), "name" (name and address only), or "" for those that wait. `chain` is the same for
    all versions of one document.
    """

    path: str = ""
    door: str = ""
    outcome: str = FILED
    reason: str = ""
    customer_number: str = ""
    class_code: str = ""
    section: str = ""
    document_number: str = ""
    dated_on: str = ""
    net_amount: str = ""
    gross_amount: str = ""
    serial_number: str = ""
    project: str = ""
    known_by: str = ""
    chain: str = ""
    version: int = 1
    layout: str = ""
    order: int = 0


COLUMNS = tuple(field.name for field in fields(Truth))


def write_truth(path: Path, rows: Iterable[Truth]) -> None:
    """`truth.csv` with a heading."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows([getattr(row, column) for column in COLUMNS] for row in rows)
