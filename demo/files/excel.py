"""Small Excel workbooks: calculations with formulas, written part by part (no library is needed for this much)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from demo.files.package import pack

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACK = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Cell styles by name: index into cellXfs below.
STYLES = {"": 0, "bold": 1, "head": 2, "euro": 3, "sum": 4, "percent": 5, "title": 6}


@dataclass(frozen=True, slots=True)
class Cell:
    """A text, a number, or a formula with its calculated value."""

    value: str | float
    style: str = ""
    formula: str = ""


@dataclass(frozen=True, slots=True)
class SheetOfCells:
    """One worksheet: name, column widths, rows."""

    name: str
    widths: tuple[float, ...]
    rows: tuple[tuple[Cell | str | float, ...], ...]


def workbook(sheets: Sequence[SheetOfCells], *, title: str, author: str, created: str) -> bytes:
    """An XLSX file; `created` is an ISO time with Z."""
    numbers = range(1, len(sheets) + 1)
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_KIND}.worksheet+xml"/>' for n in numbers
    )
    listed = "".join(
        f'<sheet name="{escape(s.name)}" sheetId="{n}" r:id="rId{n}"/>' for n, s in zip(numbers, sheets, strict=True)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_REL}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACK}/content-types"><Default Extension="rels" '
        f'ContentType="application/'
        'vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>'
        f'<Override PartName="/docProps/core.xml" '
        f'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACK}/relationships"><Relationship Id="rId1" '
        f'Type="{_REL}/officeDocument" '
        f'Target="xl/workbook.xml"/><Relationship Id="rId2" Type="{_PACK}/relationships/metadata/core-properties" '
        'Target="docProps/core.xml"/></Relationships>',
        "docProps/core.xml": core_properties(title, author, created),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACK}/relationships">{links}<Relationship '
        f'Id="rId{len(sheets) + 1}" '
        f'Type="{_REL}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _styles(),
    }
    for number, sheet in zip(numbers, sheets, strict=True):
        parts[f"xl/worksheets/sheet{number}.xml"] = _worksheet(sheet)
    return pack([(name, (_HEAD + text).encode()) for name, text in parts.items()])


def core_properties(title: str, author: str, created: str) -> str:
    """docProps/core.xml, the same for all Office packages."""
    stamp = "".join(
        f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{created}</dcterms:{name}>' for name in ("created", "modified")
    )
    return (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{escape(title)}</dc:title>'
        f"<dc:creator>{escape(author)}</dc:creator>{stamp}</cp:coreProperties>"
    )


def _styles() -> str:
    fonts = ('<font><sz val="10"/><name val="Arial"/></font>', '<font><b/><sz val="10"/><name val="Arial"/></font>',
             '<font><b/><sz val="10"/><color rgb="FFFFFFFF"/><name val="Arial"/></font>',
             '<font><b/><sz val="15"/><color rgb="FF16425B"/><name val="Arial"/></font>')  # fmt: skip
    fills = ('<fill><patternFill patternType="none"/></fill>', '<fill><patternFill patternType="gray125"/></fill>',
             '<fill><patternFill patternType="solid"><fgColor rgb="FF16425B"/></patternFill></fill>')  # fmt: skip
    borders = ("<border><left/><right/><top/><bottom/><diagonal/></border>",
               '<border><left/><right/><top style="thin"/><bottom style="double"/><diagonal/></border>')  # fmt: skip
    # (font, fill, border, number format) in the order of STYLES
    cells = ((0, 0, 0, 0), (1, 0, 0, 0), (2, 2, 0, 0), (0, 0, 0, 164), (1, 0, 1, 164), (0, 0, 0, 10), (3, 0, 0, 0))
    xfs = "".join(
        f'<xf numFmtId="{f}" fontId="{a}" fillId="{b}" borderId="{c}" xfId="0" applyNumberFormat="1" applyFont="1" '
        f'applyFill="1"/>'
        for a, b, c, f in cells
    )
    return (
        f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="#,##0.00\\ '
        f'&quot;€&quot;"/></numFmts>'
        f'<fonts count="{len(fonts)}">{"".join(fonts)}</fonts><fills count="{len(fills)}">{"".join(fills)}</fills>'
        f'<borders count="{len(borders)}">{"".join(borders)}</borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(cells)}">{xfs}</cellXfs></styleSheet>'
    )


def _worksheet(sheet: SheetOfCells) -> str:
    columns = "".join(f'<col min="{n}" max="{n}" width="{w}" customWidth="1"/>' for n, w in enumerate(sheet.widths, 1))
    rows = "".join(
        f'<row r="{r}">{"".join(_cell(f"{chr(64 + c)}{r}", value) for c, value in enumerate(row, 1))}</row>'
        for r, row in enumerate(sheet.rows, 1)
    )
    page = '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>'
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><cols>{columns}</cols>'
        f"<sheetData>{rows}</sheetData>{page}</worksheet>"
    )


def _cell(reference: str, cell: Cell | str | float) -> str:
    cell = cell if isinstance(cell, Cell) else Cell(cell)
    style = f' s="{STYLES[cell.style]}"' if cell.style else ""
    if cell.formula:
        return f'<c r="{reference}"{style}><f>{escape(cell.formula)}</f><v>{cell.value}</v></c>'
    if isinstance(cell.value, str):
        if not cell.value:
            return f'<c r="{reference}"{style}/>' if style else ""
        return f'<c r="{reference}"{style} t="inlineStr"><is><t>{escape(cell.value)}</t></is></c>'
    return f'<c r="{reference}"{style}><v>{cell.value}</v></c>'
