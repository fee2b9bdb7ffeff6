"""What customers write in e-mails, and what stands in calculations, slides and notes."""

from __future__ import annotations

from datetime import date, datetime, time

from demo.company import COMPANY, FITTER, SALES, SERVICE
from demo.files.excel import Cell, SheetOfCells, workbook
from demo.files.mail import Letter
from demo.files.slides import presentation
from demo.money import day, euro
from demo.papers import Bullets, Para
from demo.parties import Person
from demo.writing.case import Case
from demo.writing.sales import enquiry_body
from demo.writing.service import complaint_text


def _from(case: Case) -> tuple[str, str]:
    return case.contact.name, case.contact.email or case.customer.email


def _at(case: Case, on: date) -> datetime:
    return datetime.combine(on, time(case.rng.randint(7, 17), case.rng.randint(0, 59)))


def _signed(case: Case) -> str:
    customer = case.customer
    lines = [
        "",
        "Mit freundlichen Grüßen",
        case.contact.name,
        case.contact.role,
        "",
        customer.name,
        f"{customer.street}, {customer.zip} {customer.city}",
    ]
    if case.contact.phone or customer.phone:
        lines.append(f"Tel. {case.contact.phone or customer.phone}")
    if case.print_number:
        lines.append(f"Unsere Kundennummer bei Ihnen: {customer.number}")
    return "\n".join(lines)


def _to(person: Person) -> tuple[str, str]:
    return person.name, person.email


def enquiry_mail(case: Case, on: date, attachments: tuple[tuple[str, bytes], ...] = ()) -> Letter:
    """An enquiry written as a mail."""
    text = [case.clerk.greeting, ""]
    for block in enquiry_body(case):
        if isinstance(block, Para):
            text += [block.text, ""]
        elif isinstance(block, Bullets):
            text += [f"- {item}" for item in block.items] + [""]
    subject = f"Anfrage: {case.items[0].article.name} für {case.customer.city}"
    return Letter(
        _from(case), _to(case.clerk), subject, "\n".join(text) + _signed(case), _at(case, on), attachments=attachments
    )


def order_mail(case: Case, on: date, attachment: tuple[str, bytes], number: str) -> Letter:
    """A short mail with the order attached."""
    text = (
        f"{case.clerk.greeting}\n\nanbei erhalten Sie unsere Bestellung {number}. Wir bitten um "
        f"Auftragsbestätigung.\n{_signed(case)}"
    )
    return Letter(_from(case), _to(case.clerk), f"Bestellung {number}", text, _at(case, on), attachments=(attachment,))


def complaint_mail(case: Case, on: date, attachments: tuple[tuple[str, bytes], ...]) -> Letter:
    """A complaint with photographs, as text and HTML."""
    paragraphs = [SERVICE.greeting, *complaint_text(case)]
    html = "".join(f"<p>{text}</p>" for text in paragraphs) + _signed(case).replace("\n", "<br>")
    subject = f"Reklamation {case.machine.kind} {case.machine.model}, Seriennummer {case.machine.serial}"
    return Letter(
        _from(case),
        _to(SERVICE),
        subject,
        "\n\n".join(paragraphs) + "\n" + _signed(case),
        _at(case, on),
        html=f'<html><body style="font-family:Calibri,Arial">{html}</body></html>',
        attachments=attachments,
    )


def talk_mail(case: Case, on: date, *, replies_to: str = "") -> Letter:
    """An ordinary mail about the project."""
    subject, text = case.rng.choice(
        (
            (
                "Termin Inbetriebnahme",
                f"können wir die Inbetriebnahme im Projekt {case.project} auf Mittwoch, 9 Uhr legen? Der Kran ist "
                f"dann frei.\nBitte geben Sie mir kurz Bescheid.",
            ),
            (
                "Rückfrage Zeichnung",
                f"auf der Zeichnung zum Projekt {case.project} fehlt uns das Maß vom Fußboden bis Oberkante Gurt. "
                f"Bitte ergänzen und neu schicken.",
            ),
            (
                "Adresse Wareneingang",
                "ab sofort nimmt unser Wareneingang nur noch an Tor 4 an, montags bis freitags von 6 bis 14 Uhr. "
                "Bitte teilen Sie das Ihrer Spedition mit.",
            ),
        )
    )
    mark = "Re: " if replies_to else ""
    return Letter(
        _from(case),
        _to(case.clerk),
        f"{mark}{subject}",
        f"{case.clerk.greeting}\n\n{text}\n{_signed(case)}",
        _at(case, on),
        replies_to=replies_to,
    )


def calculation(case: Case, on: date, number: str) -> bytes:
    """An Excel calculation of the case's items with material, wage and margin."""
    head = tuple(
        Cell(text, "head")
        for text in ("Pos.", "Artikel", "Menge", "Herstellkosten", "Verkaufspreis", "Deckungsbeitrag", "Marge")
    )
    first = 7
    rows: list[tuple[Cell | str | float, ...]] = []
    for n, item in enumerate(case.items):
        r, amount, price = first + n, item.amount / 1000, item.price / 100
        cost = round(price * 0.01 * case.rng.randint(58, 81), 2)
        rows.append(
            (
                n + 1,
                item.article.name,
                amount,
                Cell(cost, "euro"),
                Cell(price, "euro"),
                Cell(round((price - cost) * amount, 2), "euro", f"(E{r}-D{r})*C{r}"),
                Cell(round(1 - cost / price, 4), "percent", f"1-D{r}/E{r}"),
            )
        )
    last = first + len(rows) - 1
    revenue = round(sum(item.amount / 1000 * item.price / 100 for item in case.items), 2)
    sheet = SheetOfCells(
        "Kalkulation",
        (7, 34, 10, 17, 17, 18, 10),
        (
            (Cell(f"Kalkulation {number}", "title"),),
            (Cell("Kunde", "bold"), case.customer.name, "", Cell("Datum", "bold"), day(on)),
            (
                Cell("Kundennr.", "bold"),
                case.customer.number if case.print_number else "",
                "",
                Cell("Projekt", "bold"),
                case.project,
            ),
            (Cell("Ort", "bold"), f"{case.customer.street}, {case.customer.zip} {case.customer.city}"),
            (Cell("Bearbeiter", "bold"), case.clerk.name),
            head,
            *rows,
            (
                "",
                Cell("Summe Umsatz / Deckungsbeitrag", "bold"),
                "",
                "",
                Cell(revenue, "sum", f"SUMPRODUCT(C{first}:C{last},E{first}:E{last})"),
                Cell("", "sum")
                if not rows
                else Cell(round(sum(_margin(row) for row in rows), 2), "sum", f"SUM(F{first}:F{last})"),
            ),
        ),
    )
    return workbook(
        (sheet,), title=f"Kalkulation {number}", author=case.clerk.name, created=f"{on.isoformat()}T09:00:00Z"
    )


def _margin(row: tuple[Cell | str | float, ...]) -> float:
    cell = row[5]
    return float(cell.value) if isinstance(cell, Cell) else 0.0


def slides(case: Case, on: date) -> bytes:
    """The presentation that goes with a large offer."""
    machine, customer = case.machine, case.customer
    pages = (
        (
            f"Förderkonzept {machine.model}",
            (f"für {customer.name}", f"{customer.city}, {day(on)} · Projekt {case.project}"),
        ),
        (
            "Ausgangslage",
            (
                "Linie 3 erreicht 1.050 Teile je Stunde, gebraucht werden 1.200",
                "Engpass: Übergabe von der Presse zur Verpackung",
                "Stillstände durch Gurtwechsel: 26 Stunden im letzten Jahr",
            ),
        ),
        ("Unser Vorschlag", tuple(f"{item.article.name}: {item.article.detail}" for item in case.items[:4])),
        (
            "Zeitplan",
            (
                "Freigabe der Zeichnungen: 3 Wochen nach Auftrag",
                "Montage im Werk Erlangen: Woche 9 bis 13",
                "Umbau bei Ihnen am Wochenende, Anlauf am Montag",
            ),
        ),
        (
            "Investition",
            (
                f"Richtpreis netto: {euro(case.net, sign='€')}",
                "Rückfluss in 2,6 Jahren bei zwei Schichten",
                f"Ihre Ansprechpartnerin: {SALES.name}, {SALES.phone}",
            ),
        ),
    )
    known = f", Kundennummer {customer.number}" if case.print_number else ""
    return presentation(
        pages,
        foot=f"{COMPANY.name}  |  {customer.name}{known}",
        colour="16425B",
        author=case.clerk.name,
        created=f"{on.isoformat()}T09:00:00Z",
    )


def phone_note(case: Case, on: date) -> bytes:
    """A note typed during a call, plain text in Windows-1252."""
    customer = case.customer
    number = f" ({customer.number})" if case.print_number else ""
    text = (
        f"Gesprächsnotiz vom {day(on)}, {case.clerk.name}\r\n\r\nAnruf von {case.contact.name}, "
        f"{customer.name}{number}, {customer.zip} {customer.city}\r\nThema: {case.machine.kind} "
        f"{case.machine.model}, Seriennummer {case.machine.serial}\r\n\r\n- möchte Angebot für Umbau auf 1.200 "
        f"Teile/h\r\n- Budget erst im neuen Geschäftsjahr\r\n- Rückruf vereinbart, Zeichnung kommt per Post\r\n"
    )
    return text.encode("cp1252")


def measurement_csv(case: Case, on: date) -> bytes:
    """A vibration measurement as the analyser exports it."""
    customer, rng = case.customer, case.rng
    number = customer.number if case.print_number else ""
    lines = [
        f"# Schwingungsmessung;{day(on)};{FITTER.name};",
        f"# Betreiber;{customer.name};{customer.zip} {customer.city};{number}",
        f"# Maschine;{case.machine.kind} {case.machine.model};Seriennummer {case.machine.serial};",
        "Messpunkt;Drehzahl 1/min;v eff mm/s;Temperatur Grad C",
    ]
    for point in range(18):
        bearing, axis = point // 3 + 1, "HVA"[point % 3]
        speed = f"{rng.randint(4, 28) / 10}".replace(".", ",")
        lines.append(f"L{bearing}-{axis};{3000 * bearing};{speed};{rng.randint(31, 66)}")
    return ("\r\n".join(lines) + "\r\n").encode("cp1252")
