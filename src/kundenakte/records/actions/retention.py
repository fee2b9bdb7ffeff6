"""Holds and tax years: what keeps a document beyond its period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.base.journal import actions as journal
from kundenakte.base.journal.actions import Happening
from kundenakte.records import access
from kundenakte.records.models import CustomerFile, Document, HeldDocument, LegalHold, TaxYear, Verb
from kundenakte.records.refusals import BadValue, ChangedMeanwhile, NotFound, Refused


class SecondPersonMissing(Refused):
    """What takes two people cannot be done by one."""

    code = "second_person_missing"
    sentence = "Das braucht eine zweite Person. Sie haben es selbst beantragt; bitte jemand anderen um die Freigabe."


class AlreadyReleased(Refused):
    """A hold is released once."""

    code = "hold_released"
    sentence = "Diese Sperre ist schon aufgehoben."


@dataclass(frozen=True, slots=True)
class HoldWish:
    """A hold to be. Its owner answers for it and is asked again on the day `review_on`."""

    kind: str
    reason: str
    owner: User
    review_on: date
    legal_basis: str = ""


@dataclass(frozen=True, slots=True)
class TaxYearWish:
    """What is known of a year's assessment."""

    state: str
    filed_on: date | None = None
    final_on: date | None = None
    is_audited: bool = False
    note: str = ""


@transaction.atomic
def set_hold(
    *,
    actor: Actor,
    wish: HoldWish,
    now: datetime,
    documents: Sequence[Document] = (),
    customer_file: CustomerFile | None = None,
) -> LegalHold:
    """Stop disposition of these documents, or of all of a file, those to come included. Several may hold at once.

    Raises BadValue without a reason, a thing it is about, or a review in the future.
    """
    person = _person(actor)
    access.require(actor, Verb.RETENTION)
    _before_disposition(documents, customer_file)
    for document in documents:
        access.get_document(person, document.pk)
    if customer_file is not None:
        access.get_file(person, customer_file.pk)
    _check_hold(wish, documents, customer_file, now)
    hold = LegalHold.objects.create(
        kind=wish.kind, reason=wish.reason.strip()[:300], legal_basis=wish.legal_basis.strip()[:200], owner=wish.owner,
        review_on=wish.review_on, customer_file=customer_file, set_by=person, set_at=now,
    )  # fmt: skip
    held = {document.pk for document in documents}
    HeldDocument.objects.bulk_create([HeldDocument(hold=hold, document_id=pk) for pk in sorted(held)])
    journal.append(
        actor, "hold.set", hold, at=now, reason=wish.reason.strip(), hold_kind=wish.kind, review_on=wish.review_on,
        documents=sorted(held), customer_file=customer_file,
    )  # fmt: skip
    _tell_documents(actor, "document.held", held, hold, now)
    return hold


@transaction.atomic
def ask_for_release(*, actor: Actor, hold: LegalHold, reason: str, now: datetime) -> None:
    """Ask that a hold be released; somebody else does it. Whoever asks again is the one who asked."""
    locked = _open_hold(actor, hold)
    if not reason.strip():
        raise BadValue("Bitte geben Sie an, warum die Sperre nicht mehr nötig ist.")
    locked.asked_by, locked.asked_at, locked.asked_why = _person(actor), now, reason.strip()[:300]
    locked.save(update_fields=["asked_by", "asked_at", "asked_why"])
    journal.append(actor, "hold.release_asked", locked, at=now, reason=reason.strip())


@transaction.atomic
def release_hold(*, actor: Actor, hold: LegalHold, now: datetime) -> None:
    """Release a hold somebody else has asked to release (T-33). Other holds on the same documents stay."""
    locked = _open_hold(actor, hold)
    if locked.asked_by_id is None:
        raise BadValue("Die Aufhebung ist noch nicht beantragt. Beantragen Sie sie; eine zweite Person gibt sie frei.")
    if locked.asked_by_id == _person(actor).pk:
        raise SecondPersonMissing
    locked.released_by, locked.released_at = _person(actor), now
    locked.save(update_fields=["released_by", "released_at"])
    held = set(HeldDocument.objects.filter(hold=locked).values_list("document_id", flat=True))
    journal.append(actor, "hold.released", locked, at=now, documents=sorted(held), customer_file=locked.customer_file)
    _tell_documents(actor, "document.hold_released", held, locked, now)


@transaction.atomic
def set_tax_year(*, actor: Actor, year: int, edition: int, wish: TaxYearWish, now: datetime) -> TaxYear:
    """Write down how far the assessment of a year is. Closing it lets documents go whose own period is over (T-34).

    `edition` is the state the person had before them, 0 for a year that has no row. A year under audit is not closed.
    """
    access.require(actor, Verb.RETENTION)
    if not 1990 <= year <= timezone.localdate(now).year:
        raise BadValue("Dieses Veranlagungsjahr liegt zu weit zurück oder in der Zukunft.")
    if wish.state not in TaxYear.State.values:
        raise BadValue("Ein Veranlagungsjahr ist offen oder abgeschlossen.")
    if wish.state == TaxYear.State.CLOSED and (wish.is_audited or wish.final_on is None):
        raise BadValue(
            "Abgeschlossen ist ein Jahr erst mit dem Tag der Bestandskraft und ohne laufende Betriebsprüfung."
        )
    row = TaxYear.objects.select_for_update().filter(year=year).first()
    if (row.edition if row else 0) != edition:
        raise ChangedMeanwhile
    before = row.state if row else ""
    row = row or TaxYear(year=year, edition=0)
    row.state, row.filed_on, row.final_on = wish.state, wish.filed_on, wish.final_on
    row.is_audited, row.note, row.edition = wish.is_audited, wish.note.strip()[:300], row.edition + 1
    row.save()
    journal.append(
        actor, "tax_year.changed", row, at=now, year=year, was=before, now_is=row.state, filed_on=row.filed_on,
        final_on=row.final_on, audited=row.is_audited, personal={"note": row.note},
    )  # fmt: skip
    return row


# --- inside ------------------------------------------------------------------------------------------------------


def _person(actor: Actor) -> User:
    if actor.user is None:
        raise NotFound
    return actor.user


def _before_disposition(documents: Sequence[Document], customer_file: CustomerFile | None) -> None:
    """Either the hold is there before a document's turn comes, or the document is gone: never both."""
    ids = sorted({document.pk for document in documents})
    list(Document.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk").values_list("pk"))
    if customer_file is not None:
        list(CustomerFile.objects.select_for_update(of=("self",)).filter(pk=customer_file.pk).values_list("pk"))


def _check_hold(
    wish: HoldWish, documents: Sequence[Document], customer_file: CustomerFile | None, now: datetime
) -> None:
    if wish.kind not in LegalHold.Kind.values:
        raise BadValue("Diese Art von Sperre gibt es nicht.")
    if not wish.reason.strip():
        raise BadValue("Bitte geben Sie den Grund der Sperre an.")
    if bool(documents) == (customer_file is not None):
        raise BadValue("Bitte wählen Sie Dokumente oder eine Akte, die gesperrt werden soll.")
    if wish.review_on <= timezone.localdate(now):
        raise BadValue("Der Tag der Überprüfung liegt in der Zukunft.")


def _open_hold(actor: Actor, hold: LegalHold) -> LegalHold:
    access.require(actor, Verb.RETENTION)
    locked = (
        LegalHold.objects.select_for_update(of=("self",)).select_related("customer_file").filter(pk=hold.pk).first()
    )
    if locked is None:
        raise NotFound
    if locked.released_at:
        raise AlreadyReleased
    return locked


def _tell_documents(actor: Actor, kind: str, pks: set[int], hold: LegalHold, now: datetime) -> None:
    """An entry in the history of each document as well."""
    journal.append_many(actor, [Happening(kind, Document(pk=pk), {"hold": hold.pk}) for pk in sorted(pks)], at=now)
