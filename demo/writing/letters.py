"""Letters, mails' texts, master data sheets and the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from demo.checkdigits import spaced
from demo.company import BOOKS
from demo.labels import label
from demo.money import day, long_day
from demo.papers import Block, Fields, Heading, Paper, Para, Remark, Signatures
from demo.writing.case import Case


def letter_to_customer(case: Case, on: date, *, layout: str = "") -> Paper:
    """An ordinary letter of ours."""
    look = layout or case.layout
    subject, texts = case.rng.choice(
        (
            (
                "Betriebsruhe und Rufbereitschaft",
                (
                    f"unser Werk bleibt vom {long_day(on + timedelta(20))} bis zum {long_day(on + timedelta(34))} "
                    f"geschlossen. Der Versand von Ersatzteilen läuft in dieser Zeit eingeschränkt weiter.",
                    "Kunden mit Wartungsvertrag erreichen unsere Rufbereitschaft wie gewohnt. Bitte planen Sie "
                    "Abrufe so, dass sie uns bis eine Woche vorher vorliegen.",
                ),
            ),
            (
                "Ihr Besuch in unserem Werk",
                (
                    f"wir freuen uns, Sie am {long_day(on + timedelta(12))} um 10 Uhr in Erlangen zu begrüßen. "
                    f"Nach einem Rundgang durch die Montage zeigen wir Ihnen Ihre Anlage im Probelauf.",
                    "Bitte bringen Sie Sicherheitsschuhe mit. Parkplätze finden Sie an der Einfahrt Nord; melden "
                    "Sie sich am Empfang.",
                ),
            ),
            (
                "Neue Ansprechpartnerin im Innendienst",
                (
                    "Herr Göllner übernimmt ab dem kommenden Monat neue Aufgaben im Haus. Ihre Anfragen und "
                    "Aufträge betreut künftig Frau Katharina Wiesinger.",
                    "An Ihren Vereinbarungen ändert sich nichts. Frau Wiesinger wird sich in den nächsten Tagen "
                    "bei Ihnen vorstellen.",
                ),
            ),
        )
    )
    info = [("Unser Zeichen", case.project), (label("dated", look), day(on))]
    if case.print_number:
        info.append((label("customer", look), case.customer.number))
    info += [*case.extra_info, (label("clerk", look), case.clerk.name), ("Durchwahl", case.clerk.phone)]
    return Paper(
        "LETTER",
        "",
        "",
        on,
        case.us,
        case.them(),
        tuple(info),
        subject,
        tuple(Para(text) for text in texts),
        case.contact.greeting,
        case.clerk,
        layout=look,
    )


def letter_from_customer(case: Case, on: date) -> Paper:
    """An ordinary letter from a customer."""
    look = case.customer.letterhead.layout
    subject, texts = case.rng.choice(
        (
            (
                "Änderung unserer Bankverbindung",
                (
                    f"bitte verwenden Sie für Zahlungen an uns ab sofort nur noch das Konto "
                    f"{spaced(case.customer.iban) or 'laut Briefbogen'} bei der {case.customer.bank}.",
                    "Die frühere Bankverbindung wird zum Quartalsende aufgelöst. Bitte ändern Sie Ihre Stammdaten "
                    "entsprechend.",
                ),
            ),
            (
                "Terminverschiebung der Inbetriebnahme",
                (
                    f"die Hallenerweiterung verzögert sich. Wir bitten Sie, die Inbetriebnahme im Projekt "
                    f"{case.project} auf den {long_day(on + timedelta(25))} zu verschieben.",
                    "Die Anschlüsse für Druckluft und Strom stehen dann bereit. Bitte bestätigen Sie uns den neuen "
                    "Termin.",
                ),
            ),
            (
                "Dank für den schnellen Einsatz",
                (
                    "Ihr Team hat unsere Anlage am vergangenen Samstag in wenigen Stunden wieder zum Laufen "
                    "gebracht. Dafür möchten wir uns ausdrücklich bedanken.",
                    "Bitte richten Sie unseren Dank auch Frau Rauh aus.",
                ),
            ),
        )
    )
    info = [
        (label("dated", look), day(on)),
        ("Unser Zeichen", f"{case.contact.last[:2].lower()}-{case.rng.randint(10, 99)}"),
    ]
    if case.print_number:
        info.append(("Unsere Kundennr.", case.customer.number))
    us = replace(case.us, contact=case.clerk)
    return Paper(
        "LETTER",
        "",
        "",
        on,
        case.them(),
        us,
        tuple(info),
        subject,
        tuple(Para(text) for text in texts),
        case.clerk.greeting,
        case.contact,
    )


def master_data_sheet(case: Case, on: date, *, layout: str = "tablehead") -> Paper:
    """The sheet a new customer fills in: address, tax, bank, contacts."""
    c = case.customer
    people = tuple((f"Ansprechpartner {p.role}", f"{p.name}{f', {p.email}' if p.email else ''}") for p in c.contacts)
    body: tuple[Block, ...] = (
        Heading("Firma"),
        Fields(
            (
                ("Firma", c.name),
                ("Zusatz", c.addition or "–"),
                ("Straße", c.street),
                ("PLZ, Ort", f"{c.zip} {c.city}"),
                ("Telefon", c.phone or "–"),
                ("E-Mail", c.email),
                ("Handelsregister", c.register or "–"),
                ("Geschäftsführung", c.directors),
            )
        ),
        Heading("Steuer und Bank"),
        Fields(
            (
                ("USt-IdNr.", c.vat_id or "–"),
                ("IBAN", spaced(c.iban) or "–"),
                ("BIC", c.bic if c.iban else "–"),
                ("Bank", c.bank),
            )
        ),
        Heading("Ansprechpartner"),
        Fields(people, columns=1),
        Remark(
            "Einwilligung",
            "Die Angaben werden zur Abwicklung der Geschäftsbeziehung gespeichert. Hinweise zum Datenschutz haben "
            "wir erhalten.",
        ),
        Signatures(((f"{c.city}, {day(on)}", ""), ("Unterschrift, Firmenstempel", c.contact.name))),
    )
    info = [("Stand", day(on))]
    if case.print_number:
        info.append(("Kunden-Nr.", c.number))
    info += [("Angelegt von", BOOKS.name), ("Lieferantennr.", c.supplier_number)]
    return Paper(
        "MASTER_DATA",
        "Stammdatenblatt",
        "",
        on,
        case.us,
        case.them(attention=False),
        tuple(info),
        f"Stammdatenblatt {c.name}",
        body,
        form=True,
        layout=layout,
    )


def certificate(case: Case, on: date, *, layout: str = "") -> Paper:
    """Something that belongs to no other class: a long-term supplier's declaration."""
    look = layout or case.layout
    number = f"LE-{on.year}-{case.rng.randint(100, 999)}"
    info = [("Zeichen", number), (label("dated", look), day(on))]
    if case.print_number:
        info.append((label("customer", look), case.customer.number))
    info += case.extra_info
    body: tuple[Block, ...] = (
        Para(
            f"hiermit erklären wir, dass die nachstehend bezeichneten Waren, die wir der {case.customer.name} "
            f"regelmäßig liefern, Ursprungserzeugnisse der Europäischen Union sind:"
        ),
        Fields(tuple((item.article.number, item.article.name) for item in case.items[:6])),
        Para(
            f"Diese Erklärung gilt für alle Sendungen bis zum {long_day(date(on.year, 12, 31))}. Wir verpflichten "
            f"uns, jede Änderung unverzüglich mitzuteilen."
        ),
    )
    return Paper(
        "OTHER",
        "Langzeit-Lieferantenerklärung",
        number,
        on,
        case.us,
        case.them(attention=False),
        tuple(info),
        f"Langzeit-Lieferantenerklärung {number}",
        body,
        "Sehr geehrte Damen und Herren,",
        case.clerk,
        layout=look,
    )
