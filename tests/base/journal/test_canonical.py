"""The words of an entry."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kundenakte.base.accounts.models import Role
from kundenakte.base.jobs.models import Job
from kundenakte.base.journal import canonical

BERLIN = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (None, None),
        (True, True),
        (12, 12),
        ("Müller & Söhne", "Müller & Söhne"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=BERLIN), "2026-01-02T02:04:05.000006Z"),
        (Decimal("119.00"), "119.00"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Job.State.DONE, "done"),
        (Role(pk=7), "accounts.role:7"),
        ([Decimal("1.10"), date(2026, 1, 2)], ["1.10", "2026-01-02"]),
        ({"b", "a"}, ["a", "b"]),
        ({"net": Decimal("1")}, {"net": "1"}),
    ],
)
def test_facts_in_the_words_of_json(value: object, word: object) -> None:
    assert canonical.plain(value) == word


@pytest.mark.parametrize("value", [object(), b"bytes", Role(), datetime(2026, 1, 2)])  # noqa: DTZ001 - the refused one
def test_what_means_something_else_on_another_machine_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical.plain(value)


def test_the_same_content_gives_the_same_bytes_in_any_order() -> None:
    assert canonical.body({"b": "ü", "a": 1}) == canonical.body({"a": 1, "b": "ü"}) == '{"a":1,"b":"ü"}'.encode()


@given(st.text(), st.text())
def test_a_commitment_fits_its_own_value_only(one: str, other: str) -> None:
    salt = canonical.new_salt()
    assert (canonical.commitment(salt, one) == canonical.commitment(salt, other)) == (one == other)
    assert canonical.commitment(canonical.new_salt(), one) != canonical.commitment(salt, one)


def test_ids_are_sorted_by_the_time_they_were_made_and_say_so() -> None:
    made = [canonical.new_id() for _ in range(5000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}
    seconds = (made[0].int >> 80) / 1000
    assert abs(seconds - datetime.now(UTC).timestamp()) < 60
