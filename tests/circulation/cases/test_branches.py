"""Two branches of a process write one field: the later one decides, but not unseen, and both values stay on record."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal.models import PersonalFact
from kundenakte.circulation import actions, checking, told
from kundenakte.circulation.cases import answering, working
from kundenakte.circulation.models import Case, CaseStep
from kundenakte.circulation.processes.refusals import AnswersRefused
from tests.builders import NOW, a_user
from tests.case_builders import a_probe, step_task
from tests.process_builders import TWO_BRANCHES

pytestmark = pytest.mark.django_db


def _seen(case: Case, what: str) -> str:
    """What somebody who opens the form now sends along."""
    step = working.step_of(step_task(case, what).stop)
    assert step is not None
    return answering.marks(working.form_of(step), Case.objects.get(pk=case.pk).fields)


def _sends(case: Case, what: str, amount: str, seen: str = "") -> Case:
    task = step_task(case, what)
    actions.complete(
        actor=Actor.of(a_user("sabine")),
        task=task,
        edition=task.edition,
        now=NOW,
        answers={"betrag": amount},
        seen=seen,
    )
    return Case.objects.get(pk=case.pk)


def _replaced(case: Case) -> dict[str, dict[str, Any]]:
    return {step.element: step.replaced for step in CaseStep.objects.filter(case=case) if step.answers}


def test_who_comes_later_is_told_decides_and_both_values_stay() -> None:
    case = a_probe(TWO_BRANCHES)
    # Both have the form before them when the first one sends.
    seen_by_b = _seen(case, "b")
    case = _sends(case, "a", "100", _seen(case, "a"))
    with pytest.raises(AnswersRefused) as refused:
        _sends(case, "b", "200", seen_by_b)
    assert "ein anderer Schritt hier „100“ eingetragen" in refused.value.sentence
    case.refresh_from_db()
    assert str(case.fields["betrag"]) == "100"
    # Now it was seen.
    case = _sends(case, "b", "200", _seen(case, "b"))
    assert str(case.fields["betrag"]) == "200"
    kept = _replaced(case)
    assert (kept["a"], str(kept["b"]["betrag"])) == ({}, "100")
    tale = told.tale(case.folder)["case"]
    said = {step["element"]: (step["said"], step["said_before"]) for step in tale["steps"] if step["said"]}
    assert said == {"a": ([["Betrag", "100"]], []), "b": ([["Betrag", "200"]], [["Betrag", "100"]])}
    # The journal commits to it.
    facts = [json.loads(fact.value) for fact in PersonalFact.objects.filter(name="replaced")]
    assert [str(fact["betrag"]) for fact in facts] == ["100"]
    assert list(map(str, checking.differences([case.folder_id]))) == []


def test_whoever_says_the_same_hears_nothing_and_who_saw_nothing_decides() -> None:
    case = a_probe(TWO_BRANCHES)
    seen_by_b = _seen(case, "b")
    case = _sends(case, "a", "100")
    case = _sends(case, "b", "100", seen_by_b)
    assert _replaced(case) == {"a": {}, "b": {}}
    # A program that sends no marks: its answer counts, and what it replaced is kept.
    other = a_probe(TWO_BRANCHES)
    other = _sends(_sends(other, "b", "100"), "a", "300")
    assert (str(other.fields["betrag"]), list(_replaced(other)["a"])) == ("300", ["betrag"])
