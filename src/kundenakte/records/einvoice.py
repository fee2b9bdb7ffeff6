"""Reads the header of an e-invoice: CII (Factur-X, ZUGFeRD, XRechnung), ZUGFeRD 1.0, UBL Invoice and CreditNote.

The terms are the BT numbers of EN 16931-1. Nothing is validated and nothing repaired: amounts and numbers stand as in
the XML, so that they can be compared with the printed page. The XML is hostile until shown otherwise: no DTD, no
entities, no network, limits on size. Parsing runs in the caller's process; PDFs belong into a confined one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from lxml import etree

from kundenakte.records.einvoice_paths import CII, FIELDS, UBL, ZUGFERD_1, Paths
from kundenakte.records.findings import EInvoice

__all__ = ["FIELDS", "MAX_XML_BYTES", "begins_like_invoice", "profile_name", "read_header"]

# XRechnung allows embedded attachments; receivers commonly accept 20 to 100 MB altogether.
MAX_XML_BYTES = 100 * 1024 * 1024
# libxml2 stops at text nodes of 10 MB (without huge_tree), and an attachment in base64 is one text node.
_CUT_ATTACHMENTS_ABOVE = 4 * 1024 * 1024
_MAX_VALUE = 500

_SYNTAXES: tuple[tuple[str, str, str, Paths], ...] = (
    ("CrossIndustryInvoice", "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:", "CII", CII),
    ("CrossIndustryDocument", "urn:ferd:CrossIndustryDocument:invoice:", "CII (ZUGFeRD 1)", ZUGFERD_1),
    ("Invoice", "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2", "UBL Invoice", UBL),
    ("CreditNote", "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2", "UBL CreditNote", UBL),
)
_INVOICE_ROOT = re.compile(rb"<(?:[\w.-]+:)?(CrossIndustryInvoice|CrossIndustryDocument|Invoice|CreditNote)[\s>]")
_ATTACHMENT = re.compile(
    rb"(<(?:[\w.-]+:)?(?:EmbeddedDocumentBinaryObject|AttachmentBinaryObject|AttachedObject)\b[^>]*>)[^<]+"
)

TOO_LARGE = "Die XML-Datei ist zu groß und wurde nicht gelesen."
HAS_ENTITIES = "Die XML-Datei enthält Entitäten (DTD), die in einer E-Rechnung verboten sind. Sie wurde nicht gelesen."
NOT_WELL_FORMED = "Das XML der E-Rechnung ist beschädigt und kann nicht gelesen werden (Zeile {line}): {reason}"
NO_NUMBER = "Im XML der E-Rechnung fehlt die Rechnungsnummer."
ODD_DATE = "Ein Datum im XML hat ein Format, das die Norm nicht erlaubt: {value}"
NOT_A_FULL_INVOICE = (
    "Das Profil {profile} enthält nur Buchungshilfen; es gilt nicht als E-Rechnung im Sinne des Umsatzsteuergesetzes."
)


def read_header(xml: bytes, *, embedded: bool = False) -> EInvoice:
    """Read the header fields; never raises for what stands in `xml`.

    `embedded` says that the XML was attached to a PDF as its invoice: then unreadable XML is always "broken". A file
    that merely ends in .xml is "broken" only if it begins like an invoice, and "no-invoice" otherwise.
    """
    if len(xml) > MAX_XML_BYTES:
        return EInvoice("broken" if embedded or begins_like_invoice(xml) else "no-invoice", notes=[TOO_LARGE])
    try:
        root = _parse(xml)
    except _XmlError as error:
        if embedded or begins_like_invoice(xml):
            return EInvoice("broken", notes=[str(error)])
        return EInvoice("no-invoice")
    found = _syntax(root)
    if found is None:
        return EInvoice("no-invoice")
    return _read(root, *found)


class _XmlError(ValueError):
    """The bytes are no XML that we are willing to read; the text is a sentence for the clerk."""


def _parse(xml: bytes) -> etree._Element:
    if _declares_entities(xml):
        raise _XmlError(HAS_ENTITIES)
    if len(xml) > _CUT_ATTACHMENTS_ABOVE:
        xml = _ATTACHMENT.sub(rb"\1", xml)
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(xml.lstrip(b" \t\r\n"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        reason = str(getattr(error, "msg", error)).splitlines()[0] if str(error) else "leer"
        raise _XmlError(NOT_WELL_FORMED.format(line=line, reason=reason)) from error


def _declares_entities(xml: bytes) -> bool:
    """Looked for before parsing, since a parser that has met a bomb has already spent the memory."""
    if b"<!ENTITY" in xml or b"<!DOCTYPE" in xml:
        return True
    head = xml[:4]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or 0 in head:
        squeezed = xml[:1_000_000].replace(b"\0", b"")
        return b"<!ENTITY" in squeezed or b"<!DOCTYPE" in squeezed
    return False


def begins_like_invoice(xml: bytes) -> bool:
    """True when `xml` begins with the root element of an invoice; a quick look, nothing is parsed."""
    return _INVOICE_ROOT.search(xml[:8192].replace(b"\0", b"")) is not None


def _syntax(root: etree._Element) -> tuple[str, Paths] | None:
    name = etree.QName(root)
    for local, namespace, syntax, paths in _SYNTAXES:
        if name.localname == local and (name.namespace or "").startswith(namespace):
            return syntax, paths
    return None


def _read(root: etree._Element, syntax: str, paths: Paths) -> EInvoice:
    invoice = EInvoice("invoice", syntax=syntax)
    for key, alternatives in paths.items():
        value = _first(root, alternatives, several=key in ("order_number", "iban", "preceding_invoice"))
        if value:
            invoice.values[key] = _MAKE.get(key, str)(value)
    if paths is UBL:
        _read_ubl_tax_numbers(root, invoice)
    invoice.profile = profile_name(invoice.values.get("guideline", ""))
    _choose_tax_amount(root, invoice)
    for key in ("issue_date", "due_date", "delivery_date"):
        value = invoice.values.get(key, "")
        if value and not _ISO_DATE.fullmatch(value):
            invoice.notes.append(ODD_DATE.format(value=value))
    if "invoice_number" not in invoice.values:
        invoice.notes.append(NO_NUMBER)
    if invoice.profile.endswith(("MINIMUM", "BASIC WL")):
        invoice.notes.append(NOT_A_FULL_INVOICE.format(profile=invoice.profile))
    return invoice


def _first(root: etree._Element, alternatives: tuple[str, ...], *, several: bool) -> str:
    """The text of the first path that leads somewhere; with `several`, all texts of that path joined by ";"."""
    for alternative in alternatives:
        path, _, unwanted = alternative.partition("!")
        texts = []
        for node in root.iterfind(path):
            text = " ".join((node.text or "").split())[:_MAX_VALUE]
            if not text or (unwanted and node.get("schemeID") == unwanted):
                continue
            # ZUGFeRD writes dates with a format code, in which 102 is YYYYMMDD.
            if node.tag.endswith("}DateTimeString") and node.get("format") == "102":
                text = _iso(text)
            texts.append(text)
            if not several:
                return text
        if texts:
            return ";".join(dict.fromkeys(texts))
    return ""


def _read_ubl_tax_numbers(root: etree._Element, invoice: EInvoice) -> None:
    """UBL names the kind of tax number only beside it: "VAT" makes a VAT id, any other word a tax number (BT-32)."""
    for role, party in (("seller", "AccountingSupplierParty"), ("buyer", "AccountingCustomerParty")):
        for scheme in root.iterfind(f"{{*}}{party}/{{*}}Party/{{*}}PartyTaxScheme"):
            number = " ".join((scheme.findtext("{*}CompanyID") or "").split())[:_MAX_VALUE]
            kind = (scheme.findtext("{*}TaxScheme/{*}ID") or "").strip().upper()
            key = f"{role}_vat_id" if kind == "VAT" else f"{role}_tax_number"
            if number and key in FIELDS:
                invoice.values.setdefault(key, number)


def _choose_tax_amount(root: etree._Element, invoice: EInvoice) -> None:
    """BT-110 stands in the invoice currency; BT-111 beside it in the accounting currency must not be taken for it."""
    currency = invoice.values.get("currency", "")
    nodes = list(root.iterfind(".//{*}TaxTotalAmount")) or list(root.iterfind("{*}TaxTotal/{*}TaxAmount"))
    for node in nodes:
        if node.get("currencyID") == currency and node.text:
            invoice.values["vat_amount"] = node.text.strip()
            return


_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
# ZUGFeRD 1.0 wrote references' days as date and time; UBL allows a zone.
_LONG_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T.*|Z|[+-]\d{2}:\d{2})")


def _iso(text: str) -> str:
    """YYYYMMDD as YYYY-MM-DD; anything that is no day stays as it is."""
    found = _COMPACT_DATE.fullmatch(text)
    if not found:
        return text
    year, month, day = (int(part) for part in found.groups())
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return text


def _plain_day(text: str) -> str:
    found = _LONG_DATE.fullmatch(text)
    return found[1] if found else text


_MAKE: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"issue_date": _plain_day, "due_date": _plain_day, "delivery_date": _plain_day}
)

_LEVELS = {"minimum": "MINIMUM", "basicwl": "BASIC WL", "basic": "BASIC", "comfort": "COMFORT", "extended": "EXTENDED"}
_PROFILES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"urn:ferd:CrossIndustryDocument:invoice:1p0(?::(\w+))?"), "ZUGFeRD 1.0"),
    (re.compile(r"(?:^|[#:])(?:urn:)?factur-x\.eu:1p0:(\w+)"), "Factur-X"),
    (re.compile(r"(?:^|[#:])(?:urn:)?zugferd\.de:2p0:(\w+)"), "ZUGFeRD 2.0"),
)
_XRECHNUNG = re.compile(r"kosit:(?:standard:)?xrechnung_(\d+(?:\.\d+)*)", re.IGNORECASE)


def profile_name(guideline: str) -> str:
    """What people call a specification identifier (BT-24), as in "XRechnung 3.0"; the identifier itself if unknown."""
    for pattern, name in _PROFILES:
        if found := pattern.search(guideline):
            level = _LEVELS.get((found[1] or "").lower(), "")
            return f"{name} {level}".strip()
    if found := _XRECHNUNG.search(guideline):
        extension = " extension" if "extension:xrechnung" in guideline else ""
        return f"XRechnung {found[1]}{extension}"
    if "peppol.eu:2017:poacc:billing" in guideline:
        return "Peppol billing"
    if guideline == "urn:cen.eu:en16931:2017":
        return "EN 16931"
    return guideline
