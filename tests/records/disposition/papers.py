"""What the tests of disposition share: old papers, sealed and searchable, asked for and carried out."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from kundenakte.records.actions import disposing
from kundenakte.records.disposition import working
from kundenakte.records.models import CustomerFile, Disposition, Document
from tests.builders import NOW, a_document, an_actor
from tests.steps.archive.papers import sealed, valid

OLD = date(2015, 5, 4)


def an_old_paper(customer_file: CustomerFile | None = None, *, content: str = "", title: str = "Altes") -> Document:
    """Its six years are over, and taxes do not ask for it."""
    texts = [content] if content else []
    return a_document(customer_file=customer_file, document_class="OTHER", dated_on=OLD, title=title, content=texts)


def a_sealed_paper(customer_file: CustomerFile | None = None, **more: str) -> Document:
    """The same, sealed."""
    document = an_old_paper(customer_file, **more)
    sealed(valid(document))
    document.refresh_from_db()
    return document


def requested(*documents: Document, who: str = "bernd", now: datetime = NOW) -> Disposition:
    """A list that waits for its release."""
    return disposing.request_disposition(
        actor=an_actor(who), documents=documents, reason="Jährliche Aussonderung", now=now
    )


def released(*documents: Document, now: datetime = NOW) -> Disposition:
    """A list somebody else has released."""
    made = requested(*documents, now=now)
    disposing.release_disposition(actor=an_actor("anton"), disposition=made, now=now)
    made.refresh_from_db()
    return made


def carry_out(disposition: Disposition) -> None:
    """What the ledger does, until it is asked for no more."""
    for _round in range(5):
        apply = working.dispose(disposition.pk)
        with transaction.atomic():
            apply()
    disposition.refresh_from_db()


def disposed(*documents: Document, now: datetime = NOW) -> Disposition:
    """From the request to the end."""
    made = released(*documents, now=now)
    carry_out(made)
    return made
