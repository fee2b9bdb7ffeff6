"""Accounts of people and programs, the roles they hold, and the tokens programs sign in with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import ApiToken, Role, User
from kundenakte.base.journal import actions as journal
from kundenakte.records import access
from kundenakte.records.models import Verb
from kundenakte.records.refusals import BadValue, NotFound

_USERNAME = re.compile(r"[\w.@+-]{1,150}")


@transaction.atomic
def add_account(
    *,
    actor: Actor,
    username: str,
    now: datetime,
    name: str = "",
    email: str = "",
    password: str | None = None,
    roles: Iterable[str] = (),
    is_service: bool = False,
) -> User:
    """A new account with these roles (codes). Without a password nobody can sign in with it; programs use tokens.

    Raises BadValue for a name that is taken, an unknown role or a weak password, and NotAllowed.
    """
    access.require(actor, Verb.ADMINISTER)
    if not _USERNAME.fullmatch(username):
        raise BadValue("Ein Anmeldename besteht aus Buchstaben, Ziffern und . _ - @ +.")
    if User.objects.filter(username__iexact=username).exists():
        raise BadValue(f"Das Konto „{username}“ gibt es schon.")
    found = _roles(roles)
    user = User(username=username, name=name, email=email, is_service=is_service)
    if password is not None:
        _check_password(password, user)
    user.set_password(password)
    user.save()
    user.roles.set(found)
    journal.append(
        actor, "account.added", user, at=now, is_service=is_service, roles=[role.code for role in found],
        personal={"username": username, "name": name, "email": email},
    )  # fmt: skip
    return user


@transaction.atomic
def set_roles(*, actor: Actor, user: User, roles: Iterable[str], now: datetime) -> None:
    """Give an account exactly these roles (codes)."""
    access.require(actor, Verb.ADMINISTER)
    before, found = sorted(user.roles.values_list("code", flat=True)), _roles(roles)
    user.roles.set(found)
    journal.append(actor, "account.roles", user, at=now, before=before, after=sorted(role.code for role in found))


@transaction.atomic
def set_password(*, actor: Actor, user: User, password: str, now: datetime) -> None:
    """Give an account another password."""
    if actor.user != user:
        access.require(actor, Verb.ADMINISTER)
    _check_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    journal.append(actor, "account.password", user, at=now)


@transaction.atomic
def set_active(*, actor: Actor, user: User, is_active: bool, now: datetime) -> None:
    """Lock an account or open it again. Locked, it can do nothing from this moment on, its tokens included."""
    access.require(actor, Verb.ADMINISTER)
    user.is_active = is_active
    user.save(update_fields=["is_active"])
    journal.append(actor, "account.opened" if is_active else "account.locked", user, at=now)


@transaction.atomic
def issue_token(
    *, actor: Actor, user: User, name: str, scopes: Sequence[str], now: datetime, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A token for a program, and its secret, which is shown this once and kept nowhere."""
    access.require(actor, Verb.ADMINISTER)
    if not name.strip() or not scopes:
        raise BadValue("Ein Zugangstoken braucht einen Namen und mindestens eine Berechtigung.")
    secret = ApiToken.new_secret()
    token = ApiToken.objects.create(
        user=user, name=name.strip()[:100], digest=ApiToken.digest_of(secret), scopes=" ".join(scopes),
        expires_at=expires_at,
    )  # fmt: skip
    journal.append(
        actor, "token.issued", token, at=now, user=user, scopes=sorted(scopes), personal={"name": token.name}
    )
    return token, secret


@transaction.atomic
def revoke_token(*, actor: Actor, token: ApiToken, now: datetime) -> None:
    """The token opens nothing any more."""
    access.require(actor, Verb.ADMINISTER)
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        journal.append(actor, "token.revoked", token, at=now, user=token.user)


def account(username: str) -> User:
    """The account of this name, or NotFound."""
    user = User.objects.filter(username=username).first()
    if user is None:
        raise NotFound(f"Ein Konto „{username}“ gibt es nicht.")
    return user


def _roles(codes: Iterable[str]) -> list[Role]:
    wanted = list(codes)
    found = {role.code: role for role in Role.objects.filter(code__in=wanted)}
    unknown = [code for code in wanted if code not in found]
    if unknown:
        known = ", ".join(Role.objects.order_by("code").values_list("code", flat=True))
        raise BadValue(f"Diese Rolle gibt es nicht: {', '.join(unknown)}. Möglich sind: {known}.")
    return [found[code] for code in dict.fromkeys(wanted)]


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadValue(" ".join(error.messages)) from error
