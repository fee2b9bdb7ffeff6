"""What somebody does with a task: take it, lay it back, hand it on, do it, send it back.

`edition` is that of the task as the person saw it. Of two who act at once one wins; the other is told (TaskEnded,
ChangedMeanwhile).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import Role, User
from kundenakte.circulation import access, four_eyes, grants, minutes, moving, slip
from kundenakte.circulation.cases import starting
from kundenakte.circulation.cases import working as cases
from kundenakte.circulation.minutes import Line
from kundenakte.circulation.models import CirculationFolder, Stop, Task
from kundenakte.circulation.models.minutes import What
from kundenakte.circulation.models.slips import Wish
from kundenakte.circulation.refusals import RefusalReasonMissing, RemarkMissing
from kundenakte.records.refusals import BadValue, NotAllowed

_TO_APPROVE: Final = (Wish.APPROVE, Wish.SIGN_OFF)


@transaction.atomic
def claim(*, actor: Actor, task: Task, edition: int, now: datetime) -> Task:
    """Take a team's task, or the one of whom one stands in for: the others see who is at it and leave it."""
    folder, held = moving.held_task(actor, task, edition, now=now)
    person = moving.person(actor)
    instead_of = _instead_of(person, held, now)
    before = held.facts()
    held.state, held.claimed_by = Task.State.CLAIMED, person
    _changed(actor, folder, held, Line(What.CLAIMED, held, before=before, instead_of=instead_of), now)
    return held


@transaction.atomic
def give_back(*, actor: Actor, task: Task, edition: int, now: datetime) -> Task:
    """Lay a claimed task back: whoever claimed it, or whoever steers the folder."""
    folder, held = moving.held_task(actor, task, edition, now=now)
    person = moving.person(actor)
    if held.claimed_by_id is None:
        raise BadValue("Diese Aufgabe hat niemand übernommen.")
    if held.claimed_by_id != person.pk and not access.may_steer(person, folder, today=timezone.localdate(now)):
        raise NotAllowed
    before = held.facts()
    held.state, held.claimed_by = Task.State.OPEN, None
    _changed(actor, folder, held, Line(What.GIVEN_BACK, held, before=before), now)
    return held


@transaction.atomic
def hand_on(*, actor: Actor, task: Task, edition: int, to: User | Role, reason: str, now: datetime) -> Task:
    """Give a task to somebody else, who gets one of his own; whoever can do it, or steers the folder. Returns that."""
    folder, held = moving.held_task(actor, task, edition, now=now)
    person = moving.person(actor)
    instead_of = (
        None if access.may_steer(person, folder, today=timezone.localdate(now)) else _instead_of(person, held, now)
    )
    if not reason.strip():
        raise BadValue("Bitte geben Sie an, warum Sie die Aufgabe weitergeben.")
    if to in (held.user, held.team):
        raise BadValue("Die Aufgabe liegt schon bei %(to)s.", to=to)
    slip.must_be_there(to, folder.customer_file)
    before = moving.ended(held, Task.State.HANDED_ON, by=person, now=now, remark=reason.strip(), instead_of=instead_of)
    made = moving.handed_on(held, to, now=now)
    lines = [
        Line(What.HANDED_ON, held, before=before, after=held.facts(), comment=held.remark, instead_of=instead_of),
        Line(What.OPENED, made, after=made.facts()),
    ]
    minutes.write(actor, folder, lines, at=now)
    return made


@transaction.atomic
def complete(
    *, actor: Actor, task: Task, edition: int, now: datetime, remark: str = "",
    answers: Mapping[str, Any] | None = None, seen: str = "",
) -> Task:  # fmt: skip
    """Do what was wished: seen, commented, completed. When the step's last task is done, the next step opens.

    What wants an approval is approved (`approve`) or refused. Raises RemarkMissing where a comment was wished for. The
    task of a case has a form: `answers` fill it in, and the process goes on; `seen` says what of it the person saw
    (cases/answering.py). Raises AnswersRefused, CaseStuck.
    """
    if task.wish == Wish.COMMENT and not remark.strip():
        raise RemarkMissing
    if task.wish in _TO_APPROVE:
        raise BadValue("Diese Aufgabe wird freigegeben oder zurückgewiesen.")
    return _done(actor, task, edition, What.COMPLETED, remark=remark, answers=answers, seen=seen, now=now)


@transaction.atomic
def approve(
    *, actor: Actor, task: Task, edition: int, now: datetime, remark: str = "",
    answers: Mapping[str, Any] | None = None, seen: str = "",
) -> Task:  # fmt: skip
    """Say yes to what was to be approved or signed off; in a case the form has the decision. Raises FourEyes, BadValue
    for another wish, AnswersRefused, CaseStuck."""
    if task.wish not in _TO_APPROVE:
        raise BadValue("Bei dieser Aufgabe ist nichts freizugeben.")
    return _done(actor, task, edition, What.APPROVED, remark=remark, answers=answers, seen=seen, now=now)


@transaction.atomic
def refuse(*, actor: Actor, task: Task, edition: int, reason: str, now: datetime) -> Task:
    """Send the folder one step back, with a reason: that step opens again, and afterwards this one as a whole.

    From the first step it goes to whoever started it, who can only go on or recall it.
    """
    if not reason.strip():
        raise RefusalReasonMissing
    folder, held = moving.held_task(actor, task, edition, now=now)
    person = moving.person(actor)
    instead_of = _instead_of(person, held, now)
    if cases.step_of(held.stop) is not None:
        raise BadValue("In einem Vorgang entscheidet das Formular der Aufgabe, wie es weitergeht.")
    if held.stop.step == 0:
        raise BadValue("Vor Ihnen war niemand. Sie können die Mappe weiterschicken oder zurückrufen.")
    before = moving.ended(held, Task.State.REFUSED, by=person, now=now, remark=reason.strip(), instead_of=instead_of)
    line = Line(What.REFUSED, held, before=before, after=held.facts(), comment=held.remark, instead_of=instead_of)
    minutes.write(actor, folder, [line, *moving.back(folder, held, by=person, now=now)], at=now)
    return held


# --- inside ------------------------------------------------------------------------------------------------------


def _done(
    actor: Actor, task: Task, edition: int, what: str, *, remark: str, answers: Mapping[str, Any] | None, seen: str,
    now: datetime,
) -> Task:  # fmt: skip
    folder, held = moving.held_task(actor, task, edition, now=now)
    person = moving.person(actor)
    instead_of = _instead_of(person, held, now)
    four_eyes.require(held, person, instead_of)
    step = cases.step_of(held.stop)
    said = cases.take_answers(step, answers or {}, person=person, now=now, seen=seen) if step else {}
    before = moving.ended(held, Task.State.DONE, by=person, now=now, remark=remark.strip(), instead_of=instead_of)
    held.stop.state = Stop.State.DONE
    held.stop.save(update_fields=["state"])
    line = Line(
        what if step is None else What.COMPLETED, held, before=before, after=held.facts(), comment=held.remark,
        instead_of=instead_of, words=starting.words_of(said, step.replaced if step else {}),
    )  # fmt: skip
    if step is None:
        minutes.write(actor, folder, [line, *moving.onward(folder, now=now)], at=now)
    else:
        # What follows is the process's doing, not the person's.
        minutes.write(actor, folder, [line], at=now)
        cases.went_on(step, folder=folder, now=now)
    return held


def _instead_of(person: User, task: Task, now: datetime) -> User | None:
    """Whose place the person takes with this task. Raises NotAllowed, TaskClaimed."""
    other = access.standing(person, task, today=timezone.localdate(now)).instead_of
    return User.objects.get(pk=other) if other is not None else None


def _changed(actor: Actor, folder: CirculationFolder, task: Task, line: Line, now: datetime) -> None:
    task.edition += 1
    task.save(update_fields=["state", "claimed_by", "edition"])
    grants.settle([task], now=now)
    minutes.write(
        actor, folder, [Line(line.what, task, before=line.before, after=task.facts(), instead_of=line.instead_of)],
        at=now,
    )  # fmt: skip
