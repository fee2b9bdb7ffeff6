"""After each step the rows are made what the process says: tasks, timers, errands, the case's own line.

All functions run in the transaction of whoever holds the folder's row.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

from django.db.models import Max

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import Role, User
from kundenakte.base.jobs import ledger
from kundenakte.circulation import minutes, moving
from kundenakte.circulation.cases import definitions
from kundenakte.circulation.cases.closing import CLOSE_PAPERS
from kundenakte.circulation.minutes import Line
from kundenakte.circulation.models import Case, CaseErrand, CaseStep, CaseTimer, CirculationFolder, Stop
from kundenakte.circulation.models.minutes import What
from kundenakte.circulation.processes.definition import Definition, UserStep
from kundenakte.circulation.processes.engine import Run
from kundenakte.records.refusals import ChangedMeanwhile

# Names in the ledger, for ever.
TIMER: Final = "circulation.timer"
ERRAND: Final = "circulation.errand"
LOOK_AGAIN: Final = "circulation.look_again"
HOUSE: Final = Actor.system("process")
_LONGEST: Final = 60


def taken_up(case: Case, *, now: datetime) -> Run:
    """The process where it stands."""
    return Run.resume(definitions.of(case.definition), case.position, case.fields, now=now)


def of_folder(folder: CirculationFolder) -> Case | None:
    """The case this folder is, if it is one; with the folder that is held."""
    case = Case.objects.select_related("definition", "process", "owner").filter(folder=folder).first()
    if case is not None:
        case.folder = folder
    return case


def settle(case: Case, run: Run, *, now: datetime) -> None:
    """Make everything what the process says now, write it into the minutes, and put the process away."""
    lines = _steps(case, run, now)
    _timers(case, run)
    _errands(case, run, now)
    _facts(case, run)
    if run.is_over:
        case.state, case.closed_at, case.stage = Case.State.CLOSED, now, ""
        lines.append(moving.end(case.folder, CirculationFolder.State.FINISHED, What.FINISHED, now=now))
        ledger.enqueue(CLOSE_PAPERS, case.folder_id)
    put_away(case, run)
    if lines:
        minutes.write(HOUSE, case.folder, lines, at=now)


def put_away(case: Case, run: Run) -> None:
    """Store where the process stands. Raises ChangedMeanwhile for whoever computed on an older state."""
    seen, case.edition = case.edition, case.edition + 1
    case.fields, case.position = run.fields, run.position()
    stored = Case.objects.filter(pk=case.pk, edition=seen).update(
        **{
            name: getattr(case, name)
            for name in (
                "definition", "state", "reason", "stage", "amount", "owner", "due_at", "closed_at", "fields",
                "position", "edition",
            )
        }
    )  # fmt: skip
    if not stored:
        raise ChangedMeanwhile


def drop(case: Case, *, now: datetime) -> None:
    """The folder was called back: nothing of the case happens any more. Its tasks the caller has ended."""
    case.state, case.closed_at, case.stage = Case.State.CANCELLED, now, ""
    case.edition += 1
    case.save(update_fields=["state", "closed_at", "stage", "edition"])
    case.timers.filter(state=CaseTimer.State.WAITING).update(state=CaseTimer.State.DROPPED)
    case.errands.exclude(state=CaseErrand.State.DONE).update(state=CaseErrand.State.DROPPED, ended_at=now)
    ledger.enqueue(CLOSE_PAPERS, case.folder_id)


# --- tasks -------------------------------------------------------------------------------------------------------


def _steps(case: Case, run: Run, now: datetime) -> list[Line]:
    there = {
        step.run: step
        for step in case.steps.filter(stop__state=Stop.State.OPEN).select_related("stop__user", "stop__team")
    }
    wanted = {one.run: step for one, step in run.open_steps()}
    gone = [step.stop for run_id, step in there.items() if run_id not in wanted]
    lines = _withdrawn(case, gone, now)
    new = [(run_id, step) for run_id, step in wanted.items() if run_id not in there]
    if new:
        made = _written(case, new, now)
        lines += [Line(What.EXTENDED, stop=stop, after=stop.facts(), words=minutes.words_of([stop])) for stop in made]
        lines += moving.opened(made, now=now)
        case.stage = next((step.stage for _run, step in reversed(new) if step.stage), case.stage)
    elif not wanted:
        # Nobody has anything to do: what it waits for says where it stands.
        waits = [run.definition.messages[one.element] for one in run.messages()]
        case.stage = next((wait.stage for wait in waits if wait.stage), case.stage)
    return lines


def _withdrawn(case: Case, stops: list[Stop], now: datetime) -> list[Line]:
    """Work a timer has interrupted: nobody needs it any more."""
    if not stops:
        return []
    tasks = [task for task in moving.under_way(case.folder) if task.stop_id in {stop.pk for stop in stops}]
    lines = moving.withdrawn(tasks, by=None, now=now)
    for stop in stops:
        stop.state = Stop.State.DROPPED
        stop.save(update_fields=["state"])
        lines.append(Line(What.SHORTENED, stop=stop, before=stop.facts()))
    return lines


def _written(case: Case, new: list[tuple[UUID, UserStep]], now: datetime) -> list[Stop]:
    last = Stop.objects.filter(folder=case.folder).aggregate(last=Max("step"))["last"] or 0
    made = []
    for run_id, step in new:
        to = whose(case, step)
        stop = Stop.objects.create(
            folder=case.folder, step=last + 1, wish=step.wish, instruction=said(step), due_days=step.due_days,
            four_eyes=step.four_eyes, user=to if isinstance(to, User) else None,
            team=to if isinstance(to, Role) else None,
        )  # fmt: skip
        CaseStep.objects.create(case=case, stop=stop, element=step.id, run=run_id)
        made.append(stop)
    case.folder.step = last + 1
    case.folder.edition += 1
    case.folder.save(update_fields=["step", "edition"])
    return made


def said(step: UserStep) -> str:
    """What a stop of the slip says of an activity."""
    return (f"{step.name}: {step.instruction}" if step.instruction else step.name)[:500]


def whose(case: Case, step: UserStep) -> User | Role:
    """Who gets an activity: the person it names, else the team of its lane; whoever owns the case where that is nobody.

    A process never stops because somebody has left.
    """
    if step.assignee:
        named = {"owner": case.owner, "starter": case.folder.started_by}.get(step.assignee)
        if named is None:
            named = User.objects.filter(pk=case.fields.get(step.assignee) or 0).first()
        if named is not None and named.is_active and not named.is_service:
            return named
    team = team_of(step.lane)
    if team is None and case.owner.is_service:
        # Started by a program, and nobody belongs to the lane: whoever runs the house sees to it.
        team = team_of("verwaltung")
    return team or case.owner


def team_of(lane: str) -> Role | None:
    """The team a lane names, by its code or its name, if somebody of it can sign in."""
    if not lane:
        return None
    roles = [role for role in Role.objects.all() if lane.casefold() in {role.code.casefold(), role.name.casefold()}]
    there = [role for role in roles if role.users.filter(is_active=True, is_service=False).exists()]
    return there[0] if there else None


# --- timers, errands, facts --------------------------------------------------------------------------------------


def _timers(case: Case, run: Run) -> None:
    there = {row.run: row for row in case.timers.filter(state=CaseTimer.State.WAITING)}
    wanted = {one.run: one for one in run.timers()}
    for run_id, row in there.items():
        if run_id not in wanted:
            row.state = CaseTimer.State.DROPPED
            row.save(update_fields=["state"])
    for run_id, one in wanted.items():
        if run_id not in there:
            # Another round of the same event has the same id: it waits anew.
            row, _made = CaseTimer.objects.update_or_create(
                run=run_id,
                defaults={
                    "case": case, "element": one.element, "due_at": one.due_at, "state": CaseTimer.State.WAITING,
                },
            )  # fmt: skip
            ledger.enqueue(TIMER, row.pk, run_after=one.due_at)


def _errands(case: Case, run: Run, now: datetime) -> None:
    ended = (CaseErrand.State.DONE, CaseErrand.State.DROPPED)
    there = {row.run: row for row in case.errands.exclude(state__in=ended)}
    wanted = {one.run: errand for one, errand in run.open_errands()}
    for run_id, row in there.items():
        if run_id not in wanted:
            row.state, row.ended_at = CaseErrand.State.DROPPED, now
            row.save(update_fields=["state", "ended_at"])
    for run_id, errand in wanted.items():
        if run_id not in there:
            row = CaseErrand.objects.create(
                case=case, element=errand.id, run=run_id, service=errand.service, asked_at=now
            )
            case.stage = errand.stage or case.stage
            ledger.enqueue(ERRAND, row.pk)


def _facts(case: Case, run: Run) -> None:
    """What lists show of a case, from its fields."""
    definition, fields = run.definition, run.fields
    case.reason = str(fields.get(definition.reason_field) or "")[:_LONGEST]
    case.amount = _amount(fields.get(definition.amount_field))
    owner = User.objects.filter(pk=fields.get(definition.owner_field) or 0, is_active=True).first()
    case.owner = owner or case.owner


def _amount(value: Any) -> Decimal | None:
    try:
        return round(Decimal(str(value)), 2) if value not in (None, "") else None
    except InvalidOperation:
        return None


def words_of(answers: Mapping[str, Any], definition: Definition) -> list[tuple[str, str]]:
    """Answers as a person reads them: the question and what was said; what was left out is left out.

    What is no day or no amount is said as it was typed: a report that came too late was held against no form.
    """
    forms = (definition.start_form, *(step.form for step in definition.user_steps.values()))
    titles = {field.name: field.title for form in forms for field in form.fields}
    kinds = {field.name: field.kind for form in forms for field in form.fields}
    found = []
    for name, value in answers.items():
        if value in (None, ""):
            continue
        shown = definition.title_of(name, value)
        if isinstance(value, bool):
            shown = "ja" if value else "nein"
        elif kinds.get(name) == "person":
            shown = str(User.objects.filter(pk=value).first() or value)
        elif kinds.get(name) == "document":
            # By number: whoever reads this may not be allowed to read its title.
            shown = f"Dokument {value}"
        elif kinds.get(name) in {"date", "amount"}:
            with contextlib.suppress(ValueError, InvalidOperation):
                shown = _in_figures(str(kinds[name]), str(value))
        found.append((titles.get(name, name), shown))
    return found


def _in_figures(kind: str, value: str) -> str:
    if kind == "date":
        return f"{date.fromisoformat(value):%d.%m.%Y}"
    return f"{Decimal(value):,.2f}".translate(str.maketrans(",.", ".,"))
