"""Every row and every field of samples/expected.csv, which lists real files of public collections."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from kundenakte.records.einvoice import read_header
from kundenakte.records.einvoice_pdf import read_pdf
from kundenakte.records.findings import EInvoice

SAMPLES = Path(__file__).parents[1] / "samples"
ROWS = list(csv.DictReader((SAMPLES / "expected.csv").open(encoding="utf-8", newline="")))
VALUES = [
    *("invoice_number", "issue_date", "seller_name", "buyer_name", "buyer_id", "gross_amount", "currency"),
    *("type_code", "due_amount", "buyer_reference", "seller_vat_id", "buyer_vat_id", "guideline"),
]


def read(name: str) -> EInvoice:
    path = SAMPLES / name
    return read_pdf(path) if path.suffix == ".pdf" else read_header(path.read_bytes())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_the_sample_reads_as_listed(row: dict[str, str]) -> None:
    invoice = read(row["file"])
    got = {
        "expect": invoice.status,
        "syntax": invoice.syntax or "none",
        "profile": invoice.profile,
        "embedded_name": invoice.embedded_name,
        **{key: invoice.values.get(key, "") for key in VALUES},
    }
    assert got == {key: row[key] for key in got}


@pytest.mark.parametrize("row", [row for row in ROWS if row["expect"] == "broken"], ids=lambda row: row["file"])
def test_what_is_broken_says_so_in_german(row: dict[str, str]) -> None:
    said = " ".join(read(row["file"]).notes)
    assert "beschädigt" in said or "stimmt nicht" in said


def test_the_list_is_whole() -> None:
    assert len(ROWS) == 75
    assert {row["expect"] for row in ROWS} == {"invoice", "no-invoice", "broken"}
