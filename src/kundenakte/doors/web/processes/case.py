"""The page of a case: where it stands, the form of each task, its papers, its minutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from kundenakte.circulation import access
from kundenakte.circulation.cases import definitions, going, working
from kundenakte.circulation.models import Case, CaseErrand, CaseStep, CaseTimer, CirculationFolder, Stop, Task
from kundenakte.circulation.processes.definition import Definition
from kundenakte.circulation.processes.refusals import WrongAnswer
from kundenakte.doors.web.circulation.cover import holder
from kundenakte.doors.web.circulation.told import OfCase
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.processes.answer_form import AnswerForm
from kundenakte.doors.web.processes.drawing import drawn

_SIGNS: Final = {"done": "circle-check", "here": "map-pin", "dropped": "circle-minus", "failed": "circle-alert"}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the list that says the same as the diagram: what, who, when, and what came of it."""

    # "done", "here", "dropped", "failed"
    state: str
    name: str
    who: str
    at: datetime | None
    due_on: Any
    # Question, answer, and what stood there before where another step had answered otherwise.
    answers: list[tuple[str, str, str]]
    remark: str = ""

    @property
    def icon(self) -> str:
        """What stands before the line."""
        return _SIGNS[self.state]


def of_folder(folder: CirculationFolder) -> Case | None:
    """The case behind a folder."""
    return going.of_folder(folder)


def in_minutes(case: Case) -> OfCase:
    """How the minutes of the case name what is theirs."""
    names = definitions.of(case.definition).names
    steps = CaseStep.objects.filter(case=case)
    return OfCase({step.stop_id: _(names.get(step.element, step.element)) for step in steps}, names)


def shown(request: SignedIn, case: Case) -> dict[str, Any]:
    """What the page says beyond that of every folder."""
    run = going.taken_up(case, now=timezone.now())
    here = set(run.here()) if case.is_open else set()
    known = definitions.of(case.definition)
    tells = case.is_open and working.may_tell(request.user, case, run, now=timezone.now())
    waits = [known.messages[one.element] for one in run.messages()] if case.is_open else []
    return {
        "case": case,
        "drawing": drawn(case.definition.source, here=here, passed=run.passed()),
        "here": sorted(here),
        "passed": run.passed(),
        "steps": _steps(case),
        "known": going.words_of(case.fields, known),
        "reason": known.title_of(known.reason_field, case.reason) if case.reason else "",
        "messages_awaited": waits,
        "may_tell": tells and bool(waits),
        "timers": [
            (known.names.get(one.element) or _("Frist"), one.due_at)
            for one in case.timers.filter(state=CaseTimer.State.WAITING)
        ],
        "failed": [
            (one, known.names.get(one.element, one.element))
            for one in case.errands.filter(state=CaseErrand.State.FAILED)
        ],
        # Whoever `errands` lets decide about them.
        "may_settle": case.owner_id == request.user.pk or access.may_steer(request.user, case.folder),
        "names": known.names,
        "is_late": case.is_open and case.due_at is not None and case.due_at < timezone.now(),
    }


def form_of(
    task: Task, case: Case, request: SignedIn, typed: Mapping[str, Any] | None, faults: Mapping[str, WrongAnswer] | None
) -> tuple[str, AnswerForm | None]:
    """The name of a task's activity, and its form."""
    step = working.step_of(task.stop)
    if step is None:
        return "", None
    form = AnswerForm(
        working.form_of(step), user=request.user, customer_file=task.folder.customer_file, typed=typed,
        known=case.fields, faults=faults, key=f"t{task.pk}-",
    )  # fmt: skip
    name = definitions.of(case.definition).names.get(step.element, "")
    return _(name), form if form.fields else None


def _answers(step: CaseStep, known: Definition) -> list[tuple[str, str, str]]:
    before = dict(going.words_of(step.replaced, known))
    said = [(title, words, before.pop(title, "")) for title, words in going.words_of(step.answers, known)]
    return [*said, *((title, "–", words) for title, words in before.items())]


def _steps(case: Case) -> list[Step]:
    known = definitions.of(case.definition)
    steps = list(CaseStep.objects.filter(case=case).select_related("stop__user", "stop__team").order_by("pk"))
    tasks: dict[int, Task] = {}
    rows = Task.objects.filter(stop__in=[step.stop_id for step in steps]).order_by("pk")
    for task in rows.select_related("user", "team", "claimed_by", "ended_by"):
        tasks[task.stop_id] = task
    found: list[tuple[datetime, Step]] = []
    for step in steps:
        task = tasks[step.stop_id]
        state = {Stop.State.DONE: "done", Stop.State.DROPPED: "dropped"}.get(Stop.State(step.stop.state), "here")
        who = str(task.ended_by) if task.ended_by else holder(task)
        line = Step(
            state, _(known.names.get(step.element, step.element)), who, task.ended_at, task.due_on,
            _answers(step, known), task.remark,
        )  # fmt: skip
        found.append((task.opened_at, line))
    for errand in case.errands.all():
        state = {"done": "done", "failed": "failed", "dropped": "dropped"}.get(errand.state, "here")
        name = _(known.names.get(errand.element, errand.element))
        found.append((errand.asked_at, Step(state, name, _("Die Kundenakte"), errand.ended_at, None, [],
                                            _(errand.trouble))))  # fmt: skip
    return [line for _at, line in sorted(found, key=lambda pair: pair[0])]
