"""Putting documents into a folder that goes round, and taking them out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.circulation import access, grants, minutes, moving
from kundenakte.circulation.actions.folders import of_file
from kundenakte.circulation.minutes import Line
from kundenakte.circulation.models import CirculationFolder, FolderDocument
from kundenakte.circulation.models.minutes import What
from kundenakte.records import access as records_access
from kundenakte.records.models import Document
from kundenakte.records.refusals import AlreadyDone, NotAllowed


@transaction.atomic
def add_document(*, actor: Actor, folder: CirculationFolder, document: Document, now: datetime) -> FolderDocument:
    """Put a document in: whoever steers the folder or has a task of it, if he may read the document himself.

    Whoever has a task now may read it from now on. One that lies there already stays as it is. Raises NotFound,
    NotAllowed, BadValue, FolderEnded.
    """
    locked = moving.held(actor, folder, now=now)
    person = moving.person(actor)
    must_have_a_hand(person, locked, now=now)
    found = of_file(records_access.get_document(person, document.pk), locked.customer_file)
    entry, made = FolderDocument.objects.get_or_create(
        folder=locked, document=found, removed_at=None, defaults={"added_by": person, "added_at": now}
    )
    if made:
        grants.settle(moving.under_way(locked), now=now)
        minutes.write(actor, locked, [Line(What.DOCUMENT_ADDED, document=found)], at=now)
    return entry


@transaction.atomic
def add_documents(
    *, actor: Actor, folder: CirculationFolder, documents: Sequence[Document], now: datetime
) -> list[FolderDocument]:
    """Put several in, all or none."""
    return [add_document(actor=actor, folder=folder, document=document, now=now) for document in documents]


@transaction.atomic
def remove_document(
    *, actor: Actor, folder: CirculationFolder, document: Document, now: datetime, comment: str = ""
) -> None:
    """Take a document out: whoever put it in, or steers the folder. Permissions the folder gave for it end.

    Raises AlreadyDone when it does not lie there any more, NotAllowed, FolderEnded.
    """
    locked = moving.held(actor, folder, now=now)
    person = moving.person(actor)
    entry = FolderDocument.objects.filter(folder=locked, document=document.pk, removed_at=None).first()
    if entry is None:
        raise AlreadyDone
    if entry.added_by_id != person.pk and not access.may_steer(person, locked, today=timezone.localdate(now)):
        raise NotAllowed
    entry.removed_at = now
    entry.save(update_fields=["removed_at"])
    grants.settle(moving.under_way(locked), now=now)
    line = Line(What.DOCUMENT_REMOVED, document=entry.document, comment=comment.strip())
    minutes.write(actor, locked, [line], at=now)


def must_have_a_hand(person: User, folder: CirculationFolder, *, now: datetime) -> None:
    """Raise NotAllowed unless the person steers the folder or can do one of its tasks now."""
    today = timezone.localdate(now)
    has_task = access.tasks_for(person, today=today).filter(folder=folder).exists()
    if not has_task and not access.may_steer(person, folder, today=today):
        raise NotAllowed
