"""A business paper before anybody has chosen a layout or a file format: who, to whom, what, in which blocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from demo.parties import Party, Person


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph; `strong` for bold, `small` for terms and remarks."""

    text: str
    strong: bool = False
    small: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside the text, such as "§ 3 Vergütung"."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list with marks."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """Label and value pairs of a form, in `columns` columns."""

    rows: tuple[tuple[str, str], ...]
    columns: int = 2


@dataclass(frozen=True, slots=True)
class Column:
    """A table column: heading, weight of its width, "l", "r" or "c"."""

    title: str
    weight: float
    align: str = "l"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text; a line break in a cell puts what follows below, smaller."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums below a table, label and amount; the last one is the one that counts."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Checks:
    """A check list: text, ticked or not, remark."""

    rows: tuple[tuple[str, bool, str], ...]


@dataclass(frozen=True, slots=True)
class Signatures:
    """Lines to sign on; a name in `signed` is written by hand above its line."""

    places: tuple[tuple[str, str], ...]  # (what stands below the line, who signed it or "")


@dataclass(frozen=True, slots=True)
class Remark:
    """A framed remark with a title."""

    title: str
    text: str


Block = Para | Heading | Bullets | Fields | Table | Totals | Checks | Signatures | Remark


@dataclass(frozen=True, slots=True)
class Paper:
    """One document. `code` is the document class; amounts are cents; `info` is the block beside the address."""

    code: str
    title: str
    number: str
    dated_on: date
    sender: Party
    recipient: Party
    info: tuple[tuple[str, str], ...]
    subject: str
    body: tuple[Block, ...]
    greeting: str = ""
    clerk: Person | None = None
    closing: str = "Mit freundlichen Grüßen"
    layout: str = ""
    # ZUGFeRD asks for PDF/A, and that for embedded fonts.
    embed_fonts: bool = False
    net: int | None = None
    gross: int | None = None
    # A form has no address window, greeting and closing (service report, acceptance).
    form: bool = False

    @property
    def look(self) -> str:
        return self.layout or self.sender.letterhead.layout
