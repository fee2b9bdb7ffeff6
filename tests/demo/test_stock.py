"""The stock as a whole: every class, every door, a truth for each file, the same each time."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pypdfium2

from demo import interfaces
from demo.samples import CHOSEN
from demo.stock import Stock, write_company
from demo.truth import COLUMNS, INBOX, SECTIONS
from kundenakte.doors.hotfolder import sidecars
from kundenakte.records.shipped.classes import CLASSES
from kundenakte.records.shipped.plan import SECTIONS as SHIPPED_SECTIONS
from kundenakte.steps.intake import field_mapping as mapping
from kundenakte.steps.intake import name_patterns as patterns
from tests.demo.conftest import SAMPLES
from tests.demo.test_layouts import text_of

ROOT = Path(__file__).resolve().parents[2]


def test_every_shipped_class_is_there_and_filed(stock: Stock) -> None:
    # Minutes of circulation folders come from the house itself, by no door.
    # The demo's mails are all letters.
    brought = {c.code for c in CLASSES} - {
        "CIRCULATION",
        "SCAN_LOG",
        "EMAIL_VOUCHER",
        "EMAIL_TRANSPORT",
        "EMAIL_PRIVATE",
    }
    assert {row.class_code for row in stock.truth if row.outcome == "filed"} == brought


def test_classes_and_sections_are_those_that_ship() -> None:
    assert {code: section.key for section in SHIPPED_SECTIONS for code in section.classes} == SECTIONS


def test_there_are_as_many_files_as_asked_for_and_a_truth_for_each(stock: Stock) -> None:
    own = [row for row in stock.truth if row.door != "eingang/fremd"]
    assert len(own) == 90
    paths = [row.path for row in stock.truth]
    assert len(paths) == len(set(paths))
    assert [path for path in paths if not (stock.folder / path).is_file()] == []


def test_every_other_file_is_a_sidecar_or_a_list(stock: Stock) -> None:
    known = {row.path for row in stock.truth}
    for door in ("eingang/erp", "eingang/buero", "eingang/scanner", "post"):
        extra = [p.name for p in (stock.folder / door).iterdir() if f"{door}/{p.name}" not in known]
        assert [name for name in extra if not name.endswith((".json", ".xml", ".csv", ".ok"))] == []
        assert door in {"eingang/erp", "post"} or extra == []


def test_filed_papers_name_a_customer_and_unclear_ones_a_reason(stock: Stock) -> None:
    numbers = {c.number for c in stock.customers}
    for row in stock.truth:
        if row.outcome == INBOX:
            assert row.reason
        else:
            assert row.customer_number in numbers
            assert row.known_by in {"keys", "number", "mark", "name"}
            assert row.section == SECTIONS[row.class_code]
            assert row.dated_on


def test_all_kinds_of_doubt_occur(stock: Stock) -> None:
    reasons = Counter(row.reason for row in stock.truth if row.outcome == INBOX and row.door != "eingang/fremd")
    assert {"no customer named", "two customers named", "unknown customer", "password", "broken",
            "no text, needs OCR"} == set(reasons)  # fmt: skip


def test_a_pdf_shows_its_number_and_names_its_customer(stock: Stock) -> None:
    names = {c.number: c for c in stock.customers}
    looked_at = 0
    for row in stock.truth:
        if row.outcome == "filed" and row.path.endswith(".pdf"):
            text = text_of((stock.folder / row.path).read_bytes())
            customer = names[row.customer_number]
            assert row.document_number in text
            assert customer.zip in text
            assert customer.name.split()[0] in text
            if row.known_by == "number":
                assert row.customer_number in text
            looked_at += 1
    assert looked_at > 40


def test_papers_without_any_name_name_nobody(stock: Stock) -> None:
    nobody = [row for row in stock.truth if row.reason == "no customer named" and row.path.endswith(".pdf")]
    assert nobody
    for row in nobody:
        text = text_of((stock.folder / row.path).read_bytes())
        assert not re.search(r"D-\d{5}", text)
        assert not any(c.name in text for c in stock.customers)


def test_protected_and_broken_files_are_what_they_claim(stock: Stock) -> None:
    for row in stock.truth:
        if row.reason in {"password", "broken"} and row.door != "eingang/fremd":
            try:
                pypdfium2.PdfDocument(stock.folder / row.path)
            except pypdfium2.PdfiumError:
                continue
            raise AssertionError(row.path)


def test_versions_of_one_document_come_in_order(stock: Stock) -> None:
    chains: dict[str, list[int]] = {}
    for row in sorted(stock.truth, key=lambda row: row.order):
        if row.chain and row.outcome == "filed":
            chains.setdefault(row.chain, []).append(row.version)
    assert any(len(versions) >= 3 for versions in chains.values())
    assert all(versions == sorted(versions) for versions in chains.values())


def test_what_the_erp_says_is_what_is_true(stock: Stock) -> None:
    truth = {row.path: row for row in stock.truth}
    posts = sorted((stock.folder / "post").glob("*.keys.json"))
    assert posts
    for file in posts:
        facts = json.loads(file.read_text())
        row = truth[f"post/{file.name.removesuffix('.keys.json')}"]
        assert (facts["customer"], facts["class"], facts["number"], facts["dated_on"]) == (
            row.customer_number, row.class_code, row.document_number, row.dated_on)  # fmt: skip


def test_every_paper_of_the_erp_comes_with_keys_in_one_of_the_known_shapes(stock: Stock) -> None:
    folder = stock.folder / "eingang/erp"
    listed: set[str] = set()
    for file in folder.glob("Belegliste_*.csv"):
        with file.open(encoding="cp1252", newline="") as rows:
            listed |= {row["Datei"] for row in csv.DictReader(rows, delimiter=";")}
    shapes: Counter[str] = Counter()
    for pdf in folder.glob("*.pdf"):
        beside = [ending for ending in ("json", "xml", "csv") if pdf.with_suffix(f".{ending}").exists()]
        named = any(re.fullmatch(pattern, pdf.name) for pattern in interfaces.ERP_PATTERNS)
        found = beside or (["list"] if pdf.name in listed else []) or (["name"] if named else [])
        assert len(found) == 1, pdf.name
        shapes.update(found)
    assert set(shapes) == {"json", "xml", "csv", "list", "name"}


def test_the_watched_folder_understands_what_the_erp_says(stock: Stock) -> None:
    truth = {row.path: row for row in stock.truth}
    folder = stock.folder / "eingang/erp"
    understood = 0
    for file in [path for path in folder.iterdir() if path.suffix in {".json", ".xml", ".csv"}]:
        sidecar = sidecars.read(file.name, file.read_bytes(), interfaces.ERP_MAPPING)
        assert sidecar is not None
        for line in sidecar.rows:
            facts = mapping.facts_from(line.fields, interfaces.ERP_MAPPING)
            row = truth[f"eingang/erp/{line.file or file.with_suffix('.pdf').name}"]
            assert (facts["customer"], facts["class"], facts["number"]) == (
                row.customer_number, row.class_code, row.document_number)  # fmt: skip
            assert ".".join(reversed(row.dated_on.split("-"))) == facts["dated_on"]
            understood += 1
    assert understood > 10
    named = [row for row in stock.truth if patterns.facts_from(row.path, interfaces.ERP_PATTERNS)]
    assert {
        patterns.facts_from(row.path, interfaces.ERP_PATTERNS)["customer"] == row.customer_number for row in named
    } == {True}


def test_foreign_samples_come_with_source_and_licence(stock: Stock) -> None:
    foreign = [row for row in stock.truth if row.door == "eingang/fremd"]
    assert len(foreign) == len(CHOSEN) >= 40
    sources = (stock.folder / "fremd-herkunft/SOURCES.md").read_text()
    assert [row.path for row in foreign if Path(row.path).name not in sources] == []
    assert (stock.folder / "fremd-herkunft/LICENSES/Apache-2.0.txt").is_file()


def test_without_samples_there_is_no_foreign_folder(tmp_path: Path) -> None:
    stock = write_company(tmp_path, customers=12, documents=14)
    assert not (tmp_path / "eingang/fremd").exists()
    assert len(stock.truth) == 14


def test_truth_is_written_as_a_table(stock: Stock) -> None:
    with (stock.folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [row["path"] for row in rows] == [row.path for row in stock.truth]


def test_another_process_writes_the_same_bytes(stock: Stock, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "demo",
        "--out",
        str(tmp_path),
        "--customers",
        "60",
        "--documents",
        "90",
        "--seed",
        "3",
    ]
    done = subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, text=True, env={**os.environ, "PYTHONHASHSEED": "77"}
    )
    assert "60 customers" in done.stdout
    assert _digests(tmp_path) == _digests(stock.folder)


def test_another_seed_tells_another_story(stock: Stock, tmp_path: Path) -> None:
    other = write_company(tmp_path, customers=60, documents=20, seed=4)
    assert {c.name for c in other.customers} != {c.name for c in stock.customers}


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_samples_chosen_are_all_there() -> None:
    assert [name for name in CHOSEN if not (SAMPLES / name).is_file()] == []
