"""Refused attempts in the journal: each once an hour, a bounded number a day, and never in the way of the refusal."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions, attempts
from kundenakte.base.journal.models import JournalEntry
from tests.builders import NOW, SETUP, a_user

pytestmark = pytest.mark.django_db


def tried(what: str = "document-move", row: str = "pk=5", *, who: str = "paula", **more: Any) -> bool:
    wish: dict[str, Any] = {"code": "not_allowed", "now": NOW} | more
    return attempts.note(actor=Actor.of(a_user(who)), what=what, row=row, **wish)


def told() -> list[dict[str, Any]]:
    entries = JournalEntry.objects.filter(kind=attempts.REFUSED).order_by("pk")
    return [json.loads(bytes(entry.body)) for entry in entries]


def test_an_attempt_is_told_with_who_what_and_which_row_and_is_about_the_account() -> None:
    assert tried()
    [entry] = told()
    assert entry["facts"] == {"what": "document-move", "row": "pk=5", "code": "not_allowed"}
    assert entry["subject"] == f"accounts.user:{a_user('paula').pk}"
    assert entry["actor"]["id"] == a_user("paula").pk


def test_the_same_again_is_told_once_an_hour_another_row_or_person_at_once() -> None:
    assert tried()
    assert not tried()
    assert tried(row="pk=6")
    assert tried(who="bernd")
    cache.clear()
    assert tried()
    assert len(told()) == 4


def test_who_tries_everything_fills_no_journal_and_the_last_entry_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "MOST_A_DAY", 3)
    assert [tried(row=f"pk={pk}") for pk in range(5)] == [True, True, True, False, False]
    assert [entry["facts"].get("is_last") for entry in told()] == [None, None, True]
    assert tried(who="bernd")
    assert tried(row="pk=9", now=NOW + timedelta(days=1))


def test_without_an_account_and_without_a_database_that_writes_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not attempts.note(actor=SETUP, what="x", row="", code="not_allowed", now=NOW)

    def full(*_: Any, **__: Any) -> None:
        raise DatabaseError("disk is full")

    monkeypatch.setattr(actions, "append_many", full)
    assert not tried()
