"""Sending a folder round, and calling it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.circulation import access, minutes, moving, slip
from kundenakte.circulation.cases import going
from kundenakte.circulation.minutes import Line
from kundenakte.circulation.models import CirculationFolder, FolderDocument, Stop
from kundenakte.circulation.models.minutes import What
from kundenakte.circulation.slip import StopWish
from kundenakte.records import access as records_access
from kundenakte.records.models import CustomerFile, Document
from kundenakte.records.refusals import BadValue, NotAllowed

_LONGEST_TITLE: Final = 200
_COUNT_UP: Final = """
INSERT INTO circulation_folderseries (year, last_number) VALUES (%s, 1)
ON CONFLICT (year) DO UPDATE SET last_number = circulation_folderseries.last_number + 1
RETURNING last_number
"""


@transaction.atomic
def start_folder(
    *,
    actor: Actor,
    customer_file: CustomerFile,
    title: str,
    documents: Sequence[Document],
    stops: Sequence[StopWish],
    now: datetime,
    note: str = "",
) -> CirculationFolder:
    """Make a folder with these documents and this slip, and lay it before the first step.

    Documents lie in the same customer file; one the actor may not read is NotFound. Raises BadValue, NobodyThere.
    """
    person = moving.person(actor)
    customer_file = records_access.get_file(person, customer_file.pk)
    title = title.strip()
    if not title or len(title) > _LONGEST_TITLE:
        raise BadValue("Bitte geben Sie der Mappe einen Titel mit höchstens %(most)s Zeichen.", most=_LONGEST_TITLE)
    inside = [of_file(records_access.get_document(person, pk), customer_file) for pk in _once(documents)]
    folder = CirculationFolder.objects.create(
        number=_number(now), customer_file=customer_file, title=title, note=note.strip(), started_by=person,
        started_at=now,
    )  # fmt: skip
    for document in inside:
        FolderDocument.objects.create(folder=folder, document=document, added_by=person, added_at=now)
    written = slip.written(folder, stops)
    words = {"title": folder.title, "note": folder.note, **minutes.words_of(written)}
    facts = {
        "state": str(folder.state), "customer_file": customer_file.pk, "started_by": person.pk,
        "documents": [document.pk for document in inside], "stops": [stop.facts() for stop in written],
    }  # fmt: skip
    lines = [Line(What.STARTED, after=facts, comment=folder.note, words=words), *moving.onward(folder, now=now)]
    minutes.write(actor, folder, lines, at=now)
    return folder


@transaction.atomic
def recall_folder(*, actor: Actor, folder: CirculationFolder, reason: str, now: datetime) -> None:
    """Take a folder back for good, with a reason; open tasks end, and its minutes are filed like those of others.

    For whoever started it, his deputy and administrators. Raises NotAllowed, FolderEnded, BadValue.
    """
    locked = moving.held(actor, folder, now=now)
    person = moving.person(actor)
    if not access.may_steer(person, locked, today=timezone.localdate(now)):
        raise NotAllowed
    if not reason.strip():
        raise BadValue("Bitte geben Sie an, warum Sie die Mappe zurückrufen.")
    lines = moving.withdrawn(moving.under_way(locked), by=person, now=now)
    Stop.objects.filter(folder=locked).exclude(state=Stop.State.DONE).update(state=Stop.State.DROPPED)
    case = going.of_folder(locked)
    if case is not None:
        going.drop(case, now=now)
    state = CirculationFolder.State.RECALLED
    lines.append(moving.end(locked, state, What.RECALLED, now=now, comment=reason.strip()))
    minutes.write(actor, locked, lines, at=now)


def of_file(document: Document, customer_file: CustomerFile) -> Document:
    """The document, if it lies in this file: the minutes of one customer say nothing of another."""
    if document.customer_file_id != customer_file.pk:
        raise BadValue("„%(title)s“ liegt in einer anderen Kundenakte.", title=document.title)
    return document


def _once(documents: Sequence[Document]) -> list[int]:
    return list(dict.fromkeys(document.pk for document in documents))


def _number(now: datetime) -> str:
    """The next number of the year. Its row is held until the transaction ends: none is skipped or given twice."""
    year = timezone.localdate(now).year
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_UP, [year])
        return f"UM-{year}-{int(cursor.fetchone()[0]):04d}"
