"""What happens in a case when its tasks are done, when a message comes, when a timer goes off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.base.jobs import ledger
from kundenakte.circulation import access, grants, minutes, moving
from kundenakte.circulation.cases import definitions, going
from kundenakte.circulation.cases.answering import answered, documents_of, replaced, require_unchanged
from kundenakte.circulation.minutes import Line
from kundenakte.circulation.models import (
    Case,
    CaseStep,
    CaseTimer,
    CirculationFolder,
    FolderDocument,
    ProcessDefinition,
    Stop,
    Task,
)
from kundenakte.circulation.models.minutes import What
from kundenakte.circulation.processes.engine import Run
from kundenakte.circulation.processes.forms import Form
from kundenakte.circulation.processes.refusals import NotMigrated
from kundenakte.records import access as records_access
from kundenakte.records.models import Verb
from kundenakte.records.refusals import NotAllowed


def step_of(stop: Stop) -> CaseStep | None:
    """The activity of a process behind a stop, if it is one."""
    return CaseStep.objects.select_related("case__definition", "case__process", "case__owner").filter(stop=stop).first()


def form_of(step: CaseStep) -> Form:
    """What its form asks."""
    found = definitions.of(step.case.definition).user_steps.get(step.element)
    return found.form if found else Form()


def take_answers(
    step: CaseStep, answers: Mapping[str, Any], *, person: User, now: datetime, seen: str = ""
) -> dict[str, Any]:
    """Check and keep what the form brought; documents it names lie in the folder from now on. Raises AnswersRefused.

    `seen` are the marks of what the person saw (`answering.marks`); without them the answers count as they are.
    """
    folder, form = step.stop.folder, form_of(step)
    clean = answered(form, answers, person=person, customer_file=folder.customer_file)
    require_unchanged(form, seen, step.case.fields, clean, definitions.of(step.case.definition))
    step.answers, step.replaced = clean, replaced(clean, step.case.fields)
    step.save(update_fields=["answers", "replaced"])
    for pk in documents_of(form, clean):
        FolderDocument.objects.get_or_create(
            folder=folder, document_id=pk, removed_at=None, defaults={"added_by": person, "added_at": now}
        )
    return clean


def went_on(step: CaseStep, *, folder: CirculationFolder, now: datetime) -> None:
    """The step's task is done and in the minutes: the process goes on."""
    case = step.case
    case.folder = folder
    run = going.taken_up(case, now=now)
    run.finish(step.run, step.answers)
    going.settle(case, run, now=now)


@transaction.atomic
def tell(*, actor: Actor, case: Case, message: str, now: datetime, comment: str = "") -> None:
    """Say that what the process waits for has come: whoever steers the folder, has a task of it, or its waiting team.

    Raises CaseStuck where nobody waits for it (any more), NotAllowed, FolderEnded.
    """
    folder = moving.held(actor, case.folder, now=now)
    person = moving.person(actor)
    held = case_of(folder)
    run = going.taken_up(held, now=now)
    if not may_tell(person, held, run, now=now):
        raise NotAllowed
    run.tell(message)
    line = Line(What.MESSAGE, after={"message": message}, comment=comment.strip())
    minutes.write(actor, folder, [line], at=now)
    going.settle(held, run, now=now)


def may_tell(person: User, case: Case, run: Run, *, now: datetime) -> bool:
    """Whether the person may say that something has come."""
    today = timezone.localdate(now)
    if access.may_steer(person, case.folder, today=today) or case.owner_id == person.pk:
        return True
    if access.tasks_for(person, today=today).filter(folder=case.folder).exists():
        return True
    # Whoever had a hand in it, or belongs to a team that did: the goods come to the store, not to the boss.
    mine = set(person.roles.values_list("pk", flat=True))
    return Stop.objects.filter(folder=case.folder, team__in=mine).exists()


def ring(timer_id: int, *, now: datetime) -> None:
    """A timer goes off, once, in the caller's transaction. What is over meanwhile lets it be."""
    timer = CaseTimer.objects.select_related("case").get(pk=timer_id)
    folder = locked(timer.case.folder_id)
    timer.refresh_from_db()
    if timer.state != CaseTimer.State.WAITING or not folder.is_open:
        return
    if timer.due_at > now:
        # This hour was that of an earlier round, or the clock has been set back.
        ledger.enqueue(going.TIMER, timer_id, run_after=timer.due_at)
        return
    case = case_of(folder)
    run = going.taken_up(case, now=now)
    run.ring()
    timer.state = CaseTimer.State.DONE
    timer.save(update_fields=["state"])
    minutes.write(going.HOUSE, folder, [Line(What.TIMER, after={"element": timer.element})], at=now)
    going.settle(case, run, now=now)


@transaction.atomic
def migrate_case(*, actor: Actor, case: Case, to: int, now: datetime) -> Case:
    """Put a case under way on another edition of its process, if what it has done is the same there.

    For administrators. Raises NotMigrated with the reason, and then nothing has changed.
    """
    person = moving.person(actor)
    if not records_access.rights_of(person).has(Verb.ADMINISTER):
        raise NotAllowed
    if not put_over(actor=actor, case=case, to=case.process.definitions.get(number=to), now=now):
        raise NotMigrated("Dieser Vorgang ist schon zu Ende.")
    return Case.objects.select_related("folder", "definition", "process", "owner").get(pk=case.pk)


def put_over(*, actor: Actor, case: Case, to: ProcessDefinition, now: datetime) -> bool:
    """The same in the caller's transaction, who has asked for the right. False: it has ended meanwhile.

    Raises NotMigrated.
    """
    folder = locked(case.folder_id)
    held = case_of(folder)
    if not held.is_open or held.definition_id == to.pk:
        return held.is_open
    before = held.definition.number
    run = going.taken_up(held, now=now).migrated(definitions.of(to))
    held.definition = to
    line = Line(What.MIGRATED, before={"definition": before}, after={"definition": to.number, "sha256": to.digest})
    minutes.write(actor, folder, [line], at=now)
    going.settle(held, run, now=now)
    return True


def settle_grants(folder: CirculationFolder, *, now: datetime) -> None:
    """Who has a task of the folder may read what lies in it now."""
    grants.settle(moving.under_way(folder), now=now)


def locked(folder_id: int) -> CirculationFolder:
    rows = CirculationFolder.objects.select_for_update(of=("self",))
    return rows.select_related("customer_file__customer", "started_by").get(pk=folder_id)


def case_of(folder: CirculationFolder) -> Case:
    found = going.of_folder(folder)
    if found is None:
        raise Task.DoesNotExist
    return found
