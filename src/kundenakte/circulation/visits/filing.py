"""The report of a visit becomes a document in section Service, by the way every other paper goes."""

from __future__ import annotations

import contextlib
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils import timezone

from kundenakte import pipeline
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs import ledger
from kundenakte.base.jobs.ledger import Apply
from kundenakte.circulation import minutes
from kundenakte.circulation.cases import definitions, going
from kundenakte.circulation.cases import working as cases
from kundenakte.circulation.minutes import Line
from kundenakte.circulation.models import FolderDocument, Visit, VisitPhoto, VisitReport
from kundenakte.circulation.models.minutes import What
from kundenakte.circulation.visits import paper, reports
from kundenakte.circulation.visits.paper import Told
from kundenakte.records.models import Arrival, Document

# Its name in the ledger, for ever.
LAY_IN: Final = "circulation.visit_in_folder"
SOURCE: Final = "visit"
CLASS: Final = "SERVICE_REPORT"
SECTION: Final = "service"
_HOUSE: Final = Actor.system("visit")
# Photos whose report never came: the device has them as long as it has the report.
_KEEP_PHOTOS: Final = timedelta(days=60)


class _FiledMeanwhile(Exception):
    """Another worker has done it; nothing is received a second time."""


def file_report(report_id: int) -> Apply:
    """Draw a report and hand it to the pipeline. However often it runs, it comes in once.

    The report remembers its arrival in the very transaction that takes it in, and lets go of its words and photos: from
    then on the PDF holds them. It is laid into its folder when it is filed (`noticed`).
    """
    row = VisitReport.objects.select_related("visit__task__folder__customer_file__customer", "visit__person").get(
        pk=report_id
    )
    if row.arrival_id is None:
        with contextlib.suppress(_FiledMeanwhile):
            _take_in(row)
    return lambda: True


def noticed(document: Document) -> None:
    """In the transaction that files a document: the report it is, if it is one, goes into its folder afterwards."""
    for pk in VisitReport.objects.filter(arrival__document=document).values_list("pk", flat=True):
        ledger.enqueue(LAY_IN, pk)


def lay_in(report_id: int) -> Apply:
    """Put a filed report into its folder, if that is still on its way."""

    def apply() -> bool:
        now = timezone.now()
        row = VisitReport.objects.select_related("arrival__document", "visit__task").get(pk=report_id)
        document = row.arrival.document if row.arrival else None
        folder = cases.locked(row.visit.task.folder_id)
        if document is None or not folder.is_open or folder.documents.filter(document=document).exists():
            return True
        FolderDocument.objects.create(
            folder=folder, document=document, added_by_id=row.visit.person_id, added_at=now
        )  # fmt: skip
        cases.settle_grants(folder, now=now)
        minutes.write(_HOUSE, folder, [Line(What.DOCUMENT_ADDED, document=document)], at=now)
        return True

    return apply


def forget(*, now: datetime) -> int:
    """Let go of photos whose report never came. Returns how many."""
    return VisitPhoto.objects.filter(received_at__lt=now - _KEEP_PHOTOS).delete()[0]


def _take_in(row: VisitReport) -> None:
    report = reports.read(row.content)
    folder = row.visit.task.folder
    photos = row.visit.photos.filter(key__in=[photo.key for photo in report.photos])
    pictures = {str(photo.key): bytes(photo.content) for photo in photos}
    with tempfile.TemporaryDirectory(dir=settings.SCRATCH, prefix="visit-") as scratch:
        file = Path(scratch) / "report.pdf"
        paper.draw(report, _told(row, report), row.content, pictures, file)
        with file.open("rb") as stream:
            pipeline.receive(
                actor=_HOUSE, stream=stream, file_name=f"Besuchsbericht {folder.number}.pdf", source=SOURCE,
                source_key=str(row.key), now=timezone.now(), beside=lambda arrival: _remember(row.pk, arrival),
                facts={
                    "customer_file_id": folder.customer_file_id, "class": CLASS, "section": SECTION,
                    "number": f"{folder.number}-B{row.pk}", "title": f"Besuchsbericht {folder.number}: {folder.title}",
                    "dated_on": report.finished_at.date().isoformat(), "fields": _fields(row),
                },
            )  # fmt: skip


def _told(row: VisitReport, report: reports.Report) -> Told:
    folder = row.visit.task.folder
    case = going.of_folder(folder)
    said = going.words_of(report.answers, definitions.of(case.definition)) if case else []
    return Told(
        number=folder.number, title=folder.title, customer=str(folder.customer_file.customer),
        person=str(row.visit.person), received_at=row.received_at, said=said, late=row.late,
    )  # fmt: skip


def _fields(row: VisitReport) -> dict[str, str]:
    """The machine it was about, if the folder's papers name one and the same."""
    inside = FolderDocument.objects.filter(folder=row.visit.task.folder_id, removed_at=None).values("document")
    machines = set(Document.objects.filter(pk__in=inside).exclude(machine="").values_list("machine", flat=True))
    return {"serial_number": machines.pop()} if len(machines) == 1 else {}


def _remember(report_id: int, arrival: Arrival) -> None:
    held = VisitReport.objects.select_for_update().get(pk=report_id)
    if held.arrival_id is not None:
        raise _FiledMeanwhile
    # Another report of the visit, which a device sent when it heard nothing of the first, may need the same photos.
    visit = Visit.objects.select_for_update().get(pk=held.visit_id)
    waiting = visit.reports.filter(arrival=None).exclude(pk=held.pk).values_list("content", flat=True)
    needed = {photo["key"] for content in waiting for photo in content.get("photos", ())}
    keys = [photo["key"] for photo in held.content["photos"] if photo["key"] not in needed]
    held.arrival, held.content = arrival, {}
    held.save(update_fields=["arrival", "content"])
    VisitPhoto.objects.filter(key__in=keys, visit=visit).delete()
