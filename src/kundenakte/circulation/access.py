"""Who sees which folder and which task: the only ways to a list, and to a single one.

A folder is seen by whoever has or had a hand in it, and by whoever may read its minutes once they are filed (place.py).
A denial for the customer wins over both, and an auditor from outside sees none. The documents in it are another matter:
they pass `records.access` as everywhere, so that a restricted one stays hidden. A hidden thing answers like a missing
one (`NotFound`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from kundenakte.base.accounts.models import User
from kundenakte.base.refusals import Label
from kundenakte.circulation import deputies, place
from kundenakte.circulation.models import Case, CirculationFolder, FolderDocument, Reminder, Stop, Task
from kundenakte.circulation.refusals import TaskClaimed, TaskEnded
from kundenakte.records import access
from kundenakte.records.models import Document, Verb
from kundenakte.records.reach import Reach, Rights
from kundenakte.records.refusals import NotAllowed, NotFound

_MOST_TO_ADD_TO: Final = 20
Whose = Literal["all", "mine", "team", "deputy"]


# --- folders -----------------------------------------------------------------------------------------------------


def folders_for(
    user: User, *, rights: Rights | None = None, today: date | None = None, others: frozenset[int] | None = None
) -> QuerySet[CirculationFolder]:
    """The folders this user may see. `others` is what `represented` said in the same request."""
    if not user.is_active or user.is_auditor:
        return CirculationFolder.objects.none()
    rights = rights or access.rights_of(user)
    reach = rights.reach(Verb.READ)
    condition = _not_denied(reach, "customer_file")
    # Who may read all minutes sees all folders: neither database is asked for the hands they went through.
    if not reach.matrix_holds(*place.section_and_class()):
        tasks = Task.objects.filter(folder=OuterRef("pk"))
        others = represented(user, today=today) if others is None else others
        condition &= (
            Q(started_by__in={user.pk, *others})
            | Exists(tasks.filter(Q(user=user) | Q(claimed_by=user) | Q(ended_by=user)))
            | Exists(tasks.filter(_with(others), is_under_way=True))
            | Exists(tasks.filter(team__in=rights.role_ids))
            | _by_file(reach)
        )
    return CirculationFolder.objects.filter(condition)


def get_folder(user: User, pk: int, *, today: date | None = None) -> CirculationFolder:
    """One folder, or NotFound."""
    found = folders_for(user, today=today).select_related("customer_file__customer", "started_by").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def cases_for(user: User, *, rights: Rights | None = None, today: date | None = None) -> QuerySet[Case]:
    """The cases this user may see: those whose folder he may."""
    folders = folders_for(user, rights=rights, today=today).order_by().values("pk")
    return Case.objects.filter(folder__in=folders)


def documents_in(user: User, folder: CirculationFolder, *, rights: Rights | None = None) -> QuerySet[Document]:
    """Those of the folder's documents this user may read, oldest first."""
    inside = FolderDocument.objects.filter(folder=folder, removed_at=None)
    documents = access.documents_for(user, rights=rights).filter(pk__in=inside.values("document"))
    return documents.order_by("pk")


def to_add_to(user: User, customer_file: int, *, rights: Rights | None = None) -> list[CirculationFolder]:
    """The folders of a file that are on their way and into which this user may put documents, the newest first."""
    rights = rights or access.rights_of(user)
    rows = folders_for(user, rights=rights).filter(customer_file=customer_file, state=CirculationFolder.State.OPEN)
    if not rights.has(Verb.ADMINISTER):
        own = tasks_for(user, rights=rights).filter(folder=OuterRef("pk")).order_by()
        rows = rows.filter(Q(started_by__in={user.pk, *represented(user)}) | Exists(own))
    return list(rows[:_MOST_TO_ADD_TO])


def may_steer(user: User, folder: CirculationFolder, *, today: date | None = None) -> bool:
    """Whether the user may extend, shorten and recall it: whoever started it, his deputy, an administrator."""
    if folder.started_by_id == user.pk or folder.started_by_id in represented(user, today=today):
        return True
    return access.rights_of(user).has(Verb.ADMINISTER)


# --- tasks -------------------------------------------------------------------------------------------------------


def tasks_for(
    user: User,
    *,
    whose: Whose = "all",
    rights: Rights | None = None,
    today: date | None = None,
    due_until: date | None = None,
    wish: str = "",
    others: frozenset[int] | None = None,
) -> QuerySet[Task]:
    """What this user can do now: his own tasks, his teams' that nobody has claimed, those of whom he stands in for
    (`others`, when `represented` was asked in the same request).

    The soonest due comes first, what has no due day last. Everything a list shows of a task is read along.
    """
    if not user.is_active or user.is_auditor:
        return Task.objects.none()
    rights = rights or access.rights_of(user)
    if others is None:
        others = represented(user, today=today) if whose in {"all", "deputy"} else frozenset()
    parts: dict[Whose, Q] = {
        "mine": _with({user.pk}),
        "team": Q(team__in=rights.role_ids, claimed_by=None, is_under_way=True),
        "deputy": _with(others),
    }
    condition = parts["mine"] | parts["team"] | parts["deputy"] if whose == "all" else parts[whose]
    tasks = Task.objects.filter(condition & _not_denied(rights.reach(Verb.READ), "folder__customer_file"))
    if due_until is not None:
        tasks = tasks.filter(due_on__lte=due_until)
    if wish:
        tasks = tasks.filter(wish=wish)
    # Read along, not joined: so both databases begin with the few tasks, whatever else they know of the tables.
    folders = CirculationFolder.objects.select_related("customer_file__customer", "started_by")
    tasks = tasks.prefetch_related(Prefetch("folder", folders), "stop", "user", "team", "claimed_by")
    return tasks.order_by(F("due_on").asc(nulls_last=True), "id")


def listed(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """The same tasks, with only that of their folders and stops which a list shows: a page of fifty is read quicker."""
    customer = ("customer_file__customer__name", "customer_file__customer__number")
    shown = ("number", "title", *customer, "started_by__name", "started_by__username")
    folders = CirculationFolder.objects.select_related("customer_file__customer", "started_by").only(*shown)
    stops = Stop.objects.only("instruction")
    read = (Prefetch("folder", folders), Prefetch("stop", stops), "user", "team", "claimed_by")
    return tasks.prefetch_related(None).prefetch_related(*read)


def get_task(user: User, pk: int, *, today: date | None = None) -> Task:
    """One task of a folder the user may see, whether it is his or not (`standing` says), or NotFound."""
    found = Task.objects.select_related("stop", "user", "team", "claimed_by", "ended_by").filter(pk=pk).first()
    if found is None:
        raise NotFound
    try:
        found.folder = get_folder(user, found.folder_id, today=today)
    except NotFound:
        if _was_represented(user, found, today):
            raise ended(found) from None
        raise
    return found


def find_task(pk: int) -> Task:
    """The bare row, for an action that asks for the rights itself before anything is said of it; or NotFound."""
    found = Task.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def must_see(user: User, task: Task, folder: CirculationFolder, *, today: date | None = None) -> None:
    """What `get_task` asks, of rows that were read already. Raises NotFound, TaskEnded."""
    if not folders_for(user, today=today).filter(pk=folder.pk).exists():
        if _was_represented(user, task, today):
            raise ended(task)
        raise NotFound


def ended(task: Task) -> TaskEnded:
    """The sentence for somebody who comes too late: who did it, and what."""
    if task.state == Task.State.RECALLED:
        return TaskEnded("Diese Aufgabe wurde zurückgezogen.")
    if task.ended_by is None:
        return TaskEnded("Das ist über den Einmal-Link schon getan.")
    said = Label(task.get_state_display())
    return TaskEnded("Das hat %(who)s schon getan: %(what)s.", who=task.ended_by, what=said)


def reminders_for(user: User) -> QuerySet[Reminder]:
    """What the page shows: who was reminded of what, as long as the task is under way and the day is the same."""
    current = Reminder.objects.filter(user=user, task__is_under_way=True, due_on=F("task__due_on"))
    return current.select_related("task__folder__customer_file__customer")


@dataclass(frozen=True, slots=True)
class Standing:
    """In whose place somebody does a task: his own when `instead_of` is None."""

    instead_of: int | None = None


def standing(user: User, task: Task, *, today: date | None = None) -> Standing:
    """How the user comes to do this task. Raises TaskClaimed or NotAllowed when it is not his to do."""
    if task.user_id == user.pk or (task.claimed_by_id == user.pk and task.user_id is None):
        return Standing()
    others = represented(user, today=today)
    if task.claimed_by_id is not None and user.pk not in {task.claimed_by_id, task.user_id}:
        if task.claimed_by_id in others:
            return Standing(task.claimed_by_id)
        raise TaskClaimed("Diese Aufgabe hat %(claimed_by)s übernommen.", claimed_by=task.claimed_by)
    if task.user_id is not None:
        # Claimed as a deputy, it stays his though the other may be back.
        if task.user_id in others or task.claimed_by_id == user.pk:
            return Standing(task.user_id)
    elif user.roles.filter(pk=task.team_id or 0).exists():
        return Standing()
    raise NotAllowed("Diese Aufgabe liegt bei jemand anderem.")


def represented(user: User, *, today: date | None = None) -> frozenset[int]:
    """Those for whom this user stands in on that day."""
    return deputies.represented_by(user.pk, deputies.pairs_on(today or timezone.localdate()))


# --- inside ------------------------------------------------------------------------------------------------------


def _was_represented(user: User, task: Task, today: date | None) -> bool:
    """Whether he could have done it as a deputy, had nobody been quicker. A denial for the customer stays one."""
    if task.is_under_way or not {task.user_id or 0, task.claimed_by_id or 0} & represented(user, today=today):
        return False
    denied = _not_denied(access.rights_of(user).reach(Verb.READ), "customer_file")
    return CirculationFolder.objects.filter(denied, pk=task.folder_id).exists()


def _with(user_ids: frozenset[int] | set[int] | tuple[()]) -> Q:
    """Tasks under way that lie with these people. Each part alone is found in an index."""
    if not user_ids:
        return Q(pk__in=())
    return Q(user__in=user_ids, is_under_way=True) | Q(claimed_by__in=user_ids, is_under_way=True)


def _by_file(reach: Reach) -> Q:
    granted = Q(pk__in=())
    if reach.allowed_files:
        granted |= Q(customer_file__in=reach.allowed_files)
    if reach.allowed_groups:
        granted |= Q(customer_file__customer__group__in=reach.allowed_groups)
    return granted


def _not_denied(reach: Reach, file: str) -> Q:
    condition = Q()
    if reach.denied_files:
        condition &= ~Q(**{f"{file}__in": reach.denied_files})
    if reach.denied_groups:
        condition &= ~Q(**{f"{file}__customer__group__in": reach.denied_groups})
    return condition
