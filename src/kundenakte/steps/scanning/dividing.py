"""Where a stack is divided: by the sheets between its documents, or where a person said. Pure calculation over what was
read of its pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from kundenakte.records.scanned import Reading, ReadPage
from kundenakte.steps.scanning import sheets
from kundenakte.steps.scanning.sheets import Sheet


@dataclass(frozen=True, slots=True)
class Part:
    """One document of a stack: its pages there, and what the sheet in front of it said."""

    pages: tuple[int, ...]
    facts: Mapping[str, str] = field(default_factory=dict)


def sheet_on(page: ReadPage) -> Sheet | None:
    """The separator sheet this page is, if it is one. Of several codes the one that says most counts."""
    found = [sheet for code in page.codes if (sheet := sheets.read(code.text)) is not None]
    return max(found, key=lambda sheet: len(sheet.facts)) if found else None


def divided(reading: Reading, page_count: int) -> list[Part]:
    """The parts between the sheets; [] when there is no sheet. Empty pages are in no part, nor are the sheets' backs.

    A sheet printed on both sides, or scanned twice, divides once.
    """
    parts: list[Part] = []
    pages: list[int] = []
    facts: Mapping[str, str] = {}
    is_stack = False
    for number in range(1, page_count + 1):
        page = reading.pages.get(number)
        sheet = sheet_on(page) if page is not None else None
        if sheet is not None:
            is_stack = True
            if pages:
                parts.append(Part(tuple(pages), facts))
                pages = []
                facts = {}
            facts = sheet.facts or facts
        elif page is None or not page.is_blank:
            pages.append(number)
    if pages:
        parts.append(Part(tuple(pages), facts))
    return parts if is_stack else []


def divided_at(
    first_pages: Collection[int], reading: Reading, page_count: int, *, kept: Collection[int] = ()
) -> list[Part]:
    """The parts that begin on these pages; what comes before the first of them is a part as well. Empty pages are in
    none unless they are `kept`, nor are separator sheets; a part that would begin on one begins behind it."""
    parts: list[Part] = []
    pages: list[int] = []
    for number in range(1, page_count + 1):
        if number in first_pages and pages:
            parts.append(Part(tuple(pages)))
            pages = []
        page = reading.pages.get(number)
        if page is None or number in kept or not (page.is_blank or sheet_on(page)):
            pages.append(number)
    return [*parts, Part(tuple(pages))] if pages else parts
