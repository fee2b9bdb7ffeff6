"""Accounts of people and programs, the roles they hold, and the tokens programs sign in with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from kundenakte.base.accounts import invitations, random_secrets
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import ApiToken, Role, User
from kundenakte.base.journal import actions as journal
from kundenakte.base.journal import queries
from kundenakte.records import access, administrators
from kundenakte.records.models import Verb
from kundenakte.records.refusals import BadValue, ChangedMeanwhile, NotFound

_USERNAME = re.compile(r"[\w.@+-]{1,150}")
# A second click, or a page sent again because the answer was slow.
_ONE_WISH: Final = timedelta(minutes=1)


class AccountExists(BadValue):
    """The user name is taken."""

    code = "account_exists"


class RolesForAuditor(BadValue):
    """An auditor's account gets neither roles nor tokens: what it may see is said by audits alone."""

    code = "roles_for_auditor"
    sentence = "Das Konto eines Prüfers bekommt keine Rolle und kein Zugangstoken. Was es sieht, sagt der Prüferzugang."


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
    is_auditor: bool = False,
) -> User:
    """A new account with these roles (codes). Without a password nobody can sign in with it; programs use tokens.

    Raises AccountExists for a name that is taken, BadValue for an unknown role or a weak password, and NotAllowed.
    """
    access.require(actor, Verb.ADMINISTER)
    if not _USERNAME.fullmatch(username):
        raise BadValue("Ein Anmeldename besteht aus Buchstaben, Ziffern und . _ - @ +.")
    if User.objects.filter(username__iexact=username).exists():
        raise AccountExists("Das Konto „%(username)s“ gibt es schon.", username=username)
    found = _roles(roles)
    if is_auditor and found:
        raise RolesForAuditor
    user = User(username=username, name=name, email=email, is_service=is_service, is_auditor=is_auditor)
    if password is not None:
        _check_password(password, user)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as taken:
        raise AccountExists("Das Konto „%(username)s“ gibt es schon.", username=username) from taken
    user.roles.set(found)
    journal.append(
        actor, "account.added", user, at=now, is_service=is_service, roles=[role.code for role in found],
        is_auditor=is_auditor,
        personal={"username": username, "name": name, "email": email},
    )  # fmt: skip
    return user


def added_just_now(
    *, actor: Actor, username: str, name: str, email: str, roles: Iterable[str], is_service: bool, now: datetime
) -> User | None:
    """The account this actor made with exactly these facts within the last minute, which nobody has used yet.

    A form that was sent twice asks for one account; whoever sent it needs the answer to the second as well.
    """
    same = User.objects.filter(username=username, name=name, email=email, is_service=is_service, last_login=None)
    user = same.first()
    if user is None or user.has_usable_password() or user.tokens.exists():
        return None
    if set(user.roles.values_list("code", flat=True)) != set(roles):
        return None
    made = queries.done_since(user, "account.added", actor=actor, since=now - _ONE_WISH)
    return user if made else None


@transaction.atomic
def change_account(*, actor: Actor, user: User, edition: int, name: str, email: str, now: datetime) -> None:
    """Call somebody otherwise. Raises ChangedMeanwhile when the account is not in this edition any more."""
    access.require(actor, Verb.ADMINISTER)
    locked = _locked(user, edition)
    before = {"name": locked.name, "email": locked.email}
    locked.name, locked.email = name.strip(), email.strip()
    locked.full_clean(exclude=["password"])
    _count(locked, user, "name", "email")
    journal.append(
        actor, "account.changed", user, at=now,
        personal={f"{key}.before": value for key, value in before.items()}
        | {"name.after": locked.name, "email.after": locked.email},
    )  # fmt: skip


@transaction.atomic
def set_roles(*, actor: Actor, user: User, roles: Iterable[str], now: datetime, edition: int | None = None) -> None:
    """Give an account exactly these roles (codes). Raises LastAdministrator, ChangedMeanwhile for an old edition."""
    access.require(actor, Verb.ADMINISTER)
    with administrators.kept():
        locked = _locked(user, edition)
        before, found = sorted(user.roles.values_list("code", flat=True)), _roles(roles)
        if locked.is_auditor and found:
            raise RolesForAuditor
        user.roles.set(found)
    _count(locked, user)
    journal.append(actor, "account.roles", user, at=now, before=before, after=sorted(role.code for role in found))


@transaction.atomic
def set_password(*, actor: Actor, user: User, password: str, now: datetime) -> None:
    """Give an account another password. All its sessions end, save one that the door binds to the new password."""
    if actor.user != user:
        access.require(actor, Verb.ADMINISTER)
    _check_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    journal.append(actor, "account.password", user, at=now)


@transaction.atomic
def set_active(*, actor: Actor, user: User, is_active: bool, now: datetime) -> None:
    """Lock an account or open it again. Locked, it can do nothing from this moment on, its tokens included.

    Opened again, old sessions stay ended. Raises LastAdministrator.
    """
    access.require(actor, Verb.ADMINISTER)
    with administrators.kept():
        locked = _locked(user)
        locked.is_active = is_active
        locked.sessions_round += 1
        locked.save(update_fields=["is_active", "sessions_round"])
    _count(locked, user, "is_active", "sessions_round")
    journal.append(actor, "account.opened" if is_active else "account.locked", user, at=now)


@transaction.atomic
def end_sessions(*, actor: Actor, user: User, now: datetime) -> None:
    """Sign the account out everywhere: at its next request each session is over. Everybody may do it to the own one."""
    if actor.user != user:
        access.require(actor, Verb.ADMINISTER)
    locked = _locked(user)
    locked.sessions_round += 1
    _count(locked, user, "sessions_round")
    journal.append(actor, "account.signed_out", user, at=now)


@transaction.atomic
def invite(*, actor: Actor, user: User, now: datetime) -> str:
    """The secret of a link by which a person sets a password, once. The old password and all sessions end.

    Raises LastAdministrator (nobody could sign in until the link is used), and BadValue for a program.
    """
    access.require(actor, Verb.ADMINISTER)
    if user.is_service:
        raise BadValue("Ein Programm meldet sich mit einem Zugangstoken an, nicht mit einem Passwort.")
    with administrators.kept():
        locked = _locked(user)
        locked.set_unusable_password()
        locked.save(update_fields=["password"])
    _count(locked, user, "password")
    journal.append(actor, "account.invited", user, at=now)
    return invitations.token_for(user)


@transaction.atomic
def accept_invitation(*, user: User, token: str, password: str, now: datetime) -> None:
    """Whoever has the link sets the password. Raises NotFound for a link that is not good (any more), and BadValue."""
    locked = _locked(user)
    if not invitations.is_good(locked, token):
        raise NotFound
    _check_password(password, locked)
    locked.set_password(password)
    _count(locked, user, "password")
    journal.append(Actor.of(user), "account.password", user, at=now)


@transaction.atomic
def issue_token(
    *, actor: Actor, user: User, name: str, scopes: Sequence[str], now: datetime, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A token for a program, and its secret, which is shown this once and kept nowhere."""
    access.require(actor, Verb.ADMINISTER)
    if user.is_auditor:
        raise RolesForAuditor
    if not name.strip() or not scopes:
        raise BadValue("Ein Zugangstoken braucht einen Namen und mindestens eine Berechtigung.")
    if expires_at is not None and expires_at <= now:
        raise BadValue("Das Zugangstoken wäre schon abgelaufen.")
    secret = random_secrets.fresh("ka_")
    token = ApiToken.objects.create(
        user=user, name=name.strip()[:100], digest=random_secrets.digest_of(secret), scopes=" ".join(scopes),
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
        raise NotFound("Ein Konto „%(username)s“ gibt es nicht.", username=username)
    return user


def _roles(codes: Iterable[str]) -> list[Role]:
    wanted = list(codes)
    found = {role.code: role for role in Role.objects.filter(code__in=wanted)}
    unknown = [code for code in wanted if code not in found]
    if unknown:
        known = ", ".join(Role.objects.order_by("code").values_list("code", flat=True))
        raise BadValue(
            "Diese Rolle gibt es nicht: %(named)s. Möglich sind: %(known)s.", named=", ".join(unknown), known=known
        )
    return [found[code] for code in dict.fromkeys(wanted)]


def _locked(user: User, edition: int | None = None) -> User:
    """The row as it is now, held until the end of the transaction; others may go on naming it, as the journal does."""
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if edition is not None and locked.edition != edition:
        raise ChangedMeanwhile
    return locked


def _count(locked: User, user: User, *fields: str) -> None:
    """Save these fields as a new edition, and bring the caller's row up to it."""
    locked.edition += 1
    locked.save(update_fields=[*fields, "edition"])
    for field in (*fields, "edition"):
        setattr(user, field, getattr(locked, field))


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadValue(" ".join(error.messages)) from error
