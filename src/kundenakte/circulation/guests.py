"""What a link opens for somebody without an account: one task, the documents chosen for it, and nothing else."""

from __future__ import annotations

from datetime import datetime

from kundenakte.base.accounts import random_secrets
from kundenakte.base.accounts.models import User
from kundenakte.circulation.access import folders_for
from kundenakte.circulation.models import CirculationFolder, FolderDocument, GuestLink, Task
from kundenakte.circulation.refusals import LinkSpent
from kundenakte.records import access
from kundenakte.records.models import Document
from kundenakte.records.refusals import NotFound


def link_of(secret: str, *, now: datetime) -> GuestLink:
    """The link with this secret, with its task and folder. One that is unknown, spent, ended or late: LinkSpent.

    Also spent it is when the task is over, or whoever gave it has left or may not see the folder's customer any more.
    """
    rows = GuestLink.objects.select_related("task__stop", "task__folder__customer_file__customer", "given_by",
                                            "task__user", "task__team", "task__claimed_by")  # fmt: skip
    link = rows.filter(digest=random_secrets.digest_of(secret), used_at=None, ended_at=None, until__gt=now).first()
    if link is None or not link.task.is_under_way or not link.task.folder.is_open:
        raise LinkSpent
    if not link.given_by.is_active or not folders_for(link.given_by).filter(pk=link.task.folder_id).exists():
        raise LinkSpent
    return link


def open_link(task: Task, *, now: datetime) -> GuestLink | None:
    """The link that was given for a task and still holds."""
    return GuestLink.objects.filter(task=task, used_at=None, ended_at=None, until__gt=now).first()


def to_show(user: User, folder: CirculationFolder) -> list[FolderDocument]:
    """What this user may show a guest: documents of the folder he may read himself, none of them restricted."""
    readable = access.documents_for(user).filter(customer_file=folder.customer_file_id, is_restricted=False)
    inside = FolderDocument.objects.filter(folder=folder, removed_at=None, document__in=readable)
    return list(inside.select_related("document__document_class", "document__valid_version"))


def documents_of(link: GuestLink) -> list[Document]:
    """What the guest may read now: what was chosen, still lies in the folder, and its giver may still show."""
    chosen = set(link.entries.values_list("pk", flat=True))
    return [entry.document for entry in to_show(link.given_by, link.task.folder) if entry.pk in chosen]


def document_of(link: GuestLink, pk: int) -> Document:
    """One of them, or NotFound."""
    for document in documents_of(link):
        if document.pk == pk and document.valid_version is not None:
            return document
    raise NotFound


def who_did(tasks: list[Task]) -> dict[int, str]:
    """Task → name of the guest who did it, for those that were done with a link."""
    done = [task.pk for task in tasks if task.ended_by_id is None and not task.is_under_way]
    if not done:
        return {}
    return {link.task_id: link.name for link in GuestLink.objects.filter(task__in=done, used_at__isnull=False)}
