"""Makes a table of a customer list, whatever program wrote it; what is no table is refused with a German sentence."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from kundenakte.customers.refusals import UnreadableList

MOST_BYTES = 100 * 1024 * 1024
_DELIMITERS = ";\t,|"
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_OFFICE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
# Programs from the days of DOS still write their umlauts like this; in Windows-1252 these bytes are no letters.
_DOS_UMLAUTS = frozenset("äöüÄÖÜß".encode("cp850"))


@dataclass(frozen=True, slots=True)
class Table:
    """The list: its headings, and each line with the number a spreadsheet shows beside it."""

    headers: list[str]
    rows: list[tuple[int, list[str]]]
    encoding: str
    delimiter: str
    # SHA-256 of the file, for the journal.
    digest: str


def read_table(stream: BinaryIO, *, encoding: str = "", delimiter: str = "") -> Table:
    """Read the whole list. Encoding and delimiter are found out where they are not given. Raises UnreadableList."""
    data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise UnreadableList("Die Datei ist größer als 100 MB. Bitte teilen Sie sie auf.")
    if data.startswith(_OFFICE):
        raise UnreadableList("Das ist eine Excel-Datei. Bitte speichern Sie sie als „CSV (Trennzeichen-getrennt)“.")
    text, used = _decoded(data, encoding)
    given, text = _named_delimiter(text)
    delimiter = delimiter or given or _likeliest_delimiter(text)
    lines = [(number, cells) for number, cells in _lines(text, delimiter, first=2 if given else 1) if any(cells)]
    if not lines:
        raise UnreadableList("Die Datei ist leer.")
    headers = lines[0][1]
    if len(headers) < 2:
        raise UnreadableList(
            "In der ersten Zeile stehen keine Spaltenüberschriften, die durch Semikolon, Komma oder Tabulator "
            "getrennt sind."
        )
    return Table(headers, lines[1:], used, delimiter, hashlib.sha256(data).hexdigest())


def _decoded(data: bytes, encoding: str) -> tuple[str, str]:
    """The text and the encoding it was in: as its mark says, else UTF-8, else Windows-1252, else that of DOS."""
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    candidates = [encoding] if encoding and not marked else [marked] if marked else ["utf-8", "cp1252", "cp850"]
    for name in candidates:
        try:
            text = data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        if name == "cp850" and not _DOS_UMLAUTS & set(data):
            break
        if _is_binary(text[:10_000]):
            break
        return text, name
    raise UnreadableList(
        "Die Datei ist kein Text, den man lesen kann. Gebraucht wird eine CSV-Datei in UTF-8 oder Windows-1252."
    )


def _is_binary(sample: str) -> bool:
    """One stray control character is a cell's fault, one in fifty means that this is no text."""
    return sum(c < " " and c not in "\t\r\n\f" for c in sample) > max(5, len(sample) // 50)


def _named_delimiter(text: str) -> tuple[str, str]:
    """What the line "sep=;" says, which Excel writes and reads; it is not part of the table."""
    first, _, rest = text.partition("\n")
    name, _, value = first.strip().strip('"').partition("=")
    return (value, rest) if name.lower() == "sep" and len(value) == 1 else ("", text)


def _likeliest_delimiter(text: str) -> str:
    """The sign that parts the first lines into the most columns, the same number in nearly all."""

    def score(delimiter: str) -> tuple[float, int]:
        lines = [cells for _, cells in zip(range(30), _quiet_lines(text, delimiter), strict=False)]
        widths = [len(cells) for cells in lines if any(cells)]
        if not widths or widths[0] < 2:
            return 0.0, 0
        return sum(width == widths[0] for width in widths) / len(widths) > 0.7, widths[0]

    return max(_DELIMITERS, key=score)


def _quiet_lines(text: str, delimiter: str) -> Iterator[list[str]]:
    """Lines until the reader stumbles: only for guessing."""
    try:
        yield from csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=delimiter)
    except csv.Error:
        return


def _lines(text: str, delimiter: str, *, first: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = first - 1
    try:
        for number, cells in enumerate(reader, start=first):
            yield number, [cell.strip() for cell in cells]
    except csv.Error:
        raise UnreadableList(
            "Ab Zeile %(value)s ist die Datei nicht lesbar, wahrscheinlich fehlt ein Anführungszeichen.",
            value=number + 1,
        ) from None
