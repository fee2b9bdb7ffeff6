"""Files that cannot be filed without a person: nobody named, two named, a stranger, a password, damage, no text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from random import Random

from demo import words
from demo.checkdigits import iban, phone, vat_id
from demo.company import COMPANY, FITTER, SERVICE
from demo.customers import Customer, make_strangers
from demo.files.odd_pdf import broken, protected
from demo.files.pictures import damage_photo, scan
from demo.layouts import render
from demo.money import day
from demo.numbers import Numbers
from demo.papers import Bullets, Fields, Paper, Para
from demo.parties import Letterhead, Party
from demo.pieces import OFFICE, SCANNER, Piece, truth_of
from demo.truth import BROKEN, INBOX, NEEDS_OCR, NO_CUSTOMER, PASSWORD, TWO_CUSTOMERS, UNKNOWN_CUSTOMER, Truth
from demo.writing import contracts, money_papers, sales, service
from demo.writing.case import Case


def unclear(customers: list[Customer], seed: int | str, until: date) -> Iterator[Piece]:
    """A dozen of them, without end if asked for more (each round with other customers)."""
    rng = Random(f"unclear/{seed}")
    strangers = make_strangers(customers, 50, seed)
    numbers = Numbers()
    while True:
        one, two = rng.sample(customers, 2)
        case, other = (
            Case(c, rng, numbers, date(until.year, rng.randint(1, until.month), rng.randint(1, 28))) for c in (one, two)
        )
        yield _nobody(case)
        yield _two(case, other)
        yield _stranger(Case(rng.choice(strangers), rng, numbers, case.starts_on))
        yield _supplier(case, rng)
        yield _protected(case)
        yield _broken(other)
        yield _picture_of_contract(case)
        yield _photo(case, rng)
        yield _two_in_table(case, other)
        yield _minutes(case)
        yield _half_page(case, rng)


def _wait(truth: Truth, reason: str, *, customer: str = "") -> Truth:
    return replace(truth, outcome=INBOX, reason=reason, customer_number=customer, known_by="")


def _nobody(case: Case) -> Piece:
    """A circular to all customers: our paper, no recipient."""
    on = case.starts_on
    body = (
        Para(
            "wir haben unsere Verkaufs- und Lieferbedingungen überarbeitet. Sie gelten für alle Aufträge ab dem "
            "nächsten Quartal."
        ),
        Bullets(
            (
                "Verzugszinsen richten sich nach § 288 BGB.",
                "Für Software gelten gesonderte Lizenzbedingungen.",
                "Rücknahmen nur nach Absprache.",
            )
        ),
        Para("Den vollständigen Text finden Sie auf unserer Internetseite."),
    )
    nobody = Party("An alle Kunden und Geschäftspartner", "", "", "")
    paper = Paper(
        "LETTER",
        "",
        "",
        on,
        COMPANY,
        nobody,
        (("Datum", day(on)),),
        "Neue Verkaufs- und Lieferbedingungen",
        body,
        "Sehr geehrte Damen und Herren,",
        case.clerk,
        layout="din5008",
    )
    return Piece(f"Rundschreiben {on:%Y-%m}.pdf", render(paper), OFFICE, on, _wait(truth_of(case, paper), NO_CUSTOMER))


def _two(case: Case, other: Case) -> Piece:
    """A delivery note to one customer's address that names another customer's number as well."""
    paper = sales.delivery_note(case, case.starts_on)
    fields = Fields(
        (
            (
                "Abweichender Rechnungsempfänger",
                f"{other.customer.name}, {other.customer.street}, {other.customer.zip} {other.customer.city}",
            ),
            ("Kundennummer des Rechnungsempfängers", other.customer.number),
        )
    )
    paper = replace(paper, body=(*paper.body[:1], fields, *paper.body[1:]))
    return Piece(
        f"Lieferschein Streckengeschäft {paper.number}.pdf",
        render(paper),
        OFFICE,
        paper.dated_on,
        _wait(truth_of(case, paper), TWO_CUSTOMERS),
    )


def _two_in_table(case: Case, other: Case) -> Piece:
    """Minutes of a meeting with two customers."""
    on = case.starts_on
    a, b = case.customer, other.customer
    body = (
        Fields(
            (
                ("Teilnehmer", f"{case.contact.name}, {a.name} ({a.number})"),
                ("Teilnehmer", f"{other.contact.name}, {b.name} ({b.number})"),
                ("Für uns", f"{SERVICE.name}, {FITTER.name}"),
                ("Ort", "Werk Erlangen, Besprechungsraum 2"),
            ),
            columns=1,
        ),
        Para(
            "Beide Unternehmen prüfen einen gemeinsamen Bereitschaftsdienst für ihre Anlagen. Der Entwurf einer "
            "Vereinbarung geht bis Monatsende an beide."
        ),
    )
    nobody = Party("Besprechungsprotokoll", "", "", "")
    paper = Paper(
        "OTHER",
        "Protokoll",
        "",
        on,
        COMPANY,
        nobody,
        (("Datum", day(on)),),
        "Gemeinsamer Bereitschaftsdienst",
        body,
        form=True,
        layout="tablehead",
    )
    return Piece(f"Protokoll {on:%Y-%m-%d}.pdf", render(paper), OFFICE, on, _wait(truth_of(case, paper), TWO_CUSTOMERS))


def _stranger(case: Case) -> Piece:
    """An enquiry of a company that is not in the ERP."""
    case.print_number = False
    paper = sales.enquiry(case, case.starts_on)
    return Piece(
        f"Anfrage {paper.number}.pdf",
        render(paper),
        OFFICE,
        paper.dated_on,
        _wait(truth_of(case, paper), UNKNOWN_CUSTOMER),
    )


def _supplier(case: Case, rng: Random) -> Piece:
    """An invoice of a supplier who is no customer."""
    surname = rng.choice(words.SURNAMES)
    seller = Party(
        f"{surname} Normteile Großhandel GmbH",
        f"Lagerring {rng.randint(1, 60)}",
        "90471",
        "Nürnberg",
        vat_id=vat_id("DE", rng),
        iban=iban("DE", rng),
        bic="HBNFDE7FXXX",
        bank=words.BANKS[0],
        email=f"rechnung@normteile-{rng.randint(10, 99)}.example",
        phone=phone(4800 + rng.randrange(60)),
        register=f"Amtsgericht Nürnberg, HRB 99{rng.randint(100, 999)}",
        directors=f"{rng.choice(words.MEN)} {surname}",
        letterhead=Letterhead(rng.choice(("typewriter", "modern", "tablehead")), "335c67", "9e2a2b", rng.randint(1, 7)),
    )
    paper = money_papers.supplier_invoice(case, seller, f"{rng.randint(260000, 269999)}", case.starts_on)
    return Piece(
        f"Rechnung {surname} {paper.number}.pdf",
        render(paper),
        OFFICE,
        paper.dated_on,
        _wait(truth_of(case, paper), UNKNOWN_CUSTOMER),
    )


def _protected(case: Case) -> Piece:
    paper = sales.offer(case, case.starts_on)
    truth = _wait(truth_of(case, paper), PASSWORD, customer=case.customer.number)
    return Piece(
        f"Angebot vertraulich {paper.number}.pdf",
        protected(render(paper), f"Erlangen{case.starts_on.year}"),
        OFFICE,
        paper.dated_on,
        truth,
    )


def _broken(case: Case) -> Piece:
    paper = money_papers.invoice(case, case.starts_on)
    truth = _wait(truth_of(case, paper), BROKEN, customer=case.customer.number)
    return Piece(
        f"Rechnung {paper.number} (Download unvollständig).pdf", broken(render(paper)), OFFICE, paper.dated_on, truth
    )


def _picture_of_contract(case: Case) -> Piece:
    paper = contracts.secrecy_agreement(case, case.starts_on, layout="din5008")
    truth = _wait(truth_of(case, paper), NEEDS_OCR, customer=case.customer.number)
    return Piece(
        f"DOC{case.rng.randint(10, 999):05d}.pdf", scan(render(paper), case.rng), SCANNER, paper.dated_on, truth
    )


def _photo(case: Case, rng: Random) -> Piece:
    """A photograph without a word about where it was taken."""
    truth = Truth(class_code="PHOTO", section="service", dated_on=case.starts_on.isoformat())
    return Piece(
        f"IMG_{case.starts_on:%Y%m%d}_{rng.randint(100000, 235959)}.jpg",
        damage_photo(rng),
        SCANNER,
        case.starts_on,
        _wait(truth, NO_CUSTOMER),
    )


def _minutes(case: Case) -> Piece:
    """A report that names a machine only."""
    report = service.service_report(case, case.starts_on)
    nobody = Party("Interner Bericht", "", "", "")
    body = tuple(block for block in report.body if not isinstance(block, Fields))
    info = tuple(row for row in report.info if row[1] != case.customer.number)
    paper = replace(
        report,
        recipient=nobody,
        info=info,
        body=body[:-1],
        title="Werkstattbericht",
        subject=f"Werkstattbericht {report.number}",
    )
    return Piece(
        f"Werkstatt {report.number}.pdf",
        render(paper),
        SCANNER,
        paper.dated_on,
        _wait(truth_of(case, paper), NO_CUSTOMER),
    )


def _half_page(case: Case, rng: Random) -> Piece:
    """A word document's worth of notes without any name."""
    text = (
        f"Ideenliste Fördertechnik {case.starts_on.year}\n\n- Gurtwechsel ohne Werkzeug\n- Sensor mit Funk, "
        f"{rng.randint(2, 9)} Stück im Test\n- leisere Rollen\n"
    )
    truth = Truth(class_code="OTHER", section="sonstiges", dated_on=case.starts_on.isoformat())
    return Piece(
        f"Ideen {case.starts_on:%Y}-{rng.randint(1, 99)}.txt",
        text.encode(),
        OFFICE,
        case.starts_on,
        _wait(truth, NO_CUSTOMER),
    )
