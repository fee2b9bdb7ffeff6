"""What ties a document to others, and to further places it is shown in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs import ledger
from kundenakte.base.journal import actions as journal
from kundenakte.records import access, search_due
from kundenakte.records.models import CustomerFile, Document, Placement, Reference, Section, Verb, Version
from kundenakte.records.retention.keeping import FILE_JOB
from kundenakte.records.sections import section_to_file_in


@transaction.atomic
def refer(
    *,
    actor: Actor,
    from_document: Document,
    to_document: Document,
    kind: str,
    now: datetime,
    from_version: Version | None = None,
) -> Reference:
    """Link two documents, or one version of the first to the second. Asking twice leaves one link, as it was."""
    access.require(actor, Verb.EDIT, from_document)
    if actor.user is not None:
        access.get_document(actor.user, to_document.pk)
    reference, made = Reference.objects.get_or_create(
        from_document=from_document, to_document=to_document, kind=kind,
        defaults={"created_at": now, "from_version": from_version},
    )  # fmt: skip
    if made:
        _look_again(from_document, to_document)
        said: dict[str, Any] = {"version": from_version.number} if from_version else {}
        journal.append(actor, "document.referred", from_document, at=now, to=to_document, relation=kind, **said)
    return reference


@transaction.atomic
def unrefer(*, actor: Actor, reference: Reference, now: datetime) -> None:
    """Take a link between two documents back. That it was there stays in the history.

    Of two who do it at once the second finds it done: one entry.
    """
    access.require(actor, Verb.EDIT, reference.from_document)
    document, other, kind = reference.from_document, reference.to_document, reference.kind
    said: dict[str, Any] = {"version": reference.from_version.number} if reference.from_version else {}
    gone, _kinds = Reference.objects.filter(pk=reference.pk).delete()
    if gone:
        _look_again(document, other)
        journal.append(actor, "document.unreferred", document, at=now, to=other, relation=kind, **said)


@transaction.atomic
def place_also(
    *, actor: Actor, document: Document, customer_file: CustomerFile, section: Section, now: datetime
) -> Placement:
    """Show a document in a second place as well: a link, not a copy (S9)."""
    section = section_to_file_in(customer_file, section, document.document_class, document.fields)
    access.require(actor, Verb.FILE, document, customer_file, section)
    placement, made = Placement.objects.get_or_create(
        document=document, customer_file=customer_file, section=section, defaults={"created_at": now}
    )
    if made:
        search_due.mark(document)
        journal.append(actor, "document.placed", document, at=now, customer_file=customer_file, section=section)
    return placement


def _look_again(*documents: Document) -> None:
    """A link to an order or an invoice decides how long an offer or a delivery note is kept."""
    ledger.enqueue_all(FILE_JOB, {document.customer_file_id for document in documents})
