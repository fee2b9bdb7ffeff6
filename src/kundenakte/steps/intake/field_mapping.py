"""From the fields of a sidecar to facts: what a source field means is data of the folder, with usual names shipped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final

from kundenakte.records import facts

# The column or field that names the document in a list for many.
FILE: Final = "file"

# Names that German and English programs give their fields, without signs and in small letters.
_USUAL: Final = {
    "customer": ("customer", "customernumber", "customerno", "kundennummer", "kundennr", "kdnr", "kunde", "debitor",
                 "debitornr", "debitorennummer"),
    "vat_id": ("vatid", "vatnumber", "ustid", "ustidnr", "umsatzsteuerid"),
    "email": ("email", "mail", "emailadresse"),
    "class": ("class", "documentclass", "documenttype", "doctype", "belegart", "dokumentart", "dokumentklasse",
              "dokumenttyp", "belegtyp", "klasse"),
    "number": ("number", "documentnumber", "docno", "belegnummer", "belegnr", "dokumentnummer", "dokumentnr",
               "rechnungsnummer", "rechnungsnr", "nummer"),
    "dated_on": ("datedon", "date", "documentdate", "datum", "belegdatum", "dokumentdatum", "rechnungsdatum"),
    "title": ("title", "titel", "bezeichnung"),
    "section": ("section", "register"),
    "key": ("key", "documentkey", "documentid", "schluessel", "belegid", "dokumentid", "dokid"),
    "comment": ("comment", "kommentar", "bemerkung"),
    "system": ("system", "mandantensystem"),
    FILE: ("file", "filename", "datei", "dateiname", "document", "dokument", "pdf", "path", "pfad"),
}  # fmt: skip
_TARGET_OF: Final = {name: target for target, names in _USUAL.items() for name in names}


def folded(name: str) -> str:
    """A field name as it is compared: `Kunden-Nr.`, `KUNDENNR` and `kunden_nr` are one."""
    text = unicodedata.normalize("NFC", name).casefold()
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.replace(umlaut, letters)
    return re.sub(r"[\W_]+", "", text)


def target_of(field: str, mapping: Mapping[str, Any]) -> str:
    """What a source field means: a fact, "fields.<key>", FILE, or "" when nobody has said.

    The folder's mapping goes before the usual names. It may name the whole path ("Kopf/Beleg/Nummer") or its last part.
    """
    for wanted, meaning in mapping.items():
        if _same_field(field, wanted):
            return str(meaning["to"] if isinstance(meaning, Mapping) else meaning)
    return _TARGET_OF.get(folded(_last(field)), "")


def facts_from(fields: Mapping[str, str], mapping: Mapping[str, Any]) -> dict[str, Any]:
    """The facts a sidecar states. What has no meaning is kept under its own name (facts.clean puts it to "other")."""
    found: dict[str, Any] = {}
    further: dict[str, str] = {}
    for name, value in fields.items():
        if not value.strip():
            continue
        target = target_of(name, mapping)
        text = _translated(name, value.strip(), mapping)
        if target.startswith("fields."):
            further.setdefault(target.removeprefix("fields."), text)
        elif target in facts.KEYS and not _needs_a_person(target):
            found.setdefault(target, text)
        elif target != FILE:
            found.setdefault(name if name not in facts.KEYS else f"_{name}", text)
    return {**found, "fields": further} if further else found


def known_targets(names: Iterable[str], mapping: Mapping[str, Any]) -> set[str]:
    """Which meanings these field names have; empty for a file that is no sidecar."""
    return {target for name in names if (target := target_of(name, mapping))}


def merged(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """Several sources of facts in one, the later ones first in doubt; index fields are put together."""
    result: dict[str, Any] = {}
    fields: dict[str, str] = {}
    for layer in layers:
        fields.update(layer.get("fields", {}))
        result.update(
            {key: value for key, value in layer.items() if key != "fields" and value is not None and value != ""}
        )
    return {**result, "fields": fields} if fields else result


def _needs_a_person(target: str) -> bool:
    """Row ids are choices made on a screen; a program that wrote one here would bypass all evidence."""
    return target in {"customer_file_id", "section_id", "document_id", "address_id"}


def _translated(field: str, value: str, mapping: Mapping[str, Any]) -> str:
    """The value in our words, where the mapping has a list: {"Art": {"to": "class", "values": {"RG": "INV_OUT"}}}."""
    for wanted, meaning in mapping.items():
        if isinstance(meaning, Mapping) and _same_field(field, wanted):
            return str(meaning.get("values", {}).get(value, value))
    return value


def _same_field(field: str, wanted: str) -> bool:
    if "/" in wanted:
        return [folded(part) for part in field.split("/")] == [folded(part) for part in wanted.split("/")]
    return folded(_last(field)) == folded(wanted)


def _last(field: str) -> str:
    return field.rsplit("/", 1)[-1].lstrip("@")
