"""Restricting what is done with a document (Art. 18 GDPR): only those who may read restricted documents see it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.records import access, search_due
from kundenakte.records.models import Document, Verb
from kundenakte.records.refusals import BadValue, ChangedMeanwhile


@transaction.atomic
def restrict(*, actor: Actor, document: Document, edition: int, reason: str, now: datetime) -> None:
    """Hide it from lists, counts, search and every page but those of people with "Eingeschränktes lesen".

    From now on each reading is in the journal (reading.py). The document stays where it is and keeps its versions.
    Who restricts it without that right does not see it any more. Raises BadValue without a reason, ChangedMeanwhile
    for an old edition.
    """
    _set(actor, document, edition, reason, now, wanted=True)


@transaction.atomic
def lift_restriction(*, actor: Actor, document: Document, edition: int, reason: str, now: datetime) -> None:
    """Show it again to all who have the right to its place. Refused to those who may not see it, as a missing one."""
    _set(actor, document, edition, reason, now, wanted=False)


def _set(actor: Actor, document: Document, edition: int, reason: str, now: datetime, *, wanted: bool) -> None:
    locked = (
        Document.objects.select_for_update(of=("self",))
        .select_related("customer_file__customer", "section", "document_class")
        .get(pk=document.pk)
    )
    access.require(actor, Verb.RESTRICT, locked)
    if locked.edition != edition:
        raise ChangedMeanwhile
    if not reason.strip():
        raise BadValue("Bitte geben Sie einen Grund an, zum Beispiel das Verlangen der betroffenen Person.")
    if locked.is_restricted == wanted:
        return
    locked.is_restricted, locked.changed_at, locked.edition = wanted, now, locked.edition + 1
    locked.save(update_fields=["is_restricted", "changed_at", "edition"])
    search_due.mark(locked)
    kind = "document.restricted" if wanted else "document.restriction_lifted"
    journal.append(actor, kind, locked, at=now, reason=reason.strip())
    document.is_restricted, document.changed_at, document.edition = wanted, now, locked.edition
