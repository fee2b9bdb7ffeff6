"""The rules as delivered, with their legal basis (AO, HGB, UStG as in force in 2026). To be signed off by the house's
tax adviser and data protection officer; a house changes them by a new version, never by an update of the program."""

from __future__ import annotations

from datetime import date
from typing import Final

from kundenakte.records.retention.rules import ALWAYS, Rule

# Viertes Bürokratieentlastungsgesetz: vouchers 8 instead of 10 years, also for those whose old period still ran.
BEG_IV: Final = date(2025, 1, 1)
_INVOICES: Final = frozenset({"INV_OUT", "INV_IN", "CREDIT_NOTE"})

# code, German name, kind, years, start, from the end of the year, basis, note
_ROWS: Final = (
    ("INV_OUT", "Ausgangsrechnung", "S", 8, "ISSUED", True, "AO 147(1)4,(3) + HGB 257(1)4,(4) + UStG 14b(1)", ""),
    ("INV_IN", "Eingangsrechnung", "S", 8, "LATER_OF_ISSUED_RECEIVED", True, "AO 147(1)4 + UStG 14b(1)",
     "UStG zählt ab Ausstellung, AO ab Entstehung: der spätere Tag ist sicher"),
    ("CREDIT_NOTE", "Gutschrift, Storno, Rechnungskorrektur", "S", 8, "ISSUED", True, "AO 147(1)4 + UStG 14b", ""),
    ("PAYMENT", "Zahlungsbeleg, Avis, Quittung", "S", 8, "CREATED", True, "AO 147(1)4", ""),
    ("REVERSE_PROOF", "Gelangensbestätigung, Ausfuhrnachweis", "S", 8, "CREATED", True,
     "AO 147(1)4 + UStDV 10, 17a-17d", "Urschrift behalten, wo Zollrecht es verlangt"),
    ("CUSTOMS", "Zollunterlage", "S", 10, "CREATED", True, "AO 147(1)4a", ""),
    ("ORDER_IN", "Bestellung, Auftrag des Kunden", "S", 6, "RECEIVED", True, "AO 147(1)2 + HGB 257(1)2",
     "8 Jahre, wenn sie als Beleg dient"),
    ("ORDER_CONF", "Auftragsbestätigung", "S", 6, "SENT", True, "AO 147(1)3 + HGB 257(1)3", ""),
    ("DELIVERY_VOUCHER", "Lieferschein, auf den die Rechnung verweist", "S", 8, "SENT_OR_RECEIVED", True,
     "AO 147(1)4,(3)", "der Verweis der Rechnung macht ihn zu ihrem Teil"),
    ("DELIVERY_PLAIN", "Lieferschein ohne Belegfunktion", "P", 6, "SENT_OR_RECEIVED", True,
     "AO 147(3) S. 3-4 + HGB 257(1)2,3", "steuerlich endet die Pflicht mit der Rechnung"),
    ("OFFER_WON", "Angebot mit Auftrag", "S", 6, "SENT", True, "AO 147(1)3 + HGB 257(1)3", ""),
    ("OFFER_LOST", "Angebot ohne Auftrag", "P", 3, "SENT", True, "keine Pflicht; BGB 195, 199, 311(2)", ""),
    ("ENQUIRY", "Anfrage", "P", 3, "RECEIVED", True, "keine Pflicht; BGB 195, 199, 311(2)", ""),
    ("PRICE_INFO", "Preisinformation", "P", 3, "SENT", True, "keine Pflicht; BGB 195, 199, 311(2)",
     "6 Jahre, wenn ein Auftrag folgt"),
    ("PRICE_LIST", "Preisliste", "S", 6, "SUPERSEDED", True, "AO 147(1)5", "8 Jahre, wenn Teil eines Belegs"),
    ("PRICE_CALC", "Preiskalkulation (intern)", "S", 6, "LAST_ENTRY", True, "AO 147(1)5",
     "10 Jahre, wenn sie eine Bilanzposition erklärt"),
    ("PRESENTATION", "Präsentation", "P", 3, "LAST_CONTACT", True, "keine eigene Pflicht", ""),
    ("CONTRACT", "Vertrag", "S", 6, "CONTRACT_END", True, "AO 147(1)2,3,5 + HGB 257",
     "Verjährung bis zu 10 Jahre: BGB 199(3),(4)"),
    ("CONTRACT_VOUCHER", "Dauervertrag als Buchungsgrundlage", "S", 8, "CONTRACT_END", True, "AO 147(1)4", ""),
    ("MAINT_CONTRACT", "Wartungs- und Servicevertrag", "S", 8, "CONTRACT_END", True,
     "AO 147(1)4 (Grundlage wiederkehrender Rechnungen)", ""),
    ("SERVICE_BILLED", "Servicebericht zur Rechnung", "S", 8, "CREATED", True, "AO 147(1)4", ""),
    ("SERVICE_REPORT", "Servicebericht ohne Abrechnung", "S", 6, "CREATED", True, "AO 147(1)2,3,5", ""),
    ("ACCEPTANCE", "Abnahmeprotokoll", "S", 6, "CREATED", True, "AO 147(1)2,3 + BGB 634a",
     "Bauwerke: Ansprüche 5 Jahre"),
    ("COMPLAINT", "Reklamationsschriftwechsel", "S", 6, "CASE_CLOSED", True, "AO 147(1)2,3 + HGB 257", ""),
    ("PRODUCT_LIAB", "Reklamation mit Produkthaftung", "P", 10, "PLACED_ON_MARKET", False, "ProdHaftG 13",
     "Richtlinie (EU) 2024/2853: bis 25 Jahre bei Spätschäden"),
    ("NDA", "Geheimhaltungsvereinbarung", "S", 6, "CONFIDENTIALITY_END", True,
     "AO 147(1)5 + HGB 257 + GeschGehG 2", ""),
    ("DUNNING", "Mahnung", "S", 6, "SENT", True, "AO 147(1)3 + HGB 257(1)3", ""),
    ("COURT_TITLE", "Urteil, Vollstreckungstitel", "P", 30, "LEGAL_FORCE", False, "BGB 197(1)", ""),
    ("POWER_OF_ATTORNEY", "Vollmacht", "P", 6, "EXPIRED", True, "AO 147(1)5", ""),
    ("EMAIL_LETTER", "Brief oder E-Mail als Handelsbrief", "S", 6, "SENT_OR_RECEIVED", True,
     "AO 147(1)2,3 + BFH XI R 15/23", "mit Anlagen"),
    ("EMAIL_VOUCHER", "E-Mail als Buchungsbeleg", "S", 8, "SENT_OR_RECEIVED", True, "AO 147(1)4", ""),
    ("EMAIL_TRANSPORT", "E-Mail nur als Transportmittel", "P", 0, "SENT_OR_RECEIVED", False, "GoBD 121", ""),
    ("EMAIL_PRIVATE", "Private oder unerhebliche E-Mail", "G", 0, "RECEIVED", False, "DSGVO 5(1)c", ""),
    ("MASTER_DATA", "Kundenstammdaten", "S", 10, "LAST_DEPENDENT_OR_REL_END", True, "AO 147(1)1 + GoBD 111", ""),
    ("CONSENT_PHONE", "Einwilligung in Telefonwerbung", "S", 5, "LAST_USE_OR_GRANTED", False, "UWG 7a(2)",
     "beginnt mit jeder Verwendung neu"),
    ("CONSENT_GDPR", "Einwilligung (sonstige)", "P", 3, "WITHDRAWN", True, "DSGVO 7(1), 5(2)", ""),
    ("DSR_CASE", "Auskunfts- oder Löschvorgang", "P", 3, "CASE_CLOSED", True, "DSGVO 5(2), 12 + BGB 195", ""),
    ("DPA_ART28", "Auftragsverarbeitungsvertrag", "S", 6, "CONTRACT_END", True, "HGB 257 + DSGVO 28, 5(2)", ""),
    ("AUDIT_LOG", "Protokoll", "S", 10, "LAST_COVERED_DOC_DISPOSED", True, "AO 147(1)1 + GoBD 59, 111",
     "nie kürzer als die Dokumente, die es betrifft"),
    ("DISPOSITION", "Löschnachweis (ohne Personenbezug)", "P", 10, "DISPOSED", True, "DSGVO 5(2)", ""),
    ("VERFAHRENSDOKU", "Verfahrensdokumentation je Ausgabe", "S", 10, "LAST_EXPLAINED_DOC_ENDED", True,
     "AO 147(1)1 + GoBD 154", ""),
    ("SCAN_LOG", "Scanprotokoll", "S", 0, "INHERIT_FROM_DOC", False, "GoBD 136 ff", "wie das gescannte Dokument"),
)  # fmt: skip


def _versions() -> list[Rule]:
    made = []
    for code, name, kind, years, start, from_year_end, basis, note in _ROWS:
        voucher = "147(1)4" in basis and "147(1)4a" not in basis
        if not voucher:
            made.append(Rule(code, name, kind, years, start, from_year_end, basis, ALWAYS, note=note))
            continue
        made += [
            Rule(
                code,
                name,
                kind,
                10,
                start,
                from_year_end,
                f"{basis}, Fassung bis 2024",
                ALWAYS,
                is_voucher=True,
                is_invoice=code in _INVOICES,
            ),
            Rule(
                code,
                name,
                kind,
                years,
                start,
                from_year_end,
                basis,
                BEG_IV,
                is_voucher=True,
                is_invoice=code in _INVOICES,
                note=note,
            ),
        ]
    return made


RULES: Final = tuple(_versions())
