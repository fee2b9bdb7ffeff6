"""Takes the invoice XML out of a PDF, byte for byte.

qpdf (through pikepdf) parses what strangers send: call this in a confined child with limits on time and memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_noop

from kundenakte.records.einvoice import MAX_XML_BYTES, begins_like_invoice, read_header
from kundenakte.records.findings import EInvoice

if TYPE_CHECKING:
    from pikepdf import Pdf

# Names that the formats prescribe, newest first; compared without regard to case.
_INVOICE_NAMES = ("factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml")
# Order-X resembles Factur-X; its XML is taken out as well, so that the reader can say that it is no invoice.
_ORDER_NAMES = ("order-x.xml",)
_MAX_ATTACHMENTS = 200
_MAX_TREE_DEPTH = 20

DAMAGED = gettext_noop("Ob eine E-Rechnung darin steckt, lässt sich nicht sagen: Der Aufbau des PDF stimmt nicht.")
PASSWORD = "Das PDF ist mit einem Passwort geschützt; eine E-Rechnung darin kann nicht gelesen werden."  # noqa: S105
SEVERAL = "Das PDF enthält mehrere XML-Dateien: {names}. Gelesen wurde {name}."


class UnreadablePdf(ValueError):
    """The PDF cannot be opened; the text is a German sentence."""

    code = "unreadable_pdf"


class PdfNeedsPassword(UnreadablePdf):
    """The PDF cannot be opened without its password."""

    code = "pdf_needs_password"


def extract_xml(path: Path) -> tuple[str, bytes] | None:
    """Name and exact bytes of the invoice XML (or order XML) in a PDF, None when there is none.

    Looks into the name tree and the AF arrays of the document and its pages. A prescribed name comes first, whatever
    its case; then any attachment that begins like an invoice. Raises UnreadablePdf or PdfNeedsPassword.
    """
    found, _ = _attachments(path)
    return found[0] if found else None


def read_pdf(path: Path) -> EInvoice:
    """The e-invoice in a PDF: "no-invoice" when none is in it, "broken" when it or the PDF cannot be read."""
    return look_into(path)[0]


def look_into(path: Path) -> tuple[EInvoice, bool]:
    """The e-invoice in a PDF as `read_pdf` has it, and whether the PDF is only the wrapping of other files.

    An invoice is none, whatever hangs on it.
    """
    try:
        found, is_portfolio = _attachments(path)
    except PdfNeedsPassword as error:
        return EInvoice("no-invoice", notes=[str(error)]), False
    except UnreadablePdf as error:
        return EInvoice("broken", notes=[str(error)]), False
    invoice = _read(found)
    return invoice, is_portfolio and invoice.status == "no-invoice"


def _read(found: list[tuple[str, bytes]]) -> EInvoice:
    if not found:
        return EInvoice("no-invoice")
    name, data = found[0]
    invoice = read_header(data, embedded=name.lower() not in _ORDER_NAMES)
    invoice.embedded_name = name
    invoice.xml_digest = hashlib.sha256(data).hexdigest()
    if len(found) > 1:
        names = ", ".join(sorted(other for other, _ in found))
        invoice.notes.append(SEVERAL.format(names=names, name=name))
    return invoice


def _attachments(path: Path) -> tuple[list[tuple[str, bytes]], bool]:
    """All attachments that may be the invoice, the most likely one first; and whether it is a portfolio."""
    import pikepdf

    from kundenakte.records import portfolio

    try:
        with pikepdf.open(path) as pdf:
            ranked = []
            is_portfolio = portfolio.is_portfolio(pdf)
            for name, specification in _file_specifications(pdf):
                data = _bytes_of(specification)
                if data is not None and (rank := _rank(name, data)) is not None:
                    ranked.append((rank, name, data))
    except pikepdf.PasswordError as error:
        raise PdfNeedsPassword(PASSWORD) from error
    except (pikepdf.PdfError, RuntimeError, ValueError, KeyError, TypeError) as error:
        raise UnreadablePdf(DAMAGED) from error
    ranked.sort(key=lambda entry: entry[0])
    unique = {(name, data): None for _, name, data in ranked}
    return list(unique), is_portfolio


def _rank(name: str, data: bytes) -> int | None:
    """The place in the order of preference; None for an attachment that is nothing of ours."""
    short = name.replace("\\", "/").rsplit("/", 1)[-1].lower()
    if short in _INVOICE_NAMES:
        return _INVOICE_NAMES.index(short)
    if begins_like_invoice(data):
        return len(_INVOICE_NAMES)
    if short in _ORDER_NAMES:
        return len(_INVOICE_NAMES) + 1
    return None


def _file_specifications(pdf: Pdf) -> Iterator[tuple[str, Any]]:
    """Each embedded file once, with its name: from the name tree, then from the AF arrays."""
    seen: set[tuple[int, int]] = set()
    for specification in _all_specifications(pdf):
        if len(seen) >= _MAX_ATTACHMENTS:
            return
        stream = _stream_of(specification)
        if stream is None or (stream.is_indirect and stream.objgen in seen):
            continue
        seen.add(stream.objgen)
        yield _name_of(specification), stream


def _all_specifications(pdf: Pdf) -> Iterator[Any]:
    import pikepdf

    names = pdf.Root.get("/Names")
    if isinstance(names, pikepdf.Dictionary) and "/EmbeddedFiles" in names:
        yield from _leaves(names["/EmbeddedFiles"], 0)
    yield from _associated(pdf.Root)
    # Some programs hang the file on the first page instead of the document.
    if len(pdf.pages) > 0:
        yield from _associated(pdf.pages[0].obj)


def _associated(holder: Any) -> Iterator[Any]:
    import pikepdf

    files = holder.get("/AF")
    if isinstance(files, pikepdf.Array):
        yield from files
    elif isinstance(files, pikepdf.Dictionary):
        yield files


def _leaves(node: Any, depth: int) -> Iterator[Any]:
    """The values of a name tree; a tree deeper than any honest one, or with a loop, simply ends."""
    import pikepdf

    if depth > _MAX_TREE_DEPTH or not isinstance(node, pikepdf.Dictionary):
        return
    names = node.get("/Names")
    if isinstance(names, pikepdf.Array):
        for position in range(1, len(names), 2):
            yield names[position]
    kids = node.get("/Kids")
    if isinstance(kids, pikepdf.Array):
        for position in range(min(len(kids), _MAX_ATTACHMENTS)):
            yield from _leaves(kids[position], depth + 1)


def _stream_of(specification: Any) -> Any:
    import pikepdf

    if not isinstance(specification, pikepdf.Dictionary):
        return None
    files = specification.get("/EF")
    if not isinstance(files, pikepdf.Dictionary):
        return None
    stream = files.get("/F", files.get("/UF"))
    return stream if isinstance(stream, pikepdf.Stream) else None


def _name_of(specification: Any) -> str:
    for key in ("/UF", "/F"):
        value = specification.get(key)
        if value is not None:
            return str(value)
    return ""


def _bytes_of(stream: Any) -> bytes | None:
    """The decoded bytes; None when they cannot be decoded or exceed the limit."""
    import pikepdf

    try:
        data = bytes(stream.read_bytes())
    except (pikepdf.PdfError, RuntimeError):
        return None
    return data if len(data) <= MAX_XML_BYTES else None
