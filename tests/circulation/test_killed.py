"""kill -9 between the end of a task and its effects: all of it is there or nothing, and the minutes come once."""

from __future__ import annotations

import random

import pytest
from django.db import connection, transaction

from kundenakte.circulation import checking, filing
from kundenakte.circulation.models import CirculationFolder, Stop, Task, TaskGrant
from kundenakte.records.models import Arrival, Document
from tests.builders import a_customer_file, a_document, a_user
from tests.circulation.desks import Desks
from tests.circulation_builders import a_folder, stop
from tests.conftest import LONG
from tests.waiting import until

pytestmark = [pytest.mark.kill, pytest.mark.django_db(transaction=True)]

ROUNDS, FOLDERS = (200, 60) if LONG else (6, 10)
SEED = 20261129


def test_nothing_is_lost_or_doubled_whenever_somebody_is_killed(
    desks: Desks,
) -> None:
    dice = random.Random(SEED)
    file = a_customer_file()
    paper = a_document(customer_file=file, document_class="COMPLAINT")
    for name in ("verena", "bernd", "sabine"):
        a_user(name)
    slip = (stop(1, "verena"), stop(1, "bernd"), stop(2, "sabine"), stop(3, "verena"))
    for _ in range(FOLDERS):
        a_folder(*slip, customer_file=file, documents=[paper], by="anton")
    connection.close()
    for _ in range(ROUNDS):
        desks.fill()
        desks.kill_one(dice)
        _every_folder_is_whole()
    desks.fill()
    _until_all_is_filed()
    _every_folder_is_whole()
    assert Task.objects.count() == len(slip) * FOLDERS
    assert Document.objects.filter(document_class__code="CIRCULATION").count() == FOLDERS
    assert Arrival.objects.filter(source=filing.SOURCE).count() == FOLDERS


def _every_folder_is_whole() -> None:
    """What can be seen was committed whole: rows as the minutes say, one step open, no stray grant."""
    # One moment for all that is compared.
    for pk in CirculationFolder.objects.values_list("pk", flat=True):
        with transaction.atomic():
            CirculationFolder.objects.select_for_update().get(pk=pk)
            assert list(map(str, checking.differences([pk]))) == []
            stops = Stop.objects.filter(folder=pk)
            steps = set(stops.filter(state=Stop.State.OPEN).values_list("step", flat=True))
            assert len(steps) <= 1
            under_way = Task.objects.filter(folder=pk, is_under_way=True)
            assert under_way.count() == stops.filter(state=Stop.State.OPEN).count()
            stray = TaskGrant.objects.filter(task__folder=pk, task__is_under_way=False, grant__revoked_at=None)
            assert not stray.exists()


def _until_all_is_filed() -> None:
    def filed() -> int:
        return CirculationFolder.objects.filter(minutes_arrival__document__isnull=False).count()

    def done() -> tuple[int, int]:
        return filed(), Task.objects.filter(is_under_way=False).count()

    until(lambda: filed() == FOLDERS, progress=done)
