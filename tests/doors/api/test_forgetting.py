"""Remembered calls go when their time is over; until then the same call is one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from kundenakte.doors.api.forgetting import KEEP_KEYS, KEEP_VERSIONS, forget
from kundenakte.doors.api.models import RememberedCall
from kundenakte.records.models import Arrival
from tests.builders import a_customer
from tests.doors.api.calls import SAID, Program

pytestmark = pytest.mark.usefixtures("db")


def aged(key: str, age: timedelta) -> None:
    RememberedCall.objects.filter(key__startswith=key).update(at=timezone.now() - age)


def tidy() -> None:
    assert forget(0)()


def test_a_key_is_forgotten_after_its_time_and_not_before() -> None:
    program = Program()
    program.deliver(b"one", key="abc")
    aged("key:", KEEP_KEYS - timedelta(minutes=1))
    tidy()
    assert program.deliver(b"one", key="abc").status_code == 200
    aged("key:", KEEP_KEYS + timedelta(minutes=1))
    tidy()
    assert program.deliver(b"one", key="abc").status_code == 201
    assert Arrival.objects.count() == 2


def test_a_version_by_the_systems_own_count_is_remembered_longer() -> None:
    a_customer("Müller GmbH", "10023")
    Program().deliver(b"one", version="3", **SAID)
    aged("version:", KEEP_KEYS + timedelta(days=1))
    tidy()
    assert RememberedCall.objects.count() == 1
    aged("version:", KEEP_VERSIONS + timedelta(days=1))
    tidy()
    assert not RememberedCall.objects.exists()


def test_a_running_house_does_it_every_hour() -> None:
    from kundenakte.base.jobs import kinds
    from kundenakte.config import children
    from kundenakte.doors.web.ledger.names import NAMES

    children.register_jobs()
    assert kinds.get("api.forget").every == 60 * 60
    # What an administrator reads of the ledger has a name for each kind of work, and for nothing else.
    ours = {kind.name for kind in kinds.all_kinds() if not kind.name.startswith("test")}
    assert ours - set(NAMES) == set()
    assert set(NAMES) - ours - {"jobs.purge"} == set()
