"""A clock that was set back: told once, before the next head, and whoever checks hears of it without an alarm."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from kundenakte.base.jobs.models import Job
from kundenakte.base.journal import clock, export, heads, outside, sequencer
from kundenakte.base.journal.models import JournalEntry, TreeHead
from tests.base.journal.authority import Authority
from tests.base.journal.writing import write
from tests.verifier.running import verify

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=2)


def second(now: Any) -> TreeHead | None:
    """What the caretaker does once a second."""
    while sequencer.sequence():
        pass
    return heads.make_due(now)


def a_clock_two_days_ahead() -> TreeHead:
    """The last head is of the day after tomorrow."""
    write(2)
    now = timezone.now() + DAYS
    second(now)
    head = second(now)
    assert head is not None
    return head


def test_t19_a_clock_set_back_is_an_entry_and_heads_go_on() -> None:
    last, now = a_clock_two_days_ahead(), timezone.now()
    later = Job.objects.create(name="outside", subject_id=0, run_after=last.at + timedelta(minutes=15))
    assert clock.set_back(now) is None
    for _second in range(3):
        second(now)
    entry = JournalEntry.objects.get(kind="journal.clock_set_back")
    facts = json.loads(bytes(entry.body))["facts"]
    assert facts["head"] == last.number
    assert abs(facts["seconds"] - DAYS.total_seconds()) < 60
    head = heads.newest()
    assert head is not None
    assert (head.number, head.at) == (last.number + 1, now), "signed at once, with the clock as it is now"
    assert head.size > entry.leaf.seq
    later.refresh_from_db()
    assert abs(later.run_after - now - timedelta(minutes=15)) < timedelta(minutes=1), "no work waits two days"
    found = clock.set_back(now)
    assert found is not None
    assert abs(found.was - last.at) < timedelta(minutes=5)
    assert clock.set_back(last.at + timedelta(seconds=1)) is None, "it has caught up"


def test_clocks_that_differ_a_little_are_no_event() -> None:
    last = a_clock_two_days_ahead()
    write(1)
    assert second(last.at - timedelta(minutes=4)) is None
    assert not JournalEntry.objects.filter(kind="journal.clock_set_back").exists()


def test_t19_the_verifier_tells_of_it_and_a_later_time_stamp_bounds_it(settings: Any, tmp_path: Path) -> None:
    settings.WITNESS_FOLDER = str(tmp_path / "witness")
    (tmp_path / "witness").mkdir()
    a_clock_two_days_ahead()
    now = timezone.now()
    write(3)
    second(now)
    write(3)
    assert second(now) is not None
    outside.hand_out_due(now)
    folder, options = tmp_path / "journal", ["--witness", tmp_path / "witness"]
    export.bring_up_to_date(folder)
    answer = verify(folder, *options)
    assert (answer.exit, answer.codes) == (2, {"CLOCK"})
    authority = Authority(tmp_path / "authority")
    settings.TIMESTAMP_ROOTS = str(authority.roots)
    with authority.serving() as address:
        settings.TIMESTAMP_AUTHORITIES = {"lokal": address}
        assert outside.stamp_due(now) == 1
    export.bring_up_to_date(folder)
    answer = verify(folder, *options, "--trust", authority.roots)
    assert (answer.exit, answer.codes, len(answer.subjects("CLOCK"))) == (0, set(), 1)


def test_t19_a_clock_set_back_by_stealth_is_still_a_violation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_clock_two_days_ahead()
    write(1)
    monkeypatch.setattr(clock, "is_behind", lambda *_: False)
    assert heads.make(timezone.now()) is not None
    export.bring_up_to_date(tmp_path)
    answer = verify(tmp_path)
    assert (answer.exit, "CLOCK" in answer.codes) == (1, True)
