"""The shipped document classes with the periods of German law as of 2026 (AO § 147, HGB § 257, UStG § 14b).

Periods are data: a change of law changes rows, not this file. Each class names the rule its period follows (`basis`); a
tax adviser confirms them before use. New documents of all of them are valid at once: what arrives by itself is in use
already. A house that wants calculations or offers released first says so at the class.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

# The index fields by key: German name and type. A class lists the keys it uses; "!" marks a required one.
FIELDS: Final = {
    "document_number": ("Nummer", "text"),
    "dated_on": ("Datum", "date"),
    "net_amount": ("Netto", "amount"),
    "gross_amount": ("Brutto", "amount"),
    "currency": ("Währung", "text"),
    "order_number": ("Auftragsnummer", "text"),
    "delivery_number": ("Lieferscheinnummer", "text"),
    "invoice_number": ("Rechnungsnummer", "text"),
    "offer_number": ("Angebotsnummer", "text"),
    "contract_number": ("Vertragsnummer", "text"),
    "project": ("Projekt", "text"),
    "serial_number": ("Maschine (Seriennummer)", "text"),
    "due_on": ("Fällig am", "date"),
    "valid_until": ("Gültig bis", "date"),
    "closed_on": ("Abgeschlossen am", "date"),
    "subject": ("Betreff", "text"),
    "sender": ("Absender", "text"),
}


@dataclass(frozen=True, slots=True)
class Shipped:
    """One class as delivered."""

    code: str
    name: str
    retention: str
    kind: str
    years: int | None
    start: str
    basis: str
    fields: str
    aliases: tuple[str, ...] = ()
    tax: bool = False
    key: bool = False
    seal: str = "released"
    year_end: bool = field(default=True)


_CHAIN = "order_number delivery_number project serial_number"

CLASSES: Final = (
    Shipped("INV_OUT", "Ausgangsrechnung", "INV_OUT", "S", 8, "ISSUED", "AO 147(1)4,(3) + HGB 257(1)4,(4) + UStG 14b(1)",
            f"document_number! dated_on! net_amount gross_amount currency due_on {_CHAIN}",
            ("Rechnung", "Abschlagsrechnung", "Schlussrechnung", "invoice", "RE"), tax=True, key=True, seal="at_once"),
    Shipped("INV_IN", "Eingangsrechnung", "INV_IN", "S", 8, "LATER_OF_ISSUED_RECEIVED", "AO 147(1)4 + UStG 14b(1)",
            f"document_number! dated_on! net_amount gross_amount currency due_on sender {_CHAIN}",
            ("Lieferantenrechnung", "purchase invoice", "ER"), tax=True, key=True, seal="at_once"),
    Shipped("CREDIT_NOTE", "Gutschrift", "CREDIT_NOTE", "S", 8, "ISSUED", "AO 147(1)4 + UStG 14b",
            "document_number! dated_on! net_amount gross_amount currency invoice_number order_number",
            ("Rechnungskorrektur", "Stornorechnung", "Storno", "credit note", "GS"), tax=True, key=True, seal="at_once"),
    Shipped("PAYMENT", "Zahlungsbeleg", "PAYMENT", "S", 8, "CREATED", "AO 147(1)4",
            "document_number dated_on gross_amount currency invoice_number", ("Zahlungsavis", "Avis", "Quittung"),
            tax=True, seal="at_once"),
    Shipped("DUNNING", "Mahnung", "DUNNING", "S", 6, "SENT", "AO 147(1)3 + HGB 257(1)3",
            "document_number dated_on gross_amount currency invoice_number due_on",
            ("Zahlungserinnerung", "reminder", "MA"), tax=True, key=True),
    Shipped("OFFER", "Angebot", "OFFER_LOST", "P", 3, "SENT", "ohne Auftrag keine Pflicht; BGB 195, 199; mit Auftrag 6 Jahre nach AO 147(1)3",
            "document_number! dated_on! net_amount gross_amount currency valid_until project serial_number",
            ("Kostenvoranschlag", "offer", "quote", "quotation", "AN"), key=True),
    Shipped("PRICE_INFO", "Preisinformation", "PRICE_INFO", "P", 3, "SENT", "keine Pflicht; mit Auftrag 6 Jahre nach AO 147(1)3",
            "dated_on subject valid_until", ("Preisauskunft", "Preisliste", "price information")),
    Shipped("ENQUIRY", "Anfrage", "ENQUIRY", "P", 3, "RECEIVED", "keine Pflicht; BGB 195, 199, 311(2)",
            "document_number dated_on subject sender project", ("Kundenanfrage", "enquiry", "inquiry", "request for quotation")),
    Shipped("ORDER_IN", "Bestellung", "ORDER_IN", "S", 6, "RECEIVED", "AO 147(1)2 + HGB 257(1)2",
            "document_number dated_on net_amount gross_amount currency offer_number project",
            ("Auftrag", "Kundenauftrag", "purchase order", "order"), tax=True, key=True),
    Shipped("ORDER_CONF", "Auftragsbestätigung", "ORDER_CONF", "S", 6, "SENT", "AO 147(1)3 + HGB 257(1)3",
            "document_number! dated_on! net_amount gross_amount currency order_number offer_number project",
            ("order confirmation", "AB"), tax=True, key=True),
    Shipped("DELIVERY", "Lieferschein", "DELIVERY_VOUCHER", "S", 8, "SENT_OR_RECEIVED", "AO 147(1)4,(3), wenn die Rechnung auf ihn verweist",
            "document_number! dated_on! order_number serial_number project",
            ("delivery note", "Packliste", "LS"), tax=True, key=True),
    Shipped("CONTRACT", "Vertrag", "CONTRACT", "S", 6, "CONTRACT_END", "AO 147(1)2,3,5 + HGB 257",
            "contract_number dated_on valid_until subject project", ("Rahmenvertrag", "Liefervertrag", "contract", "VT"), key=True),
    Shipped("MAINT_CONTRACT", "Wartungsvertrag", "MAINT_CONTRACT", "S", 8, "CONTRACT_END", "AO 147(1)4 (Grundlage wiederkehrender Rechnungen)",
            "contract_number dated_on valid_until serial_number", ("Servicevertrag", "maintenance contract"), tax=True, key=True),
    Shipped("NDA", "Geheimhaltungsvereinbarung", "NDA", "S", 6, "CONFIDENTIALITY_END", "AO 147(1)5 + HGB 257 + GeschGehG 2",
            "contract_number dated_on valid_until", ("Vertraulichkeitsvereinbarung", "non-disclosure agreement")),
    Shipped("SERVICE_REPORT", "Servicebericht", "SERVICE_BILLED", "S", 8, "CREATED", "AO 147(1)4, wenn danach abgerechnet wird",
            "document_number dated_on serial_number order_number", ("Besuchsbericht", "Leistungsnachweis", "Wartungsbericht", "service report", "SB"),
            tax=True, key=True),
    Shipped("ACCEPTANCE", "Abnahmeprotokoll", "ACCEPTANCE", "S", 6, "CREATED", "AO 147(1)2,3 + BGB 634a",
            "document_number dated_on serial_number project", ("Übergabeprotokoll", "acceptance protocol")),
    Shipped("COMPLAINT", "Reklamation", "COMPLAINT", "S", 6, "CASE_CLOSED", "AO 147(1)2,3 + HGB 257",
            "document_number dated_on subject sender invoice_number delivery_number serial_number closed_on",
            ("Beanstandung", "Mängelrüge", "complaint")),
    Shipped("EMAIL_LETTER", "E-Mail", "EMAIL_LETTER", "S", 6, "SENT_OR_RECEIVED", "AO 147(1)2,3 + BFH XI R 15/23",
            "dated_on subject sender", ("Mail", "e-mail")),
    Shipped("EMAIL_VOUCHER", "E-Mail als Beleg", "EMAIL_VOUCHER", "S", 8, "SENT_OR_RECEIVED", "AO 147(1)4",
            "document_number dated_on gross_amount currency subject sender", ("Beleg per E-Mail",), tax=True),
    Shipped("EMAIL_TRANSPORT", "Begleit-E-Mail", "EMAIL_TRANSPORT", "P", 0, "SENT_OR_RECEIVED", "GoBD 121: nur Transportmittel; sie bleibt, bis jemand sie aussondert",
            "dated_on subject sender", ("Transport-Mail",)),
    Shipped("EMAIL_PRIVATE", "Private E-Mail", "EMAIL_PRIVATE", "G", 0, "RECEIVED", "DSGVO 5(1)c; wird erst nach Rückfrage so abgelegt",
            "dated_on subject sender"),
    Shipped("LETTER", "Brief", "EMAIL_LETTER", "S", 6, "SENT_OR_RECEIVED", "AO 147(1)2,3 + HGB 257",
            "dated_on subject sender", ("Schreiben", "letter")),
    Shipped("CIRCULATION", "Umlaufprotokoll", "EMAIL_LETTER", "S", 6, "SENT_OR_RECEIVED", "AO 147(1)2,3,5 + HGB 257, wie der Schriftwechsel, den es begleitet",
            "document_number dated_on subject", ("Protokoll der Umlaufmappe", "circulation minutes"), key=True, seal="at_once"),
    Shipped("SCAN_LOG", "Scanprotokoll", "SCAN_LOG", "S", 0, "INHERIT_FROM_DOC", "GoBD 136 ff, wie die gescannten Dokumente",
            "document_number dated_on subject", ("scan log",), key=True, seal="at_once", year_end=False),
    Shipped("PRESENTATION", "Präsentation", "PRESENTATION", "P", 3, "LAST_CONTACT", "keine eigene Pflicht",
            "dated_on subject project", ("presentation", "Folien")),
    Shipped("PRICE_CALC", "Kalkulation", "PRICE_CALC", "S", 6, "LAST_ENTRY", "AO 147(1)5",
            "dated_on subject project offer_number", ("Preiskalkulation", "calculation", "Tabelle")),
    Shipped("MASTER_DATA", "Stammdatenblatt", "MASTER_DATA", "S", 10, "LAST_DEPENDENT_OR_REL_END", "AO 147(1)1 + GoBD 111",
            "dated_on subject", ("Stammdaten", "Kundenstammblatt", "Selbstauskunft")),
    Shipped("PHOTO", "Foto", "SERVICE_REPORT", "S", 6, "CREATED", "AO 147(1)2,3,5, als Anlage wie das Hauptdokument",
            "dated_on serial_number subject", ("Bild", "photo")),
    Shipped("OTHER", "Sonstiges", "", "P", 6, "CREATED", "Vorsicht, bis die Klasse geklärt ist", "dated_on subject"),
)  # fmt: skip
