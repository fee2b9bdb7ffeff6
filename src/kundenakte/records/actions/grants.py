"""Exceptions beside the matrix: a thing opened to one person or role, or closed to them, for a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import Role, User
from kundenakte.base.journal import actions as journal
from kundenakte.customers.models import Customer
from kundenakte.records import access
from kundenakte.records.models import CustomerFile, Document, Grant, Verb
from kundenakte.records.refusals import BadValue, NotAllowed, NotFound

# The others are asked without a document (records/access.py): a grant for them would say something and do nothing.
GRANTABLE: Final = (Verb.READ, Verb.DOWNLOAD, Verb.EDIT, Verb.FILE, Verb.RELEASE)
# What an audit can open at all; beyond its years and classes, such a grant opens what is relevant for tax.
FOR_AUDITORS: Final = (Verb.READ, Verb.DOWNLOAD)
_LONGEST_REASON: Final = 300


@transaction.atomic
def grant(
    *,
    actor: Actor,
    to: User | Role,
    on: CustomerFile | Document | str,
    verb: str,
    reason: str,
    now: datetime,
    until: datetime | None = None,
    deny: bool = False,
) -> Grant:
    """Open `on` (a file, a document, or a customer group by name) for `verb` to somebody, or with `deny` close it.

    It holds from now on, before `until`. A denial wins over every right; a permission to do something with a thing
    works only together with one to read it. Raises NotAllowed, NotFound for a thing the actor may not see himself,
    and BadValue for a missing reason, a past end, an unknown group or a verb that no single thing carries.
    """
    access.require(actor, Verb.ADMINISTER)
    if verb not in GRANTABLE:
        words = ", ".join(str(possible.label) for possible in GRANTABLE)
        raise BadValue(
            "Für einzelne Dokumente, Akten oder Kundengruppen lässt sich nur festlegen: %(words)s.", words=words
        )
    if isinstance(to, User) and to.is_auditor and not deny and verb not in FOR_AUDITORS:
        raise BadValue("Ein Prüfer liest nur: Für ihn lässt sich nichts anderes freigeben.")
    reason = _reason(reason)
    if not reason:
        raise BadValue("Bitte geben Sie an, warum es diese Ausnahme gibt.")
    if until is not None and until <= now:
        raise BadValue("Das Ende der Ausnahme liegt in der Vergangenheit.")
    made = Grant.objects.create(
        verb=verb, is_deny=deny, until=until, reason=reason, granted_by=actor.user, created_at=now,
        **({"user": to} if isinstance(to, User) else {"role": to}), **_target(actor, on),
    )  # fmt: skip
    _journal(actor, "grant.given", made, now, reason, until=until)
    return made


@transaction.atomic
def revoke(*, actor: Actor, grant: Grant, now: datetime, reason: str = "") -> None:
    """The exception ends now; once ended, nothing more happens. Nobody lifts a denial that is on himself."""
    access.require(actor, Verb.ADMINISTER)
    locked = Grant.objects.select_for_update().get(pk=grant.pk)
    _target(actor, locked.document or locked.customer_file or locked.customer_group, is_ending=True)
    if actor.user is not None and locked.is_deny and _concerns(actor.user, locked):
        raise NotAllowed("Dieses Verbot gilt für Sie selbst. Bitte lassen Sie es von jemand anderem aufheben.")
    reason = _reason(reason)
    if locked.revoked_at is None:
        locked.revoked_at = now
        locked.save(update_fields=["revoked_at"])
        _journal(actor, "grant.revoked", locked, now, reason)
    grant.revoked_at = locked.revoked_at


def _reason(text: str) -> str:
    reason = text.strip()
    if len(reason) > _LONGEST_REASON:
        raise BadValue("Der Grund darf höchstens %(most)s Zeichen lang sein.", most=_LONGEST_REASON)
    return reason


def _target(actor: Actor, on: CustomerFile | Document | str, *, is_ending: bool = False) -> dict[str, Any]:
    """The column that names what it is about, if the actor may see that; what has to end needs no such group."""
    if isinstance(on, Document):
        if actor.user is not None:
            access.get_document(actor.user, on.pk)
        return {"document": on}
    if isinstance(on, CustomerFile):
        if actor.user is not None:
            access.get_file(actor.user, on.pk)
        return {"customer_file": on}
    # A misspelt group would be an exception for nobody, and a denial that does not hold.
    if not is_ending and (not on or not Customer.objects.filter(group=on).exists()):
        raise NotFound("Zur Kundengruppe „%(on)s“ gehört kein Kunde.", on=on)
    return {"customer_group": on}


def _concerns(user: User, row: Grant) -> bool:
    return row.user_id == user.pk or (row.role_id is not None and user.roles.filter(pk=row.role_id).exists())


def _journal(actor: Actor, kind: str, row: Grant, now: datetime, reason: str, **facts: Any) -> None:
    """The grant is the subject, not the document: readers of its history need not learn who is kept out, and why."""
    names = ("user", "role", "customer_file", "document")
    about = {name: getattr(row, name) for name in names if getattr(row, f"{name}_id") is not None}
    about |= {name: value for name, value in facts.items() if value is not None}
    journal.append(
        actor, kind, row, at=now, reason=reason, verb=str(row.verb), is_deny=row.is_deny,
        personal={"customer_group": row.customer_group}, **about,
    )  # fmt: skip
