"""Two people file at the same moment: nobody meets an error, and the second one is asked about what is there now."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from django.db import connection

from kundenakte import pipeline
from kundenakte.records.actions.documents import Description
from kundenakte.records.models import Arrival, CustomerFile, Document, SourceKey
from kundenakte.records.refusals import AlreadyDone
from kundenakte.steps.filing import by_hand
from kundenakte.steps.filing.by_hand import ChoiceNeeded
from tests.builders import NOW, a_class, a_customer_file, an_actor, an_arrival

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _jobs(db: None) -> None:
    pipeline.register_jobs()


def _at_once(*wishes: tuple[Arrival, CustomerFile, str]) -> list[object]:
    """What each person got, on a connection of her own: the document, or what was refused."""
    people, letter = (an_actor("verena"), an_actor("bernd")), a_class("LETTER")

    def run(wish: int) -> object:
        arrival, customer_file, number = wishes[wish]
        try:
            return pipeline.file_by_hand(
                actor=people[wish], arrival=arrival, customer_file=customer_file, now=NOW,
                description=Description(letter, "Brief", number, date(2026, 11, 2)),
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001 – the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(run, range(2)))


def _meet_behind(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have come past this function before either goes on (SQLite lets only one come so far)."""
    both, real = threading.Barrier(2), getattr(by_hand, name)

    def met(*args: Any, **more: Any) -> Any:
        found = real(*args, **more)
        with suppress(threading.BrokenBarrierError):
            both.wait(timeout=0.5)
        return found

    monkeypatch.setattr(by_hand, name, met)


def _one_of(answers: list[object], refusal: type[Exception]) -> bool:
    return all(sum(isinstance(one, kind) for one in answers) == 1 for kind in (Document, refusal))


def test_the_same_key_of_a_source_for_two_customers_is_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (
        an_arrival(waiting=True, content=text, source="rest:erp", source_key="4711") for text in ("eins", "zwei")
    )
    _meet_behind("place", monkeypatch)
    answers = _at_once((first, a_customer_file("Alpha GmbH"), ""), (second, a_customer_file("Beta GmbH"), ""))
    assert _one_of(answers, ChoiceNeeded), answers
    assert (Document.objects.count(), SourceKey.objects.count()) == (1, 1)
    assert Arrival.objects.filter(state=Arrival.State.WAITING).count() == 1


def test_the_same_number_for_one_customer_is_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    customer_file = a_customer_file()
    numbered = a_class("LETTER")
    numbered.number_is_key = True
    numbered.save()
    first, second = (an_arrival(waiting=True, content=text) for text in ("eins", "zwei"))
    _meet_behind("_waiting", monkeypatch)
    answers = _at_once((first, customer_file, "B-1"), (second, customer_file, "B-1"))
    assert _one_of(answers, ChoiceNeeded), answers
    assert Document.objects.count() == 1


def test_the_same_arrival_is_filed_once() -> None:
    arrival, customer_file = an_arrival(waiting=True), a_customer_file()
    mine = Arrival.objects.get(pk=arrival.pk)
    answers = _at_once((arrival, customer_file, ""), (mine, customer_file, ""))
    assert _one_of(answers, AlreadyDone), answers
    assert Document.objects.count() == 1
