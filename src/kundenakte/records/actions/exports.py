"""Taking several documents out of the house at once. What leaves is written down (R-20)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.base.journal.actions import Happening
from kundenakte.records import access
from kundenakte.records.actions.reading import leaves_a_trace
from kundenakte.records.models import CustomerFile, Document, Verb


@transaction.atomic
def export_documents(
    *, actor: Actor, customer_file: CustomerFile, documents: Sequence[Document], now: datetime
) -> None:
    """Let the valid versions of these documents go out together; `documents` have file, customer and valid version.

    One entry for the file names them all; restricted ones, and all that an auditor takes, have an entry of their own,
    as with a single download. Raises NotFound or NotAllowed when one of them may not be taken along; then nothing is
    written.
    """
    access.require(actor, Verb.DOWNLOAD, *documents)
    taken = [document for document in documents if document.valid_version]
    happened = [
        Happening("document.downloaded", document, {"version": document.valid_version.number})
        for document in taken
        if leaves_a_trace(actor, document) and document.valid_version
    ]
    named = [f"records.document:{document.pk}" for document in taken]
    whole = Happening("documents.exported", customer_file, {"documents": named, "count": len(named)})
    journal.append_many(actor, [whole, *happened], at=now)
