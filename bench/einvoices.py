"""The e-invoices of tests/samples/expected.csv: how many are read as listed, broken and no-invoice told apart."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from bench.house import ROOT
from bench.rows import Measurement, Row, machine

SAMPLES = ROOT / "tests" / "samples"
_FIELDS = {
    "invoice_number": "invoice_number", "issue_date": "issue_date", "seller_name": "seller_name",
    "buyer_name": "buyer_name", "buyer_id": "buyer_id", "gross_amount": "gross_amount", "currency": "currency",
    "type_code": "type_code", "due_amount": "due_amount", "buyer_reference": "buyer_reference",
    "seller_vat_id": "seller_vat_id", "buyer_vat_id": "buyer_vat_id", "guideline": "guideline",
}  # fmt: skip


def measure(_: str) -> Iterator[Row]:
    """Share of rows in which everything is as listed."""
    with (SAMPLES / "expected.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    wrong = [problem for row in rows if (problem := _problem(row))]
    yield Row(
        "einvoice-fields", "e-invoices read exactly as listed", len(rows) - len(wrong), "files", f"= {len(rows)}",
        "; ".join(wrong[:3]) or f"all fields of {len(rows)} files", None, "", machine(),
    )  # fmt: skip


def _problem(row: dict[str, str]) -> str:
    from kundenakte.records.einvoice import read_header
    from kundenakte.records.einvoice_pdf import read_pdf

    path = SAMPLES / row["file"]
    invoice = read_pdf(path) if path.suffix.lower() == ".pdf" else read_header(path.read_bytes())
    if invoice.status != row["expect"]:
        return f"{Path(row['file']).name}: {invoice.status} instead of {row['expect']}"
    for column, key in _FIELDS.items():
        if row["expect"] == "invoice" and invoice.values.get(key, "") != row[column]:
            return f"{Path(row['file']).name}: {key} {invoice.values.get(key, '')!r} instead of {row[column]!r}"
    return ""


MEASUREMENT = Measurement(("einvoice-fields",), measure, on_both=False)
