"""Where the XML leads: an e-invoice is its XML, and no version without one takes its place (R-14, T-27).

Nobody can allow it with a reason either: the data that tax law asks for would be gone from what is shown. The other
file gets a document of its own.
"""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Final

from kundenakte.records import mediatype
from kundenakte.records.models import Arrival, Document
from kundenakte.records.refusals import Refused

# A PDF with a file in it names it so, or hides its names in a compressed object stream.
_MARKS: Final = (b"/EmbeddedFile", b"/EF", b"/ObjStm")


class XmlMissing(Refused):
    """The document's valid version has leading XML, the one that is to replace it has none."""

    code = "xml_missing"
    sentence = (
        "Dieses Dokument ist eine E-Rechnung, deren XML führt. Eine Datei ohne XML kann sie nicht ablösen. Legen Sie "
        "die Datei als eigenes Dokument ab, oder bringen Sie die E-Rechnung mit ihrem XML."
    )


def is_invoice(digest: str) -> bool:
    """Whether these bytes were read as an e-invoice: an invoice's XML, or a PDF that carries it."""
    return Arrival.objects.filter(digest=digest, findings__einvoice__status="invoice").exists()


def would_lose_xml(document: Document, digest: str) -> bool:
    """Whether the valid version is an e-invoice and these bytes, as far as they were read, are none."""
    valid = document.valid_version
    return valid is not None and is_invoice(valid.digest) and not is_invoice(digest)


def may_carry_xml(path: Path, *, file_name: str = "") -> bool:
    """A quick look that parses nothing: False only for a file in which there is certainly no invoice's XML."""
    kind = mediatype.detect(path, file_name=file_name)
    if kind.family == "einvoice":
        return True
    if kind.family != "pdf":
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return any(content.find(mark) >= 0 for mark in _MARKS)
