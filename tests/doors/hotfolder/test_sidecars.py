"""What sidecar files say, and what is none."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from kundenakte.doors.hotfolder.sidecars import MAX_BYTES, BadSidecar, read
from kundenakte.steps.intake import field_mapping as mapping


def facts(name: str, data: str | bytes, meaning: Mapping[str, object] | None = None) -> dict[str, object]:
    sidecar = read(name, data.encode() if isinstance(data, str) else data, meaning or {})
    assert sidecar is not None
    return mapping.facts_from(sidecar.rows[0].fields, meaning or {})


def test_json_in_our_own_words() -> None:
    said = facts(
        "a.json", json.dumps({"customer": "10023", "class": "INV_OUT", "number": 4711, "dated_on": "2026-11-24"})
    )
    assert said == {"customer": "10023", "class": "INV_OUT", "number": "4711", "dated_on": "2026-11-24"}


def test_usual_german_field_names_need_no_mapping() -> None:
    said = facts(
        "a.json", '{"Kunden-Nr.": "10023", "Belegart": "Rechnung", "Beleg_Nr": "4711", "Belegdatum": "24.11.2026"}'
    )
    assert said == {"customer": "10023", "class": "Rechnung", "number": "4711", "dated_on": "24.11.2026"}


def test_nested_xml_is_mapped_by_path_and_by_last_name() -> None:
    xml = """<?xml version="1.0" encoding="ISO-8859-1"?>
    <Export><Kopf art="RG"><Partner><Nr>10023</Nr></Partner><Beleg><Nr>4711</Nr></Beleg></Kopf>
    <Projekt>Süd</Projekt></Export>"""
    meaning = {
        "Kopf/Partner/Nr": "customer",
        "Kopf/Beleg/Nr": "number",
        "Projekt": "fields.project",
        "Kopf/@art": {"to": "class", "values": {"RG": "INV_OUT"}},
    }
    said = facts("a.xml", xml.encode("iso-8859-1"), meaning)
    assert said == {"customer": "10023", "number": "4711", "class": "INV_OUT", "fields": {"project": "Süd"}}


@pytest.mark.parametrize(
    "text", ["Kundennr;Belegnr\n10023;4711\n", "Kundennr,Belegnr\n10023,4711\n", "Kundennr\tBelegnr\n10023\t4711\n",
             "Kundennr;10023\nBelegnr;4711\n", "\ufeffKundennr;Belegnr\r\n10023;4711\r\n"],
)  # fmt: skip
def test_csv_with_any_separator_lying_or_upright(text: str) -> None:
    assert facts("a.csv", text) == {"customer": "10023", "number": "4711"}


def test_windows_encoding_is_read() -> None:
    assert facts("a.csv", "Kundennr;Titel\n1;Prüfung für Müller\n".encode("cp1252"))["title"] == "Prüfung für Müller"


def test_a_list_names_its_files() -> None:
    sidecar = read("index.csv", b"Datei;KdNr;Belegnr\nRE_1.pdf;10023;1\n\nsub\\RE_2.pdf;10024;2\n;;\n", {})
    assert sidecar is not None
    assert sidecar.is_list
    assert [row.file for row in sidecar.rows] == ["RE_1.pdf", "sub\\RE_2.pdf"]


def test_a_table_of_prices_is_no_sidecar() -> None:
    assert read("preise.csv", b"Artikel;Preis\nA;1,00\nB;2,00\nC;3,00\n", {}) is None


def test_what_nobody_gave_a_meaning_is_kept_under_its_own_name() -> None:
    assert facts("a.json", '{"customer": "1", "Sachbearbeiter": "Huber"}') == {
        "customer": "1",
        "Sachbearbeiter": "Huber",
    }


def test_a_program_cannot_choose_row_ids_as_a_person_does_on_the_screen() -> None:
    assert facts("a.json", '{"customer": "1", "section_id": "7", "customer_file_id": "8"}') == {
        "customer": "1", "_section_id": "7", "_customer_file_id": "8",
    }  # fmt: skip


def test_xml_of_an_e_invoice_is_a_document(samples: Path) -> None:
    invoices = sorted((samples / "e-invoice").rglob("*.xml"))
    assert invoices
    known = [path for path in invoices if read(path.name, path.read_bytes(), {}) is None]
    assert len(known) >= len(invoices) * 0.9


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", b'{"customer": '),
        ("a.json", b"[1, 2]"),
        ("a.json", b"[" * 100_000),
        ("a.json", b'{"a":' * 50 + b"1" + b"}" * 50),
        ("a.xml", b"<a><b></a>"),
        ("a.xml", b""),
        ("a.xml", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><customer>&x;</customer></a>'),
        ("a.xml", b'<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;&l;">]><a><customer>&m;</customer></a>'),
        ("a.xml", b"<a>" * 100 + b"</a>" * 100),
    ],
)
def test_broken_and_hostile_sidecars_are_refused_in_german(name: str, data: bytes) -> None:
    with pytest.raises(BadSidecar, match=r"Die (JSON|XML)-Datei"):
        read(name, data, {})


def test_a_huge_sidecar_is_refused_unread() -> None:
    with pytest.raises(BadSidecar, match="16 MB"):
        read("a.json", b" " * (MAX_BYTES + 1), {})


def test_later_layers_win_and_index_fields_are_put_together() -> None:
    said = mapping.merged(
        {"class": "OTHER", "fields": {"project": "A", "subject": "x"}}, {"class": "", "number": "1"},
        {"class": "INV_OUT", "fields": {"project": "B"}},
    )  # fmt: skip
    assert said == {"class": "INV_OUT", "number": "1", "fields": {"project": "B", "subject": "x"}}


@pytest.mark.parametrize("text", [r'{"Kundennr": "\ud800"}', r'{"a\udfff": "10023"}'])
def test_half_characters_in_json_are_told(text: str) -> None:
    with pytest.raises(BadSidecar, match="halbe Zeichen"):
        read("a.json", text.encode(), {})
