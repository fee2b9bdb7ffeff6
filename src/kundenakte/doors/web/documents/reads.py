"""Reading leaves a trace where the law asks for one: documents whose processing is restricted (R-20)."""

from __future__ import annotations

from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.records.models import Document, Version


def note(actor: Actor, document: Document, version: Version, *, downloaded: bool = False) -> None:
    """Write down that somebody looked at a restricted document; any other is read without an entry."""
    if document.is_restricted:
        kind = "document.downloaded" if downloaded else "document.read"
        with transaction.atomic():
            journal.append(actor, kind, document, version=version.number)
