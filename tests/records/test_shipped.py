"""What a new house starts with, and what a new version brings to one that is in use."""

from __future__ import annotations

from typing import Any

import pytest

from kundenakte.base.accounts.models import Role
from kundenakte.base.journal import queries as journal
from kundenakte.records.actions import roles
from kundenakte.records.models import DocumentClass, Permission, Verb
from kundenakte.records.rights import Right, rights_of_role
from kundenakte.records.shipped import install
from kundenakte.records.shipped.classes import CLASSES
from tests.builders import NOW, a_house, an_actor

pytestmark = pytest.mark.django_db


def a_role(code: str) -> Role:
    a_house()
    return Role.objects.get(code=code)


def kinds_of(role: Role) -> list[str]:
    return [entry.kind for entry in journal.history(role)]


def set_rights(role: Role, rights: Any) -> None:
    roles.set_rights(actor=an_actor("anton"), role=role, edition=role.edition, rights=rights, now=NOW)


def as_an_older_version_left_it(role: Role) -> None:
    Permission.objects.filter(role=role, verb__in=(Verb.DOWNLOAD, Verb.CHANGE_CUSTOMER)).delete()


def test_installing_again_changes_nothing() -> None:
    a_house()
    before = {role.code: rights_of_role(role) for role in Role.objects.all()}
    install(now=NOW)
    assert {role.code: rights_of_role(role) for role in Role.objects.all()} == before
    assert not [kind for role in Role.objects.all() for kind in kinds_of(role) if kind != "role.added"]


def test_a_house_in_use_gets_the_rights_that_came_with_this_version() -> None:
    role = a_role("anbindung")
    before = rights_of_role(role)
    as_an_older_version_left_it(role)
    install(now=NOW)
    assert rights_of_role(role) == before
    told = next(entry for entry in journal.history(role) if entry.kind == "role.rights_shipped")
    assert told.facts["added"] == ["*/* change_customer", "*/* download"]


def test_a_role_whose_rights_somebody_set_is_left_as_it_is() -> None:
    role = a_role("anbindung")
    wanted = {Right(None, None, Verb.READ)}
    set_rights(role, wanted)
    install(now=NOW)
    assert rights_of_role(role) == wanted
    assert "role.rights_shipped" not in kinds_of(role)


def test_a_right_more_than_shipped_stays() -> None:
    role = a_role("pruefung")
    extra = Permission.objects.create(role=role, verb=Verb.DOWNLOAD)
    install(now=NOW)
    assert Permission.objects.filter(pk=extra.pk).exists()


def test_a_role_that_was_removed_does_not_come_back() -> None:
    role = a_role("leitung")
    roles.remove_role(actor=an_actor("anton"), role=role, edition=role.edition, now=NOW)
    install(now=NOW)
    assert not Role.objects.filter(code="leitung").exists()


def test_a_class_that_the_house_made_its_own_is_left_alone() -> None:
    a_house()
    DocumentClass.objects.filter(code="OFFER").update(name="Kostenangebot", valid_at_once=False)
    install(now=NOW)
    offer = DocumentClass.objects.get(code="OFFER")
    assert (offer.name, offer.valid_at_once) == ("Kostenangebot", False)


def test_a_class_with_an_amount_has_its_currency() -> None:
    fields = {shipped.code: {key.rstrip("!") for key in shipped.fields.split()} for shipped in CLASSES}
    assert [
        code for code, keys in fields.items() if keys & {"net_amount", "gross_amount"} and "currency" not in keys
    ] == []
