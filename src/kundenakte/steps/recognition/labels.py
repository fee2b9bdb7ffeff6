"""The words that name a value on paper ("Kunden-Nr.", "Invoice No", "zu zahlen"): data, and how they are found.

A text is read once as a row of words in small letters without dots and hyphens, so that "Kunden-Nr.", "Kundennr" and
"KUNDEN NR" are the same label. The longest label that begins at a word wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

# Label -> its writings. A space parts words that may stand apart on the paper.
_WRITINGS: Mapping[str, tuple[str, ...]] = {
    "customer_number": (
        *("kundennummer", "kundennr", "kunden nr", "kunden nummer", "kdnr", "kd nr", "kdnummer", "kunde nr"),
        *("kundenid", "kunden id", "kundenno", "debitor", "debitornr", "debitor nr", "debitorennr"),
        *("debitorennummer", "debitoren nr", "debitornummer", "customer number", "customer no", "customer id"),
        *("customer nr", "customerno", "customer account", "client number", "client no", "client id"),
        *("account number", "account no", "kdn", "cust no", "custno", "customer", "kundenkonto", "kundenkontonr"),
        *("kundenkontonummer", "auftraggebernr", "kundenkennung", "kundenzeichen", "mandantennummer"),
        *("kto debitor", "kundennrn", "kunde"),
    ),
    "vat_id": (
        *("ustidnr", "ustid", "ust id", "ust idnr", "ust id nr", "ustidnummer"),
        *("umsatzsteueridentifikationsnummer", "umsatzsteuerid", "umsatzsteueridnr", "umsatzsteuer id"),
        *("umsatzsteuer identnummer", "uid", "uidnr", "uid nummer", "uidnummer", "vat id", "vatid", "vat no"),
        *("vat number", "vat reg no", "vat registration number", "vat", "vat id no", "vat identification number"),
        *("umsatzsteuer ident nr", "ustidentnr", "ust ident nr", "mwstnr"),
    ),
    "tax_number": ("steuernummer", "steuernr", "steuer nr", "stnr", "st nr", "steuer nummer", "tax number", "tax no"),
    "iban": ("iban",),
    "phone": (
        *("tel", "telefon", "telefonnr", "telefonnummer", "fon", "phone", "telephone", "mobil", "mobile", "handy"),
        *("ruf", "rufnummer", "telnr", "durchwahl"),
    ),
    "fax": ("fax", "telefax", "faxnr", "faxnummer"),
    "invoice_number": (
        *("rechnungsnummer", "rechnungsnr", "rechnungs nr", "rechnung nr", "rechnung nummer", "renr", "re nr"),
        *("rechnungno", "rgnr", "rg nr", "rechnungsnrn", "invoice number", "invoice no", "invoice nr"),
        *("invoice id", "invoiceno", "invoice", "rechnungs nummer", "rechnr", "fakturanummer", "fakturanr"),
        *("faktura nr", "rechnung", "schlussrechnung nr", "abschlagsrechnung nr", "teilrechnung nr", "zu rechnung"),
        *("zur rechnung",),
    ),
    "credit_number": (
        *("gutschriftsnummer", "gutschriftnummer", "gutschriftnr", "gutschriftsnr", "gutschrift nr", "gutschrift"),
        *("credit note no", "credit note number", "credit note", "rechnungskorrektur nr", "stornorechnung nr"),
        *("korrekturrechnung nr", "gutschrifts nr", "stornorechnung", "rechnungskorrektur"),
    ),
    "order_number": (
        *("auftragsnummer", "auftragsnr", "auftrags nr", "auftrag nr", "auftrag", "bestellnummer", "bestellnr"),
        *("bestell nr", "bestellung nr", "bestellung", "ihre bestellung", "order number", "order no", "order nr"),
        *("po number", "order id", "purchase order", "po no", "orderno", "auftragsbestätigung nr"),
        *("auftragsbestätigung", "ab nr", "auftragsbestätigungsnummer", "order confirmation no", "sales order"),
        *("auftragsnrn", "bestell nummer", "abnr", "ihr auftrag", "order confirmation", "bestellkennzeichen"),
        *("auftrags nummer",),
    ),
    "delivery_number": (
        *("lieferscheinnummer", "lieferscheinnr", "lieferschein nr", "lieferschein", "liefernr", "ls nr", "lsnr"),
        *("delivery note no", "delivery note number", "delivery note", "delivery no", "lieferschein nummer"),
        *("lieferscheins nr", "packing slip no", "despatch advice"),
    ),
    "offer_number": (
        *("angebotsnummer", "angebotsnr", "angebots nr", "angebot nr", "angebot", "offertnummer", "offerte nr"),
        *("agnr", "offer number", "offer no", "quotation no", "quotation number", "quote number", "quote no"),
        *("quotation", "kostenvoranschlag nr", "angebots nummer", "an nr", "offerte", "kostenvoranschlag"),
        *("ihr angebot",),
    ),
    "report_number": (
        *("berichtsnummer", "berichtsnr", "bericht nr", "servicebericht nr", "protokollnummer", "protokoll nr"),
        *("reklamationsnummer", "reklamationsnr", "reklamation nr", "belegnummer", "belegnr", "beleg nr", "report no"),
        *("anfragenummer", "anfragenr", "anfrage nr", "mahnung nr", "document no", "document number", "vorgangsnummer"),
        *("einsatzbericht nr", "protokollnr", "rfq no", "avisnummer", "avis nr", "servicebericht", "berichts nr"),
        *("avisnr", "mahnnr", "mahn nr", "mahnnummer", "vorgangsnr", "vorgangs nr", "dokument nr", "dokumentnummer"),
    ),
    "contract_number": (
        *("vertragsnummer", "vertragsnr", "vertrags nr", "vertrag nr", "contract number", "contract no", "vertrag"),
        *("rahmenvertrag nr", "wartungsvertrag nr", "wartungsvertrag", "rahmenvertrag", "servicevertrag nr"),
        *("vertrags nummer", "agreement no", "contract id"),
    ),
    "project": (
        *("projekt", "projektnummer", "projektnr", "projekt nr", "project", "project no", "project number"),
        *("bauvorhaben", "bv", "objekt", "kommission", "komm nr", "kostenstelle", "projekt id", "vorhaben"),
    ),
    "serial_number": (
        *("seriennummer", "seriennr", "serien nr", "serien nummer", "serial number", "serial no", "sn", "s n"),
        *("maschinennummer", "maschinennr", "maschinen nr", "fabriknummer", "fabriknr", "fabrik nr"),
        *("gerätenummer", "gerätenr", "geräte nr", "sernr", "ser nr", "equipment"),
    ),
    "dated_on": (
        *("rechnungsdatum", "belegdatum", "angebotsdatum", "datum", "date", "invoice date", "lieferscheindatum"),
        *("auftragsdatum", "bestelldatum", "ausstellungsdatum", "vom", "issue date", "rechnungs datum"),
        *("order date", "vertragsdatum", "dated", "date of issue", "document date", "den", "gutschriftsdatum"),
        *("mahndatum",),
    ),
    "delivered_on": (
        *("lieferdatum", "leistungsdatum", "liefertermin", "leistungszeitpunkt", "lieferung am", "delivery date"),
        *("versanddatum", "lieferdatum leistungsdatum", "leistungs lieferdatum", "geliefert am"),
    ),
    "due_on": (
        *("fällig am", "fällig", "fälligkeit", "fälligkeitsdatum", "zahlbar bis", "zahlungsziel"),
        *("zahlbar bis zum", "due date", "payment due", "due on", "bis spätestens", "zahlung bis", "bis zum"),
        *("fällig bis", "due by", "zahlungstermin", "spätestens bis", "spätestens am", "fällig zum"),
    ),
    "valid_until": (
        *("gültig bis", "bindefrist", "gültigkeit", "angebot gültig bis", "valid until", "gültig bis zum"),
        *("preisbindung bis", "bindefrist bis", "expires", "offer valid until", "gebunden bis"),
        *("bis zum ablauf des", "valid to"),
    ),
    "gross_amount": (
        *("gesamtbetrag", "rechnungsbetrag", "bruttobetrag", "brutto", "endbetrag", "zu zahlen", "zahlbetrag"),
        *("summe", "rechnungssumme", "gesamtsumme", "zu zahlender betrag", "grand total", "total", "total amount"),
        *("amount due", "total due", "bruttosumme", "gesamt", "gesamtbetrag brutto", "brutto gesamt"),
        *("gesamt brutto", "summe brutto", "angebotssumme", "auftragssumme", "auftragswert", "gesamtpreis"),
        *("endsumme", "invoice total", "due payable", "balance due", "gutschriftsbetrag"),
        *("forderungsbetrag", "offener betrag"),
        *("invoice amount", "gross amount", "gross", "forderung", "gesamtforderung", "gutschriftbetrag"),
        *("total gross", "offene summe", "mahnbetrag", "fälliger betrag"),
    ),
    "net_amount": (
        *("nettobetrag", "netto", "nettosumme", "zwischensumme", "summe netto", "gesamtbetrag netto"),
        *("netto gesamt", "net amount", "net total", "subtotal", "total net", "warenwert", "gesamt netto"),
        *("nettowert", "net", "zwischensumme netto", "nettogesamtbetrag", "sum net", "gesamtsumme netto"),
        *("warenwert netto",),
    ),
    "vat_amount": (
        *("mwst", "mehrwertsteuer", "umsatzsteuer", "ust", "mwstbetrag", "steuerbetrag", "vat amount", "zzgl mwst"),
        *("zzgl mehrwertsteuer", "sales tax", "umsatzsteuerbetrag", "tax", "zzgl ust"),
    ),
}  # fmt: skip

_TABLE: dict[str, dict[tuple[str, ...], str]] = {}
for _label, _writings in _WRITINGS.items():
    for _writing in _writings:
        _words = tuple(_writing.split())
        _TABLE.setdefault(_words[0], {})[_words] = _label
_LONGEST = {first: max(len(words) for words in entries) for first, entries in _TABLE.items()}

_TOKEN = re.compile(r"[^\W\d_]+(?:[.\-/]{1,2}[^\W\d_]+)*")
_SIGNS = str.maketrans("", "", ".-/")


@dataclass(frozen=True, slots=True)
class Label:
    """A label in the text: what it names and where it stands in `plain`."""

    kind: str
    start: int
    end: int
    # How many words it consists of; more words are more certain.
    words: int


def labels_in(plain: str) -> Iterator[Label]:
    """All labels, in reading order; those inside a longer one are left out."""
    lowered = plain.lower()
    # Some letters change their length when lowered ("İ"); then places would be wrong.
    if len(lowered) != len(plain):
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in plain)
    tokens = [(found[0].translate(_SIGNS), found.start(), found.end()) for found in _TOKEN.finditer(lowered)]
    skip_to = 0
    for position, (token, start, end) in enumerate(tokens):
        # "Handelsrechnung", "Teilrechnung": whatever kind of invoice it is.
        word = "rechnung" if token.endswith("rechnung") and token not in _TABLE else token
        if word not in _TABLE or position < skip_to:
            continue
        entries = _TABLE[word]
        for count in range(_LONGEST[word], 0, -1):
            row = tokens[position : position + count]
            kind = entries.get((word, *(other for other, _, _ in row[1:])))
            if kind is not None and len(row) == count and _adjacent(lowered, row):
                yield Label(kind, start, row[-1][2] if count > 1 else end, count)
                skip_to = position + count
                break


def _adjacent(plain: str, row: list[tuple[str, int, int]]) -> bool:
    """True when only spaces, dots and hyphens part the words, and no line ends between them."""
    return all(len(between) <= 3 and not between.strip(" .-/") for between in _gaps(plain, row)) and not any(
        "\n" in between for between in _gaps(plain, row)
    )


def _gaps(plain: str, row: list[tuple[str, int, int]]) -> list[str]:
    return [plain[one[2] : other[1]] for one, other in pairwise(row)]
