"""Reads sidecar files: `.json`, `.xml` and `.csv` become flat fields, whose meaning the mapping knows.

Everything here is hostile until shown otherwise: bounded size, no entities, no DTD, bounded depth. XML of an e-invoice
is a document, never a sidecar; its root element decides.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_noop
from lxml import etree

from kundenakte.records import einvoice
from kundenakte.steps.intake import field_mapping as mappings

ENDINGS: Final = (".json", ".xml", ".csv")
# A sidecar is a page of text; a list for a month of invoices some megabytes.
MAX_BYTES: Final = 16 * 1024 * 1024
_MAX_DEPTH, _MAX_FIELDS, _MAX_ROWS = 12, 2000, 100_000


class BadSidecar(Exception):
    """The sidecar cannot be read; `sentence` says why, in German."""

    code = "bad_sidecar"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Row:
    """The fields about one document. `file` is the name it is about, when the sidecar says so."""

    fields: Mapping[str, str]
    file: str = ""


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What a sidecar says. `is_list`: it names its documents, whatever its own name is."""

    rows: tuple[Row, ...]
    is_list: bool = False
    # Whether any of its fields has a meaning for us; a table of prices has none.
    is_meant: bool = True


def read(name: str, data: bytes, mapping: Mapping[str, Any]) -> Sidecar | None:
    """The sidecar in these bytes, or None when they are a document of their own (an e-invoice, a table).

    Raises BadSidecar when they are neither.
    """
    ending = ending_of(name)
    if len(data) > MAX_BYTES:
        raise BadSidecar(gettext_noop("Die Begleitdatei ist größer als 16 MB."))
    if ending == ".xml":
        return None if einvoice.begins_like_invoice(data) else _single(_xml(data), mapping)
    if ending == ".json":
        return _single(_json(data), mapping)
    return _csv(data, mapping)


def ending_of(name: str) -> str:
    """ ".xml", ".json", ".csv", or "" for anything else."""
    lower = name.lower()
    return next((ending for ending in ENDINGS if lower.endswith(ending)), "")


def _single(fields: Mapping[str, str], mapping: Mapping[str, Any]) -> Sidecar:
    known = mappings.known_targets(fields, mapping)
    named = next((value for key, value in fields.items() if mappings.target_of(key, mapping) == mappings.FILE), "")
    return Sidecar((Row(fields, named),), is_meant=bool(known))


# --- JSON --------------------------------------------------------------------------------------------------------


def _json(data: bytes) -> dict[str, str]:
    try:
        value = json.loads(text_of(data))
    except (ValueError, RecursionError) as error:
        raise BadSidecar(f"{gettext_noop('Die JSON-Datei ist fehlerhaft:')} {error}.") from error
    if not isinstance(value, dict):
        raise BadSidecar(gettext_noop("Die JSON-Datei enthält kein Objekt mit Feldern."))
    fields: dict[str, str] = {}
    _flatten(value, "", fields, 0)
    try:
        "".join((*fields, *fields.values())).encode()
    except UnicodeError as error:
        raise BadSidecar(gettext_noop("Die JSON-Datei enthält halbe Zeichen (\\ud800 bis \\udfff allein).")) from error
    return fields


def _flatten(value: Any, path: str, into: dict[str, str], depth: int) -> None:
    if depth > _MAX_DEPTH or len(into) > _MAX_FIELDS:
        raise BadSidecar(gettext_noop("Die JSON-Datei ist zu tief verschachtelt oder hat zu viele Felder."))
    if isinstance(value, dict):
        for key, inner in value.items():
            _flatten(inner, f"{path}/{key}" if path else str(key), into, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _flatten(inner, path, into, depth + 1)
    elif value is not None:
        into.setdefault(path, "ja" if value is True else "nein" if value is False else str(value))


# --- XML ---------------------------------------------------------------------------------------------------------


def _xml(data: bytes) -> dict[str, str]:
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise BadSidecar(f"{gettext_noop('Die XML-Datei ist fehlerhaft:')} {error.msg}.") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadSidecar(
            gettext_noop("Die XML-Datei enthält eine Dokumenttyp-Definition (DTD); solche werden nicht gelesen.")
        )
    fields: dict[str, str] = {}
    _elements(root, (), fields)
    return fields


def _elements(element: etree._Element, path: tuple[str, ...], into: dict[str, str]) -> None:
    """Text and attributes by their path below the root, the first of a name holds."""
    if len(path) > _MAX_DEPTH or len(into) > _MAX_FIELDS:
        raise BadSidecar(gettext_noop("Die XML-Datei ist zu tief verschachtelt oder hat zu viele Felder."))
    here = "/".join(path)
    for name, value in element.attrib.items():
        into.setdefault(f"{here}/@{_local(name)}" if here else f"@{_local(name)}", str(value))
    text = (element.text or "").strip()
    if here and text:
        into.setdefault(here, text)
    for child in element:
        if isinstance(child.tag, str):
            _elements(child, (*path, _local(child.tag)), into)


def _local(name: str | bytes) -> str:
    return etree.QName(name).localname


# --- CSV ---------------------------------------------------------------------------------------------------------


def _csv(data: bytes, mapping: Mapping[str, Any]) -> Sidecar | None:
    """A list (it has a column with file names), one row under a header, or two columns of names and values."""
    lines = _cells(text_of(data))
    if not lines:
        return None
    header, rows = lines[0], lines[1:]
    known = mappings.known_targets(header, mapping)
    if mappings.FILE in known and rows:
        column = next(i for i, name in enumerate(header) if mappings.target_of(name, mapping) == mappings.FILE)
        listed = (Row(_under(header, row), row[column].strip()) for row in rows if len(row) > column)
        return Sidecar(tuple(row for row in listed if row.file), is_list=True)
    upright = {row[0]: row[1] for row in lines if len(row) == 2}
    if len(upright) == len(lines) and len(mappings.known_targets(upright, mapping)) > len(known):
        return _single(upright, mapping)
    if len(rows) == 1 and known:
        return Sidecar((Row(_under(header, rows[0])),))
    return None


def _cells(text: str) -> list[list[str]]:
    first = text.split("\n", 1)[0]
    delimiter = max(";\t|,", key=first.count)
    try:
        reader = csv.reader(io.StringIO(text), delimiter=delimiter)
        lines = [[cell.strip() for cell in row] for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise BadSidecar(f"{gettext_noop('Die CSV-Datei ist fehlerhaft:')} {error}.") from error
    if len(lines) > _MAX_ROWS:
        raise BadSidecar(gettext_noop("Die CSV-Datei hat mehr als 100.000 Zeilen."))
    return lines


def _under(header: list[str], row: list[str]) -> dict[str, str]:
    return {name: value for name, value in zip(header, row, strict=False) if name}


def text_of(data: bytes) -> str:
    """Text in the encodings German programs write: UTF-8, UTF-16 with its mark, else Windows-1252."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
