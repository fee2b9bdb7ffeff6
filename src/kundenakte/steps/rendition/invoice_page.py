"""An e-invoice that is only XML, as a page to read: parties, lines, sums, how to pay."""

from __future__ import annotations

import re
from pathlib import Path

from lxml import etree

from kundenakte.records.einvoice import MAX_XML_BYTES, read_header
from kundenakte.records.findings import EInvoice
from kundenakte.steps.rendition.invoice_lines import Line, Rest, Tax, read_rest
from kundenakte.steps.rendition.sheet import SMALL, Column, Sheet
from kundenakte.steps.rendition.text_page import draw_text

# UNTDID 1001, as far as EN 16931 allows them.
_TYPES = {
    "380": "Rechnung", "381": "Rechnungskorrektur (Gutschrift)", "384": "Rechnungskorrektur", "326": "Teilrechnung",
    "386": "Vorauszahlungsrechnung", "389": "Gutschrift im Verfahren der Selbstfakturierung",
    "261": "Korrektur im Verfahren der Selbstfakturierung", "396": "Gutschrift", "875": "Teilschlussrechnung (Bau)",
    "876": "Abschlagsrechnung (Bau)", "877": "Schlussrechnung (Bau)", "751": "Buchungshilfe", "80": "Lastschrift",
    "83": "Gutschrift", "84": "Lastschrift", "71": "Zahlungsaufforderung",
}  # fmt: skip
# UN/ECE Recommendation 20 and 21, the usual ones.
_UNITS = {
    "C62": "Stück", "H87": "Stück", "EA": "Stück", "XPP": "Stück", "PCE": "Stück", "NAR": "Stück", "HUR": "Std.",
    "MIN": "min", "DAY": "Tage", "WEE": "Wochen", "MON": "Monate", "ANN": "Jahre", "KGM": "kg", "GRM": "g", "TNE": "t",
    "MTR": "m", "CMT": "cm", "MMT": "mm", "KMT": "km", "MTK": "m²", "MTQ": "m³", "LTR": "l", "MLT": "ml", "KWH": "kWh",
    "LS": "pauschal", "SET": "Satz", "PR": "Paar", "XPK": "Packung", "XCT": "Karton", "XBX": "Kiste", "XPX": "Palette",
    "P1": "%", "ZZ": "",
}  # fmt: skip
# UNTDID 5305.
_CATEGORIES = {
    "AE": "Steuerschuldnerschaft des Leistungsempfängers", "E": "steuerfrei", "G": "steuerfreie Ausfuhr",
    "K": "steuerfreie innergemeinschaftliche Lieferung", "O": "nicht steuerbar", "Z": "Steuersatz null",
}  # fmt: skip
_LINE_COLUMNS = (
    Column("Pos.", 7),
    Column("Artikel / Leistung", 43),
    Column("Menge", 14, right=True),
    Column("Einzelpreis", 13, right=True),
    Column("USt", 8, right=True),
    Column("Netto", 15, right=True),
)
_TAX_COLUMNS = (
    Column("Umsatzsteuer", 55),
    Column("Nettobetrag", 22, right=True),
    Column("Steuerbetrag", 23, right=True),
)
_FOOTER = "Lesbare Ansicht der E-Rechnung, von Kundenakte erstellt. Maßgeblich ist die XML-Datei."


def draw_invoice(source: Path, target: Path, *, code: str, kind: str, title: str) -> bool:
    """The page of an e-invoice; one that cannot be read is shown as text. True when something was left out."""
    with source.open("rb") as file:
        xml = file.read(MAX_XML_BYTES + 1)
    invoice = read_header(xml)
    if invoice.status != "invoice":
        return draw_text(source, target, code=code, kind=kind, title=title)
    try:
        rest = read_rest(xml)
    except (etree.XMLSyntaxError, ValueError):
        rest = Rest()
    get = invoice.values.get
    what = _TYPES.get(get("type_code", ""), "Gutschrift" if "CreditNote" in invoice.syntax else "Rechnung")
    sheet = Sheet(
        target,
        kind=f"{kind} – {invoice.profile or invoice.syntax}",
        title=f"{what} {get('invoice_number', '')}",
        footer=_FOOTER,
    )
    for note in invoice.notes:
        sheet.paragraph(note, SMALL)
    _draw_parties(sheet, invoice)
    _draw_keys(sheet, invoice)
    _draw_lines(sheet, rest, get("currency", ""))
    _draw_sums(sheet, invoice, rest)
    _draw_payment(sheet, invoice, rest)
    for note in rest.notes:
        sheet.gap(6)
        # "#AAK#" and the like say of what kind a note is (UNTDID 4451).
        sheet.paragraph(re.sub(r"^#[A-Z]{3}#\s*", "", note), SMALL, most_lines=60)
    sheet.save()
    return sheet.is_full or rest.line_count > len(rest.lines)


def _draw_parties(sheet: Sheet, invoice: EInvoice) -> None:
    blocks = []
    for role, label in (("seller", "Verkäufer"), ("buyer", "Käufer")):
        values = {
            key: invoice.values.get(f"{role}_{key}", "") for key in ("name", "street", "zip", "city", "vat_id", "email")
        }
        number = invoice.values.get(f"{role}_id", "")
        tax_number = invoice.values.get(f"{role}_tax_number", "")
        lines = [
            label, values["name"], values["street"], f"{values['zip']} {values['city']}".strip(),
            f"USt-IdNr. {values['vat_id']}" if values["vat_id"] else "",
            f"Steuernummer {tax_number}" if tax_number else "",
            f"{'Kundennummer' if role == 'buyer' else 'Kennung'} {number}" if number else "", values["email"],
        ]  # fmt: skip
        blocks.append([line for line in lines if line])
    sheet.beside(*blocks)
    sheet.gap(10)


def _draw_keys(sheet: Sheet, invoice: EInvoice) -> None:
    get = invoice.values.get
    sheet.pairs(
        [
            ("Rechnungsnummer", get("invoice_number", "")),
            ("Rechnungsdatum", day(get("issue_date", ""))),
            ("Lieferdatum", day(get("delivery_date", ""))),
            ("Fällig am", day(get("due_date", ""))),
            ("Bestellnummer", get("order_number", "").replace(";", ", ")),
            ("Auftragsnummer", get("sales_order", "")),
            ("Lieferschein", get("despatch_advice", "")),
            ("Vertrag", get("contract", "")),
            ("Projekt", get("project", "")),
            ("Leitweg-ID / Referenz", get("buyer_reference", "")),
            ("Korrigiert Rechnung", get("preceding_invoice", "").replace(";", ", ")),
            ("Lieferung an", get("delivery_name", "")),
        ]
    )


def _draw_lines(sheet: Sheet, rest: Rest, currency: str) -> None:
    if not rest.lines:
        return
    sheet.heading(f"Positionen ({currency})" if currency else "Positionen")
    sheet.table(_LINE_COLUMNS, [_cells(line) for line in rest.lines])
    if rest.line_count > len(rest.lines):
        sheet.paragraph(f"Gezeigt werden {len(rest.lines)} von {rest.line_count} Positionen.", SMALL)


def _cells(line: Line) -> list[str]:
    unit = _UNITS.get(line.unit, line.unit)
    return [
        line.number,
        "\n".join((line.name, *line.details)),
        f"{number(line.quantity)} {unit}".strip(),
        number(line.price, least=2),
        f"{number(line.rate)} %" if line.rate else "",
        number(line.net, least=2),
    ]


def _draw_sums(sheet: Sheet, invoice: EInvoice, rest: Rest) -> None:
    get = invoice.values.get
    currency = get("currency", "")
    sheet.heading("Beträge")
    if rest.taxes:
        sheet.table(
            _TAX_COLUMNS,
            [[_tax_name(tax), number(tax.base, least=2), number(tax.amount, least=2)] for tax in rest.taxes],
        )
        sheet.gap(6)
    rows = [
        [f"{'Zuschlag' if allowance.is_charge else 'Nachlass'}: {allowance.reason}".rstrip(": "), allowance.amount]
        for allowance in rest.allowances
    ]
    rows += [
        ["Nettobetrag", get("net_amount", "")],
        ["Umsatzsteuer", get("vat_amount", "")],
        ["Bruttobetrag", get("gross_amount", "")],
        ["Bereits gezahlt", rest.prepaid if rest.prepaid.strip("0.") else ""],
        ["Zahlbetrag", get("due_amount", "")],
    ]
    sheet.table(
        (Column("Summen", 77), Column(f"Betrag ({currency})" if currency else "Betrag", 23, right=True)),
        [[label, number(amount, least=2)] for label, amount in rows if amount],
    )


def _tax_name(tax: Tax) -> str:
    name = f"{number(tax.rate)} %" if tax.rate else ""
    why = _CATEGORIES.get(tax.category, "")
    return "\n".join(part for part in (f"{name} {why}".strip(), tax.reason) if part)


def _draw_payment(sheet: Sheet, invoice: EInvoice, rest: Rest) -> None:
    get = invoice.values.get
    rows = [
        ("IBAN", ", ".join(_grouped(iban) for iban in get("iban", "").split(";"))),
        ("BIC", rest.bic),
        ("Verwendungszweck", get("remittance", "")),
        ("Zahlungsbedingungen", "\n".join(rest.terms)),
    ]
    if any(value for _, value in rows):
        sheet.heading("Zahlung")
        sheet.pairs(rows)


def day(text: str) -> str:
    """An ISO date as people here write it; anything else as it stands."""
    found = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text)
    return f"{found[3]}.{found[2]}.{found[1]}" if found else text


def number(text: str, *, least: int = 0) -> str:
    """A decimal with German signs: zeros at the end go, but `least` places stay. What is no number stays as it is."""
    found = re.fullmatch(r"([+-]?)(\d{1,30})(?:\.(\d{0,20}))?", text.strip())
    if not found:
        return text
    sign, whole, places = found[1].replace("+", ""), found[2].lstrip("0") or "0", (found[3] or "").rstrip("0")
    grouped = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ".", whole)
    places = places.ljust(least, "0")
    return f"{sign}{grouped},{places}" if places else f"{sign}{grouped}"


def _grouped(iban: str) -> str:
    return " ".join(re.findall(r".{1,4}", iban.replace(" ", "")))
