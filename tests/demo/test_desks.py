"""On the first morning of the demo company something lies on every desk."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from demo import desks, opening
from demo.company import USERS
from kundenakte.base.accounts.models import Role, User
from kundenakte.circulation.models import Case, CirculationFolder, StartRule, Task
from tests.builders import a_customer_file, a_document, a_house
from tests.case_builders import a_process

pytestmark = pytest.mark.django_db


def a_cast() -> None:
    for one in USERS:
        user = User.objects.create_user(one.username, one.person.email, name=one.person.last)
        user.roles.add(Role.objects.get(code=opening.ROLES[one.role]))


def test_the_day_of_the_office_counts_around_midnight() -> None:
    """In Berlin it is tomorrow already when in UTC it is not."""
    a_house()
    a_process()
    a_cast()
    a_document(customer_file=a_customer_file(), document_class="ORDER_CONF")
    desks.lay_out(now=datetime(2026, 12, 1, 23, 30, tzinfo=UTC))
    assert Task.objects.get(team__code="buchhaltung").due_on == date(2026, 12, 2)


@pytest.mark.parametrize("papers", [1, 5, 8])
def test_folders_and_complaints_lie_where_their_steps_say(papers: int) -> None:
    a_house()
    a_process()
    a_cast()
    for n in range(papers):
        file = a_customer_file(f"Kunde {n} GmbH", f"D-1000{n}")
        a_document(customer_file=file, document_class="ORDER_CONF", title=f"Auftragsbestätigung AB-{n}")
    desks.lay_out(now=timezone.now())
    under_way = Task.objects.filter(is_under_way=True).select_related("user", "team")
    assert Counter(str(one.team or (one.user and one.user.username)) for one in under_way) == {
        # The complaints without an answer yet, one of them a visit, …
        "Service": 2, "Vertrieb": 2, "Geschäftsleitung": 1,
        # … and what lies side by side in the folder that is at its second step.
        "Buchhaltung": 1, "a.lochner": 1,
    }  # fmt: skip
    assert [case.folder.title for case in Case.objects.order_by("pk")] == [call.title for call in desks.CALLS]
    assert CirculationFolder.objects.count() == len(desks.CALLS) + 2
    assert StartRule.objects.get().document_class.code == "COMPLAINT"


def test_a_house_without_papers_has_no_folders_and_no_failure() -> None:
    a_house()
    a_process()
    a_cast()
    desks.lay_out(now=timezone.now())
    assert not CirculationFolder.objects.exists()
