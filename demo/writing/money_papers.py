"""Invoices, corrections, reminders, payment advice."""

from __future__ import annotations

from datetime import date, timedelta

from demo.checkdigits import spaced
from demo.company import BOOKS, COMPANY
from demo.goods import Item
from demo.labels import label
from demo.money import day, euro, long_day, share
from demo.papers import Block, Column, Fields, Paper, Para, Remark, Table, Totals
from demo.parties import Party
from demo.writing.case import Case, priced_table, totals
from demo.writing.sales import customer_order_number, our_info

_WITHIN_UNION = "Steuerfreie innergemeinschaftliche Lieferung nach § 4 Nr. 1 Buchst. b in Verbindung mit § 6a UStG."


def invoice(case: Case, on: date, *, layout: str = "", embed_fonts: bool = False) -> Paper:
    """Our invoice with everything § 14 Abs. 4 UStG asks for."""
    look = layout or case.layout
    number = case.take("INV_OUT", on)
    delivered = date.fromisoformat(case.given["delivered"]) if "delivered" in case.given else on - timedelta(2)
    case.given["invoiced"], case.given["due"] = on.isoformat(), (on + timedelta(30)).isoformat()
    refs = [(label("your_order", look), customer_order_number(case))]
    if "DELIVERY" in case.given:
        refs.append((label("DELIVERY", look), case.given["DELIVERY"]))
    refs.append(("Leistungsdatum" if case.items[0].article.unit == "Std" else "Lieferdatum", day(delivered)))
    if not case.vat_percent:
        refs.append(("Ihre USt-IdNr.", case.customer.vat_id))
    body: tuple[Block, ...] = (
        Para("für unsere Lieferungen und Leistungen berechnen wir Ihnen:"),
        priced_table(case.items, with_numbers=look != "sidecolumn"),
        totals(case.net, case.vat_percent),
        *(() if case.vat_percent else (Para(_WITHIN_UNION),)),
        Para(
            f"Zahlbar bis {long_day(on + timedelta(30))} ohne Abzug; bei Zahlung bis "
            f"{long_day(on + timedelta(14))} gewähren wir 2 % Skonto ({euro(share(case.gross, 2), sign='€')})."
        ),
        Para(
            f"Bitte überweisen Sie auf unser Konto {spaced(COMPANY.iban)} bei der {COMPANY.bank} und geben Sie die "
            f"Rechnungsnummer an. Die Ware bleibt bis zur vollständigen Bezahlung unser Eigentum.",
            small=True,
        ),
    )
    info = our_info(case, look, "INV_OUT", number, on, *refs)
    return Paper(
        "INV_OUT",
        "Rechnung",
        number,
        on,
        case.us,
        case.them(attention=False),
        info,
        f"Rechnung {number}",
        body,
        "Sehr geehrte Damen und Herren,",
        BOOKS,
        closing="",
        layout=look,
        net=case.net,
        gross=case.gross,
        embed_fonts=embed_fonts,
    )


def credit_note(case: Case, on: date, *, layout: str = "", embed_fonts: bool = False) -> Paper:
    """A correction of one line of the invoice."""
    look = layout or case.layout
    number = case.take("CREDIT_NOTE", on)
    line = case.items[0]
    returned = Item(line.article, 1000 if line.amount >= 1000 else line.amount, line.discount)
    reason = case.rng.choice(
        ("Rücknahme eines mangelhaften Teils", "Fehlmenge laut Lieferschein", "versehentlich doppelt berechnet")
    )
    refs = (("zu Rechnung", case.given["INV_OUT"]), ("vom", day(date.fromisoformat(case.given["invoiced"]))))
    body: tuple[Block, ...] = (
        Para(f"zu unserer Rechnung {case.given['INV_OUT']} schreiben wir Ihnen gut ({reason}):"),
        priced_table((returned,), with_numbers=look != "sidecolumn"),
        totals(returned.total, case.vat_percent),
        *(() if case.vat_percent else (Para(_WITHIN_UNION),)),
        Para(
            "Den Betrag verrechnen wir mit der nächsten Zahlung. Bitte berichtigen Sie Ihren Vorsteuerabzug "
            "entsprechend."
        ),
    )
    info = our_info(case, look, "CREDIT_NOTE", number, on, *refs)
    gross = returned.total + share(returned.total, case.vat_percent)
    return Paper(
        "CREDIT_NOTE",
        "Rechnungskorrektur" if look == "modern" else "Gutschrift",
        number,
        on,
        case.us,
        case.them(attention=False),
        info,
        f"Gutschrift {number} zur Rechnung {case.given['INV_OUT']}",
        body,
        "Sehr geehrte Damen und Herren,",
        BOOKS,
        closing="",
        layout=look,
        net=returned.total,
        gross=gross,
        embed_fonts=embed_fonts,
    )


def credited_items(case: Case) -> tuple[Item, ...]:
    """The line a credit note takes back, for its e-invoice."""
    line = case.items[0]
    return (Item(line.article, 1000 if line.amount >= 1000 else line.amount, line.discount),)


def dunning(case: Case, on: date, *, level: int = 1, layout: str = "") -> Paper:
    """A reminder; the second one asks for interest and a fee."""
    look = layout or case.layout
    number = case.take("DUNNING", on)
    due = date.fromisoformat(case.given["due"])
    late = max((on - due).days, 1)
    fee = 0 if level == 1 else 4000
    interest = 0 if level == 1 else case.gross * late * 9 // 36500
    row = (
        case.given["INV_OUT"],
        day(date.fromisoformat(case.given["invoiced"])),
        day(due),
        str(late),
        euro(case.gross),
    )
    columns = (
        Column("Rechnung", 3),
        Column("vom", 2),
        Column("fällig am", 2),
        Column("Tage", 1, "r"),
        Column("offen €", 2, "r"),
    )
    opening = (
        "sicher ist es Ihrer Aufmerksamkeit entgangen, dass die folgende Rechnung noch offen ist:"
        if level == 1
        else "trotz unserer Erinnerung konnten wir für die folgende Rechnung noch keinen Zahlungseingang feststellen:"
    )
    sums = (
        Totals((("Offener Betrag", euro(case.gross, sign="€")),))
        if level == 1
        else Totals(
            (
                ("Offener Betrag", euro(case.gross, sign="€")),
                ("Verzugszinsen § 288 BGB", euro(interest, sign="€")),
                ("Pauschale § 288 Abs. 5 BGB", euro(fee, sign="€")),
                ("Zu zahlen", euro(case.gross + interest + fee, sign="€")),
            )
        )
    )
    body: tuple[Block, ...] = (
        Para(opening),
        Table(columns, (row,)),
        sums,
        Para(
            f"Wir bitten um Ausgleich bis zum {long_day(on + timedelta(10))}. Hat sich Ihre Zahlung mit diesem "
            f"Schreiben gekreuzt, betrachten Sie es als gegenstandslos."
        ),
    )
    title = "Zahlungserinnerung" if level == 1 else f"{level}. Mahnung"
    info = our_info(case, look, "DUNNING", number, on, ("Mahnstufe", str(level)))
    return Paper(
        "DUNNING",
        title,
        number,
        on,
        case.us,
        case.them(attention=False),
        info,
        f"{title} zur Rechnung {case.given['INV_OUT']}",
        body,
        "Sehr geehrte Damen und Herren,",
        BOOKS,
        layout=look,
        gross=case.gross + interest + fee,
    )


def payment_advice(case: Case, on: date) -> Paper:
    """The customer tells what the transfer is for."""
    look = case.customer.letterhead.layout
    number = f"ZA{on:%y%m%d}{case.rng.randint(10, 99)}"
    cut = share(case.gross, 2)
    row = (
        case.given["INV_OUT"],
        day(date.fromisoformat(case.given["invoiced"])),
        euro(case.gross),
        euro(cut),
        euro(case.gross - cut),
    )
    columns = (
        Column("Ihre Rechnung", 3),
        Column("vom", 2),
        Column("Betrag €", 2, "r"),
        Column("Skonto €", 2, "r"),
        Column("Zahlung €", 2, "r"),
    )
    body: tuple[Block, ...] = (
        Para("mit Wertstellung in den nächsten Tagen überweisen wir Ihnen:"),
        Table(columns, (row,)),
        Totals((("Zahlbetrag", euro(case.gross - cut, sign="€")),)),
        Fields(
            (
                ("Auf Ihr Konto", spaced(COMPANY.iban)),
                ("Von unserem Konto", spaced(case.customer.iban) or case.customer.bank),
            )
        ),
    )
    info = [("Avis-Nr.", number), (label("dated", look), day(on)), ("Lieferantennummer", case.customer.supplier_number)]
    if case.print_number:
        info.append(("Unsere Kundennr.", case.customer.number))
    return Paper(
        "PAYMENT",
        "Zahlungsavis",
        number,
        on,
        case.them(),
        COMPANY,
        tuple(info),
        f"Zahlungsavis {number}",
        body,
        "Sehr geehrte Damen und Herren,",
        case.contact,
        gross=case.gross - cut,
    )


def supplier_invoice(case: Case, seller: Party, number: str, on: date, *, note: str = "") -> Paper:
    """Somebody bills us: the seller is a supplier, or a customer who also supplies."""
    look = seller.letterhead.layout
    body: tuple[Block, ...] = (
        Para("für unsere Leistung erlauben wir uns zu berechnen:"),
        priced_table(case.items, with_numbers=look != "sidecolumn"),
        totals(case.net, 19),
        Para(f"Lieferdatum: {day(on - timedelta(3))}. Zahlbar innerhalb von 14 Tagen ohne Abzug."),
        *((Remark("Hinweis", note),) if note else ()),
    )
    info = (
        (label("INV_IN", look), number),
        (label("dated", look), day(on)),
        ("Ihre Kundennummer", f"{case.rng.randint(20000, 29999)}"),
        ("Ihre Bestellung", f"EB-{on:%y}-{case.rng.randint(1000, 9999)}"),
        ("Unsere USt-IdNr.", seller.vat_id),
    )
    gross = case.net + share(case.net, 19)
    return Paper(
        "INV_IN",
        "Rechnung",
        number,
        on,
        seller,
        COMPANY,
        info,
        f"Rechnung {number}",
        body,
        "Sehr geehrte Damen und Herren,",
        closing="",
        layout=look,
        net=case.net,
        gross=gross,
    )
