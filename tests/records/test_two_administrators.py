"""Two administrators at the same moment: one waits for the other, and nobody for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import pytest
from django.db import connection

from kundenakte.base.accounts.models import Role
from kundenakte.records import administrators, editions
from kundenakte.records.actions import plans, roles, roll_out
from kundenakte.records.actions.plans import SectionWish
from kundenakte.records.models import Verb
from kundenakte.records.refusals import ChangedMeanwhile
from kundenakte.records.rights import Right, rights_of_role
from tests.builders import NOW, an_actor
from tests.waiting import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*actions: Callable[[], object]) -> list[object]:
    """What each returned or raised, each on a connection of its own."""

    def run(action: Callable[[], object]) -> object:
        try:
            return action()
        except Exception as error:  # noqa: BLE001 – the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have come as far as the common lock before either asks for it (SQLite lets only one come so far)."""
    both, kept = threading.Barrier(2), administrators.kept

    @contextmanager
    def meet() -> Iterator[None]:
        with suppress(threading.BrokenBarrierError):
            both.wait(timeout=0.5)
        real: AbstractContextManager[None] = kept()
        with real:
            yield

    monkeypatch.setattr(administrators, "kept", meet)


@pytest.mark.usefixtures("meeting")
def test_two_roles_are_changed_at_once() -> None:
    actor = an_actor("anton")
    first, last = Role.objects.order_by("pk")[0], Role.objects.exclude(code="verwaltung").order_by("-pk")[0]
    more = Right(None, None, Verb.READ)

    def change(role: Role) -> Any:
        return lambda: roles.set_rights(
            actor=actor, role=role, edition=1, rights=rights_of_role(role) ^ {more}, now=NOW
        )

    assert at_once(change(first), change(last)) == [None, None]
    assert set(Role.objects.filter(pk__in=[first.pk, last.pk]).values_list("edition", flat=True)) == {2}


def test_a_draft_is_published_while_somebody_adds_a_section_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    actor = an_actor("anton")
    draft = plans.begin_draft(actor=actor, plan=editions.the_plan(), now=NOW)
    held, published, check = threading.Event(), threading.Event(), plans._check

    def slowly(*args: Any, **more: Any) -> None:
        held.set()
        published.wait(timeout=0.5)  # it never is: the other waits for the draft
        check(*args, **more)

    monkeypatch.setattr(plans, "_check", slowly)

    def publish() -> object:
        held.wait(PATIENCE)
        return roll_out.publish(actor=actor, edition=draft, revision=draft.revision, comment="", now=NOW)

    added, refused = at_once(
        lambda: (
            plans.add_section(
                actor=actor, edition=draft, revision=draft.revision, wish=SectionWish("Projekte"), now=NOW
            ).name
        ),
        publish,
    )
    assert added == "Projekte"
    assert isinstance(refused, ChangedMeanwhile)
