"""Which tasks are visits, and what somebody takes along of one: the complaint, the customer, the machine's history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.circulation import access
from kundenakte.circulation.actions import working
from kundenakte.circulation.cases import definitions, going
from kundenakte.circulation.models import CaseStep, Task, Visit
from kundenakte.circulation.processes.definition import UserStep
from kundenakte.customers.models import Address, Contact
from kundenakte.records import access as records_access
from kundenakte.records.models import Document
from kundenakte.records.refusals import BadValue, NotFound

_MOST: Final = 100
_MOST_DOCUMENTS: Final = 20
_MOST_OF_THE_MACHINE: Final = 30
_SERVICE: Final = "service"


@dataclass(frozen=True, slots=True)
class Dossier:
    """What goes along with a visit. All of it this person may see."""

    task: Task
    step: UserStep
    known: Sequence[tuple[str, str]]
    # Empty unless the person may open the customer's file.
    addresses: Sequence[Address]
    contacts: Sequence[Contact]
    # What lies in the folder.
    documents: Sequence[Document]
    # Further papers about the same machine, or of the service where no machine is known; the newest first.
    history: Sequence[Document]


def visits_of(person: User) -> Iterator[tuple[Task, UserStep]]:
    """The visits this person can do now, the soonest due first."""
    tasks = list(access.tasks_for(person).filter(stop__step_of_case__isnull=False)[:_MOST])
    steps = {step.stop_id: step for step in _steps(tasks)}
    for task in tasks:
        activity = _activity(steps[task.stop_id])
        if activity is not None and activity.is_visit:
            yield task, activity


@transaction.atomic
def take_along(*, actor: Actor, task_id: int, now: datetime) -> Dossier:
    """Take a visit along: a team's becomes this person's, so that the others leave it. However often it is asked.

    Raises NotFound, TaskEnded, TaskClaimed, NotAllowed, and BadValue for a task that is no visit.
    """
    person = actor.user
    if person is None:
        raise NotFound
    task = access.get_task(person, task_id)
    if not task.is_under_way:
        raise access.ended(task)
    activity = _activity_of(task)
    if activity is None or not activity.is_visit:
        raise BadValue("Diese Aufgabe ist kein Besuch.")
    access.standing(person, task)
    if task.team_id is not None and task.claimed_by_id is None:
        task = working.claim(actor=actor, task=task, edition=task.edition, now=now)
    Visit.objects.get_or_create(task=task, person=person, defaults={"taken_at": now})
    return _dossier(person, access.get_task(person, task_id), activity)


def _dossier(person: User, task: Task, activity: UserStep) -> Dossier:
    folder = task.folder
    case = going.of_folder(folder)
    may_open = records_access.files_for(person).filter(pk=folder.customer_file_id).exists()
    customer = folder.customer_file.customer
    today = timezone.localdate()
    inside = list(access.documents_in(person, folder).select_related("document_class", "valid_version"))
    return Dossier(
        task=task,
        step=activity,
        known=going.words_of(case.fields, definitions.of(case.definition)) if case else [],
        addresses=list(customer.addresses.filter(valid_from__lte=today, valid_until=None)) if may_open else [],
        contacts=list(customer.contacts.filter(valid_from__lte=today, valid_until=None)) if may_open else [],
        documents=inside[-_MOST_DOCUMENTS:],
        history=_history(person, folder.customer_file_id, inside),
    )


def _history(person: User, customer_file: int, inside: Sequence[Document]) -> list[Document]:
    rows = records_access.documents_for(person).filter(customer_file=customer_file)
    rows = rows.exclude(pk__in=[one.pk for one in inside]).select_related("document_class", "valid_version")
    machines = {one.machine for one in inside if one.machine}
    rows = rows.filter(machine__in=machines) if machines else rows.filter(section__key=_SERVICE)
    return list(rows.order_by("-dated_on", "-pk")[:_MOST_OF_THE_MACHINE])


def _steps(tasks: Sequence[Task]) -> list[CaseStep]:
    rows = CaseStep.objects.filter(stop__in=[task.stop_id for task in tasks])
    return list(rows.select_related("case__definition"))


def _activity_of(task: Task) -> UserStep | None:
    found = _steps([task])
    return _activity(found[0]) if found else None


def _activity(step: CaseStep) -> UserStep | None:
    return definitions.of(step.case.definition).user_steps.get(step.element)
