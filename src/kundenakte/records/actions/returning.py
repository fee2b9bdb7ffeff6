"""Taking a document out of its file that was filed by mistake, and filing the same one again where it belongs.

A document that was filed is never taken away: it has its number, its journal, and within seconds its sealed state. So
it becomes a draft, which only those who work on documents see, and what came in waits in the inbox again. Filed anew it
is the same document at its right place.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.records import access, sealing
from kundenakte.records.actions import document_rows as rows
from kundenakte.records.actions.documents import Description
from kundenakte.records.models import CustomerFile, Document, Section, Verb, Version, VersionState
from kundenakte.records.refusals import ReasonMissing, Refused
from kundenakte.records.retention import blocks
from kundenakte.records.sections import section_to_file_in

State = VersionState.State


class InUse(Refused):
    """Somebody goes on working with it: it is moved, not taken back."""

    code = "document_in_use"
    sentence = "Das Dokument hat inzwischen weitere Versionen. Bitte verschieben Sie es, wenn es falsch liegt."


@transaction.atomic
def return_document(*, actor: Actor, version: Version, now: datetime, reason: str = "") -> Document:
    """Let the only version of a document be a draft again, and return the document.

    Whoever may file it there may take that back. What is sealed stays sealed, and wants a reason (ReasonMissing).
    Raises InUse when the document has got further versions.
    """
    document = rows.lock(version.document)
    access.require(actor, Verb.FILE, document)
    if document.valid_version_id != version.pk or document.versions.count() > 1:
        raise InUse
    if document.is_sealed and not reason:
        raise ReasonMissing
    if not document.is_draft:
        VersionState.objects.create(version=version, state=State.DRAFT, at=now)
    # Nobody learns from where it lay by mistake.
    document.is_draft, document.class_is_confirmed = True, False
    rows.changed(document, now)
    journal.append(
        actor, "document.returned", document, at=now, reason=reason, customer_file=document.customer_file,
        section=document.section,
    )  # fmt: skip
    return document


@transaction.atomic
def file_again(
    *,
    actor: Actor,
    version: Version,
    customer_file: CustomerFile,
    section: Section | None,
    description: Description,
    now: datetime,
    reason: str,
) -> Document:
    """File a document that was taken back where it belongs, as if it came only now. Returns it."""
    document = rows.lock(version.document)
    chosen = section_to_file_in(customer_file, section, description.document_class, description.fields)
    access.require_filing(actor, customer_file, chosen, description.document_class)
    before = document.customer_file
    document.customer_file, document.section, document.is_pinned = customer_file, chosen, section is not None
    rows.describe(document, description, now, lenient=True)
    document.class_is_confirmed = actor.kind == "person"
    if before.pk != customer_file.pk:
        blocks.carry_along([document.pk], before)
    # What was valid before it was taken back, by its class or because somebody released it, is valid again.
    if description.document_class.valid_at_once or version.states.filter(state=State.VALID).exists():
        rows.make_valid(document, version, now)
    sealing.note(version)
    rows.changed(document, now)
    journal.append(
        actor, "document.filed", document, at=now, reason=reason, customer_file=customer_file, section=chosen,
        document_class=description.document_class.code, digest=version.digest, number=document.number,
        from_file=before,
    )  # fmt: skip
    return document
