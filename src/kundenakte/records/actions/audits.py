"""Opening a room to an auditor from outside, prolonging and ending it; and writing down what he looks for there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.base.journal import actions as journal
from kundenakte.base.journal import queries
from kundenakte.records import access, audits
from kundenakte.records.actions.accounts import add_account
from kundenakte.records.actions.reading import ONE_READING
from kundenakte.records.models import Audit, CustomerFile, DocumentClass, Verb
from kundenakte.records.refusals import BadValue, ChangedMeanwhile

_LONGEST_OCCASION: Final = 300
_FIRST, _LAST = 1950, 2200


@dataclass(frozen=True, slots=True)
class AuditWish:
    """What a room is to open: no class means all that are relevant for tax."""

    occasion: str
    first_year: int
    last_year: int
    until: datetime
    classes: Sequence[DocumentClass] = ()
    may_download: bool = False
    shows_restricted: bool = False


@dataclass(frozen=True, slots=True)
class NewAuditor:
    """Somebody who has no account yet."""

    username: str
    name: str
    email: str = ""


@transaction.atomic
def open_audit(*, actor: Actor, auditor: User | NewAuditor, wish: AuditWish, now: datetime) -> Audit:
    """From now on, before `wish.until`, the auditor reads the tax-relevant documents of these years and classes.

    A new auditor's account sees what audits open to it and nothing else. Raises AccountExists; BadValue for an account
    that is no auditor's or has a room already, for a missing occasion, years that are none, a class that is not
    relevant for tax, and a past end.
    """
    access.require(actor, Verb.ADMINISTER)
    if isinstance(auditor, NewAuditor):
        auditor = add_account(
            actor=actor, username=auditor.username, name=auditor.name, email=auditor.email, is_auditor=True, now=now
        )
    # Held, so that two administrators do not open two rooms at once.
    held = User.objects.select_for_update(no_key=True).get(pk=auditor.pk)
    if not held.is_auditor or not held.is_active:
        raise BadValue("Ein Prüferzugang braucht ein offenes Konto, das für einen Prüfer angelegt wurde.")
    if audits.holding(now).filter(auditor=held).exists():
        raise BadValue("%(name)s hat schon einen Prüferzugang. Beenden Sie ihn zuerst.", name=held)
    _check(wish, now)
    audit = Audit.objects.create(
        auditor=held, occasion=wish.occasion.strip(), first_year=wish.first_year, last_year=wish.last_year,
        may_download=wish.may_download, shows_restricted=wish.shows_restricted, until=wish.until,
        opened_by=actor.user, opened_at=now,
    )  # fmt: skip
    audit.classes.set(wish.classes)
    journal.append(
        actor, "audit.opened", audit, at=now, reason=audit.occasion, auditor=held, first_year=audit.first_year,
        last_year=audit.last_year, classes=sorted(row.code for row in wish.classes), may_download=audit.may_download,
        shows_restricted=audit.shows_restricted, until=audit.until,
    )  # fmt: skip
    return audit


@transaction.atomic
def set_end(*, actor: Actor, audit: Audit, edition: int, until: datetime, now: datetime) -> None:
    """Let it end on another day. What has ended stays so. Raises BadValue, ChangedMeanwhile for an old edition."""
    locked = _locked(actor, audit, edition)
    if not locked.holds(now):
        raise BadValue("Dieser Prüferzugang ist beendet. Geben Sie einen neuen frei.")
    _check_end(until, now)
    before = locked.until
    locked.until = until
    _count(locked, audit, "until")
    journal.append(actor, "audit.end_set", locked, at=now, before=before, until=until)


@transaction.atomic
def close_audit(*, actor: Actor, audit: Audit, edition: int, now: datetime, reason: str = "") -> None:
    """It ends now: from his next click on, the auditor sees nothing. Once ended, nothing more happens."""
    locked = _locked(actor, audit, edition)
    if locked.holds(now):
        locked.closed_at = now
        _count(locked, audit, "closed_at")
        journal.append(actor, "audit.closed", locked, at=now, reason=reason.strip()[:_LONGEST_OCCASION])


def note_search(*, actor: Actor, place: str, words: str, narrowed: str, found: int, now: datetime) -> None:
    """Write down what an auditor looked for in `place` (search, jump, customers), and how much there was.

    The same question within ONE_READING is one. Anybody else asks without an entry.
    """
    audit = _of(actor, now)
    if audit is None:
        return
    personal = {name: value for name, value in (("words", words), ("narrowed", narrowed)) if value}
    earlier = queries.done_since(audit, "audit.searched", actor=actor, since=now - ONE_READING)
    if any(entry.personal == personal and entry.facts.get("place") == place for entry in earlier):
        return
    with transaction.atomic():
        journal.append(actor, "audit.searched", audit, at=now, personal=personal, place=place, found=found)


def note_opening(*, actor: Actor, customer_file: CustomerFile, now: datetime) -> None:
    """Write down that an auditor opened a customer's file, its list of documents; once within ONE_READING."""
    audit = _of(actor, now)
    if audit is None:
        return
    named = f"records.customerfile:{customer_file.pk}"
    earlier = queries.done_since(audit, "audit.opened_file", actor=actor, since=now - ONE_READING)
    if not any(entry.facts.get("customer_file") == named for entry in earlier):
        with transaction.atomic():
            journal.append(actor, "audit.opened_file", audit, at=now, customer_file=customer_file)


# --- inside ------------------------------------------------------------------------------------------------------


def _of(actor: Actor, now: datetime) -> Audit | None:
    if not actor.is_auditor:
        return None
    return audits.holding(now).filter(auditor=actor.user).order_by("-pk").first()


def _check(wish: AuditWish, now: datetime) -> None:
    occasion = wish.occasion.strip()
    if not occasion or len(occasion) > _LONGEST_OCCASION:
        raise BadValue("Bitte nennen Sie den Anlass, mit höchstens %(most)s Zeichen.", most=_LONGEST_OCCASION)
    if not _FIRST <= wish.first_year <= wish.last_year <= _LAST:
        raise BadValue("Bitte prüfen Sie die Jahre der Prüfung.")
    foreign = [row for row in wish.classes if not row.tax_relevant]
    if foreign:
        raise BadValue("Die Klasse „%(name)s“ ist nicht steuerlich relevant.", name=foreign[0].name)
    _check_end(wish.until, now)


def _check_end(until: datetime, now: datetime) -> None:
    if until <= now:
        raise BadValue("Das Ende des Prüferzugangs liegt in der Vergangenheit.")


def _locked(actor: Actor, audit: Audit, edition: int) -> Audit:
    access.require(actor, Verb.ADMINISTER)
    locked = Audit.objects.select_for_update().get(pk=audit.pk)
    if locked.edition != edition:
        raise ChangedMeanwhile
    return locked


def _count(locked: Audit, audit: Audit, *fields: Any) -> None:
    """Save as a new edition, and bring the caller's row up to it."""
    locked.edition += 1
    locked.save(update_fields=[*fields, "edition"])
    for field in (*fields, "edition"):
        setattr(audit, field, getattr(locked, field))
