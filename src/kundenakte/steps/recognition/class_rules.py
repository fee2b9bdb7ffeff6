"""The shipped rules that tell what a document is: data. Weights are how often such a document was of the class.

`title` words count where a line begins with them that stands alone, and most in large letters; `phrases` count anywhere
on the first two pages. INVOICE stands for INV_OUT and INV_IN, which the direction tells apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

INVOICE = "INVOICE"

TITLES: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        INVOICE: {
            "rechnung": 0.93, "rechnungsnummer": 0.5, "invoice": 0.93, "teilrechnung": 0.95,
            "schlussrechnung": 0.95, "abschlagsrechnung": 0.95, "anzahlungsrechnung": 0.95,
            "sammelrechnung": 0.95, "warenrechnung": 0.95, "dauerrechnung": 0.93, "handwerkerrechnung": 0.95,
            "tax invoice": 0.95, "commercial invoice": 0.93, "servicerechnung": 0.95, "proformarechnung": 0.6,
            "facture": 0.9, "honorarrechnung": 0.95,
        },
        "CREDIT_NOTE": {
            "gutschrift": 0.95, "rechnungskorrektur": 0.97, "stornorechnung": 0.97, "korrekturrechnung": 0.97,
            "rechnungsstorno": 0.96, "credit note": 0.97, "credit memo": 0.96, "storno": 0.9,
            "berichtigte rechnung": 0.9, "corrected invoice": 0.9, "avoir": 0.85, "storno zur rechnung": 0.95,
            "korrektur zur rechnung": 0.95,
        },
        "DUNNING": {
            "mahnung": 0.97, "zahlungserinnerung": 0.97, "payment reminder": 0.97, "letzte mahnung": 0.98,
            "mahnbescheid": 0.9, "reminder": 0.8, "erinnerung": 0.7, "mahnschreiben": 0.95, "dunning": 0.9,
            "offene posten": 0.75, "kontoübersicht": 0.5, "offene rechnung": 0.85,
        },
        "PAYMENT": {
            "zahlungsavis": 0.97, "zahlungsbeleg": 0.97, "quittung": 0.93, "zahlungsbestätigung": 0.95,
            "avis": 0.85, "kontoauszug": 0.85, "remittance advice": 0.96, "receipt": 0.8,
            "überweisungsbeleg": 0.95, "lastschrift": 0.6, "payment advice": 0.95,
            "gutschriftsanzeige der bank": 0.8, "zahlungseingang": 0.8,
        },
        "OFFER": {
            "angebot": 0.93, "kostenvoranschlag": 0.95, "offerte": 0.95, "quotation": 0.95, "quote": 0.88,
            "offer": 0.85, "richtpreisangebot": 0.93, "nachtragsangebot": 0.95, "budgetangebot": 0.93,
            "unser angebot": 0.88, "angebotsnummer": 0.5,
        },
        "PRICE_INFO": {
            "preisinformation": 0.96, "preisliste": 0.95, "preisauskunft": 0.95, "preisanpassung": 0.93,
            "preiserhöhung": 0.92, "price list": 0.94, "preisänderung": 0.92, "konditionsblatt": 0.85,
        },
        "ENQUIRY": {
            "anfrage": 0.94, "preisanfrage": 0.95, "angebotsanfrage": 0.95, "request for quotation": 0.96,
            "enquiry": 0.94, "inquiry": 0.92, "rfq": 0.9, "ausschreibung": 0.85, "angebotsaufforderung": 0.93,
            "lieferanfrage": 0.9, "aufforderung zur angebotsabgabe": 0.95,
        },
        "ORDER_IN": {
            "bestellung": 0.94, "purchase order": 0.95, "auftragserteilung": 0.94, "kaufauftrag": 0.9,
            "abruf": 0.8, "lieferabruf": 0.92, "bestellschein": 0.94, "auftrag": 0.75, "order": 0.75,
            "rahmenbestellung": 0.93, "nachbestellung": 0.93, "beauftragung": 0.9, "bestellformular": 0.9,
            "serviceauftrag": 0.75,
        },
        "ORDER_CONF": {
            "auftragsbestätigung": 0.97, "bestellbestätigung": 0.95, "order confirmation": 0.97,
            "order acknowledgement": 0.95, "bestätigung ihres auftrags": 0.93,
            "bestätigung ihrer bestellung": 0.93,
        },
        "DELIVERY": {
            "lieferschein": 0.97, "delivery note": 0.97, "packing list": 0.9, "packliste": 0.9,
            "versandanzeige": 0.85, "warenbegleitschein": 0.93, "packing slip": 0.93, "ladeschein": 0.85,
            "lieferavis": 0.8, "frachtbrief": 0.75, "rücklieferschein": 0.9, "lieferscheinnummer": 0.5,
        },
        "MAINT_CONTRACT": {
            "wartungsvertrag": 0.97, "servicevertrag": 0.96, "maintenance agreement": 0.96,
            "maintenance contract": 0.96, "instandhaltungsvertrag": 0.96, "service agreement": 0.9,
            "wartungs- und servicevertrag": 0.97, "vollwartungsvertrag": 0.97, "service level agreement": 0.9,
            "inspektionsvertrag": 0.95,
        },
        "NDA": {
            "geheimhaltungsvereinbarung": 0.98, "vertraulichkeitsvereinbarung": 0.98,
            "non-disclosure agreement": 0.98, "nda": 0.85, "verschwiegenheitserklärung": 0.93,
            "confidentiality agreement": 0.97, "verschwiegenheitsvereinbarung": 0.96,
            "geheimhaltungsvertrag": 0.97, "mutual non-disclosure agreement": 0.98,
        },
        "CONTRACT": {
            "vertrag": 0.9, "kaufvertrag": 0.95, "rahmenvertrag": 0.95, "liefervertrag": 0.95,
            "werkvertrag": 0.95, "dienstleistungsvertrag": 0.95, "mietvertrag": 0.93, "vereinbarung": 0.75,
            "rahmenvereinbarung": 0.9, "contract": 0.85, "agreement": 0.75, "lizenzvertrag": 0.95,
            "vertragsverlängerung": 0.85, "leasingvertrag": 0.93, "kooperationsvertrag": 0.93,
            "nachtrag zum vertrag": 0.9, "bauvertrag": 0.95, "projektvertrag": 0.95,
            "qualitätssicherungsvereinbarung": 0.9, "auftragsverarbeitungsvertrag": 0.9,
            "framework agreement": 0.93,
        },
        "SERVICE_REPORT": {
            "servicebericht": 0.97, "besuchsbericht": 0.93, "wartungsbericht": 0.96, "montagebericht": 0.95,
            "leistungsnachweis": 0.85, "service report": 0.97, "einsatzbericht": 0.95, "arbeitsbericht": 0.93,
            "reparaturbericht": 0.95, "wartungsprotokoll": 0.95, "regiebericht": 0.9, "stundennachweis": 0.8,
            "inbetriebnahmeprotokoll": 0.85, "kundendienstbericht": 0.96, "tätigkeitsnachweis": 0.85,
            "rapport": 0.75, "prüfprotokoll": 0.75, "maintenance report": 0.95, "visit report": 0.9,
        },
        "ACCEPTANCE": {
            "abnahmeprotokoll": 0.98, "übergabeprotokoll": 0.95, "abnahme": 0.8, "abnahmebescheinigung": 0.96,
            "acceptance protocol": 0.96, "acceptance certificate": 0.96, "abnahmeerklärung": 0.96,
            "teilabnahme": 0.9, "acceptance report": 0.93, "site acceptance test": 0.9,
            "factory acceptance test": 0.9,
        },
        "COMPLAINT": {
            "reklamation": 0.96, "mängelrüge": 0.97, "beanstandung": 0.94, "complaint": 0.93,
            "mängelanzeige": 0.96, "schadensmeldung": 0.8, "fehlermeldung": 0.7, "8d-report": 0.85,
            "qualitätsreklamation": 0.96, "non-conformance report": 0.85, "claim": 0.7,
            "prüfbericht zur reklamation": 0.85, "retoure": 0.75, "8d report": 0.85,
        },
        "MASTER_DATA": {
            "stammdatenblatt": 0.97, "stammdaten": 0.9, "kundenstammblatt": 0.97, "selbstauskunft": 0.9,
            "lieferantenselbstauskunft": 0.9, "kundenstammdaten": 0.96, "stammblatt": 0.93,
            "kundendatenblatt": 0.95, "supplier self-disclosure": 0.88, "neukundenanlage": 0.93,
            "handelsregisterauszug": 0.75, "customer master data": 0.95, "adressänderung": 0.7,
            "änderung der bankverbindung": 0.7,
        },
        "PRICE_CALC": {
            "kalkulation": 0.94, "preiskalkulation": 0.96, "angebotskalkulation": 0.96, "vorkalkulation": 0.95,
            "nachkalkulation": 0.95, "kostenkalkulation": 0.95,
        },
        "PRESENTATION": {
            "präsentation": 0.85, "firmenpräsentation": 0.93, "unternehmenspräsentation": 0.93, "agenda": 0.45,
            "produktpräsentation": 0.93,
        },
    }
)  # fmt: skip

PHRASES: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        INVOICE: {
            "den rechnungsbetrag": 0.35, "erlauben wir uns": 0.3, "zahlbar bis": 0.25,
            "zahlbar innerhalb": 0.3, "stellen wir ihnen in rechnung": 0.45, "berechnen wir ihnen": 0.4,
            "leistungszeitraum": 0.25, "bitte überweisen sie": 0.3, "payment terms": 0.15,
            "zu berechnen": 0.25, "reverse charge": 0.2,
        },
        "CREDIT_NOTE": {
            "schreiben wir ihnen gut": 0.5, "wird ihrem konto gutgeschrieben": 0.5,
            "erteilen wir ihnen gutschrift": 0.6, "erteilen wir ihnen folgende gutschrift": 0.6,
            "zur korrektur unserer rechnung": 0.6, "gutschriftsbetrag": 0.35, "stornieren wir": 0.4,
            "korrigieren wir unsere rechnung": 0.6, "gutschriftbetrag": 0.35,
        },
        "DUNNING": {
            "mahngebühr": 0.6, "verzugszinsen": 0.35, "noch nicht eingegangen": 0.45,
            "keinen zahlungseingang": 0.55, "ist noch offen": 0.35, "zahlungseingang feststellen": 0.55,
            "überfällig": 0.4, "mahnstufe": 0.6, "sollte sich ihre zahlung": 0.6,
            "haben sie sicher übersehen": 0.5, "offene forderung": 0.4, "overdue": 0.45,
        },
        "PAYMENT": {
            "betrag dankend erhalten": 0.6, "wir haben folgende rechnungen": 0.4, "überweisen wir ihnen": 0.35,
            "zahlung haben wir veranlasst": 0.5, "betrag erhalten": 0.4,
        },
        "OFFER": {
            "freibleibend": 0.4, "bieten wir ihnen": 0.45, "folgendes angebot": 0.45, "an dieses angebot": 0.5,
            "unser angebot ist": 0.4, "gültig bis": 0.15, "würden uns über ihren auftrag freuen": 0.5,
            "pleased to offer": 0.5, "this quotation is valid": 0.5, "angebot gültig": 0.45,
            "unterbreiten wir": 0.35,
        },
        "PRICE_INFO": {
            "preise ab dem": 0.35, "passen wir unsere preise": 0.55, "neue preise": 0.4,
            "preise gelten ab": 0.5,
        },
        "ENQUIRY": {
            "bitten wir um ein angebot": 0.6, "bitten um ihr angebot": 0.6, "unterbreiten sie uns": 0.55,
            "bitte bieten sie": 0.55, "bitten wir sie um ein angebot": 0.6, "please quote": 0.6,
            "your best price": 0.5, "machen sie uns ein angebot": 0.6, "senden sie uns ein angebot": 0.6,
            "interessieren uns für": 0.35, "bitten um preis und lieferzeit": 0.6, "angebot anfordern": 0.4,
        },
        "ORDER_IN": {
            "hiermit bestellen wir": 0.6, "wir bestellen": 0.5, "bestellen wir gemäß": 0.55,
            "we hereby order": 0.6, "erteilen wir ihnen den auftrag": 0.55, "beauftragen wir sie": 0.5,
            "please supply": 0.4,
        },
        "ORDER_CONF": {
            "bestätigen wir ihren auftrag": 0.6, "bestätigen wir ihre bestellung": 0.6,
            "danken für ihren auftrag": 0.4, "bestätigen den auftrag": 0.5, "wie folgt bestätigen": 0.5,
            "we confirm your order": 0.6, "bestätigen wir wie folgt": 0.5,
        },
        "DELIVERY": {
            "ware erhalten": 0.4, "empfang bestätigt": 0.3, "wir liefern ihnen": 0.4,
            "ordnungsgemäß erhalten": 0.35, "anzahl packstücke": 0.35, "goods received": 0.35,
            "ware in einwandfreiem zustand": 0.45,
        },
        "MAINT_CONTRACT": {
            "wartungs- und servicevertrag": 0.6, "wartungsintervall": 0.35, "gegenstand der wartung": 0.5,
            "wartungsleistungen": 0.3,
        },
        "NDA": {
            "vertraulichen informationen": 0.45, "vertrauliche informationen": 0.45, "geheimhaltung": 0.25,
            "confidential information": 0.45,
        },
        "CONTRACT": {
            "wird folgender vertrag geschlossen": 0.5, "nachfolgend auftraggeber": 0.35,
            "vertragsparteien": 0.35, "salvatorische klausel": 0.45, "schließen folgenden": 0.4,
            "vertragsgegenstand": 0.35, "kündigungsfrist": 0.2, "vertragsdauer": 0.3,
        },
        "SERVICE_REPORT": {
            "ausgeführte arbeiten": 0.5, "arbeitszeit von": 0.4, "name des monteurs": 0.45, "techniker": 0.25,
            "fahrzeit": 0.35, "durchgeführte arbeiten": 0.5, "anfahrt": 0.1, "monteur": 0.25,
            "verbrauchtes material": 0.4,
        },
        "ACCEPTANCE": {
            "die abnahme erfolgt": 0.5, "abgenommen": 0.3, "ohne mängel": 0.3, "mit folgenden mängeln": 0.5,
            "die anlage wurde übergeben": 0.5,
        },
        "COMPLAINT": {
            "reklamieren wir": 0.6, "mängel festgestellt": 0.5, "beanstanden wir": 0.6, "ersatzlieferung": 0.3,
            "mangelhaft": 0.35, "fehlerhaft geliefert": 0.5, "beschädigt angekommen": 0.5,
            "nachbesserung": 0.35, "entspricht nicht der bestellung": 0.4, "falsch geliefert": 0.5,
            "defekt": 0.2,
        },
        "MASTER_DATA": {
            "bankverbindung des kunden": 0.3, "firmenstempel": 0.15, "lieferbedingung": 0.1,
            "ansprechpartner einkauf": 0.3,
        },
        "LETTER": {
            "sehr geehrte": 0.3, "dear sir": 0.3, "mit freundlichen grüßen": 0.2, "kind regards": 0.2,
            "guten tag": 0.2,
        },
    }
)  # fmt: skip

# EN 16931 code list UNTDID 1001: what the type of an e-invoice makes it.
CREDIT_TYPES = frozenset({"381", "384", "396", "81", "83", "261", "262", "308", "420", "458", "532"})
SELF_BILLED_TYPES = frozenset({"389", "261", "527"})
# Media types that say it all.
BY_MEDIA: Mapping[str, tuple[str, float]] = MappingProxyType(
    {
        "message/rfc822": ("EMAIL_LETTER", 0.97),
        "application/vnd.ms-outlook": ("EMAIL_LETTER", 0.97),
        "application/vnd.ms-powerpoint": ("PRESENTATION", 0.92),
        "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("PRESENTATION", 0.92),
        "application/vnd.openxmlformats-officedocument.presentationml.slideshow": ("PRESENTATION", 0.92),
        "application/vnd.oasis.opendocument.presentation": ("PRESENTATION", 0.92),
        "application/vnd.ms-excel": ("PRICE_CALC", 0.7),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("PRICE_CALC", 0.7),
        "application/vnd.ms-excel.sheet.macroenabled.12": ("PRICE_CALC", 0.7),
        "application/vnd.oasis.opendocument.spreadsheet": ("PRICE_CALC", 0.7),
        "image/jpeg": ("PHOTO", 0.6),
        "image/png": ("PHOTO", 0.55),
        "image/heic": ("PHOTO", 0.7),
        "image/heif": ("PHOTO", 0.7),
        "image/webp": ("PHOTO", 0.55),
    }
)
