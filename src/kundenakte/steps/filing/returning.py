"""Taking back that something was filed as a document of its own: it waits in the inbox again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from kundenakte.base.accounts.actors import Actor
from kundenakte.records import access
from kundenakte.records.actions import returning
from kundenakte.records.models import Arrival, Document
from kundenakte.records.refusals import AlreadyDone, NotFound
from kundenakte.steps.filing import paper
from kundenakte.steps.filing.models import FilingDecision
from kundenakte.steps.filing.paper import Paper

RETURNED = "returned"


def return_to_inbox(*, actor: Actor, arrival: Arrival, now: datetime, reason: str = "") -> Document:
    """Put what was filed as a document of its own back into the inbox; the document is a draft until it is filed again.

    Who it may belong to is found anew from the paper: what was chosen or found before is refused by this.

    Raises AlreadyDone when it is not filed (any more) or became the version of another document, and whatever
    `returning.return_document` refuses.
    """
    found_on_it = paper.read(arrival)
    with transaction.atomic():
        return _return(actor, arrival, found_on_it, now, reason)


def _return(actor: Actor, arrival: Arrival, found_on_it: Paper, now: datetime, reason: str) -> Document:
    if actor.user is not None and not access.arrivals_for(actor.user).filter(pk=arrival.pk).exists():
        raise NotFound
    found = Arrival.objects.select_for_update(of=("self",)).get(pk=arrival.pk)
    version = found.version
    if found.state != Arrival.State.FILED or version is None or version.document_id != found.document_id:
        raise AlreadyDone
    document = returning.return_document(actor=actor, version=version, now=now, reason=reason)
    found.state, found.document, found.reason, found.changed_at = Arrival.State.WAITING, None, RETURNED, now
    found.sentence = gettext_noop("%(name)s hat es aus der Akte zurückgelegt.") % {"name": actor.name}
    if reason:
        found.sentence += " " + gettext_noop("Grund: %(reason)s") % {"reason": reason}
    proposed, found.decision = found.decision, paper.asked_anew(found, document.customer_file.customer_id, found_on_it)
    found.save(update_fields=["state", "document", "reason", "sentence", "changed_at", "decision"])
    FilingDecision.objects.create(
        arrival=found, document=document, outcome=FilingDecision.Outcome.ASKED, rule="filing.by_hand",
        sentence=found.sentence, proposed=proposed, decided_by=actor.user, at=now,
    )  # fmt: skip
    arrival.__dict__.update(found.__dict__)
    return document


def refused_customer(arrival: Arrival) -> int | None:
    """The customer whose file it was taken back from; None where nobody did that."""
    document = document_of(arrival)
    return document.customer_file.customer_id if document else None


def document_of(arrival: Arrival) -> Document | None:
    """The document an arrival was taken back from, to be filed again; None for others, and when somebody has let it be
    valid meanwhile or given it further versions."""
    version = arrival.version
    if version is None or arrival.document_id is not None:
        return None
    document = version.document
    is_left = document.is_draft and document.valid_version_id == version.pk
    return document if is_left and document.versions.count() == 1 else None
