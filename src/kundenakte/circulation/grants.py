"""The permission to read that goes along with a task: given when it opens, taken back when it ends.

A folder opens a document to nobody whose own starter could not: each time, whoever put it in must be able to read it at
that moment. Restriction and denials win over these grants as over all others (records/reach.py). Where a role allows
the reading anyway there is no grant: each one is read with every request of that person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import Role, User
from kundenakte.circulation import deputies
from kundenakte.circulation.models import FolderDocument, Task, TaskGrant
from kundenakte.records import access
from kundenakte.records.actions import grants
from kundenakte.records.models import Document, Permission, Verb
from kundenakte.records.reach import Reach

HOUSE: Final = Actor.system("circulation")
# Ended it is with the task; this end is for what nobody ever finishes.
_AT_MOST: Final = timedelta(days=366)
# (entry, user or 0, role or 0)
_Wanted = set[tuple[int, int, int]]


def settle(tasks: Iterable[Task], *, now: datetime, are_new: bool = False) -> None:
    """Make the grants of these tasks what they have to be now: give what is missing, take back what is over.

    Tasks that were made in this transaction (`are_new`) have none yet.
    """
    tasks = list(tasks)
    there: dict[int, list[TaskGrant]] = defaultdict(list)
    if not are_new:
        given = TaskGrant.objects.filter(task__in=[task.pk for task in tasks], grant__revoked_at=None)
        for one in given.filter(Q(grant__until=None) | Q(grant__until__gt=now)).select_related("grant"):
            there[one.task_id].append(one)
    to_do = [task for task in tasks if task.is_under_way]
    pairs = deputies.pairs_on(timezone.localdate(now)) if to_do else []
    entries = _handed_on(to_do) if to_do else {}
    matrix = _Matrix()
    for task in tasks:
        wanted = _wanted(task, entries.get(task.folder_id, []), pairs, matrix) if task.is_under_way else set()
        _settle(task, wanted, there[task.pk], entries.get(task.folder_id, []), now)


class _Matrix:
    """What roles alone let people and teams read; looked up once for each of them."""

    def __init__(self) -> None:
        self._reach: dict[tuple[int, int], Reach] = {}

    def lets_read(self, document: Document, user_id: int, role_id: int) -> bool:
        """Whether a role allows it, and not a grant."""
        key = (user_id, role_id)
        if key not in self._reach:
            self._reach[key] = Reach(frozenset(_cells(user_id, role_id)))
        return self._reach[key].matrix_holds(document.section_id, document.document_class_id)


def _cells(user_id: int, role_id: int) -> Iterable[tuple[int | None, int | None]]:
    theirs = Q(role=role_id) if role_id else Q(role__in=User.roles.through.objects.filter(user=user_id).values("role"))
    return Permission.objects.filter(theirs, verb=Verb.READ).values_list("section_id", "document_class_id")


def _wanted(task: Task, entries: Sequence[FolderDocument], pairs: deputies.Pairs, matrix: _Matrix) -> _Wanted:
    people = {pk for pk in (task.user_id, task.claimed_by_id) if pk is not None}
    people |= deputies.stand_ins_of(people, pairs)
    principals = [(person, 0) for person in people]
    if not people and task.team_id is not None:
        principals = [(0, task.team_id)]
    return {
        (entry.pk, user, role)
        for entry in entries
        for user, role in principals
        if not matrix.lets_read(entry.document, user, role)
    }


def _handed_on(tasks: Sequence[Task]) -> dict[int, list[FolderDocument]]:
    """Folder → the entries whose documents their own people may read now."""
    found: dict[int, list[FolderDocument]] = defaultdict(list)
    by_person: dict[int, list[FolderDocument]] = defaultdict(list)
    rows = FolderDocument.objects.filter(folder__in={task.folder_id for task in tasks}, removed_at=None)
    for entry in rows.select_related("added_by", "document", "folder").order_by("pk"):
        by_person[entry.added_by_id].append(entry)
    for entries in by_person.values():
        readable = access.documents_for(entries[0].added_by).filter(pk__in=[one.document_id for one in entries])
        ids = set(readable.values_list("pk", flat=True))
        for entry in entries:
            if entry.document_id in ids:
                found[entry.folder_id].append(entry)
    return found


def _settle(
    task: Task, wanted: _Wanted, given: Sequence[TaskGrant], handed_on: Sequence[FolderDocument], now: datetime
) -> None:
    for one in given:
        key = (one.entry_id, one.grant.user_id or 0, one.grant.role_id or 0)
        if key in wanted:
            wanted.discard(key)
        else:
            grants.revoke(actor=HOUSE, grant=one.grant, now=now, reason="Die Aufgabe ist beendet oder liegt woanders.")
    if not wanted:
        return
    entries = {one.pk: one for one in handed_on}
    users = User.objects.in_bulk({user for _, user, _ in wanted if user})
    roles = Role.objects.in_bulk({role for _, _, role in wanted if role})
    for entry_id, user, role in sorted(wanted):
        entry = entries[entry_id]
        made = grants.grant(
            actor=HOUSE, to=users[user] if user else roles[role], on=entry.document, verb=Verb.READ, now=now,
            until=now + _AT_MOST, reason=f"Aufgabe in Umlaufmappe {entry.folder.number}",
        )  # fmt: skip
        TaskGrant.objects.create(task=task, entry=entry, grant=made)
