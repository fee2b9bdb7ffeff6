"""The same information is called differently on every house's paper."""

from __future__ import annotations

# By layout: customer number, date, order number of the customer, clerk, delivery note, offer, project.
_ORDER = ("din5008", "sidecolumn", "tablehead", "modern", "typewriter")
_WORDS = {
    "customer": ("Kundennummer", "Ihre Kundennummer", "Kunden-Nr.", "Kundennr.", "Kd.-Nr."),
    "dated": ("Datum", "Datum", "Belegdatum", "Datum", "Datum"),
    "your_order": ("Ihre Bestellung", "Ihre Bestellnummer", "Bestell-Nr.", "Bestellung", "Ihre Best.-Nr."),
    "clerk": ("Ansprechpartner", "Es betreut Sie", "Sachbearbeiter", "Kontakt", "Bearbeiter"),
    "DELIVERY": ("Lieferschein-Nr.", "Lieferschein", "Lieferschein-Nr.", "Lieferschein Nr.", "Liefersch.-Nr."),
    "OFFER": ("Angebotsnummer", "Angebot Nr.", "Angebots-Nr.", "Angebotsnr.", "Angebot-Nr."),
    "INV_OUT": ("Rechnungsnummer", "Rechnung Nr.", "Rechnungs-Nr.", "Rechnungsnr.", "Rechn.-Nr."),
    "INV_IN": ("Rechnungsnummer", "Rechnung Nr.", "Rechnungs-Nr.", "Rechnungsnr.", "Rechn.-Nr."),
    "CREDIT_NOTE": ("Gutschriftsnummer", "Gutschrift Nr.", "Gutschrift-Nr.", "Korrekturnr.", "Gutschr.-Nr."),
    "ORDER_CONF": ("Auftragsnummer", "Auftrag Nr.", "Auftrags-Nr.", "Auftragsnr.", "Auftrags-Nr."),
    "ORDER_IN": ("Bestellnummer", "Bestellung Nr.", "Bestell-Nr.", "Bestellnr.", "Best.-Nr."),
    "DUNNING": ("Mahnungsnummer", "Mahnung Nr.", "Mahn-Nr.", "Mahnungsnr.", "Mahn-Nr."),
    "PRICE_INFO": ("Unser Zeichen", "Unser Zeichen", "Vorgangs-Nr.", "Vorgang", "Unser Zeichen"),
    "project": ("Projekt", "Projekt", "Projekt-Nr.", "Projekt", "Projekt"),
    "serial": ("Seriennummer", "Seriennummer", "Serien-Nr.", "Seriennr.", "Masch.-Nr."),
}


def label(word: str, layout: str) -> str:
    """How this layout calls it."""
    return _WORDS[word][_ORDER.index(layout)]
