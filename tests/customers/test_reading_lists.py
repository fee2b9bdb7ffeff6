"""Customer lists as programs write them: encodings, delimiters, headings, and what is no list."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kundenakte.customers.imports import guess_mapping
from kundenakte.customers.imports.columns import TARGETS, resolve
from kundenakte.customers.imports.reading import read_table
from kundenakte.customers.refusals import UnreadableList

LINES = 'KdNr;Firma;Ort\r\n10042;Müller GmbH;Nürnberg\r\n\r\n10043;"Zwei;\nZeilen KG";Fürth\r\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "cp850"])
def test_the_encoding_is_found_out(encoding: str) -> None:
    table = read_table(io.BytesIO(LINES.encode(encoding)))
    assert table.headers == ["KdNr", "Firma", "Ort"]
    assert table.rows[0] == (2, ["10042", "Müller GmbH", "Nürnberg"])


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_found_out(delimiter: str) -> None:
    text = (
        delimiter.join(["KdNr", "Firma", "Ort"]) + "\n" + delimiter.join(["1", '"Meier, Schulz; Co."', "Fürth"]) + "\n"
    )
    table = read_table(io.BytesIO(text.encode()))
    assert (table.delimiter, table.rows) == (delimiter, [(2, ["1", "Meier, Schulz; Co.", "Fürth"])])


def test_empty_lines_count_as_a_spreadsheet_counts_them() -> None:
    assert [number for number, _ in read_table(io.BytesIO(LINES.encode())).rows] == [2, 4]


def test_the_line_that_names_the_delimiter_is_no_heading() -> None:
    table = read_table(io.BytesIO(b"sep=,\r\nKdNr,Firma\r\n1,Meier\r\n"))
    assert (table.headers, table.rows) == (["KdNr", "Firma"], [(3, ["1", "Meier"])])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "leer"),
        (b"\r\n\r\n", "leer"),
        (b"nur ein Satz\n", "Spaltenüberschriften"),
        (b"PK\x03\x04rest", "Excel"),
        (b"\xd0\xcf\x11\xe0rest", "Excel"),
        (b"\x00\x01\x02\x03;\x00;\x00" * 50, "kein Text"),
        (b"KdNr;Firma\n1;\x90\x8d\xff\n", "kein Text"),
        (b'KdNr;Firma\n1;"' + b"x" * 200_000, "Anführungszeichen"),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence(data: bytes, why: str) -> None:
    with pytest.raises(UnreadableList, match=why):
        read_table(io.BytesIO(data))


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_refused(data: bytes) -> None:
    try:
        table = read_table(io.BytesIO(data))
    except UnreadableList as refused:
        assert refused.sentence  # noqa: PT017 - both ends are right
    else:
        assert len(table.headers) >= 2


@pytest.mark.parametrize(
    ("headers", "mapping"),
    [
        (
            ["Kunden-Nr.", "Name 1", "Name 2", "Straße", "PLZ", "Ort", "Land", "USt-IdNr.", "E-Mail", "Telefon 1",
             "Telefon 2"],
            {
                "number": ["Kunden-Nr."], "name": ["Name 1"], "name2": ["Name 2"], "street": ["Straße"], "zip": ["PLZ"],
                "city": ["Ort"], "country": ["Land"], "vat_id": ["USt-IdNr."], "email": ["E-Mail"],
                "phone": ["Telefon 1", "Telefon 2"],
            },
        ),
        (
            ["Customer No.", "Company", "Street Address", "House Number", "Zip Code", "City", "Country", "VAT ID",
             "Website"],
            {
                "number": ["Customer No."], "name": ["Company"], "street": ["Street Address", "House Number"],
                "zip": ["Zip Code"], "city": ["City"], "country": ["Country"], "vat_id": ["VAT ID"],
                "domain": ["Website"],
            },
        ),
        (["DEBITOR", "FIRMA", "Vorname", "Nachname", "Bemerkung"],
         {"number": ["DEBITOR"], "name": ["FIRMA"], "contact_name": ["Vorname", "Nachname"]}),
        (["number", "name", "street"], {"number": ["number"], "name": ["name"], "street": ["street"]}),
        # Nobody but a person: the customer is that person.
        (["Nr.", "Vorname", "Nachname"], {"number": ["Nr."], "name": ["Vorname", "Nachname"]}),
        # The better heading wins, wherever it stands.
        (["ID", "Name", "Kundennummer", "Firma"], {"number": ["Kundennummer"], "name": ["Firma"]}),
        (["Ansprechpartner", "Vorname", "Nachname", "Firma"], {"contact_name": ["Ansprechpartner"], "name": ["Firma"]}),
        (["Farbe", "Größe"], {}),
    ],
)  # fmt: skip
def test_the_usual_headings_are_understood(headers: list[str], mapping: dict[str, list[str]]) -> None:
    assert guess_mapping(headers) == mapping


@given(st.lists(st.text(max_size=20), max_size=12))
def test_a_guess_only_names_headings_and_targets_that_exist(headers: list[str]) -> None:
    for target, named in guess_mapping(headers).items():
        assert target in TARGETS
        assert set(named) <= set(headers)


def test_a_mapping_finds_its_columns_whatever_their_case_and_place() -> None:
    assert resolve({"name": "firma", "phone": ["Tel 1", "Tel  2"]}, ["TEL 2", "Firma", "tel 1"]) == {
        "name": [1],
        "phone": [2, 0],
    }


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"name": "Firma", "number": "KdNr"}, "„KdNr“ fehlt"),
        ({"name": "Firma", "farbe": "Ort"}, "„farbe“"),
        ({"city": "Ort"}, "Namen des Kunden"),
        ({}, "Namen des Kunden"),
    ],
)
def test_a_mapping_that_does_not_fit_the_list_is_refused(columns: dict[str, str], why: str) -> None:
    with pytest.raises(UnreadableList, match=why):
        resolve(columns, ["Firma", "Ort"])
