"""What has to be read from the foreign bytes themselves: the e-invoice in a PDF or XML, the headers of a mail, the
signatures in a PDF.

These functions run confined; they answer with what JSON can say.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kundenakte.base.confinement import confined
from kundenakte.records.renditions import XML

_PDF_NEEDS = ("pikepdf", "kundenakte.records.einvoice_pdf", "kundenakte.records.portfolio")
_MOST_MAIL = 100 * 1024 * 1024


@confined(seconds=30, needs=_PDF_NEEDS)
def einvoice_in_pdf(*, source: str, folder: str) -> dict[str, Any]:
    """The e-invoice of a PDF (findings.EInvoice as a dictionary); its XML, byte for byte, is left in the folder.

    "is_portfolio" says beside it whether the PDF is only the wrapping of other files.
    """
    from kundenakte.records import einvoice_pdf

    path = Path(source)
    invoice, is_portfolio = einvoice_pdf.look_into(path)
    if invoice.embedded_name:
        found = einvoice_pdf.extract_xml(path)
        if found is not None:
            (Path(folder) / XML).write_bytes(found[1])
            invoice.xml_digest = hashlib.sha256(found[1]).hexdigest()
    return {**asdict(invoice), "is_portfolio": is_portfolio}


@confined(seconds=30, needs=("lxml.etree", "kundenakte.records.einvoice"))
def einvoice_in_xml(*, source: str) -> dict[str, Any]:
    """The e-invoice that an XML file is."""
    from kundenakte.records.einvoice import MAX_XML_BYTES, read_header

    with Path(source).open("rb") as file:
        return asdict(read_header(file.read(MAX_XML_BYTES + 1)))


# Few PDFs are signed: what reads signatures is loaded by the child that meets one.
@confined(seconds=30, needs=("kundenakte.records.pdf_signatures",))
def signatures_in_pdf(*, source: str) -> list[dict[str, Any]]:
    """The electronic signatures in a PDF (findings.FoundSignature as dictionaries)."""
    from kundenakte.records import pdf_signatures

    return [asdict(one) for one in pdf_signatures.read(Path(source))]


@confined(seconds=60, needs=("kundenakte.records.mail", "kundenakte.records.mail_parts", "kundenakte.records.outlook"))
def mail_headers(*, source: str, is_outlook: bool) -> dict[str, Any]:
    """A mail's headers, and what tells of its function: how much it says, and how many documents hang on it.

    Keys: addresses (by role), subject, sent_on (ISO day), sent_at (ISO), message_id, references, core, is_private,
    words (how many its text has), documents. Empty when it cannot be read.
    """
    from kundenakte.records import mail_core
    from kundenakte.records.mail import read_message
    from kundenakte.records.outlook import NotReadable, read_outlook

    path = Path(source)
    try:
        if is_outlook:
            mail = read_outlook(path)
        else:
            with path.open("rb") as file:
                mail = read_message(file.read(_MOST_MAIL))
    except NotReadable:
        return {}
    return {
        "addresses": mail.addresses,
        "subject": mail.subject[:500],
        "sent_on": mail.sent_on.isoformat() if mail.sent_on else "",
        "sent_at": mail.sent_at.isoformat() if mail.sent_at else "",
        "message_id": mail.message_id[:500],
        "references": [one[:500] for one in mail.references],
        "core": mail_core.core(mail),
        "is_private": mail.is_private,
        "words": len(mail_core.own_words(mail.body).split()),
        "documents": sum(part.is_document for part in mail.attachments),
    }
