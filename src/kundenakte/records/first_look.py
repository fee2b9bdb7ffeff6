"""What can be said of a file at first sight, before anything has read it: its kind, and what speaks against it.

Bounded like the telling of types (mediatype.py): the end of a PDF and the place it points at, nothing else.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO, Final, Literal

from kundenakte.records import mediatype
from kundenakte.records.mediatype import MediaType

Doubt = Literal["empty", "unknown", "encrypted", "damaged"]

_TAIL: Final = 64 * 1024
_TRAILER: Final = 4096
# ISO 32000-1, 14.3.3 (document information) and 14.3.2 (XMP): D:20261124…, 2026-11-24T….
_DAYS: Final = re.compile(
    rb"(?:/(?:ModDate|CreationDate)\s*\(D:|<xmp:(?:ModifyDate|CreateDate)>)(\d{4})-?(\d{2})-?(\d{2})"
)
# ISO 32000-1, 7.5.5: the last lines say where the newest cross-reference section begins.
_START: Final = re.compile(rb"startxref\s+(\d{1,19})")


@dataclass(frozen=True, slots=True)
class FirstLook:
    """The kind, and why it may not be what somebody wants; None when nothing speaks against it."""

    kind: MediaType
    doubt: Doubt | None
    # The day the file itself says it was last changed on; None where it does not say so in the open.
    changed_on: date | None = None


def look(path: Path, *, file_name: str = "") -> FirstLook:
    """A first look at the file. An encrypted PDF may open without a password all the same. Raises OSError."""
    kind = mediatype.detect(path, file_name=file_name)
    if kind.code == "pdf":
        with path.open("rb") as file:
            return FirstLook(kind, _doubt_of_pdf(file), _last_day_in_pdf(file))
    doubts: dict[str, Doubt] = {"empty": "empty", "unknown": "unknown", "office-encrypted": "encrypted"}
    return FirstLook(kind, doubts.get(kind.code))


def _last_day_in_pdf(file: BinaryIO) -> date | None:
    """The latest day programs wrote into it: at its end or, when it was made ready for the web, in front."""
    size = file.seek(0, 2)
    found = []
    for start in {0, max(0, size - _TAIL)}:
        file.seek(start)
        for groups in _DAYS.findall(file.read(_TAIL)):
            with contextlib.suppress(ValueError):
                found.append(date(*(int(part) for part in groups)))
    return max(found, default=None)


def _doubt_of_pdf(file: BinaryIO) -> Doubt | None:
    size = file.seek(0, 2)
    file.seek(max(0, size - _TAIL))
    tail = file.read(_TAIL)
    starts = _START.findall(tail)
    if not starts or int(starts[-1]) >= size:
        return "damaged"
    # The trailer stands in front of that line, or the section is a stream with its dictionary at the place itself.
    file.seek(int(starts[-1]))
    return "encrypted" if b"/Encrypt" in tail or b"/Encrypt" in file.read(_TRAILER) else None
