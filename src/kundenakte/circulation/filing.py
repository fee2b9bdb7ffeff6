"""The minutes of a folder that has ended go into the customer's file, by the way every other paper goes."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils import timezone

from kundenakte import pipeline
from kundenakte.base.accounts.actors import Actor
from kundenakte.circulation import paper, place, told
from kundenakte.circulation.models import CirculationFolder
from kundenakte.records.models import Arrival, Document

SOURCE: Final = "circulation"
_HOUSE: Final = Actor.system("circulation")


class _FiledMeanwhile(Exception):
    """Another worker has done it; nothing is received a second time."""


def file_minutes(folder_id: int, *, now: datetime) -> None:
    """Draw the minutes and hand them to the pipeline. However often it is called, they come in once.

    The folder remembers the arrival in the very transaction that takes it in; so a process that is killed before that
    has done nothing, and one that is killed afterwards everything.
    """
    folder = CirculationFolder.objects.select_related("customer_file__customer", "started_by").get(pk=folder_id)
    if folder.is_open or folder.minutes_arrival_id is not None or folder.ended_at is None:
        return
    with tempfile.TemporaryDirectory(dir=settings.SCRATCH, prefix="minutes-") as scratch:
        file = Path(scratch) / "minutes.pdf"
        paper.draw(told.tale(folder), file)
        try:
            with file.open("rb") as stream:
                pipeline.receive(
                    actor=_HOUSE, stream=stream, file_name=f"Umlaufprotokoll {folder.number}.pdf", source=SOURCE,
                    source_key=folder.number, facts=_facts(folder), now=now,
                    beside=lambda arrival: _remember(folder_id, arrival),
                )  # fmt: skip
        except _FiledMeanwhile:
            return


def minutes_document(folder: CirculationFolder) -> Document | None:
    """The document the minutes became, once it is filed. Who may read it, `records.access` says."""
    return folder.minutes_arrival.document if folder.minutes_arrival else None


def _facts(folder: CirculationFolder) -> dict[str, object]:
    ended = timezone.localdate(folder.ended_at)
    return {
        "customer_file_id": folder.customer_file_id,
        "class": place.CLASS,
        "section": place.SECTION,
        "number": folder.number,
        "title": f"Umlaufprotokoll {folder.number}: {folder.title}",
        "dated_on": ended.isoformat(),
    }


def _remember(folder_id: int, arrival: Arrival) -> None:
    held = CirculationFolder.objects.select_for_update().get(pk=folder_id)
    if held.minutes_arrival_id is not None:
        raise _FiledMeanwhile
    held.minutes_arrival = arrival
    held.save(update_fields=["minutes_arrival"])
