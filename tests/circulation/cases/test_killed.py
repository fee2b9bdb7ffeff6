"""kill -9 between the end of a task and what it causes: letters, timers and next tasks come once, or not yet."""

from __future__ import annotations

import random

import pytest
from django.db import connection, transaction

from kundenakte.circulation import checking
from kundenakte.circulation.models import Case, CaseErrand, CirculationFolder, Task
from kundenakte.records.models import Arrival, Document
from tests.builders import a_customer_file
from tests.case_builders import a_case
from tests.circulation.desks import Desks
from tests.conftest import LONG
from tests.process_builders import a_file, flow, user_task
from tests.waiting import until

pytestmark = [pytest.mark.kill, pytest.mark.django_db(transaction=True)]
ROUNDS, CASES = (100, 30) if LONG else (4, 4)
SEED = 20261130
# Two tasks with a letter of the house between them.
INSIDE = (
    '<bpmn:startEvent id="los"/><bpmn:endEvent id="aus"/>' + user_task("eins")
    + '<bpmn:serviceTask id="brief" name="Brief" kundenakte:service="file_document"><bpmn:extensionElements>'
    '<kundenakte:parameter name="title">Brief zu {vorgang}</kundenakte:parameter><kundenakte:parameter name="text">'
    "Guten Tag</kundenakte:parameter></bpmn:extensionElements></bpmn:serviceTask>" + user_task("zwei")
    + flow("f1", "los", "eins") + flow("f2", "eins", "brief") + flow("f3", "brief", "zwei") + flow("f4", "zwei", "aus")
)  # fmt: skip


def test_what_a_completion_causes_comes_once_whenever_somebody_is_killed(
    desks: Desks,
) -> None:
    dice = random.Random(SEED)
    file = a_customer_file()
    for _ in range(CASES):
        a_case(a_file(INSIDE), customer_file=file, by="sabine")
    connection.close()
    for _ in range(ROUNDS):
        desks.fill()
        desks.kill_one(dice)
        _every_case_is_whole()
    desks.fill()
    until(lambda: Case.objects.filter(state="closed").count() == CASES)
    _every_case_is_whole()
    assert Task.objects.filter(folder__case__isnull=False).count() == 2 * CASES
    assert CaseErrand.objects.filter(state="done").count() == CaseErrand.objects.count() == CASES
    assert Arrival.objects.filter(source="process").count() == CASES
    assert Document.objects.filter(title__startswith="Brief zu").count() == CASES


def _every_case_is_whole() -> None:
    """What can be seen was committed whole: rows as the minutes say, and something to do wherever it is open."""
    for pk in CirculationFolder.objects.values_list("pk", flat=True):
        with transaction.atomic():
            folder = CirculationFolder.objects.select_for_update().get(pk=pk)
            assert list(map(str, checking.differences([pk]))) == []
            case = Case.objects.get(folder=folder)
            open_tasks = Task.objects.filter(folder=folder, is_under_way=True).count()
            at_work = case.errands.filter(state__in=("waiting", "begun")).count()
            assert (case.state == "open") == folder.is_open == (open_tasks + at_work == 1)
