"""The recognition step: what an arrival is and what stands in it, and learning from what people filed."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings

from kundenakte.base import blobs, confinement
from kundenakte.base.blobs import derived
from kundenakte.base.confinement import ConfinementError, scratch_folder
from kundenakte.base.jobs.ledger import Apply
from kundenakte.records import house, mediatype, renditions
from kundenakte.records.findings import EInvoice, Findings
from kundenakte.records.models import Arrival
from kundenakte.steps.recognition import foreign
from kundenakte.steps.recognition.model_store import class_guesses, learn
from kundenakte.steps.recognition.reading import Material, read

__all__ = ["learn", "recognise"]

UNREADABLE = "Die eingebettete Rechnung konnte nicht gelesen werden."
_ON_THE_WAY = (Arrival.State.UNDER_WAY, Arrival.State.FILED)


def recognise(arrival_id: int) -> Apply:
    """Read it outside the transaction; the returned function keeps the findings."""
    arrival = Arrival.objects.get(pk=arrival_id)
    if arrival.state not in _ON_THE_WAY:
        return lambda: False
    findings = read(_material(arrival)).to_json()
    return partial(_keep, arrival_id, findings)


def _keep(arrival_id: int, findings: dict[str, Any]) -> bool:
    Arrival.objects.filter(pk=arrival_id).update(findings=findings)
    return True


def _material(arrival: Arrival) -> Material:
    path = blobs.default().path(arrival.digest)
    kind = mediatype.detect(path, file_name=arrival.file_name)
    text = renditions.text_of(arrival.digest)
    pages = renditions.pages_of(arrival.digest)
    return Material(
        media_type=kind.name,
        text=text,
        own=house.own_company(),
        shapes=house.number_shapes(),
        einvoice=_einvoice(arrival, path, kind.family),
        mail=_mail(path, kind.code) if kind.family == "mail" else {},
        notes=[pages.note] if pages is not None and pages.note else [],
        learned=class_guesses(text),
    )


def _einvoice(arrival: Arrival, path: Path, family: str) -> EInvoice | None:
    """The e-invoice, or None for what can be none; what an invoice XML could not be read from says so."""
    call = confinement.of_this_process().call
    try:
        if family == "einvoice":
            found = call(foreign.einvoice_in_xml, source=str(path))
        elif family == "pdf":
            with scratch_folder(Path(settings.SCRATCH)) as scratch:
                found = call(foreign.einvoice_in_pdf, source=str(path), folder=str(scratch))
                xml = scratch / renditions.XML
                if xml.is_file() and not xml.is_symlink():
                    derived.default().put_file(arrival.digest, renditions.XML, xml)
        else:
            return None
    except ConfinementError:
        return EInvoice("broken", notes=[UNREADABLE])
    invoice = Findings.from_json({"einvoice": found}).einvoice
    return None if invoice is None or invoice.status == "no-invoice" else invoice


def _mail(path: Path, code: str) -> dict[str, Any]:
    try:
        return confinement.of_this_process().call(foreign.mail_headers, source=str(path), is_outlook=code == "msg")
    except ConfinementError:
        return {}
