"""The house always has somebody who can run it: the last administrator cannot be taken away, by nobody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from kundenakte.base.accounts.models import Role, User
from kundenakte.records.models import Permission, Verb
from kundenakte.records.refusals import Refused


class LastAdministrator(Refused):
    """Nobody would be left who could sign in and administer."""

    code = "last_administrator"
    sentence = (
        "Danach könnte niemand mehr die Kundenakte verwalten. "
        "Geben Sie zuerst einer anderen Person eine Rolle mit dem Recht „verwalten“."
    )


def are_there() -> bool:
    """Whether an open account of a person, with a password, has the right to administer."""
    roles = Permission.objects.filter(verb=Verb.ADMINISTER).values("role")
    people = User.objects.filter(is_active=True, is_service=False, roles__in=roles)
    return people.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).exclude(password="").exists()


def addresses() -> list[str]:
    """The mail addresses of all people who may administer, sorted."""
    roles = Permission.objects.filter(verb=Verb.ADMINISTER).values("role")
    people = User.objects.filter(is_active=True, is_service=False, roles__in=roles).exclude(email="")
    return sorted(set(people.values_list("email", flat=True)))


@contextmanager
def kept() -> Iterator[None]:
    """Around a change, in its transaction: raises LastAdministrator when there was one before and is none after.

    Roles are held meanwhile, so two administrators cannot take each other's right at the same moment. Enter it before
    any row is held: the roles, in one order, come first for everybody, so nobody waits in a circle.
    """
    list(Role.objects.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    before = are_there()
    yield
    if before and not are_there():
        raise LastAdministrator
