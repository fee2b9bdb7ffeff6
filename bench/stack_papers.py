"""Papers of several pages for stacks: letters, invoices, contracts, mails on paper, reports, annexes.

They are drawn as real PDFs and read as the product reads. What is hard is there on purpose: invoices that print their
head on every page, contracts without any page numbers, mails that quote mails, annexes that count for themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from bench.filing_sheets import FILLING, Pen, text_of
from demo.checkdigits import spaced
from demo.company import COMPANY
from demo.customers import Customer
from demo.parties import Party
from kundenakte.records.pagetext import PageText, Word

_BOTTOM = 258.0
_NUMBERINGS: tuple[str, ...] = ("", "", "Seite {n} von {m}", "Seite {n} von {m}", "Seite {n}/{m}", "Seite {n}",
                                "- {n} -", "Blatt {n}", "{n}", "Page {n} of {m}")  # fmt: skip
_CLAUSES = ("Gegenstand", "Leistungen", "Vergütung", "Laufzeit und Kündigung", "Haftung", "Geheimhaltung",
            "Datenschutz", "Schlussbestimmungen", "Abnahme", "Gewährleistung", "Zahlungsbedingungen")  # fmt: skip
_TOPICS = ("Ausgangslage", "Umsatz nach Regionen", "Maßnahmen", "Ausblick", "Termine", "Risiken", "Team", "Fragen",
           "Qualität", "Lieferanten")  # fmt: skip


class Flow:
    """Text that flows over pages; `head` draws what stands on top of a further page, `foot` below each."""

    def __init__(self, head: Callable[[Pen, int], float], foot: Callable[[Pen], None]) -> None:
        self.head, self.foot = head, foot
        self.pages: list[list[Callable[[Pen], object]]] = [[]]
        self.y = 0.0

    def put(self, x: float, y: float, text: str, **look: object) -> None:
        """Text at a place of the page that is being filled."""
        self.pages[-1].append(lambda pen: pen.put(x, y, text, **look))  # type: ignore[arg-type]

    def line(self, *cells: tuple[float, str], step: float = 4.8, **look: object) -> None:
        """A line of the text, on a new page where this one is full."""
        if self.y > _BOTTOM:
            self.next_page()
        for x, text in cells:
            self.put(x, self.y, text, **look)
        self.y += step

    def next_page(self) -> None:
        """Begin a further page."""
        self.pages.append([])
        number = len(self.pages)
        self.pages[-1].append(lambda pen: self.head(pen, number))
        self.y = self.head(Pen(), number)

    def drawn(self, numbering: str, *, at: tuple[float, float] = (190, 284)) -> bytes:
        """The PDF; `numbering` names n and m."""
        pen = Pen()
        for number, page in enumerate(self.pages, 1):
            if number > 1:
                pen.next_page()
            for put in page:
                put(pen)
            self.foot(pen)
            if numbering:
                pen.put(*at, numbering.format(n=number, m=len(self.pages)), size=8, align="right")
        return pen.finish()


class Papers:
    """Draws papers between our company and others; the same seed gives the same."""

    def __init__(self, parties: Sequence[Customer], rng: Random) -> None:
        self._parties = parties
        self.rng = rng

    def any(self) -> bytes:
        """A paper of any kind."""
        makers = (self.letter, self.invoice, self.contract, self.delivery_note, self.mail, self.report, self.annexed)
        return self.rng.choices(makers, (26, 30, 8, 12, 8, 5, 11))[0]()

    def letter(self) -> bytes:
        """A letter of one to three pages with a greeting and a closing formula."""
        flow, _, _ = self._headed("")
        self._text(flow, self.rng.choice((4, 8, 12, 40, 70)))
        return flow.drawn(self._numbering(flow))

    def invoice(self) -> bytes:
        """An invoice, offer or confirmation of one to four pages; some print the whole head on each page."""
        rng = self.rng
        title, mark = rng.choice(
            (("Rechnung", "RE"), ("Angebot", "AN"), ("Auftragsbestätigung", "AB"), ("Rechnung", ""))
        )
        year = rng.randint(2019, 2026)
        number = f"{mark}{'-' if mark else ''}{year}{rng.choice(('-', '/', ''))}{rng.randint(1, 9999):04d}"
        flow, _, _ = self._headed(f"{title} {number}", repeats=rng.random() < 0.35, number=(title, number))
        if rng.random() < 0.5:
            self._text(flow, 2, closes=False)
        self._rows(flow, rng.choice((3, 6, 10, 35, 60, 110)))
        flow.line((25, "Gesamtbetrag"), (165, f"{rng.randint(90, 99000)},00 €"), bold=True)
        if rng.random() < 0.6:
            flow.line((25, "Zahlbar innerhalb von 30 Tagen ohne Abzug."))
            flow.line((25, "Mit freundlichen Grüßen"))
        return flow.drawn(self._numbering(flow))

    def contract(self) -> bytes:
        """A contract of two to six pages; the parties stand in the text, most have no page numbers at all."""
        rng = self.rng
        sender, recipient = self._two()
        flow = Flow(lambda _pen, _number: 28.0, lambda _pen: None)
        flow.put(
            105, 30, rng.choice(("Rahmenvertrag", "Wartungsvertrag", "MIETVERTRAG")), size=14, bold=True, align="centre"
        )
        flow.y = 45
        for party in (sender, recipient):
            for text in (
                "zwischen" if party is sender else "und",
                party.name,
                party.street,
                f"{party.zip} {party.city}",
            ):
                flow.line((25, text))
        for at in range(rng.randint(6, 24)):
            flow.line((25, f"§ {at + 1} {rng.choice(_CLAUSES)}"), bold=True)
            for _ in range(rng.randint(4, 12)):
                flow.line((25, rng.choice(FILLING)))
            flow.y += 3
        for party in (sender, recipient):
            flow.line((25, f"{party.city}, den {rng.randint(1, 28)}.{rng.randint(1, 12)}.2025   {party.name}"), step=14)
        return flow.drawn(rng.choice(("", "", "", "{n}", "Seite {n} von {m}")), at=(107, 287))

    def delivery_note(self) -> bytes:
        """A form without a greeting, with its title on top."""
        rng = self.rng
        sender, recipient = self._two()
        number = f"LS{rng.randint(10000, 99999)}"
        small = rng.random() < 0.5
        flow = Flow(lambda pen, n: self._small_head(pen, n, sender, f"Lieferschein {number}"), self._footer(sender, 3))
        flow.put(20, 20, "Lieferschein", size=16, bold=True)
        flow.put(130, 20, f"Lieferschein-Nr.: {number}")
        flow.put(130, 25, f"Datum: {rng.randint(1, 28):02d}.{rng.randint(1, 12):02d}.2025")
        for at, text in enumerate(("Lieferanschrift", *recipient.address())):
            flow.put(20, (38 if small else 50) + at * 4.7, text)
        flow.y = 100
        self._rows(flow, rng.choice((4, 9, 45)))
        flow.line((25, "Ware vollständig und unbeschädigt erhalten:"), step=12)
        return flow.drawn(self._numbering(flow))

    def mail(self) -> bytes:
        """A mail on paper with what it answers below: several greetings, several signatures."""
        rng = self.rng
        sender, recipient = self._two()
        flow = Flow(lambda _pen, _number: 20.0, lambda _pen: None)
        flow.y = 20
        if rng.random() < 0.5:
            flow.line((20, "Katharina Wiesinger"), bold=True)
        for turn in range(rng.randint(1, 5)):
            one, other = (sender, recipient) if turn % 2 == 0 else (recipient, sender)
            rows = (
                ("Von", f"{one.name} <{one.email}>"),
                ("Gesendet", f"{rng.randint(1, 28)}. Mai 2025 10:2{turn}"),
                ("An", f"{other.name} <{other.email}>"),
                ("Betreff", "AW: " * turn + "Lieferung"),
            )
            for label, value in rows:
                flow.line((20, f"{label}:"), (45, value))
            flow.y += 4
            flow.line((20, rng.choice(("Sehr geehrte Damen und Herren,", "Hallo Frau Wiesinger,", "Guten Tag,"))))
            for _ in range(rng.randint(2, 14)):
                flow.line((20, rng.choice(FILLING)))
            flow.line((20, "Mit freundlichen Grüßen"))
            for text in (
                one.name,
                one.street,
                f"{one.zip} {one.city}",
                f"Tel. {one.phone}",
                one.web,
                f"USt-IdNr. {one.vat_id}",
            ):
                flow.line((20, text))
            flow.y += 8
        return flow.drawn(rng.choice(("", "{n}", "Seite {n} von {m}")), at=(107, 290))

    def report(self) -> bytes:
        """A report or presentation: a big heading on every page, sometimes the name of the house below."""
        rng = self.rng
        sender, _ = self._two()
        flow = Flow(lambda _pen, _number: 24.0, self._footer(sender, 1 if rng.random() < 0.5 else 0))
        flow.y = 40
        flow.line((25, rng.choice(("Prüfbericht", "Jahresbericht 2025", "Projektstand"))), size=20, bold=True, step=20)
        for _ in range(rng.randint(2, 8)):
            flow.line((25, rng.choice(_TOPICS)), size=16, bold=True, step=12)
            for _ in range(rng.randint(3, 20)):
                flow.line((25, f"• {rng.choice(FILLING)}"))
            if rng.random() < 0.8:
                flow.next_page()
        return flow.drawn(rng.choice(("", "", "{n}", "Seite {n}", "{n}/{m}")))

    def annexed(self) -> bytes:
        """A letter or an invoice with annexes, which have headings, numbers and counts of their own."""
        rng = self.rng
        flow, _, recipient = self._headed("")
        self._text(flow, 6, closes=False)
        flow.line((25, "Mit freundlichen Grüßen"), step=14)
        flow.line((25, rng.choice(("Anlagen", "Anlage: Stundenzettel", "Die Unterlagen sind beigefügt."))))
        for at in range(rng.randint(1, 3)):
            flow.next_page()
            flow.y = 20
            heading = rng.choice((f"Anlage {at + 1}", "Stundennachweis", "Prüfprotokoll", "Leistungsverzeichnis"))
            flow.line((25, heading), size=14, bold=True, step=10)
            if rng.random() < 0.4:
                flow.line((165, "Seite 1 von 1"))
            if rng.random() < 0.3:
                for text in ("Leistungsort:", recipient.name, recipient.street, f"{recipient.zip} {recipient.city}"):
                    flow.line((25, text))
            self._rows(flow, rng.randint(5, 30))
        return flow.drawn("")

    # -- pieces ------------------------------------------------------------------------------------------------

    def _two(self) -> tuple[Party, Party]:
        """Sender and recipient: most paper comes in."""
        other = self.rng.choice(self._parties).party()
        return (other, COMPANY) if self.rng.random() < 0.65 else (COMPANY, other)

    def _numbering(self, flow: Flow) -> str:
        numbering = self.rng.choice(_NUMBERINGS)
        return "" if len(flow.pages) == 1 and self.rng.random() < 0.4 else numbering

    def _headed(
        self, subject: str, *, repeats: bool = False, number: tuple[str, str] = ("", "")
    ) -> tuple[Flow, Party, Party]:
        """A paper with letterhead, address window and the details beside it."""
        rng = self.rng
        sender, recipient = self._two()
        recipient = replace(recipient, contact=None) if rng.random() < 0.5 else recipient
        left = rng.choice((20.0, 25.0))
        high = rng.choice((0.0, 0.0, -12.0))
        details = [("Datum", f"{rng.randint(1, 28):02d}.{rng.randint(1, 12):02d}.{rng.randint(2023, 2026)}")]
        if number[0]:
            details.insert(0, (f"{number[0]}s-Nr." if rng.random() < 0.5 else f"{number[0]} Nr.", number[1]))
        has_head, on_right = rng.random() < 0.8, rng.random() < 0.4

        def head(pen: Pen) -> None:
            if has_head:
                top = [sender.name, sender.street, f"{sender.zip} {sender.city}"]
                pen.lines(190 if on_right else 105, 14, top, size=9, align="right" if on_right else "centre")
            pen.put(left, 48 + high, f"{sender.name} · {sender.street} · {sender.zip} {sender.city}", size=6.5)
            pen.lines(left, 55 + high, recipient.address())
            for at, (label, value) in enumerate(details):
                pen.put(130, 60 + high + at * 5, f"{label}:")
                pen.put(160, 60 + high + at * 5, value)
            if subject:
                pen.put(left, 98, subject, size=12, bold=True)

        def next_head(pen: Pen, page: int) -> float:
            if repeats:
                head(pen)
                return 108.0
            return self._small_head(pen, page, sender if subject else None, subject)

        flow = Flow(next_head, self._footer(sender, rng.choice((0, 1, 3, 3, 3))))
        flow.pages[-1].append(head)
        flow.y = 108
        return flow, sender, recipient

    def _small_head(self, pen: Pen, _page: int, sender: Party | None, subject: str) -> float:
        if sender is not None:
            pen.put(25, 18, sender.name, size=8)
            pen.put(190, 18, subject, size=8, align="right")
        return 30.0

    def _footer(self, sender: Party, columns: int) -> Callable[[Pen], None]:
        texts = [
            [sender.name, sender.street, f"{sender.zip} {sender.city}"],
            [f"Tel. {sender.phone}", sender.email, sender.web],
            [f"USt-IdNr. {sender.vat_id}", sender.register, f"IBAN {spaced(sender.iban)}" if sender.iban else ""],
        ]
        shown = texts if columns == 3 else [texts[1]] if columns else []

        def foot(pen: Pen) -> None:
            for at, column in enumerate(shown):
                pen.lines(25 + at * 58, 272, column, step=3.4, size=7)

        return foot

    def _text(self, flow: Flow, lines: int, *, closes: bool = True) -> None:
        rng = self.rng
        greeting = rng.choice(("Sehr geehrte Damen und Herren,", "Sehr geehrte Frau Wiesinger,",
                               "Sehr geehrter Herr Mößner,", "Guten Tag,", "Hallo Herr Hertlein,"))  # fmt: skip
        flow.line((25, greeting), step=8)
        for _ in range(lines):
            flow.line((25, rng.choice(FILLING)))
        if closes:
            flow.line((25, rng.choice(("Mit freundlichen Grüßen", "Freundliche Grüße", "Hochachtungsvoll"))), step=12)
            flow.line((25, "Ines Bergner"))

    def _rows(self, flow: Flow, count: int) -> None:
        rng = self.rng
        carries = rng.random() < 0.3
        for at in range(count):
            if carries and flow.y > _BOTTOM - 5:
                flow.line((140, "Übertrag"), (175, f"{rng.randint(90, 9000)},00"))
                flow.next_page()
                flow.line((140, "Übertrag"), (175, f"{rng.randint(90, 9000)},00"))
            name = rng.choice(("Flansch", "Rohr", "Motor", "Ventil", "Arbeitszeit Monteur"))
            flow.line(
                (25, str(at + 1)), (35, f"{rng.randint(10000, 17000)}"), (60, name), (175, f"{rng.randint(5, 900)},00")
            )


_CONFUSED = {
    "0": "O", "1": "l", "l": "1", "I": "l", "5": "S", "S": "5", "8": "B", "B": "8", "6": "G", "e": "c", "c": "e",
    "m": "rn", "ü": "u", "ö": "o", "ß": "B", "i": "l", "u": "v", "h": "b", "n": "ri", "t": "f",
}  # fmt: skip


def noisy(page: PageText, rng: Random, *, share: float = 0.015) -> PageText:
    """The page as a reading of a poor scan gives it: letters confused, words lost, boxes a little off."""
    lines = []
    for line in page.lines:
        words = []
        for word in line:
            if rng.random() < share:
                continue
            text = "".join(_CONFUSED.get(c, c) if rng.random() < share else c for c in word.text)
            shift = rng.gauss(0, 0.0006)
            left, top, right, bottom = word.box
            words.append(Word(text, (left + shift, top + shift, right + shift, bottom + shift)))
        if words:
            lines.append(tuple(words))
    return PageText(page.width, page.height, tuple(lines))


def pages_of(pdf: bytes) -> tuple[PageText, ...]:
    """The pages as the product reads them."""
    return text_of(pdf).pages
