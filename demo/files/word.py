"""A paper as a Word document, the way the office writes it before it becomes a PDF."""

from __future__ import annotations

import io
from datetime import UTC, datetime, time
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt, RGBColor

from demo.checkdigits import spaced
from demo.files.package import repack
from demo.papers import Bullets, Checks, Fields, Heading, Paper, Para, Remark, Signatures, Table, Totals


def word_document(paper: Paper) -> bytes:
    """The paper as DOCX: letterhead in the header, bank and tax data in the footer, real tables."""
    document = Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(10)
    normal.paragraph_format.space_after = Pt(6)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin, section.top_margin = Cm(2.5), Cm(2), Cm(3.2)
    _header_and_footer(section, paper)
    _head(document, paper)
    for block in paper.body:
        _block(document, block)
    if paper.closing and not paper.form and not any(isinstance(block, Signatures) for block in paper.body):
        document.add_paragraph(paper.closing)
        document.add_paragraph(f"{paper.sender.name}\n{paper.clerk.name if paper.clerk else ''}")
    stamp = datetime.combine(paper.dated_on, time(9), tzinfo=UTC).replace(tzinfo=None)
    properties = document.core_properties
    properties.title, properties.author = f"{paper.title} {paper.number}".strip() or paper.subject, paper.sender.name
    properties.last_modified_by = paper.clerk.name if paper.clerk else paper.sender.name
    properties.created = properties.modified = stamp
    properties.comments = ""
    buffer = io.BytesIO()
    document.save(buffer)
    return repack(buffer.getvalue())


def _header_and_footer(section: Any, paper: Paper) -> None:
    sender = paper.sender
    head = section.header.paragraphs[0]
    run = head.add_run(sender.name)
    run.bold, run.font.size = True, Pt(15)
    run.font.color.rgb = RGBColor.from_string(sender.letterhead.colour.upper())
    head.add_run(f"\n{sender.letterhead.claim or sender.street}").font.size = Pt(8.5)
    head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    bank = f"{sender.bank} · IBAN {spaced(sender.iban)} · BIC {sender.bic}" if sender.iban else ""
    lines = (f"{sender.name} · {sender.street} · {sender.zip} {sender.city} · {sender.phone} · {sender.email}", bank,
             " · ".join(part for part in (sender.register,
                 sender.vat_id and f"USt-IdNr. {sender.vat_id}") if part))  # fmt: skip
    foot = section.footer.paragraphs[0]
    foot.add_run("\n".join(line for line in lines if line)).font.size = Pt(7)
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _head(document: Any, paper: Paper) -> None:
    table = document.add_table(rows=1, cols=2)
    address, info = table.rows[0].cells
    address.text = "\n".join(paper.recipient.address())
    info.text = "\n".join(f"{label}: {value}" for label, value in paper.info)
    for paragraph in info.paragraphs:
        for run in paragraph.runs:
            run.font.size = Pt(9)
    subject = document.add_paragraph()
    subject.paragraph_format.space_before = Pt(24)
    run = subject.add_run(paper.subject)
    run.bold, run.font.size = True, Pt(12)
    if paper.greeting and not paper.form:
        document.add_paragraph(paper.greeting)


def _block(document: Any, block: object) -> None:
    match block:
        case Para():
            run = document.add_paragraph().add_run(block.text)
            run.bold = block.strong
            if block.small:
                run.font.size = Pt(8.5)
        case Heading():
            document.add_heading(block.text, level=2)
        case Bullets():
            for item in block.items:
                document.add_paragraph(item, style="List Bullet")
        case Remark():
            document.add_paragraph().add_run(block.title).bold = True
            document.add_paragraph(block.text)
        case Signatures():
            _grid(document, [["_" * 30 for _ in block.places], [label for label, _ in block.places]], style="")
        case _:
            _tabular(document, block)


def _tabular(document: Any, block: object) -> None:
    match block:
        case Fields():
            _grid(document, [[label, value] for label, value in block.rows])
        case Table():
            rows = [[column.title for column in block.columns], *([*row] for row in block.rows)]
            _grid(
                document,
                rows,
                right=tuple(i for i, column in enumerate(block.columns) if column.align == "r"),
                weights=tuple(column.weight for column in block.columns),
                bold_first=True,
            )
        case Totals():
            _grid(document, [[label, amount] for label, amount in block.rows], right=(1,))
        case Checks():
            _grid(document, [["☒" if ticked else "☐", text, remark] for text, ticked, remark in block.rows])


def _grid(
    document: Any,
    rows: list[list[str]],
    *,
    right: tuple[int, ...] = (),
    weights: tuple[float, ...] = (),
    bold_first: bool = False,
    style: str = "Table Grid",
) -> None:
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    if style:
        table.style = style
    if weights:
        table.autofit = False
        for column, weight in zip(table.columns, weights, strict=True):
            column.width = Cm(16.5 * weight / sum(weights))
    for number, (cells, row) in enumerate(zip((line.cells for line in table.rows), rows, strict=True)):
        for place, (cell, text) in enumerate(zip(cells, row, strict=True)):
            if weights:
                cell.width = table.columns[place].width
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(1)
            run = paragraph.add_run(text)
            run.font.size, run.bold = Pt(9), bold_first and number == 0
            if place in right:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph().paragraph_format.space_after = Pt(2)
