"""A dry run: walk through a draft or an edition with made-up answers. Nothing is written, nobody gets a task.

The page carries what was answered so far; each time the process is walked through anew from its start.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kundenakte.base.refusals import Refused
from kundenakte.circulation.cases import going
from kundenakte.circulation.processes import reading
from kundenakte.circulation.processes.definition import Definition
from kundenakte.circulation.processes.engine import Run
from kundenakte.circulation.processes.refusals import AnswersRefused, WrongAnswer
from kundenakte.doors.web.administration.pages import administrators
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.processes.administration import process_of
from kundenakte.doors.web.processes.answer_form import AnswerForm, typed_in
from kundenakte.doors.web.processes.drawing import drawn

_MOST_MOVES: Final = 60
_LONGEST: Final = 60_000


@dataclass(slots=True)
class Trial:
    """A process walked to where the moves so far lead."""

    run: Run
    now: datetime
    told: list[str]


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def dry_run(request: SignedIn, key: str) -> HttpResponse:
    """Where the process stands after the moves so far, and what could be done next."""
    row = process_of(key)
    draft = getattr(row, "draft", None)
    newest = row.definitions.order_by("-number").first()
    source = draft.source if draft else newest.source if newest else ""
    definition = reading.read(source.encode())
    moves = _moves(request)
    faults: dict[str, WrongAnswer] = {}
    sentence = ""
    trial = _walked(definition, moves)
    if trial is None:
        moves, trial = [], _walked(definition, [])
    if trial is not None and (asked := request.POST.get("schritt", "")):
        try:
            moves = [*moves, _move(request, definition, asked)]
            trial = _walked(definition, moves) or trial
        except AnswersRefused as refused:
            faults = refused.faults
        except Refused as refused:
            sentence = refused.in_words(_)
    context = {"process": row, "sentence": sentence, **_context(request, definition, trial, moves, faults)}
    return render(request, "processes/dry_run.html", context)


def _context(
    request: SignedIn, definition: Definition, trial: Trial | None, moves: list[Any], faults: dict[str, WrongAnswer]
) -> dict[str, Any]:
    run = trial.run if trial else None
    asked = request.POST.get("schritt", "")
    steps = [
        (step, AnswerForm(
            step.form, user=request.user, customer_file=None, known=run.fields if run else {}, key=f"{step.id}-",
            typed=typed_in(step.form, request.POST) if faults and asked == f"u:{step.id}" else None,
            faults=faults if asked == f"u:{step.id}" else None))
        for _one, step in (run.open_steps() if run else [])
    ]  # fmt: skip
    return {
        "definition": definition, "moves": json.dumps(moves),
        "told": trial.told if trial else [], "steps": steps, "is_over": bool(run and run.is_over),
        "errands": [errand for _one, errand in (run.open_errands() if run else [])],
        "messages_awaited": [definition.messages[one.element] for one in (run.messages() if run else [])],
        "timers": [(definition.names.get(one.element, ""), one) for one in (run.timers() if run else [])],
        "is_begun": bool(moves),
        "start_form": AnswerForm(
            definition.start_form, user=request.user, customer_file=None,
            typed=typed_in(definition.start_form, request.POST) if faults and asked == "start" else None,
            faults=faults if asked == "start" else None,
        ),
        "drawing": drawn(definition.source, here=run.here() if run else (), passed=run.passed() if run else ()),
    }  # fmt: skip


def _moves(request: HttpRequest) -> list[Any]:
    text = request.POST.get("bisher", "[]")
    if len(text) > _LONGEST:
        return []
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return []
    is_list = isinstance(said, list) and len(said) < _MOST_MOVES
    return said if is_list and all(map(_is_move, said)) else []


def _is_move(said: Any) -> bool:
    return isinstance(said, list) and len(said) == 2 and isinstance(said[1], dict)


def _move(request: HttpRequest, definition: Definition, asked: str) -> list[Any]:
    """What was just asked for, checked: [what, answers]."""
    kind, _sep, name = asked.partition(":")
    form = definition.start_form if kind == "start" else None
    if kind == "u" and name in definition.user_steps:
        form = definition.user_steps[name].form
    answers: dict[str, Any] = {}
    if form is not None:
        answers, faults = form.checked(typed_in(form, request.POST))
        faults = {field: said for field, said in faults.items() if not _is_row(form.field(field))}
        if faults:
            raise AnswersRefused(faults)
    return [asked, answers]


def _is_row(field: Any) -> bool:
    # In a dry run there is no file whose documents could be chosen.
    return field is not None and field.kind == "document"


def _walked(definition: Definition, moves: list[Any]) -> Trial | None:
    """The process after these moves; None where they do not fit it (the draft has changed meanwhile)."""
    now = timezone.now()
    fields = moves[0][1] if moves and moves[0][0] == "start" else {}
    try:
        trial = Trial(Run.begin(definition, fields, now=now), now, [])
        if moves:
            trial.told.append(_("Begonnen."))
        for asked, answers in moves[1:]:
            _carry_out(definition, trial, str(asked), dict(answers))
    except (Refused, StopIteration, KeyError, TypeError, ValueError):
        return None
    return trial


def _carry_out(definition: Definition, trial: Trial, asked: str, answers: dict[str, Any]) -> None:
    kind, _sep, name = asked.partition(":")
    run = trial.run
    if kind == "u":
        one = next(one for one, step in run.open_steps() if step.id == name)
        run.finish(one.run, answers)
        said = "; ".join(f"{title}: {value}" for title, value in going.words_of(answers, definition))
        trial.told.append(f"{definition.names[name]}{f' – {said}' if said else ''}")
    elif kind == "e":
        one = next(one for one, errand in run.open_errands() if errand.id == name)
        run.finish(one.run)
        trial.told.append(_("%(name)s (das täte die Kundenakte selbst)") % {"name": definition.names[name]})
    elif kind == "m":
        run.tell(definition.messages[name].message)
        trial.told.append(_("Nachricht: %(name)s") % {"name": definition.messages[name].message})
    elif kind == "t":
        due = next(one.due_at for one in run.timers() if one.element == name)
        trial.now = max(trial.now, due) + timedelta(seconds=1)
        trial.run = Run.resume(definition, json.loads(json.dumps(run.position())), run.fields, now=trial.now)
        trial.run.ring()
        trial.told.append(_("Frist abgelaufen: %(name)s") % {"name": definition.names.get(name) or name})
