"""Whole pieces of business as rows of files: a sale, a repair, a contract, a plant, a supplier."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from random import Random

from demo.company import COMPANY
from demo.customers import Customer
from demo.einvoice import XRECHNUNG, bill_of, cii_xml, facturx_pdf, ubl_xml
from demo.files.mail import mail, message_id
from demo.files.pictures import damage_photo, plate_photo, scan_tiff
from demo.goods import draw_items
from demo.layouts import render
from demo.numbers import Numbers
from demo.papers import Paper
from demo.pieces import ERP, OFFICE, POST, SCANNER, Piece, keys_of, other, printed, scanned, truth_of, typed
from demo.truth import NEEDS_OCR, Truth
from demo.writing import contracts, letters, mails, money_papers, sales, service
from demo.writing.case import Case


def new_case(customer: Customer, rng: Random, numbers: Numbers, starts_on: date, *, service_work: bool = False) -> Case:
    """A case in the look of its time; a third does not print the customer's number."""
    layout = "tablehead" if starts_on.year < 2025 else rng.choice(("din5008", "din5008", "sidecolumn", "modern"))
    draw = rng.random()
    extra: tuple[tuple[str, str], ...] = ()
    if 0.64 < draw <= 0.84:
        extra = (
            (("Ihre USt-IdNr.", customer.vat_id),)
            if customer.vat_id and draw < 0.74
            else (("Ihre E-Mail", customer.email),)
        )
    return Case(
        customer,
        rng,
        numbers,
        starts_on,
        layout=layout,
        items=draw_items(rng, service=service_work),
        print_number=draw <= 0.64,
        extra_info=extra,
    )


def e_invoice(case: Case, paper: Paper, *, name: str, form: str, door: str = ERP) -> Piece:
    """An invoice or credit note as Factur-X PDF ("zugferd") or XRechnung ("cii", "ubl")."""
    items = money_papers.credited_items(case) if paper.code == "CREDIT_NOTE" else case.items
    bill = bill_of(case, paper, items)
    truth, keys = truth_of(case, paper), keys_of(case, paper) if door in {ERP, POST} else ()
    truth = replace(truth, layout=form, known_by="keys" if keys else truth.known_by)
    if form == "zugferd":
        data = facturx_pdf(
            render(paper),
            cii_xml(bill),
            title=f"{paper.title} {paper.number}",
            author=paper.sender.name,
            dated_on=paper.dated_on,
        )
        return Piece(f"{name}.pdf", data, door, paper.dated_on, truth, keys)
    xml = ubl_xml(bill) if form == "ubl" else cii_xml(bill, guideline=XRECHNUNG)
    # The buyer's number, VAT id and address stand in the XML; no sidecar is needed and none would be expected.
    return Piece(
        f"{name}.xml",
        xml,
        OFFICE if door == ERP else door,
        paper.dated_on,
        replace(truth, known_by="number" if case.print_number else "mark"),
    )


def _invoice(case: Case, on: date) -> Piece:
    """Our invoice in the form of its time: paper look first, then ZUGFeRD, XRechnung now and then."""
    draw = case.rng.random()
    modern = on >= date(2025, 1, 1) and draw < 0.5
    paper = money_papers.invoice(case, on, layout="modern" if modern else "", embed_fonts=modern)
    if modern:
        form = "zugferd" if draw < 0.34 else ("ubl" if draw < 0.42 else "cii")
        return e_invoice(case, paper, name=f"Rechnung_{paper.number}", form=form)
    return printed(case, paper, name=f"Rechnung_{paper.number}", door=POST if draw > 0.8 else ERP)


def full_sale(case: Case) -> Iterator[Piece]:
    """Enquiry, offer in three versions, order, confirmation, delivery, invoice, and what follows an invoice."""
    letter = mails.enquiry_mail(case, case.starts_on)
    yield other(
        case,
        Truth(class_code="ENQUIRY", known_by="mark"),
        name=f"Anfrage {case.contact.last}.eml",
        data=mail(letter),
        on=case.starts_on,
    )
    look = case.rng.choice(("modern", "sidecolumn", "din5008"))
    first = sales.offer(case, case.after(2, 5), layout=look)
    yield typed(case, first, name=f"Angebot {first.number} Entwurf")
    yield printed(case, first, name=f"Angebot_{first.number}", version=2)
    for version in (2, 3)[: case.rng.randint(0, 2)]:
        paper = sales.offer(case, case.after(3 + 4 * version, 6 + 4 * version), version=version, layout=look)
        yield printed(case, paper, name=f"Angebot_{first.number}_Fassung{version}", version=version + 1)
    order = sales.order(case, case.after(20, 24))
    yield printed(
        case, order, name=f"Bestellung {order.number.replace('/', '-')} {case.customer.name.split()[0]}", door=OFFICE
    )
    yield from _after_order(case, 25)


def _after_order(case: Case, days: int) -> Iterator[Piece]:
    confirmation = sales.order_confirmation(case, case.after(days, days + 2))
    yield printed(case, confirmation, name=f"AB_{confirmation.number}_{case.customer.number}")
    note = sales.delivery_note(case, case.after(days + 25, days + 30))
    yield printed(case, note, name=f"LS_{note.number}_{case.customer.number}")
    if case.rng.random() < 0.25:
        again = sales.delivery_note(shadow(case), date.fromisoformat(case.given["delivered"]), signed=True)
        signed = replace(again, number=note.number, subject=note.subject, info=note.info)
        yield scanned(
            case, signed, name=f"SCAN_{signed.dated_on:%Y%m%d}_{case.rng.randint(1000, 9999)}", reason=NEEDS_OCR
        )
    yield _invoice(case, case.after(days + 31, days + 34))
    draw = case.rng.random()
    if draw < 0.3:
        paper = money_papers.payment_advice(case, case.after(days + 45, days + 50))
        yield printed(case, paper, name=f"Avis {paper.number}", door=OFFICE)
    elif draw < 0.55:
        for level in (1, 2)[: case.rng.randint(1, 2)]:
            paper = money_papers.dunning(case, case.after(days + 58 + 14 * level, days + 60 + 14 * level), level=level)
            yield printed(case, paper, name=f"MA_{paper.number}_{case.customer.number}")
    elif draw < 0.8:
        modern = case.starts_on >= date(2025, 1, 1)
        paper = money_papers.credit_note(
            case, case.after(days + 40, days + 44), layout="modern" if modern else "", embed_fonts=modern
        )
        yield (
            e_invoice(case, paper, name=f"Gutschrift_{paper.number}", form="zugferd")
            if modern
            else printed(case, paper, name=f"GS_{paper.number}_{case.customer.number}")
        )


def shadow(case: Case) -> Case:
    """A copy that may take numbers without using up those of the house."""
    copy = Case(
        case.customer,
        Random(case.project),
        Numbers(),
        case.starts_on,
        case.layout,
        case.items,
        dict(case.given),
        case.print_number,
        case.extra_info,
    )
    copy.contact, copy.clerk, copy.machine, copy.project = case.contact, case.clerk, case.machine, case.project
    return copy


def spare_parts(case: Case) -> Iterator[Piece]:
    """A short one: the order comes by mail with a PDF inside."""
    order = sales.order(case, case.starts_on)
    letter = mails.order_mail(
        case, case.starts_on, (f"Bestellung_{order.number.replace('/', '-')}.pdf", render(order)), order.number
    )
    truth = replace(truth_of(case, order), layout="mail")
    yield Piece(
        f"Bestellung {order.number.replace('/', '-')}.eml",
        mail(letter),
        OFFICE,
        case.starts_on,
        replace(truth, known_by="number" if case.print_number else "mark"),
    )
    yield from _after_order(case, 2)


def repair(case: Case) -> Iterator[Piece]:
    """A complaint with photographs, the visit, its report, our answer."""
    on = case.starts_on
    picture = (
        damage_photo(case.rng) if case.rng.random() < 0.5 else plate_photo(case.machine, "Löhlein & Brucker", case.rng)
    )
    if case.rng.random() < 0.6:
        letter = mails.complaint_mail(case, on, ((f"IMG_{case.rng.randint(1000, 9999)}.jpg", picture),))
        yield other(
            case,
            Truth(class_code="COMPLAINT", known_by="mark"),
            name=f"Reklamation {case.contact.last}.eml",
            data=mail(letter),
            on=on,
        )
    else:
        paper = service.complaint(case, on)
        yield printed(case, paper, name=f"Reklamation {paper.number}", door=OFFICE)
    report = service.service_report(case, case.after(2, 5))
    yield printed(case, report, name=f"Servicebericht {report.number}", door=SCANNER)
    plate = plate_photo(case.machine, "Löhlein & Brucker", case.rng)
    yield other(
        case,
        Truth(class_code="PHOTO", serial_number=case.machine.serial, known_by="keys"),
        door=SCANNER,
        on=report.dated_on,
        data=plate,
        name=f"{case.customer.number}_Typenschild_{case.machine.serial}.jpg",
    )
    answer = service.eight_d_report(case, case.after(8, 12))
    yield (
        typed(case, answer, name=f"8D {answer.number}")
        if case.rng.random() < 0.4
        else printed(case, answer, name=f"8D {answer.number}", door=OFFICE)
    )
    yield other(
        case,
        Truth(class_code="OTHER", serial_number=case.machine.serial),
        name=f"Messung_{case.machine.serial}.csv",
        data=mails.measurement_csv(case, report.dated_on),
        on=report.dated_on,
    )


def upkeep(case: Case) -> Iterator[Piece]:
    """Secrecy agreement, frame contract, maintenance contract and the first maintenance visit."""
    secret = contracts.secrecy_agreement(case, case.starts_on, layout="sidecolumn", signed=False)
    yield typed(case, secret, name=f"GHV {secret.number} Entwurf")
    signed = replace(
        contracts.secrecy_agreement(shadow(case), secret.dated_on, layout="sidecolumn"),
        number=secret.number,
        subject=secret.subject,
        info=secret.info,
    )
    yield printed(case, signed, name=f"GHV {secret.number} unterschrieben", door=SCANNER, version=2)
    frame = contracts.frame_contract(case, case.after(20, 30), layout="din5008")
    yield printed(case, frame, name=f"Rahmenvertrag {frame.number}", door=OFFICE)
    upkeep_contract = contracts.maintenance_contract(case, case.after(31, 40), layout="sidecolumn")
    yield printed(case, upkeep_contract, name=f"Wartungsvertrag {upkeep_contract.number}", door=OFFICE)
    report = service.service_report(case, case.after(90, 120), maintenance=True)
    yield printed(case, report, name=f"SB_{report.number}_{case.customer.number}", door=SCANNER)


def plant(case: Case) -> Iterator[Piece]:
    """A large project: slides, calculation, offer, order, acceptance."""
    on = case.after(3, 6)
    yield other(
        case,
        Truth(class_code="PRESENTATION", project=case.project),
        name=f"Konzept {case.project} {case.customer.name.split()[0]}.pptx",
        data=mails.slides(case, on),
        on=on,
    )
    number = case.take("PRICE_CALC", on)
    yield other(
        case,
        Truth(class_code="PRICE_CALC", document_number=number, project=case.project),
        name=f"Kalkulation {number}.xlsx",
        data=mails.calculation(case, on, number),
        on=on,
    )
    paper = sales.offer(case, case.after(7, 9), layout="modern")
    yield printed(case, paper, name=f"Angebot_{paper.number}")
    yield from _after_order(case, 40)
    record = service.acceptance(case, case.after(110, 120))
    yield printed(case, record, name=f"Abnahme {record.number}", door=SCANNER)


def relations(case: Case) -> Iterator[Piece]:
    """Master data, letters, prices, mails: what lies between the business."""
    sheet = letters.master_data_sheet(case, case.starts_on)
    yield printed(case, sheet, name=f"Stammdatenblatt {case.customer.name.replace('/', ' ')}", door=SCANNER)
    ours = letters.letter_to_customer(case, case.after(10, 20))
    yield (
        typed(case, ours, name=f"Brief {case.contact.last} {ours.dated_on:%Y-%m-%d}")
        if case.rng.random() < 0.5
        else printed(case, ours, name=f"Brief {case.contact.last}", door=OFFICE)
    )
    theirs = letters.letter_from_customer(case, case.after(25, 30))
    yield printed(case, theirs, name=f"Posteingang {theirs.dated_on:%Y-%m-%d} {case.rng.randint(10, 99)}", door=SCANNER)
    price = sales.price_information(case, case.after(40, 60))
    yield printed(case, price, name=f"Preisinformation_{price.number}")
    talk = mails.talk_mail(case, case.after(61, 66))
    yield other(
        case,
        Truth(class_code="EMAIL_LETTER", known_by="mark"),
        name=f"{talk.subject} {case.contact.last}.eml",
        data=mail(talk),
        on=talk.sent_at.date(),
    )
    reply = mails.talk_mail(case, case.after(67, 69), replies_to=message_id(talk))
    yield other(
        case,
        Truth(class_code="EMAIL_LETTER", known_by="mark"),
        name=f"Re {case.contact.last} {case.rng.randint(10, 99)}.eml",
        data=mail(reply),
        on=reply.sent_at.date(),
    )
    note = case.after(70, 72)
    yield other(
        case,
        Truth(class_code="OTHER"),
        name=f"Gesprächsnotiz {case.contact.last}.txt",
        data=mails.phone_note(case, note),
        on=note,
    )
    declared = letters.certificate(case, case.after(75, 80))
    yield printed(case, declared, name=f"Lieferantenerklärung {declared.number}", door=OFFICE)


def supplier(case: Case) -> Iterator[Piece]:
    """A customer who also supplies bills us, once on paper, once as XRechnung; and an enquiry on paper."""
    seller = case.customer.party()
    number = f"{case.rng.randint(2100, 9899)}-{case.starts_on:%y}"
    paper = money_papers.supplier_invoice(case, seller, number, case.starts_on)
    yield replace_truth(
        printed(case, paper, name=f"ER {number}", door=OFFICE), known_by="mark" if seller.vat_id else "name", project=""
    )
    if seller.vat_id and seller.iban and case.customer.country == "DE":
        later = money_papers.supplier_invoice(case, seller, f"{number}-2", case.after(20, 30))
        bill = replace(bill_of(case, later, case.items), percent=19, buyer=replace(COMPANY, number=""))
        truth = replace(truth_of(case, later), known_by="mark", layout="ubl", project="")
        yield Piece(f"XRechnung_{later.number}.xml", ubl_xml(bill), OFFICE, later.dated_on, truth)
    asked = sales.enquiry(case, case.after(31, 35))
    yield printed(case, asked, name=f"Anfrage {asked.number}", door=OFFICE)
    fax = sales.enquiry(case, case.after(36, 40))
    truth = replace(truth_of(case, fax), outcome="inbox", reason=NEEDS_OCR, known_by="", layout="fax")
    yield Piece(
        f"FAX_{fax.dated_on:%Y%m%d}_{case.rng.randint(100, 999)}.tif",
        scan_tiff(render(fax), case.rng),
        SCANNER,
        fax.dated_on,
        truth,
    )


def replace_truth(piece: Piece, **changes: str) -> Piece:
    """The piece with other expectations."""
    return replace(piece, truth=replace(piece.truth, **changes))  # type: ignore[arg-type]


Recipe = Callable[[Case], Iterator[Piece]]
# In this order at first, so that a small stock has every class; afterwards by weight.
RECIPES: tuple[tuple[Recipe, int], ...] = (
    (full_sale, 26),
    (repair, 16),
    (upkeep, 10),
    (plant, 10),
    (relations, 10),
    (supplier, 6),
    (spare_parts, 22),
)
