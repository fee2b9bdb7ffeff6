"""The list of what is in a ZIP archive, as pages. Only the list is read; nothing is unpacked for it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from kundenakte.base.confinement import Refused
from kundenakte.records import zip_contents
from kundenakte.records.zip_contents import Entry, NotOpened
from kundenakte.steps.rendition.mail_page import size
from kundenakte.steps.rendition.sheet import LABEL, Column, Sheet

# The page has no room for more, and nobody reads them.
_MOST_LINES: Final = 2_000
_COLUMNS: Final = (
    Column("Datei", 0.52), Column("Geändert", 0.2), Column("Größe", 0.12, right=True), Column("Hinweis", 0.16),
)  # fmt: skip
_MARKS: Final = {
    zip_contents.LOCKED: "mit Passwort",
    zip_contents.OUTSIDE: "führt hinaus",
    zip_contents.LINKS: "Verknüpfung",
    zip_contents.UNKNOWN_PACKING: "unlesbar gepackt",
}


def draw_archive(source: Path, target: Path, *, kind: str, title: str) -> bool:
    """Pages with the list. True when lines were left out. Raises `Refused` when the list cannot be read."""
    try:
        with zip_contents.opened(source) as archive:
            lines = [entry for entry in zip_contents.entries(archive) if entry.kind != "folder"]
    except NotOpened as refusal:
        raise Refused("broken", refusal.sentence) from refusal
    if not lines:
        raise Refused("empty", zip_contents.EMPTY)
    whole = sum(entry.info.file_size for entry in lines)
    sheet = Sheet(target, kind=kind, title=title)
    sheet.paragraph(f"{len(lines)} {'Datei' if len(lines) == 1 else 'Dateien'}, ausgepackt {size(whole)}", LABEL)
    sheet.gap(6)
    sheet.table(_COLUMNS, [_row(entry) for entry in lines[:_MOST_LINES]])
    sheet.save()
    return sheet.is_full or len(lines) > _MOST_LINES


def _row(entry: Entry) -> tuple[str, str, str, str]:
    mark = _MARKS.get(entry.hindrance, "") or ("nicht aufgenommen" if entry.kind == "left" else "")
    return entry.path, entry.modified, size(entry.info.file_size), mark
