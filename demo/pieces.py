"""One file of the stock: its bytes, its name, the door it comes through, and what is expected of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from demo.files.pictures import scan
from demo.files.word import word_document
from demo.layouts import render
from demo.money import plain
from demo.papers import Paper
from demo.truth import SECTIONS, Truth
from demo.writing.case import Case

ERP, OFFICE, SCANNER, POST = "eingang/erp", "eingang/buero", "eingang/scanner", "post"


@dataclass(frozen=True, slots=True)
class Piece:
    """A file to come. `keys` is what the source knows about it (customer, class, number …)."""

    name: str
    data: bytes
    door: str
    dated_on: date
    truth: Truth
    keys: tuple[tuple[str, str], ...] = ()


def known_by(case: Case) -> str:
    """By what the customer of this case can be told."""
    if case.print_number:
        return "number"
    return "mark" if case.extra_info else "name"


def truth_of(case: Case, paper: Paper, *, version: int = 1) -> Truth:
    """What a paper of this case leads one to expect."""
    return Truth(
        customer_number=case.customer.number, class_code=paper.code, section=SECTIONS[paper.code],
        document_number=paper.number, dated_on=paper.dated_on.isoformat(),
        net_amount=plain(paper.net) if paper.net is not None else "",
        gross_amount=plain(paper.gross) if paper.gross is not None else "", known_by=known_by(case),
        serial_number=case.machine.serial if paper.code in {"SERVICE_REPORT", "ACCEPTANCE", "MAINT_CONTRACT"} else "",
        project=case.project if any(value == case.project for _, value in paper.info) else "",
        chain=f"{paper.code}/{paper.number}" if paper.number else "", version=version, layout=paper.look,
    )  # fmt: skip


def keys_of(case: Case, paper: Paper) -> tuple[tuple[str, str], ...]:
    """What the ERP says about its own paper, in the words of the interface."""
    keys = [("system", "erp"), ("customer", case.customer.number), ("class", paper.code), ("number", paper.number),
            ("dated_on", paper.dated_on.isoformat()), ("fields.currency", "EUR")]  # fmt: skip
    if paper.net is not None:
        keys.append(("fields.net_amount", plain(paper.net)))
    if paper.gross is not None:
        keys.append(("fields.gross_amount", plain(paper.gross)))
    if paper.code not in {"OFFER", "PRICE_INFO", "DUNNING"} and "ORDER_IN" in case.given:
        keys.append(("fields.order_number", case.given["ORDER_IN"]))
    keys.append(("fields.project", case.project))
    return tuple(keys)


def printed(case: Case, paper: Paper, *, name: str, door: str = ERP, version: int = 1) -> Piece:
    """The paper as PDF; an ERP also says what it is."""
    truth = truth_of(case, paper, version=version)
    keys: tuple[tuple[str, str], ...] = ()
    if door in {ERP, POST}:
        keys, truth = keys_of(case, paper), replace(truth, known_by="keys")
    return Piece(f"{name}.pdf", render(paper), door, paper.dated_on, truth, keys)


def typed(case: Case, paper: Paper, *, name: str, version: int = 1) -> Piece:
    """The paper as a Word document in the office's folder."""
    truth = replace(truth_of(case, paper, version=version), layout="word")
    return Piece(f"{name}.docx", word_document(paper), OFFICE, paper.dated_on, truth)


def scanned(case: Case, paper: Paper, *, name: str, reason: str) -> Piece:
    """The paper as a picture; nobody can read it before there is OCR."""
    truth = replace(truth_of(case, paper), outcome="inbox", reason=reason, known_by="")
    return Piece(f"{name}.pdf", scan(render(paper), case.rng), SCANNER, paper.dated_on, truth)


def other(case: Case, truth: Truth, *, name: str, data: bytes, on: date, door: str = OFFICE) -> Piece:
    """Any other file that belongs to this customer."""
    full = replace(truth, customer_number=case.customer.number, section=SECTIONS[truth.class_code],
        dated_on=on.isoformat(),
                   known_by=truth.known_by or known_by(case))  # fmt: skip
    return Piece(name, data, door, on, full)
