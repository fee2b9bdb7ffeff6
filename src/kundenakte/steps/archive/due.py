"""When a version is to be sealed, as its class asks."""

from __future__ import annotations

from datetime import datetime, timedelta

from kundenakte.records.models import DocumentClass

When = DocumentClass.SealWhen


def due_at(document_class: DocumentClass, *, added_at: datetime, valid_at: datetime | None) -> datetime | None:
    """From when on; None for never, and for what is to be released first.

    "Nach Tagen" counts from the day it came, whether it is released or not: a draft that lies about is sealed too.
    """
    if document_class.seal_when == When.AT_ONCE:
        return added_at
    if document_class.seal_when == When.RELEASED:
        return valid_at
    if document_class.seal_when == When.AFTER_DAYS:
        return added_at + timedelta(days=document_class.seal_after_days)
    return None
