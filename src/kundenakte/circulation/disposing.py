"""What goes when the minutes' document is lawfully destroyed: the words of people. Ids, days and states stay."""

from __future__ import annotations

from datetime import datetime

from kundenakte.circulation.models import (
    Case,
    CaseErrand,
    CaseStep,
    CirculationFolder,
    GuestLink,
    MinutesEntry,
    Reply,
    Stop,
    Task,
    VisitPhoto,
    VisitReport,
)
from kundenakte.records.disposition.traces import Gone


def forget(gone: Gone, _now: datetime) -> None:
    """Empty what was written in folders whose minutes were this document."""
    folders = list(
        CirculationFolder.objects.filter(minutes_arrival__document=gone.document_id).values_list("pk", flat=True)
    )
    if not folders:
        return
    MinutesEntry.objects.filter(folder__in=folders).update(who="", instead_of="", comment="")
    Task.objects.filter(folder__in=folders).update(remark="")
    GuestLink.objects.filter(task__folder__in=folders).update(name="", address="")
    Reply.objects.filter(key__task__folder__in=folders).update(sentence="", message_id="")
    Stop.objects.filter(folder__in=folders).update(instruction="")
    CirculationFolder.objects.filter(pk__in=folders).update(title="", note="")
    VisitPhoto.objects.filter(visit__task__folder__in=folders).delete()
    VisitReport.objects.filter(visit__task__folder__in=folders).update(content={}, late="")
    cases = Case.objects.filter(folder__in=folders)
    CaseStep.objects.filter(case__in=cases).update(answers={}, replaced={})
    CaseErrand.objects.filter(case__in=cases).update(result={}, trouble="")
    cases.update(fields={})
