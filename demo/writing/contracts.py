"""Contracts: frame agreement, maintenance, secrecy."""

from __future__ import annotations

from datetime import date, timedelta

from demo.company import COMPANY, SALES
from demo.customers import Customer
from demo.money import day, euro, long_day
from demo.papers import Block, Column, Heading, Paper, Para, Signatures, Table
from demo.writing.case import Case


def _parties(case: Case) -> tuple[Block, ...]:
    us, them = COMPANY, case.customer
    return (
        Para(f"Zwischen der {us.name}, {us.street}, {us.zip} {us.city} (nachfolgend „Auftragnehmer“)"),
        Para(f"und {_article(them)}{_where(them)} (nachfolgend „Auftraggeber“) wird Folgendes vereinbart:"),
    )


def _article(customer: Customer) -> str:
    return "" if customer.name.endswith("e. K.") else "der "


def _where(customer: Customer) -> str:
    return f"{customer.name}, {customer.street}, {customer.zip} {customer.city}"


def _signed(case: Case, on: date, *, by_them: bool = True) -> Signatures:
    return Signatures(
        (
            (f"Erlangen, {day(on)} · {COMPANY.name}", SALES.name),
            (
                f"{case.customer.city}, {day(on + timedelta(4))} · {case.customer.name}",
                case.contact.name if by_them else "",
            ),
        )
    )


_TITLES = {
    "CONTRACT": "Rahmenvertrag",
    "MAINT_CONTRACT": "Wartungsvertrag",
    "NDA": "Geheimhaltungsvereinbarung",
}


def _contract(case: Case, code: str, on: date, *, layout: str, subject: str, body: tuple[Block, ...]) -> Paper:
    title, number = _TITLES[code], case.given[code]
    info = [("Vertragsnummer", number), ("Datum", day(on))]
    if case.print_number:
        info.append(("Kundennummer", case.customer.number))
    info += [*case.extra_info, ("Ansprechpartner", case.clerk.name)]
    return Paper(
        code,
        title,
        number,
        on,
        case.us,
        case.them(),
        tuple(info),
        subject,
        body,
        clerk=case.clerk,
        layout=layout or case.layout,
    )


def frame_contract(case: Case, on: date, *, layout: str = "") -> Paper:
    """A frame agreement on parts, two to three pages."""
    number = case.take("CONTRACT", on)
    value = case.rng.randint(40, 260) * 100_000
    clauses = (
        (
            "§ 1 Gegenstand",
            "Der Auftragnehmer liefert dem Auftraggeber Förderkomponenten, Spindellager und Ersatzteile nach "
            "Abruf. Die Artikel und ihre Nettopreise stehen in der Tabelle zu § 2. Zeichnungen und "
            "Prüfvorschriften in der jeweils freigegebenen Fassung sind Bestandteil dieses Vertrages.",
        ),
        (
            "§ 2 Preise und Abnahmemenge",
            f"Die Parteien gehen von einem jährlichen Abrufvolumen von {euro(value, sign='€')} netto aus. Die "
            f"Preise gelten für zwölf Monate. Ändern sich die Werkstoffkosten um mehr als fünf Prozent, verhandeln "
            f"die Parteien über eine Anpassung; bis zur Einigung gelten die bisherigen Preise.",
        ),
        (
            "§ 3 Abrufe und Lieferzeit",
            "Abrufe erfolgen in Textform mit einer Frist von mindestens fünfzehn Arbeitstagen. Der Auftragnehmer "
            "hält von den mit S gekennzeichneten Artikeln einen Sicherheitsbestand von vier Wochenbedarfen. Er "
            "unterrichtet den Auftraggeber unverzüglich, wenn sich ein Termin verschiebt.",
        ),
        (
            "§ 4 Qualität",
            "Der Auftragnehmer prüft die Teile nach Prüfplan und bewahrt die Aufzeichnungen zehn Jahre auf. Der "
            "Auftraggeber untersucht die Ware auf Transportschäden, Identität und Menge; weitergehende Mängel rügt "
            "er, sobald sie nach den Gegebenheiten eines ordnungsgemäßen Geschäftsablaufs festgestellt werden.",
        ),
        (
            "§ 5 Haftung",
            "Die Parteien haften unbeschränkt für Vorsatz und grobe Fahrlässigkeit sowie bei Verletzung von Leben, "
            "Körper und Gesundheit. Im Übrigen ist die Haftung auf den vertragstypischen, vorhersehbaren Schaden "
            "begrenzt, höchstens auf das Abrufvolumen eines Jahres.",
        ),
        (
            "§ 6 Laufzeit",
            f"Der Vertrag beginnt am {long_day(date(on.year + 1, 1, 1))} und läuft zwei Jahre. Er verlängert sich "
            f"um jeweils ein Jahr, wenn er nicht drei Monate vor Ablauf in Textform gekündigt wird. Das Recht zur "
            f"Kündigung aus wichtigem Grund bleibt unberührt.",
        ),
        (
            "§ 7 Schlussbestimmungen",
            "Es gilt deutsches Recht unter Ausschluss des UN-Kaufrechts. Gerichtsstand ist Nürnberg. Sollte eine "
            "Bestimmung unwirksam sein, bleibt der Vertrag im Übrigen wirksam; an ihre Stelle tritt, was dem "
            "Gewollten am nächsten kommt.",
        ),
    )
    rows = tuple(
        (item.article.number, item.article.name, item.article.unit, euro(item.article.price)) for item in case.items
    )
    table = Table(
        (Column("Art.-Nr.", 2), Column("Bezeichnung", 6), Column("Einheit", 1.5), Column("Preis €", 2, "r")), rows
    )
    body: list[Block] = list(_parties(case))
    for title, text in clauses:
        body += [Heading(title), Para(text)]
        if title.startswith("§ 2"):
            body.append(table)
    body.append(_signed(case, on))
    subject = f"Rahmenvertrag {number} über Förderkomponenten und Ersatzteile"
    return _contract(case, "CONTRACT", on, layout=layout, subject=subject, body=tuple(body))


def maintenance_contract(case: Case, on: date, *, layout: str = "") -> Paper:
    """A maintenance contract for one machine, with serial number and interval."""
    number = case.take("MAINT_CONTRACT", on)
    machine, yearly = case.machine, case.rng.randint(18, 96) * 10_000
    case.given["yearly"] = str(yearly)
    interval = case.rng.choice(("halbjährlich", "vierteljährlich", "jährlich"))
    rows = ((machine.kind, machine.model, machine.serial, str(machine.built), interval),)
    columns = (
        Column("Anlage", 2),
        Column("Typ", 2),
        Column("Seriennummer", 2),
        Column("Baujahr", 1.2, "c"),
        Column("Wartung", 2),
    )
    clauses = (
        (
            "§ 1 Leistungen",
            "Der Auftragnehmer wartet die unten genannte Anlage. Zur Wartung gehören Sichtprüfung, Schmierung, "
            "Nachspannen der Gurte und Ketten, Prüfung der Sicherheitseinrichtungen, Schwingungsmessung an den "
            "Lagerstellen und ein schriftlicher Bericht. Verschleißteile werden nach Aufwand berechnet.",
        ),
        (
            "§ 2 Reaktionszeit",
            "Bei Stillstand meldet sich ein Techniker binnen vier Stunden telefonisch und ist am nächsten "
            "Arbeitstag vor Ort. Die Rufbereitschaft besteht montags bis samstags von 6 bis 20 Uhr.",
        ),
        (
            "§ 3 Vergütung",
            f"Die jährliche Pauschale beträgt {euro(yearly, sign='€')} zuzüglich Umsatzsteuer und wird im Januar "
            f"in Rechnung gestellt. Fahrtkosten sind enthalten.",
        ),
        (
            "§ 4 Mitwirkung",
            "Der Auftraggeber macht die Anlage zum vereinbarten Termin zugänglich, stellt einen Bediener bereit "
            "und sorgt für die Freischaltung.",
        ),
        (
            "§ 5 Laufzeit",
            "Der Vertrag läuft zunächst drei Jahre und verlängert sich um jeweils zwölf Monate, sofern er nicht "
            "mit einer Frist von drei Monaten gekündigt wird.",
        ),
    )
    body: list[Block] = list(_parties(case))
    body.append(Table(columns, rows))
    for title, text in clauses:
        body += [Heading(title), Para(text)]
    body.append(_signed(case, on))
    subject = f"Wartungsvertrag {number}: {machine.kind} {machine.model}, Seriennummer {machine.serial}"
    return _contract(case, "MAINT_CONTRACT", on, layout=layout, subject=subject, body=tuple(body))


def secrecy_agreement(case: Case, on: date, *, layout: str = "", signed: bool = True) -> Paper:
    """A mutual non-disclosure agreement."""
    number = case.take("NDA", on)
    clauses = (
        (
            "1. Zweck",
            f"Die Parteien beabsichtigen, im Projekt {case.project} ({case.machine.kind} {case.machine.model}) "
            f"zusammenzuarbeiten, und tauschen dazu Zeichnungen, Kalkulationen und Verfahrensbeschreibungen aus.",
        ),
        (
            "2. Vertrauliche Informationen",
            "Vertraulich sind alle Unterlagen und Kenntnisse, die eine Partei der anderen zugänglich macht, gleich "
            "in welcher Form, soweit sie nicht offenkundig sind, rechtmäßig von Dritten stammen oder unabhängig "
            "entwickelt wurden.",
        ),
        (
            "3. Pflichten",
            "Die Parteien verwenden die Informationen nur für den genannten Zweck, machen sie nur Beschäftigten "
            "zugänglich, die sie benötigen und die ihrerseits verpflichtet sind, und treffen angemessene Maßnahmen "
            "nach dem Gesetz zum Schutz von Geschäftsgeheimnissen.",
        ),
        (
            "4. Rückgabe",
            "Auf Verlangen sind Unterlagen zurückzugeben oder zu vernichten. Ausgenommen sind Sicherungskopien und "
            "was aufzubewahren das Gesetz vorschreibt.",
        ),
        (
            "5. Vertragsstrafe",
            "Für jeden schuldhaften Verstoß ist eine angemessene Vertragsstrafe zu zahlen, deren Höhe im "
            "Streitfall das Gericht überprüft.",
        ),
        (
            "6. Dauer",
            "Die Vereinbarung gilt drei Jahre ab Unterzeichnung; die Pflicht zur Geheimhaltung endet fünf Jahre "
            "danach.",
        ),
    )
    body: list[Block] = list(_parties(case))
    for title, text in clauses:
        body += [Heading(title), Para(text)]
    body.append(_signed(case, on, by_them=signed))
    subject = f"Geheimhaltungsvereinbarung {number} zum Projekt {case.project}"
    return _contract(case, "NDA", on, layout=layout, subject=subject, body=tuple(body))
