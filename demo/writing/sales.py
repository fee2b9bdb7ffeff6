"""Offers, orders, confirmations, delivery notes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from demo.goods import Item
from demo.labels import label
from demo.money import day, euro, long_day
from demo.papers import Block, Bullets, Column, Fields, Heading, Paper, Para, Remark, Signatures, Table
from demo.parties import Party
from demo.writing.case import Case, priced_table, totals, unpriced_table

_OFFER_OPENINGS = (
    "vielen Dank für Ihre Anfrage und das freundliche Gespräch. Wir haben die Anforderungen Ihrer Linie geprüft "
    "und bieten Ihnen an:",
    "herzlichen Dank für Ihr Interesse an unseren Förder- und Spindelsystemen. Auf Grundlage Ihrer Angaben "
    "unterbreiten wir Ihnen folgendes Angebot:",
    "wie vereinbart erhalten Sie unser Angebot. Die Auslegung beruht auf den Maßen, die unser Außendienst bei "
    "Ihnen aufgenommen hat:",
)
_OFFER_CHANGES = {
    2: "diese Fassung ersetzt die vorherige. Geändert haben sich die Stückzahlen der Position 1 und die "
    "Lieferzeit; die Preise der übrigen Positionen bleiben.",
    3: "nach unserer Besprechung haben wir den Nachlass eingearbeitet und die Zahlungsbedingungen angepasst. "
    "Frühere Fassungen sind damit gegenstandslos.",
}


def our_info(
    case: Case, layout: str, code: str, number: str, on: date, *more: tuple[str, str]
) -> tuple[tuple[str, str], ...]:
    """The information block of our own papers."""
    rows = [(label(code, layout), number), (label("dated", layout), day(on))]
    if case.print_number:
        rows.append((label("customer", layout), case.customer.number))
    return (*rows, *case.extra_info, *more, (label("clerk", layout), case.clerk.name), ("Durchwahl", case.clerk.phone))


def offer(case: Case, on: date, *, version: int = 1, layout: str = "") -> Paper:
    """An offer; later versions keep the number, change the first line and say so."""
    look = layout or case.layout
    number = case.given.get("OFFER") or case.take("OFFER", on)
    if version > 1:
        first = case.items[0]
        case.items = (Item(first.article, first.amount + 1000, 3 * (version - 1)), *case.items[1:])
    opening = _OFFER_CHANGES.get(version) or case.rng.choice(_OFFER_OPENINGS)
    until = on + timedelta(30)
    weeks = 6 + 2 * version + len(case.items)
    body: tuple[Block, ...] = (
        Para(opening),
        priced_table(case.items, with_numbers=look != "sidecolumn"),
        totals(case.net, case.vat_percent),
        Heading("Bedingungen"),
        Bullets(
            (
                f"Lieferzeit: {weeks} Wochen nach Klärung aller technischen Einzelheiten.",
                "Zahlung: 30 % bei Auftrag, 60 % bei Lieferung, 10 % nach Abnahme, jeweils 14 Tage netto."
                if case.net > 2_000_000
                else "Zahlung: 14 Tage 2 % Skonto, 30 Tage netto.",
                "Lieferung: DAP Ihr Werk, ausschließlich Entladung (Incoterms 2020).",
                "Gewährleistung: 24 Monate ab Gefahrübergang bei einschichtigem Betrieb.",
            )
        ),
        Para(
            f"An dieses Angebot halten wir uns bis zum {long_day(until)} gebunden. Wir würden uns freuen, Ihren "
            f"Auftrag zu erhalten."
        ),
    )
    edition = (("Fassung", str(version)),) if version > 1 else ()
    info = our_info(
        case, look, "OFFER", number, on, *edition, (label("project", look), case.project), ("Gültig bis", day(until))
    )
    subject = (
        f"Angebot {number}{f', Fassung {version}' if version > 1 else ''}: {case.items[0].article.name} für "
        f"{case.customer.city}"
    )
    return Paper(
        "OFFER",
        "Angebot",
        number,
        on,
        case.us,
        case.them(),
        info,
        subject,
        body,
        case.contact.greeting,
        case.clerk,
        layout=look,
        net=case.net,
        gross=case.gross,
    )


def customer_order_number(case: Case) -> str:
    """An order number as this customer's own system writes it."""
    if "ORDER_IN" not in case.given:
        style = int(case.customer.number[-1]) % 4
        serial = case.rng.randint(1000, 9899)
        case.given["ORDER_IN"] = (
            f"4500{serial * 7 % 1_000_000:06d}",
            f"B-{case.starts_on:%y}/{serial:05d}",
            f"BE{case.starts_on:%Y}{serial}",
            f"EK-{serial}",
        )[style]
    return case.given["ORDER_IN"]


def order(case: Case, on: date) -> Paper:
    """The customer's order on the customer's own paper."""
    them, look = case.them(), case.customer.letterhead.layout
    number = customer_order_number(case)
    based = f"auf Grundlage Ihres Angebots {case.given['OFFER']} " if "OFFER" in case.given else ""
    due = on + timedelta(case.rng.randint(28, 70))
    body: tuple[Block, ...] = (
        Para(
            f"{based}bestellen wir zu den unten genannten Bedingungen:"
            if based
            else "wir bestellen zu unseren Einkaufsbedingungen:"
        ),
        priced_table(case.items, with_numbers=look != "sidecolumn"),
        totals(case.net, case.vat_percent),
        Fields(
            (
                ("Liefertermin", f"{day(due)} (fix)"),
                (
                    "Lieferanschrift",
                    f"{case.customer.name}, {case.customer.street}, {case.customer.zip} {case.customer.city}",
                ),
                ("Versandart", "frei Haus"),
                ("Zahlungsbedingung", "14 Tage 2 %, 30 Tage netto"),
            )
        ),
        Para(
            "Bitte bestätigen Sie uns Preis und Termin innerhalb von drei Arbeitstagen. Unsere Bestellnummer ist "
            "auf allen Papieren anzugeben."
        ),
    )
    info = [
        (label("ORDER_IN", look), number),
        (label("dated", look), day(on)),
        ("Lieferantennummer", case.customer.supplier_number),
    ]
    if case.print_number:
        info.append(("Unsere Kundennr.", case.customer.number))
    info += [("Einkäufer", case.contact.name), *((("E-Mail", case.contact.email),) if case.contact.email else ())]
    us = _with_contact(case)
    return Paper(
        "ORDER_IN",
        "Bestellung",
        number,
        on,
        them,
        us,
        tuple(info),
        f"Bestellung {number}",
        body,
        "Sehr geehrte Damen und Herren,",
        case.contact,
        net=case.net,
        gross=case.gross,
    )


def _with_contact(case: Case) -> Party:
    return replace(case.us, contact=case.clerk)


def order_confirmation(case: Case, on: date, *, layout: str = "") -> Paper:
    """We confirm the order."""
    look = layout or case.layout
    number = case.take("ORDER_CONF", on)
    ready = on + timedelta(case.rng.randint(21, 60))
    body: tuple[Block, ...] = (
        Para(f"wir danken für Ihre Bestellung {customer_order_number(case)} und bestätigen sie wie folgt:"),
        priced_table(case.items, with_numbers=look != "sidecolumn"),
        totals(case.net, case.vat_percent),
        Para(
            f"Voraussichtlicher Liefertermin: Kalenderwoche {ready.isocalendar().week}/{ready.isocalendar().year}. "
            f"Bitte prüfen Sie Ausführung, Menge und Lieferanschrift; Änderungen sind bis zur Freigabe der "
            f"Zeichnung möglich."
        ),
        Para("Es gelten unsere Verkaufsbedingungen in der Fassung vom 1. Januar 2025.", small=True),
    )
    info = our_info(
        case,
        look,
        "ORDER_CONF",
        number,
        on,
        (label("your_order", look), customer_order_number(case)),
        (label("project", look), case.project),
    )
    return Paper(
        "ORDER_CONF",
        "Auftragsbestätigung",
        number,
        on,
        case.us,
        case.them(),
        info,
        f"Auftragsbestätigung {number}",
        body,
        case.contact.greeting,
        case.clerk,
        layout=look,
        net=case.net,
        gross=case.gross,
    )


def delivery_note(case: Case, on: date, *, layout: str = "", signed: bool = False) -> Paper:
    """A delivery note without prices, with packages and a line for the receiver."""
    look = layout or case.layout
    number = case.take("DELIVERY", on)
    case.given["delivered"] = on.isoformat()
    weight = sum(item.amount for item in case.items) // 1000 * 7 + 34
    body: tuple[Block, ...] = (
        Para("wir liefern Ihnen auf Ihre Rechnung:" if look == "typewriter" else "wir liefern Ihnen heute:"),
        unpriced_table(case.items),
        Fields(
            (
                ("Versandart", case.rng.choice(("Spedition, frei Haus", "eigener Lkw", "Paketdienst"))),
                ("Packstücke", str(1 + len(case.items) // 2)),
                ("Bruttogewicht", f"{weight} kg"),
                ("Lieferbedingung", "DAP Incoterms 2020"),
            )
        ),
        Para(
            "Offene Mängel bitten wir auf dem Frachtbrief zu vermerken und uns binnen acht Tagen zu melden.", small=True
        ),
        Signatures(
            (
                ("Ort, Datum", ""),
                ("Ware vollständig erhalten (Name, Unterschrift)", case.contact.name if signed else ""),
            )
        ),
    )
    refs = [(label("your_order", look), customer_order_number(case))]
    if "ORDER_CONF" in case.given:
        refs.append((label("ORDER_CONF", look), case.given["ORDER_CONF"]))
    info = our_info(case, look, "DELIVERY", number, on, *refs)
    return Paper(
        "DELIVERY",
        "Lieferschein",
        number,
        on,
        case.us,
        case.them(attention=False),
        info,
        f"Lieferschein {number}",
        body,
        "Sehr geehrte Damen und Herren,",
        case.clerk,
        layout=look,
    )


def price_information(case: Case, on: date, *, layout: str = "") -> Paper:
    """A letter about new prices with a short list."""
    look = layout or case.layout
    number = case.take("PRICE_INFO", on)
    starts = date(on.year + (on.month > 9), 1 if on.month > 9 else on.month + 1, 1)
    rise = case.rng.choice((2, 3, 4))
    rows = tuple(
        (
            item.article.number,
            item.article.name,
            euro(item.article.price),
            euro(item.article.price * (100 + rise) // 100),
        )
        for item in case.items
    )
    body: tuple[Block, ...] = (
        Para(
            f"gestiegene Stahl- und Energiepreise zwingen uns, unsere Preise zum {long_day(starts)} um "
            f"durchschnittlich {rise} % anzupassen. Für Artikel, die Sie in den letzten zwölf Monaten bezogen "
            f"haben, gelten dann:"
        ),
        Table(
            (Column("Art.-Nr.", 2), Column("Bezeichnung", 6), Column("bisher €", 2, "r"), Column("neu €", 2, "r")), rows
        ),
        Para(
            "Bestellungen, die bis dahin bei uns eingehen, liefern wir noch zu den alten Preisen. Rahmenverträge "
            "bleiben unberührt."
        ),
    )
    info = our_info(case, look, "PRICE_INFO", number, on)
    return Paper(
        "PRICE_INFO",
        "Preisinformation",
        number,
        on,
        case.us,
        case.them(),
        info,
        f"Preisinformation {number}: neue Preise ab {day(starts)}",
        body,
        case.contact.greeting,
        case.clerk,
        layout=look,
    )


def enquiry_body(case: Case) -> tuple[Block, ...]:
    """What a customer writes who needs something."""
    machine, items = case.machine, case.items
    wishes = tuple(
        f"{item.amount_text} {item.article.unit} {item.article.name} oder gleichwertig" for item in items[:4]
    )
    opening = case.rng.choice(
        (
            "für die Erweiterung unserer Linie 3 suchen wir einen Partner und bitten um ein Angebot über:",
            f"unsere {machine.kind} {machine.model} stößt an ihre Grenzen. Bitte bieten Sie uns für den Umbau an:",
            "im Rahmen unserer Jahresplanung fragen wir folgende Positionen bei Ihnen an:",
            "wir planen den Austausch der Fördertechnik in Halle 2 und bitten um Ihr Angebot:",
        )
    )
    closing = case.rng.choice(
        (
            "Bitte nennen Sie uns auch Lieferzeit, Gewicht und Anschlusswerte. Eine Besichtigung vor Ort ist nach "
            "Absprache jederzeit möglich.",
            "Wichtig sind uns ein Stillstand von höchstens zwei Tagen und eine Einweisung der Schichtführer.",
            "Die Aufstellfläche ist begrenzt, siehe Skizze. Wir benötigen das Angebot bis Ende nächster Woche.",
        )
    )
    return (Para(opening), Bullets(wishes), Para(closing))


def enquiry(case: Case, on: date) -> Paper:
    """An enquiry on the customer's paper."""
    look = case.customer.letterhead.layout
    number = f"AF-{on:%y}-{case.rng.randint(100, 999)}"
    case.given["ENQUIRY"] = number
    info = [("Unser Zeichen", number), (label("dated", look), day(on)), ("Bearbeiter", case.contact.name)]
    if case.print_number:
        info.append(("Unsere Kundennr.", case.customer.number))
    return Paper(
        "ENQUIRY",
        "Anfrage",
        number,
        on,
        case.them(),
        _with_contact(case),
        tuple(info),
        f"Anfrage {number}: {case.items[0].article.name}",
        (
            *enquiry_body(case),
            Remark(
                "Angebotsabgabe", f"Bitte bis {day(on + timedelta(14))} an {case.contact.email or case.customer.email}."
            ),
        ),
        "Sehr geehrte Damen und Herren,",
        case.contact,
    )
