"""Reading leaves a trace where the law asks for one: documents whose processing is restricted, and all that an auditor
from outside looks at (R-20).

Reading is what shows content: pages, text, index fields, a comparison; fetched ahead or opened, it is the same.
Exempt are small pictures and hits of the search alone, which a list shows of many documents at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.base.journal import queries
from kundenakte.records.models import Document, Version

# A page asks for its pictures and texts one by one: within this time that is one reading.
ONE_READING: Final = timedelta(minutes=10)


def leaves_a_trace(actor: Actor, document: Document) -> bool:
    """Whether it is written down when this one looks at that document."""
    return document.is_restricted or actor.is_auditor


def note_reading(*, actor: Actor, document: Document, version: Version, now: datetime) -> None:
    """Write down that somebody looked at a restricted document, or an auditor at any; else it is read without an entry.

    Looking again within `ONE_READING` at the same version is the same reading.
    """
    if leaves_a_trace(actor, document) and not _is_noted(actor, document, version, now):
        _note(actor, "document.read", document, version, now)


def note_download(*, actor: Actor, document: Document, version: Version, now: datetime) -> None:
    """Write down that the bytes of a restricted document, or some of them, were handed out, or any to an auditor."""
    _note(actor, "document.downloaded", document, version, now)


def _is_noted(actor: Actor, document: Document, version: Version, now: datetime) -> bool:
    noted = queries.done_since(document, "document.read", actor=actor, since=now - ONE_READING)
    return any(entry.facts.get("version") == version.number for entry in noted)


def _note(actor: Actor, kind: str, document: Document, version: Version, now: datetime) -> None:
    if leaves_a_trace(actor, document):
        with transaction.atomic():
            journal.append(actor, kind, document, at=now, version=version.number)
