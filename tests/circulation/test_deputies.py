"""Who stands in for whom, over chains and circles, and how it is recorded."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from kundenakte.base.accounts.models import User
from kundenakte.circulation import access, actions, deputies
from kundenakte.circulation.actions.absences import settle_deputies
from kundenakte.circulation.minutes import minutes_of
from kundenakte.circulation.models import Absence
from kundenakte.circulation.models.slips import Wish
from kundenakte.circulation.refusals import FourEyes
from kundenakte.records import access as records_access
from kundenakte.records.refusals import BadValue, NotAllowed
from tests.builders import a_document, a_user, an_actor
from tests.circulation_builders import a_folder, does, stop, task_of

_PEOPLE = st.integers(min_value=1, max_value=6)
_PAIRS = st.lists(st.tuples(_PEOPLE, _PEOPLE).filter(lambda pair: pair[0] != pair[1]), max_size=12)


def away(user: str, deputy: str, *, days: int = 3, begins_in: int = 0) -> Absence:
    begin = timezone.localdate() + timedelta(days=begins_in)
    return actions.enter_absence(
        actor=an_actor("anton"), user=a_user(user), deputy=a_user(deputy), begins_on=begin,
        ends_on=begin + timedelta(days=days), now=timezone.now(),
    )  # fmt: skip


@given(_PAIRS, _PEOPLE)
def test_standing_in_is_the_same_seen_from_both_sides(pairs: deputies.Pairs, person: int) -> None:
    for other in deputies.represented_by(person, pairs):
        assert person in deputies.stand_ins_of({other}, pairs)
    for other in deputies.stand_ins_of({person}, pairs):
        assert person in deputies.represented_by(other, pairs)


@given(_PAIRS, _PEOPLE)
def test_a_direct_deputy_always_stands_in_and_nobody_for_himself(pairs: deputies.Pairs, person: int) -> None:
    represented = deputies.represented_by(person, pairs)
    assert {gone for gone, deputy in pairs if deputy == person} <= represented
    assert person not in represented


def test_a_chain_is_followed_and_a_circle_ends_where_it_began() -> None:
    chain = [(1, 2), (2, 3)]
    assert deputies.represented_by(3, chain) == {1, 2}
    assert deputies.stand_ins_of({1}, chain) == {2, 3}
    circle = [*chain, (3, 1)]
    assert deputies.represented_by(1, circle) == {2, 3}
    assert deputies.stand_ins_of({1}, circle) == {2, 3}


@pytest.mark.django_db
def test_a_deputy_sees_and_does_the_task_and_the_minutes_say_so() -> None:
    folder = a_folder(stop(1, "verena"), by="sabine")
    task = task_of(folder)
    with pytest.raises(NotAllowed):
        does("bernd", task)
    away("verena", "bernd")
    assert list(access.tasks_for(a_user("bernd"), whose="deputy")) == [task]
    done = does("bernd", task, now=timezone.now())
    assert (done.ended_by, done.on_behalf_of) == (a_user("bernd"), a_user("verena"))
    line = minutes_of(folder).get(what="completed")
    assert (line.who, line.instead_of) == ("Bernd Beck", "Verena Vogt")


@pytest.mark.django_db
def test_a_deputys_deputy_stands_in_as_long_as_both_are_away() -> None:
    task = task_of(a_folder(stop(1, "verena"), by="sabine"))
    away("verena", "bernd")
    second = away("bernd", "anton")
    assert task in access.tasks_for(a_user("anton"), whose="deputy")
    actions.cancel_absence(actor=an_actor("bernd"), absence=second, now=timezone.now())
    assert task not in access.tasks_for(a_user("anton"), whose="deputy")
    assert task in access.tasks_for(a_user("bernd"), whose="deputy")


@pytest.mark.django_db
def test_a_circle_of_deputies_harms_nobody() -> None:
    task = task_of(a_folder(stop(1, "verena"), by="sabine"))
    away("verena", "bernd")
    away("bernd", "verena")
    assert task in access.tasks_for(a_user("bernd"))
    assert task in access.tasks_for(a_user("verena"))
    assert does("verena", task, now=timezone.now()).on_behalf_of is None


@pytest.mark.django_db
def test_a_deputy_may_read_while_he_stands_in() -> None:
    invoice = a_document(document_class="INV_OUT", number="R-2")
    rolf = User.objects.create_user("rolf", name="Rolf Roth")
    a_folder(stop(1, "verena"), by="bernd", documents=[invoice], customer_file=invoice.customer_file)

    def may_read() -> bool:
        return records_access.documents_for(rolf).filter(pk=invoice.pk).exists()

    begin = timezone.localdate() + timedelta(days=1)
    absence = actions.enter_absence(
        actor=an_actor("verena"), user=a_user("verena"), deputy=rolf, begins_on=begin, ends_on=begin,
        now=timezone.now(),
    )  # fmt: skip
    assert not may_read()
    settle_deputies(now=timezone.now() + timedelta(days=1))
    assert may_read()
    settle_deputies(now=timezone.now() + timedelta(days=2))
    assert not may_read()
    absence.refresh_from_db()
    assert absence.cancelled_at is None


@pytest.mark.django_db
def test_who_stands_in_does_not_get_around_four_eyes() -> None:
    folder = a_folder(stop(1, "bernd"), stop(2, "verena", wish=Wish.APPROVE, four_eyes=True), by="sabine")
    does("bernd", task_of(folder))
    away("verena", "bernd")
    with pytest.raises(FourEyes):
        does("bernd", task_of(folder), now=timezone.now())
    away("verena", "anton")
    does("anton", task_of(folder), now=timezone.now())


@pytest.mark.django_db
def test_absences_are_entered_for_oneself_and_make_sense() -> None:
    today = timezone.localdate()
    verena, bernd = a_user("verena"), a_user("bernd")

    def enter(actor: str, begin: int, end: int) -> None:
        actions.enter_absence(
            actor=an_actor(actor), user=verena, deputy=bernd, now=timezone.now(),
            begins_on=today + timedelta(days=begin), ends_on=today + timedelta(days=end),
        )  # fmt: skip

    with pytest.raises(NotAllowed):
        enter("bernd", 0, 1)
    with pytest.raises(BadValue):
        enter("verena", 2, 1)
    with pytest.raises(BadValue):
        enter("verena", -5, -1)
    enter("verena", 0, 1)
    enter("anton", 0, 1)
