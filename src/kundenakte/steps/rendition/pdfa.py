"""Makes pages drawn by us (sheet.py) a PDF/A-3b, with files attached; nothing is redrawn.

It relies on how sheets are drawn: fonts embedded, colours in RGB, nothing transparent, no script. It is no converter
for files of others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import ImageCms

PART: Final = "3"
CONFORMANCE: Final = "B"
_PRODUCER: Final = "Kundenakte"


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes along, with what it is to the pages: the same in another form (Alternative), or their data."""

    name: str
    content: bytes
    media_type: str
    description: str
    relationship: str = "/Alternative"


def make(target: Path, *, title: str, language: str = "de", attached: Sequence[Attached] = ()) -> None:
    """Turn the PDF at `target` into PDF/A-3b. The same pages and files give the same bytes."""
    with pikepdf.open(target, allow_overwriting_input=True) as pdf:
        _intent(pdf)
        _describe(pdf, title)
        pdf.Root.Lang = String(language)
        for page in pdf.pages:
            # Reportlab's empty word about turning to the page.
            if Name.Trans in page:
                del page.Trans
        for one in attached:
            spec = pikepdf.AttachedFileSpec(
                pdf, one.content, filename=one.name, mime_type=one.media_type, description=one.description,
                relationship=Name(one.relationship),
            )  # fmt: skip
            pdf.attachments[one.name] = spec
        files = [pdf.attachments[one.name].obj for one in attached]
        if files:
            pdf.Root.AF = Array(files)
        pdf.save(target, min_version="1.7", deterministic_id=True)


def _describe(pdf: pikepdf.Pdf, title: str) -> None:
    # Reportlab's own words (author "anonymous") would have to stand in the XMP as well: they go.
    if Name.Info in pdf.trailer:
        del pdf.trailer.Info
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as meta:
        meta["dc:title"] = title
        meta["pdf:Producer"] = _PRODUCER
        meta["pdfaid:part"] = PART
        meta["pdfaid:conformance"] = CONFORMANCE


def _intent(pdf: pikepdf.Pdf) -> None:
    """Say which RGB is meant."""
    profile = Stream(pdf, _srgb(), N=3, Alternate=Name.DeviceRGB)
    pdf.Root.OutputIntents = Array([
        pdf.make_indirect(
            Dictionary(
                Type=Name.OutputIntent, S=Name.GTS_PDFA1, OutputConditionIdentifier=String("sRGB"),
                Info=String("sRGB IEC61966-2.1"), DestOutputProfile=pdf.make_indirect(profile),
            )
        )
    ])  # fmt: skip


@cache
def _srgb() -> bytes:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    # The moment of making (bytes 24 to 35) and the checksum over it (84 to 99) would be others each time.
    profile[24:36] = bytes.fromhex("07d000010001000000000000")
    profile[84:100] = bytes(16)
    return bytes(profile)
