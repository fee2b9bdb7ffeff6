"""Service reports, acceptance records, complaints."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from demo.company import FITTER, SERVICE
from demo.labels import label
from demo.money import day, long_day
from demo.papers import Block, Checks, Column, Fields, Heading, Paper, Para, Remark, Signatures, Table
from demo.writing.case import Case

_FAULTS = (
    (
        "Laufgeräusch an der Spindel im Bereich von 9.000 1/min, Lagertemperatur 71 °C",
        "Spindellager vorn zeigt Laufspuren und Schmierstoffmangel. Lagersatz getauscht, Vorspannung nach "
        "Datenblatt eingestellt, Einlaufprogramm gefahren.",
        ("100-4711", "Spindellager Satz SL 63", "1"),
    ),
    (
        "Gurt läuft nach links, Kante ausgefranst",
        "Umlenktrommel um 1,2 mm versetzt ausgerichtet, Gurt gekürzt und neu verschweißt, Abstreifer nachgestellt.",
        ("120-0840", "Fördergurt PU 2-lagig", "6"),
    ),
    (
        "Anlage bleibt sporadisch mit Meldung „Lichtschranke B12“ stehen",
        "Stecker von B12 oxidiert, Leitung im Schleppketteneinlauf angescheuert. Leitung und Sensor ersetzt, "
        "Zugentlastung ergänzt.",
        ("130-2260", "Lichtschranke LS 18 PNP", "1"),
    ),
    (
        "Kühlschmierstoff tritt an der Drehdurchführung aus",
        "Gleitringdichtung verschlissen. Dichtungssatz erneuert, Filter 25 µm nachgerüstet, Druckprobe 80 bar über "
        "30 Minuten ohne Befund.",
        ("160-7001", "Dichtungssatz Drehdurchführung", "1"),
    ),
    (
        "Antrieb Hubwerk löst Überstrom aus",
        "Bremse lüftet verzögert, Bremsbelag an der Verschleißgrenze. Bremse ersetzt, Umrichterparameter "
        "gesichert, Referenzfahrt ausgeführt.",
        ("130-2204", "Getriebemotor 0,75 kW", "1"),
    ),
)


def service_report(case: Case, on: date, *, layout: str = "tablehead", maintenance: bool = False) -> Paper:
    """What the fitter found and did, with serial number, hours and both signatures."""
    number = case.take("SERVICE_REPORT", on)
    fault, work, part = case.rng.choice(_FAULTS)
    machine, hours = case.machine, case.rng.randint(2, 7)
    case.given["fault"] = fault
    if maintenance:
        fault, work = (
            f"planmäßige Wartung nach Wartungsplan, Stufe {case.rng.choice('AB')}",
            "Alle Punkte des Wartungsplans abgearbeitet, keine sicherheitsrelevanten Mängel.",
        )
    counter = f"{case.rng.randint(2, 38)}.{case.rng.randint(100, 999)} h"
    body: list[Block] = [
        Fields(
            (
                ("Anlage", f"{machine.kind} {machine.model}"),
                ("Seriennummer", machine.serial),
                ("Baujahr", str(machine.built)),
                ("Betriebsstunden", counter),
                ("Einsatzort", f"{case.customer.street}, {case.customer.zip} {case.customer.city}"),
                ("Techniker", FITTER.name),
            )
        ),
        Heading("Auftrag / Störung"),
        Para(fault),
        Heading("Ausgeführte Arbeiten"),
        Para(work),
    ]
    if maintenance:
        body.append(
            Checks(
                (
                    ("Not-Halt und Schutztüren geprüft", True, "i. O."),
                    ("Ketten und Gurte gespannt, geschmiert", True, "nachgespannt"),
                    (
                        "Schwingwerte nach DIN ISO 20816 gemessen",
                        True,
                        f"{case.rng.randint(8, 19) / 10:.1f} mm/s".replace(".", ","),
                    ),
                    ("Schaltschrank gereinigt, Filtermatten getauscht", True, "i. O."),
                    ("Datensicherung der Steuerung", case.rng.random() < 0.7, ""),
                )
            )
        )
    else:
        body.append(Table((Column("Art.-Nr.", 2), Column("Verbautes Material", 6), Column("Menge", 1.5, "r")), (part,)))
    body += [
        Table(
            (
                Column("Datum", 2),
                Column("Ankunft", 1.5, "c"),
                Column("Abfahrt", 1.5, "c"),
                Column("Arbeit (Std.)", 1.5, "r"),
                Column("Fahrt (km)", 1.5, "r"),
            ),
            ((day(on), "07:45", f"{8 + hours:02d}:15", f"{hours},5", str(case.rng.randint(20, 380))),),
        ),
        Remark(
            "Empfehlung",
            case.rng.choice(
                (
                    "Lager in 2.000 Betriebsstunden erneut messen.",
                    "Ersatzgurt bevorraten, Lieferzeit derzeit drei Wochen.",
                    "Schmierintervall auf vier Wochen verkürzen.",
                    "Keine weiteren Maßnahmen erforderlich.",
                )
            ),
        ),
        Signatures(
            ((f"{FITTER.name}, Techniker", FITTER.name), (f"{case.contact.name}, für den Kunden", case.contact.name))
        ),
    ]
    info = [("Bericht-Nr.", number), ("Datum", day(on))]
    if case.print_number:
        info.append((label("customer", layout), case.customer.number))
    info += [*case.extra_info, ("Seriennummer", machine.serial), ("Projekt", case.project)]
    if "MAINT_CONTRACT" in case.given:
        info.append(("Wartungsvertrag", case.given["MAINT_CONTRACT"]))
    return Paper(
        "SERVICE_REPORT",
        "Servicebericht",
        number,
        on,
        case.us,
        case.them(attention=False),
        tuple(info),
        f"Servicebericht {number}: {machine.kind} {machine.model}",
        tuple(body),
        form=True,
        layout=layout,
    )


def acceptance(case: Case, on: date, *, layout: str = "tablehead") -> Paper:
    """The record of taking over a plant."""
    number = case.take("ACCEPTANCE", on)
    machine, defects = case.machine, case.rng.random() < 0.4
    checks = Checks(
        (
            ("Lieferumfang vollständig laut Auftragsbestätigung", True, case.given.get("ORDER_CONF", "")),
            (
                "Leistung: 1.200 Teile je Stunde über 60 Minuten nachgewiesen",
                True,
                f"{case.rng.randint(1200, 1290)} Teile/h",
            ),
            ("Sicherheitseinrichtungen geprüft, CE-Kennzeichnung angebracht", True, "i. O."),
            (
                "Schalldruckpegel am Bedienplatz unter 75 dB(A)",
                not defects,
                "78 dB(A), Nacharbeit" if defects else "72 dB(A)",
            ),
            ("Dokumentation in deutscher Sprache übergeben", True, "2 Ordner, 1 Datenträger"),
            ("Bediener eingewiesen", True, f"{case.rng.randint(2, 8)} Personen"),
        )
    )
    verdict = (
        Remark(
            "Ergebnis",
            f"Abnahme unter Vorbehalt. Restmangel: Schallschutz am Antrieb, zu beheben bis {day(on + timedelta(21))}.",
        )
        if defects
        else Remark(
            "Ergebnis",
            "Die Anlage ist frei von wesentlichen Mängeln und wird abgenommen. Die Gewährleistungsfrist beginnt heute.",
        )
    )
    body: tuple[Block, ...] = (
        Fields(
            (
                ("Anlage", f"{machine.kind} {machine.model}"),
                ("Seriennummer", machine.serial),
                ("Projekt", case.project),
                ("Auftrag", case.given.get("ORDER_CONF", "–")),
            )
        ),
        Heading("Prüfpunkte"),
        checks,
        verdict,
        Para("Mit der Unterschrift geht die Gefahr auf den Auftraggeber über.", small=True),
        Signatures(
            (
                (f"{SERVICE.name}, Auftragnehmer", SERVICE.name),
                (f"{case.contact.name}, Auftraggeber", case.contact.name),
            )
        ),
    )
    info = [("Protokoll-Nr.", number), ("Datum", day(on))]
    if case.print_number:
        info.append((label("customer", layout), case.customer.number))
    info += [*case.extra_info, ("Seriennummer", machine.serial), ("Projekt", case.project)]
    return Paper(
        "ACCEPTANCE",
        "Abnahmeprotokoll",
        number,
        on,
        case.us,
        case.them(attention=False),
        tuple(info),
        f"Abnahmeprotokoll {number}: {machine.kind} {machine.model}",
        body,
        form=True,
        layout=layout,
    )


def complaint_text(case: Case) -> tuple[str, ...]:
    """What the customer complains about, in sentences."""
    machine = case.machine
    return case.rng.choice(
        (
            (
                f"seit dem letzten Einsatz Ihres Technikers macht die {machine.kind} {machine.model} (Seriennummer "
                f"{machine.serial}) ein deutliches Lagergeräusch, besonders beim Anlaufen aus dem kalten Zustand. "
                f"Die Temperatur am vorderen Lager liegt bei 68 °C.",
                "Wir haben die Drehzahl vorsorglich auf 60 % begrenzt. Bitte senden Sie umgehend einen Techniker "
                "und teilen Sie uns mit, ob die Reparatur unter die Gewährleistung fällt.",
            ),
            (
                f"bei der Wareneingangsprüfung Ihrer Lieferung {case.given.get('DELIVERY', '')} haben wir "
                f"festgestellt, dass zwei Tragrollen eingedrückt sind und die Achse nicht federt.".replace("  ", " "),
                "Ein Foto liegt bei. Wir bitten um Ersatz frei Haus bis Ende der Woche und um Abholung der "
                "beschädigten Teile.",
            ),
            (
                f"an der {machine.kind} {machine.model}, Seriennummer {machine.serial}, ist der Gurt nach nur elf "
                f"Wochen an der Schweißstelle gerissen. Wir hatten dadurch sechs Stunden Stillstand in der "
                f"Spätschicht.",
                "Wir reklamieren den Gurt, erwarten kostenlosen Ersatz und eine Stellungnahme zur Ursache in Form "
                "eines 8D-Berichts.",
            ),
        )
    )


def complaint(case: Case, on: date) -> Paper:
    """A letter of complaint on the customer's paper."""
    look = case.customer.letterhead.layout
    number = f"QM-{on:%y}-{case.rng.randint(100, 999)}"
    info = [("Reklamation Nr.", number), (label("dated", look), day(on)), ("Bearbeiter", case.contact.name)]
    if case.print_number:
        info.append(("Unsere Kundennr.", case.customer.number))
    body = tuple(Para(text) for text in complaint_text(case))
    answer = Para(
        f"Wir erwarten Ihre Antwort bis zum {long_day(on + timedelta(5))} und behalten uns weitere Ansprüche vor."
    )
    return Paper(
        "COMPLAINT",
        "Reklamation",
        number,
        on,
        case.them(),
        replace(case.us, contact=SERVICE),
        tuple(info),
        f"Mängelrüge / Reklamation {number}: {case.machine.kind} {case.machine.model}",
        (*body, answer),
        "Sehr geehrter Herr Hertlein,",
        case.contact,
    )


def eight_d_report(case: Case, on: date, *, layout: str = "") -> Paper:
    """Our answer to a complaint: the eight disciplines."""
    look = layout or case.layout
    number = case.take("COMPLAINT", on)
    machine = case.machine
    rows = (
        ("D1 Team", f"{SERVICE.name} (Leitung), {FITTER.name}, Qualitätsstelle"),
        (
            "D2 Problem",
            f"Lagergeräusch an {machine.kind} {machine.model}, Seriennummer {machine.serial}, gemeldet von "
            f"{case.contact.name}",
        ),
        ("D3 Sofortmaßnahme", "Drehzahl begrenzt, Ersatzspindel aus dem Servicelager bereitgestellt"),
        ("D4 Ursache", "Schmierstoffmenge bei der Montage unterschritten; Dosiergerät verstellt"),
        ("D5 Abstellmaßnahme", "Dosiergerät gesperrt und kalibriert, Lagersatz getauscht"),
        (
            "D6 Wirksamkeit",
            f"Schwingwert nach Tausch {case.rng.randint(6, 14) / 10:.1f} mm/s, Temperatur 41 °C".replace(".", ",", 1),
        ),
        ("D7 Vorbeugung", "Wägung der Lager in den Prüfplan aufgenommen, Unterweisung der Montage"),
        ("D8 Abschluss", f"Abgeschlossen am {day(on)}, Kosten trägt der Hersteller"),
    )
    body: tuple[Block, ...] = (
        Table((Column("Schritt", 2), Column("Feststellung", 7)), rows),
        Para("Für die Unannehmlichkeiten bitten wir um Entschuldigung."),
    )
    info = [("Reklamation", number), ("Datum", day(on))]
    if case.print_number:
        info.append((label("customer", look), case.customer.number))
    info += [*case.extra_info, ("Seriennummer", machine.serial), ("Bearbeiter", SERVICE.name)]
    return Paper(
        "COMPLAINT",
        "8D-Report zur Reklamation",
        number,
        on,
        case.us,
        case.them(),
        tuple(info),
        f"8D-Report zur Reklamation {number}",
        body,
        case.contact.greeting,
        SERVICE,
        layout=look,
    )
