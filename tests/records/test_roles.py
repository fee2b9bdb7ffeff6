"""Roles and their rights: who may change them, what is refused, and that somebody can always administer."""

from __future__ import annotations

from typing import Any

import pytest

from kundenakte.base.accounts.models import Role, User
from kundenakte.base.journal.queries import history
from kundenakte.records import access
from kundenakte.records.actions import accounts, grants, roles
from kundenakte.records.actions.roles import RoleInUse
from kundenakte.records.administrators import LastAdministrator
from kundenakte.records.models import Verb
from kundenakte.records.refusals import BadValue, ChangedMeanwhile, NotAllowed
from kundenakte.records.rights import Right, rights_of_role
from tests.builders import NOW, SETUP, a_class, a_document, a_house, a_section, a_user, an_actor

pytestmark = pytest.mark.django_db
PASSWORD = "Sommerregen-17-Tage"


def a_role(code: str = "service") -> Role:
    a_house()
    return Role.objects.get(code=code)


def set_rights(role: Role, rights: Any, **more: Any) -> None:
    given: dict[str, Any] = {"actor": an_actor("anton"), "edition": role.edition, "now": NOW}
    roles.set_rights(role=role, rights=rights, **{**given, **more})


def test_a_role_gets_exactly_these_rights_and_the_journal_names_what_changed() -> None:
    role, invoice = a_role("pruefung"), a_document(document_class="INV_OUT")
    paula = a_user("paula")
    assert access.may(paula, Verb.READ, invoice)
    kept = {right for right in rights_of_role(role) if right.section != a_section("rechnungen").pk}
    set_rights(role, {*kept, Right(None, a_class("OFFER").pk, Verb.READ)})
    assert not access.may(paula, Verb.READ, invoice)
    assert access.may(paula, Verb.READ, a_document(document_class="OFFER"))
    entry = history(role)[-1]
    assert entry.facts["removed"] == ["rechnungen/* read"]
    assert entry.facts["added"] == ["*/OFFER read"]


def test_two_administrators_notice_each_other() -> None:
    role = a_role()
    set_rights(role, ())
    with pytest.raises(ChangedMeanwhile):
        set_rights(role, {Right(None, None, Verb.READ)}, edition=1)
    assert rights_of_role(role) == frozenset()


def test_nothing_changed_is_nothing_written() -> None:
    role = a_role()
    set_rights(role, rights_of_role(role))
    assert (role.edition, [told.kind for told in history(role)]) == (1, ["role.added"])


@pytest.mark.parametrize(
    "wrong", [Right(987654, None, "read"), Right(None, 987654, "read"), Right(None, None, "fliegen"), None]
)
def test_what_there_is_not_can_not_be_allowed(wrong: Right | None) -> None:
    role = a_role()
    # A right of the whole house in one section would look like a limit and be none.
    wrong = wrong or Right(a_section("rechnungen").pk, None, Verb.INBOX)
    before = rights_of_role(role)
    with pytest.raises(BadValue):
        set_rights(role, {wrong})
    assert rights_of_role(role) == before


def test_only_who_administers_changes_roles() -> None:
    role, who = a_role(), an_actor("verena")
    for refused in (
        lambda: roles.add_role(actor=who, name="Neu", now=NOW),
        lambda: roles.change_role(actor=who, role=role, edition=1, name="Neu", has_inbox=True, now=NOW),
        lambda: set_rights(role, (), actor=who),
        lambda: roles.remove_role(actor=who, role=role, edition=1, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            refused()


def test_a_role_is_made_like_another_one_renamed_and_removed() -> None:
    like = a_role("buchhaltung")
    made = roles.add_role(actor=an_actor(), name="Büro & Empfang", like=like, now=NOW)
    assert made.code == "buero-empfang"
    assert rights_of_role(made) == rights_of_role(like)
    roles.change_role(actor=an_actor(), role=made, edition=1, name="Empfang", has_inbox=True, now=NOW)
    assert (made.name, made.edition) == ("Empfang", 2)
    roles.remove_role(actor=an_actor(), role=made, edition=2, now=NOW)
    assert not Role.objects.filter(code="buero-empfang").exists()


@pytest.mark.parametrize("name", ["", "  ", "Vertrieb", "VERTRIEB", "x" * 101, "&&"])
def test_a_name_that_is_taken_or_none_is_refused(name: str) -> None:
    a_house()
    with pytest.raises(BadValue):
        roles.add_role(actor=an_actor(), name=name, now=NOW)


def test_a_role_in_use_stays() -> None:
    held = a_role("vertrieb")
    a_user("verena")
    with pytest.raises(RoleInUse):
        roles.remove_role(actor=an_actor(), role=held, edition=1, now=NOW)
    named = a_role("leitung")
    grants.grant(
        actor=an_actor(), to=named, on=a_document(), verb=Verb.READ, reason="Urlaub", now=NOW,
    )  # fmt: skip
    with pytest.raises(RoleInUse):
        roles.remove_role(actor=an_actor(), role=named, edition=1, now=NOW)
    assert rights_of_role(named)


def the_only_administrator() -> User:
    return a_user("anton", password=PASSWORD)


def test_the_last_administrator_can_not_be_taken_away() -> None:
    anton, role = the_only_administrator(), a_role("verwaltung")
    without = {right for right in rights_of_role(role) if right.verb != Verb.ADMINISTER}
    for actor in (an_actor("anton"), SETUP):
        for refused in (
            lambda actor=actor: accounts.set_active(actor=actor, user=anton, is_active=False, now=NOW),
            lambda actor=actor: accounts.set_roles(actor=actor, user=anton, roles=["vertrieb"], now=NOW),
            lambda actor=actor: accounts.invite(actor=actor, user=anton, now=NOW),
            lambda actor=actor: set_rights(role, without, actor=actor),
        ):
            with pytest.raises(LastAdministrator):
                refused()
    anton.refresh_from_db()
    assert anton.is_active
    access.require(an_actor("anton"), Verb.ADMINISTER)


def test_with_a_second_one_he_may_go() -> None:
    anton, verena = the_only_administrator(), a_user("verena", password=PASSWORD)
    accounts.set_roles(actor=an_actor("anton"), user=verena, roles=["verwaltung"], now=NOW)
    accounts.set_roles(actor=an_actor("anton"), user=anton, roles=["vertrieb"], now=NOW)
    assert not access.rights_of(anton).has(Verb.ADMINISTER)


@pytest.mark.parametrize("lacking", ["a password", "an open account", "being a person"])
def test_somebody_who_can_not_sign_in_does_not_count_as_the_second(lacking: str) -> None:
    anton = the_only_administrator()
    other = a_user("verena", password=None if lacking == "a password" else PASSWORD)
    other.is_active, other.is_service = lacking != "an open account", lacking == "being a person"
    other.save()
    accounts.set_roles(actor=SETUP, user=other, roles=["verwaltung"], now=NOW)
    with pytest.raises(LastAdministrator):
        accounts.set_active(actor=SETUP, user=anton, is_active=False, now=NOW)
