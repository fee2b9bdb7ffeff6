"""The recognition step: what an arrival is and what stands in it, and learning from what people filed."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext_noop

from kundenakte.base import blobs, confinement
from kundenakte.base.blobs import derived
from kundenakte.base.confinement import ConfinementError, scratch_folder
from kundenakte.base.jobs import ledger
from kundenakte.base.jobs.ledger import Apply
from kundenakte.records import house, mediatype, parts, pdf_signatures, renditions
from kundenakte.records.findings import EInvoice, Findings
from kundenakte.records.models import Arrival, MailMessage
from kundenakte.steps.recognition import foreign, mail_rows
from kundenakte.steps.recognition.model_store import class_guesses, learn
from kundenakte.steps.recognition.reading import Material, read

__all__ = ["learn", "recognise"]

ENTITIES = gettext_noop(
    "Diese XML-Datei enthält Anweisungen (Entitäten), mit denen sich Programme überlasten lassen. "
    "Sie wird nur als Text gezeigt."
)
# Entities are declared before the root element; a prologue longer than this is none anybody writes.
_PROLOGUE = 65_536
UNREADABLE = "Die eingebettete Rechnung konnte nicht gelesen werden."
UNCHECKED = gettext_noop(
    "Das PDF scheint elektronisch unterschrieben zu sein. Ob die Unterschrift noch passt, ließ sich nicht prüfen."
)
_ON_THE_WAY = (Arrival.State.UNDER_WAY, Arrival.State.FILED)
# The step that takes the files out of a portfolio, by its name in the ledger; it comes back here when there is nothing
# to take out.
_OPEN: Final = "intake.open_packed"


class _IsPortfolio(Exception):
    """What came in is only the wrapping of what is in it."""


def recognise(arrival_id: int) -> Apply:
    """Read it outside the transaction; the returned function keeps the findings."""
    arrival = Arrival.objects.get(pk=arrival_id)
    if arrival.state not in _ON_THE_WAY:
        return lambda: False
    try:
        material = _material(arrival)
    except _IsPortfolio:
        return partial(_open_first, arrival_id)
    findings = read(material)
    _look_for_signatures(arrival, findings)
    headers = mail_rows.row(arrival.digest, material.mail, is_ours=findings.direction == "sent")
    return partial(_keep, arrival_id, findings.to_json(), headers)


def _keep(arrival_id: int, findings: dict[str, Any], headers: MailMessage | None) -> bool:
    Arrival.objects.filter(pk=arrival_id).update(findings=findings)
    if headers is not None:
        mail_rows.keep(headers)
    return True


def _open_first(arrival_id: int) -> bool:
    ledger.enqueue(_OPEN, arrival_id)
    return False


def _material(arrival: Arrival) -> Material:
    path = blobs.default().path(arrival.digest)
    kind = mediatype.detect(path, file_name=arrival.file_name)
    text = renditions.text_of(arrival.digest)
    pages, words = renditions.pages_of(arrival.digest), renditions.text_state(arrival.digest)
    notes = dict.fromkeys(made.note for made in (pages, words) if made is not None and made.note)
    return Material(
        media_type=kind.name,
        text=text,
        own=house.own_company(),
        shapes=house.number_shapes(),
        einvoice=_einvoice(arrival, path, kind.family),
        mail=_mail(path, kind.code) if kind.family == "mail" else {},
        notes=list(
            dict.fromkeys(
                [
                    *([str(arrival.opened["note"])] if arrival.opened.get("note") else []),
                    *notes,
                    *_hostile(path, kind.code),
                ]
            )
        ),
        learned=class_guesses(text),
        class_words=house.class_words(),
    )


def _hostile(path: Path, code: str) -> list[str]:
    """What a clerk should know about an XML file that is shown as text and not read any further."""
    if code != "xml":
        return []
    with path.open("rb") as file:
        head = file.read(_PROLOGUE).replace(b"\0", b"")
    return [ENTITIES] if b"<!ENTITY" in head else []


def _einvoice(arrival: Arrival, path: Path, family: str) -> EInvoice | None:
    """The e-invoice, or None for what can be none; what an invoice XML could not be read from says so."""
    call = confinement.of_this_process().call
    try:
        if family == "einvoice":
            found = call(foreign.einvoice_in_xml, source=str(path))
        elif family == "pdf":
            with scratch_folder(Path(settings.SCRATCH)) as scratch:
                found = call(foreign.einvoice_in_pdf, source=str(path), folder=str(scratch))
                if found.pop("is_portfolio") and parts.may_be_opened(arrival) and not arrival.opened:
                    raise _IsPortfolio
                xml = scratch / renditions.XML
                if xml.is_file() and not xml.is_symlink():
                    derived.default().put_file(arrival.digest, renditions.XML, xml)
        else:
            return None
    except ConfinementError:
        return EInvoice("broken", notes=[UNREADABLE])
    invoice = Findings.from_json({"einvoice": found}).einvoice
    return None if invoice is None or invoice.status == "no-invoice" else invoice


def _look_for_signatures(arrival: Arrival, findings: Findings) -> None:
    """Who signed a PDF electronically, and whether that still fits; bytes never change, so once is enough."""
    path = blobs.default().path(arrival.digest)
    kind = mediatype.detect(path, file_name=arrival.file_name)
    if kind.family != "pdf" or not pdf_signatures.may_be_signed(path):
        return
    try:
        found = confinement.of_this_process().call(foreign.signatures_in_pdf, source=str(path))
    except ConfinementError:
        findings.notes.append(UNCHECKED)
        return
    findings.signatures = Findings.from_json({"signatures": found}).signatures


def _mail(path: Path, code: str) -> dict[str, Any]:
    try:
        return confinement.of_this_process().call(foreign.mail_headers, source=str(path), is_outlook=code == "msg")
    except ConfinementError:
        return {}
