"""Adds the place of a signature to a PDF, behind the bytes that are there. Runs in a confined process (host.py).

pyHanko writes an incremental update: not one byte of what was there is touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

# So many bytes are kept free for the signature: a chain of certificates and a provider's time-stamp find room.
ROOM: Final = 24 * 1024


@dataclass(frozen=True, slots=True)
class Place:
    """Where the signature goes, as offsets in the file: what lies between them, brackets included, is not signed."""

    start: int
    end: int


class Unsuited(Exception):
    """This PDF cannot be signed; `code` is that of a refusal (refusals.py)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def prepare(target: Path, *, field: str, person: str, reason: str, at: datetime) -> Place:
    """Add an empty signature to the file at `target`, which is a copy of the original. Raises Unsuited."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields
    from pyhanko.sign.signers import cms_embedder
    from pyhanko.sign.signers.pdf_byterange import SignatureObject

    with target.open("r+b") as file:
        writer = IncrementalPdfFileWriter(file, strict=False)
        _require_open(writer.prev)
        steps = cms_embedder.PdfCMSEmbedder(fields.SigFieldSpec(field)).write_cms(field, writer)
        next(steps)
        placeholder = SignatureObject(
            timestamp=at, subfilter=fields.SigSeedSubFilter.PADES, name=person, reason=reason or None,
            bytes_reserved=2 * ROOM,
        )  # fmt: skip
        steps.send(cms_embedder.SigObjSetup(placeholder))
        prepared, _output = steps.send(cms_embedder.SigIOSetup("sha256", in_place=True))
        return Place(prepared.reserved_region_start, prepared.reserved_region_end)


def _require_open(reader: Any) -> None:
    """Refuse what is encrypted, and what an earlier signature has closed to every change."""
    from pyhanko.sign.fields import MDPPerm

    if reader.encrypted:
        raise Unsuited("signing_encrypted")
    if any(one.docmdp_level == MDPPerm.NO_CHANGES for one in reader.embedded_regular_signatures):
        raise Unsuited("signing_forbidden")
