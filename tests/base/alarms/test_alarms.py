"""Alarms by mail: each state once, and its end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from kundenakte.base.alarms import actions
from kundenakte.base.alarms.models import Alarm
from tests.builders import NOW

pytestmark = pytest.mark.django_db
BAD = {"proof": "Rückspielung: misslungen."}


def look(minutes: int, wrong: dict[str, str], *, to: tuple[str, ...] = ("a@example.com", "b@example.com")) -> bool:
    return actions.settle(wrong=wrong, recipients=to, host="akte", now=NOW + timedelta(minutes=minutes))


def test_a_state_is_mailed_once_and_its_end_once() -> None:
    assert [look(minutes, BAD) for minutes in (0, 2, 4, 6, 60, 600)] == [False, False, True, False, False, False]
    assert [look(minutes, {}) for minutes in (602, 604)] == [True, False]
    alarm, end = mail.outbox
    assert BAD["proof"] in alarm.body
    assert (alarm.to, alarm.bcc) == ([], ["a@example.com", "b@example.com"])
    assert "wieder in Ordnung" in end.subject
    assert not Alarm.objects.exists()


def test_what_passes_by_itself_wakes_nobody() -> None:
    assert [look(0, BAD), look(2, {}), look(9, BAD), look(11, BAD)] == [False] * 4
    assert mail.outbox == []


def test_a_second_trouble_is_told_without_the_first() -> None:
    look(0, BAD)
    look(5, BAD)
    both = BAD | {"no-room": "Haus: kein Platz."}
    look(6, both)
    assert look(11, both)
    assert BAD["proof"] not in mail.outbox[1].body


def test_what_comes_back_is_told_again() -> None:
    for start in (0, 100):
        look(start, BAD)
        assert look(start + 5, BAD)
        assert look(start + 10, {})
    assert len(mail.outbox) == 4


def test_a_mail_that_cannot_be_sent_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise ConnectionRefusedError

    look(0, BAD)
    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", refuse)
        assert not look(5, BAD)
    assert look(7, BAD)
    assert not look(9, BAD)


def test_without_anybody_to_tell_nothing_counts_as_told() -> None:
    look(0, BAD)
    assert not look(5, BAD, to=())
    assert look(7, BAD)
