"""Text, source, XML, JSON and tables as pages a clerk can read."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from lxml import etree

from kundenakte.records import mediatype_text
from kundenakte.records.html_text import to_text
from kundenakte.steps.rendition.sheet import CELL, CODE, SMALL, Column, Sheet, Style

# More than sixty pages can hold.
MOST_BYTES = 1_000_000
_MOST_ROWS, _MOST_COLUMNS = 4_000, 24
_DELIMITERS = ";,\t|"


def draw_text(source: Path, target: Path, *, code: str, kind: str, title: str) -> bool:
    """A page of text as it stands; XML and JSON are indented, HTML is read. True when something was left out."""
    text, cut = read(source)
    if code == "html":
        sheet = Sheet(target, kind=kind, title=title)
        sheet.paragraph(to_text(text))
    else:
        sheet = Sheet(target, kind=kind, title=title)
        sheet.paragraph(_indented(text, code, cut=cut), CODE)
    sheet.is_full = sheet.is_full or cut
    sheet.save()
    return sheet.is_full


def draw_table(source: Path, target: Path, *, kind: str, title: str) -> bool:
    """A CSV file as a table. True when rows or columns were left out."""
    text, cut = read(source)
    rows = _rows(text)
    width = max((len(row) for row in rows), default=0)
    shown = min(width, _MOST_COLUMNS)
    sheet = Sheet(target, kind=kind, title=title, landscape=shown > 6)
    if not rows:
        sheet.paragraph("Die Tabelle ist leer.")
        sheet.save()
        return False
    if width > shown:
        sheet.paragraph(f"Gezeigt werden die ersten {shown} von {width} Spalten.", SMALL)
        sheet.gap(6)
    columns = _columns(rows, shown)
    size = 8.5 if shown <= 8 else 7.0 if shown <= 12 else 5.5
    style = Style(size=size, leading=size * 1.35) if size != CELL.size else CELL
    sheet.table(columns, [row[:shown] for row in rows[1:]], style=style)
    sheet.is_full = sheet.is_full or cut
    sheet.save()
    return sheet.is_full or width > shown


def read(source: Path) -> tuple[str, bool]:
    """The text of a file in whatever encoding it stands, and whether it was cut."""
    with source.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    cut = len(data) > MOST_BYTES
    data = data[:MOST_BYTES]
    encoding = mediatype_text.encoding_of(data, whole=not cut) or "cp1252"
    return mediatype_text.decode(data, encoding).lstrip("\ufeff"), cut


def _indented(text: str, code: str, *, cut: bool) -> str:
    """XML and JSON written for machines come in one line; text that is laid out already stays as it is."""
    if cut or text.count("\n") > len(text) / 200:
        return text
    if code == "json":
        try:
            return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
        except (ValueError, RecursionError):
            return text
    if code in {"xml", "svg", "cii", "ubl"} and "<!DOCTYPE" not in text:
        parser = etree.XMLParser(
            resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_blank_text=True
        )
        try:
            root = etree.fromstring(text.encode("utf-8", "replace"), parser)
            etree.indent(root)
            return etree.tostring(root, encoding="unicode")
        except (etree.XMLSyntaxError, ValueError):
            return text
    return text


def _rows(text: str) -> list[list[str]]:
    delimiter = _delimiter(text)
    rows = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if any(cell.strip() for cell in row):
                rows.append([cell.strip() for cell in row])
            if len(rows) > _MOST_ROWS:
                break
    except csv.Error:
        # A lone quotation mark in a long file: show the lines as they are.
        return [line.split(delimiter) for line in text.splitlines()[:_MOST_ROWS] if line.strip()]
    return rows


def _delimiter(text: str) -> str:
    """The character that splits the first lines into the same number of cells; German Excel writes semicolons."""
    lines = [line for line in text.splitlines()[:30] if line.strip()]
    if lines and lines[0].lower().startswith("sep=") and len(lines[0]) == 5:
        return lines[0][4]

    def steadiness(delimiter: str) -> tuple[int, int]:
        counts = [line.count(delimiter) for line in lines]
        most = max(set(counts), key=lambda count: (counts.count(count), count), default=0)
        return (counts.count(most) if most else 0, most)

    return max(_DELIMITERS, key=steadiness) if lines else ";"


def _columns(rows: list[list[str]], shown: int) -> list[Column]:
    head, sample = rows[0], rows[1:200]
    columns = []
    for at in range(shown):
        cells = [row[at] for row in sample if at < len(row) and row[at]]
        longest = max((len(cell) for cell in cells), default=0)
        # Three more for the margins of a cell, so that short ones never break.
        share = min(max(longest, len(head[at]) if at < len(head) else 0, 3), 40) + 3
        numbers = bool(cells) and all(_is_number(cell) for cell in cells)
        columns.append(Column(head[at] if at < len(head) else "", share, right=numbers))
    return columns


def _is_number(cell: str) -> bool:
    plain = cell.replace(".", "").replace(",", "").replace("€", "").replace("%", "").replace(" ", "").lstrip("+-")
    # Numbers with a leading zero are keys (postal codes), and keys stand on the left.
    return plain.isdigit() and not (len(plain) > 1 and plain[0] == "0" and "," not in cell)
