"""How the ERP hands over its papers: sidecar in three formats, one list for many, file names, REST."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from demo.pieces import Piece

# The words of this ERP for document classes, and how a watched folder is told about its fields (hotfolder mapping).
ERP_CLASSES = {
    "INV_OUT": "RG", "CREDIT_NOTE": "GU", "DUNNING": "MAHN", "OFFER": "ANG", "ORDER_CONF": "AUF", "DELIVERY": "LIE",
    "PRICE_INFO": "PRS",
}  # fmt: skip
ERP_MAPPING: dict[str, Any] = {
    "Belegart": {"to": "class", "values": {short: code for code, short in ERP_CLASSES.items()}},
    "Kopf/KdNr": "customer",
    "Kundennummer": "customer",
    "Belegnummer": "number",
    "Belegdatum": "dated_on",
    "Nettobetrag": "fields.net_amount",
    "Bruttobetrag": "fields.gross_amount",
    "Waehrung": "fields.currency",
    "Auftrag": "fields.order_number",
    "Projekt": "fields.project",
    "Datei": "file",
}
# RE_RE-2026-0696_D-10017.pdf; stricter than "{class}_{number}_{customer}.pdf", which would take a stray "_Fassung2".
ERP_PATTERNS = [r"(?P<class>[A-Z]{2})_(?P<number>[A-Z]{2}-\d{4}-\d{4})_(?P<customer>D-\d{5,6})\.pdf"]
SCANNER_PATTERNS = [*ERP_PATTERNS, r"(?P<customer>D-\d{5,6})_(?P<title>[^/]{1,100})\.jpe?g"]
_GERMAN = {
    "customer": "Kundennummer", "class": "Belegart", "number": "Belegnummer", "dated_on": "Belegdatum",
    "fields.net_amount": "Nettobetrag", "fields.gross_amount": "Bruttobetrag", "fields.currency": "Waehrung",
    "fields.order_number": "Auftrag", "fields.project": "Projekt",
}  # fmt: skip


def _german(piece: Piece) -> dict[str, str]:
    fields = {_GERMAN[key]: value for key, value in piece.keys if key in _GERMAN}
    fields["Belegart"] = ERP_CLASSES[fields["Belegart"]]
    year, month, day_ = fields["Belegdatum"].split("-")
    fields["Belegdatum"] = f"{day_}.{month}.{year}"
    for name in ("Nettobetrag", "Bruttobetrag"):
        if name in fields:
            fields[name] = fields[name].replace(".", ",")
    return fields


def json_sidecar(piece: Piece) -> tuple[str, bytes]:
    """`name.json` beside `name.pdf`."""
    value = {"Mandant": "01", "Beleg": _german(piece), "Druck": {"Benutzer": "BATCH", "Seitenformat": "A4"}}
    return f"{piece.name.rsplit('.', 1)[0]}.json", json.dumps(value, ensure_ascii=False, indent=2).encode()


def xml_sidecar(piece: Piece) -> tuple[str, bytes]:
    """`name.xml` with head and sums, in the encoding such programs like."""
    fields = _german(piece)
    sums: dict[str, str] = {
        name: fields.pop(name) for name in ("Nettobetrag", "Bruttobetrag", "Waehrung") if name in fields
    }
    head = _elements({"KdNr": fields.pop("Kundennummer"), **fields})
    body = f"  <Kopf>\n{head}  </Kopf>\n  <Summen>\n{_elements(sums)}  </Summen>\n"
    text = f'<?xml version="1.0" encoding="ISO-8859-15"?>\n<Belegexport Version="2.4">\n{body}</Belegexport>\n'
    return f"{piece.name.rsplit('.', 1)[0]}.xml", text.encode("iso-8859-15")


def _elements(values: dict[str, str]) -> str:
    return "".join(f"    <{name}>{escape(value)}</{name}>\n" for name, value in values.items())


def csv_sidecar(piece: Piece) -> tuple[str, bytes]:
    """`name.csv` with one line under a heading."""
    fields = _german(piece)
    return f"{piece.name.rsplit('.', 1)[0]}.csv", _csv([tuple(fields), tuple(fields.values())])


def csv_list(name: str, pieces: Sequence[Piece]) -> tuple[str, bytes]:
    """One CSV that names many files, with the column Datei."""
    names = ("Datei", *_GERMAN.values())
    rows: list[tuple[str, ...]] = [names]
    for piece in pieces:
        fields = {"Datei": piece.name, **_german(piece)}
        rows.append(tuple(fields.get(column, "") for column in names))
    return name, _csv(rows)


def _csv(rows: Iterable[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("cp1252")


def rest_facts(piece: Piece) -> dict[str, Any]:
    """The JSON object for one REST call (records/facts.py tells the keys)."""
    facts: dict[str, Any] = {"key": f"{piece.truth.class_code}:{piece.truth.document_number}"}
    fields: dict[str, str] = {}
    for key, value in piece.keys:
        if key.startswith("fields."):
            fields[key.removeprefix("fields.")] = value
        else:
            facts[key] = value
    return {**facts, "fields": fields}
