"""When a case ends, the papers in it learn it: the period of a complaint begins with the end of its case.

§ 147 Abs. 4 AO lets the period begin with the last thing done in the matter, which for a letter of complaint is not its
own day. So long as nobody has said when the case ended, the period of such a paper stays open.
"""

from __future__ import annotations

import logging
from datetime import date, datetime
from typing import Final

from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.circulation.models import Case, FolderDocument
from kundenakte.records import index_fields
from kundenakte.records.actions.documents import Description, describe_document
from kundenakte.records.models import Document
from kundenakte.records.refusals import Refused
from kundenakte.records.retention import keeping

log = logging.getLogger(__name__)
# A name in the ledger, for ever.
CLOSE_PAPERS: Final = "circulation.close_papers"
# The event of the rules, and the index field that says when it was (records/retention/events.py).
_START: Final = "CASE_CLOSED"
_FIELD: Final = "closed_on"
_HOUSE: Final = Actor.system("process")


def close_papers(case_folder: int, *, now: datetime) -> int:
    """Write the day on which a case ended into its papers whose period begins with it. Returns into how many.

    In the caller's transaction, as often as one likes. A paper that lies in another open case waits for its end; a
    later day that is there already stays, for the period must not become shorter.
    """
    case = Case.objects.filter(folder=case_folder).select_related("folder").first()
    if case is None or case.closed_at is None:
        return 0
    day = timezone.localdate(case.closed_at)
    inside = FolderDocument.objects.filter(folder=case.folder_id, removed_at=None).values("document")
    elsewhere = FolderDocument.objects.filter(folder__case__state=Case.State.OPEN, removed_at=None).values("document")
    papers = Document.objects.filter(pk__in=inside).exclude(pk__in=elsewhere).select_related("document_class")
    periods = keeping.periods(on=timezone.localdate(now))
    return sum(
        _close(paper, day, case.number, now)
        for paper in papers.order_by("pk")
        if periods[paper.document_class_id].rule.start == _START
    )


def _close(paper: Document, day: date, number: str, now: datetime) -> bool:
    known = {field.key for field in index_fields.fields_of(paper.document_class)}
    # Days as texts are in the order of the calendar.
    if _FIELD not in known or str(paper.fields.get(_FIELD) or "") >= day.isoformat():
        return False
    description = Description(
        paper.document_class, paper.title, paper.number, paper.dated_on, {**paper.fields, _FIELD: day.isoformat()}
    )
    try:
        describe_document(
            actor=_HOUSE, document=paper, description=description, edition=paper.edition, now=now,
            reason=f"Der Vorgang {number} ist zu Ende.",
        )  # fmt: skip
    except Refused as why:
        # Something in it is not as its class asks. Its period stays open, which keeps it, until somebody mends that.
        log.warning("document %s does not take the end of case %s: %s", paper.pk, number, why.sentence)
        return False
    return True
