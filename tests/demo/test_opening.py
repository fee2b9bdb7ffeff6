"""What the demo company brings for trying out."""

from __future__ import annotations

import pytest
from django.utils import timezone

from demo import opening
from kundenakte import pipeline
from kundenakte.base.accounts.scopes import SCOPES
from kundenakte.records.actions import accounts
from kundenakte.records.models import Disposition
from kundenakte.records.retention import blocks
from tests.builders import NOW, SETUP, a_customer, a_house, a_user
from tests.records.disposition.papers import released

pytestmark = pytest.mark.django_db


def test_some_papers_are_due_and_one_person_asks_for_what_another_releases() -> None:
    a_house()
    pipeline.register_jobs()
    for number in ("D-10001", "D-10002", "D-10003"):
        a_customer(f"Kunde {number} GmbH", number)
    _, secret = accounts.issue_token(actor=SETUP, user=a_user("erp"), name="erp", scopes=tuple(SCOPES), now=NOW)
    opening.post_old_papers(secret)
    due = list(blocks.due(on=timezone.localdate()).order_by("pk"))
    assert [one.title for one in due] == [subject for _, subject in opening._OLD[:3]]
    # Bernd keeps the books and asks; Anton may release.
    assert released(*due, now=timezone.now()).state == Disposition.State.RELEASED


def test_the_cast_has_somebody_who_may_release() -> None:
    from demo.company import USERS

    assert {opening.ROLES[user.role] for user in USERS} >= {"buchhaltung", "leitung"}
