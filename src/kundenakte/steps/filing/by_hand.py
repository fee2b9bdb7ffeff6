"""What a person does in the inbox: file, set aside, take back, send on the way again, confirm what was doubted."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs import ledger
from kundenakte.base.journal import actions as journal
from kundenakte.records import access
from kundenakte.records.actions.documents import Description
from kundenakte.records.models import Arrival, CustomerFile, Document, Section, Verb
from kundenakte.records.refusals import AlreadyDone, BadValue, NotFound
from kundenakte.steps.filing import settling
from kundenakte.steps.filing.models import FilingDecision
from kundenakte.steps.filing.placing import Placing, place

# The learned model takes corrections in together, not one by one.
LEARN = "recognition.learn"


@transaction.atomic
def file_by_hand(
    *,
    actor: Actor,
    arrival: Arrival,
    customer_file: CustomerFile,
    description: Description,
    now: datetime,
    section: Section | None = None,
    document: Document | None = None,
    as_new: bool = False,
) -> Document:
    """File what waits where the person says; what differs from the proposal is learned from.

    With `document` it becomes that document's next version. Without, the usual order decides between version,
    duplicate and new document, unless `as_new` says that it is a document of its own. Raises AlreadyDone when
    somebody else was quicker.
    """
    waiting = _waiting(actor, arrival)
    if document is not None:
        placing = Placing("version", "filing.by_hand", "Von Hand als neue Version abgelegt.", document)
        if document.customer_file_id != customer_file.pk:
            raise BadValue("Dieses Dokument liegt in einer anderen Akte.")
    elif as_new:
        placing = Placing("new", "filing.by_hand", "Von Hand als eigenes Dokument abgelegt.")
    else:
        placing = place(waiting, customer_file, description)
        if placing.kind == "ask" or _is_hidden(actor, placing):
            placing = Placing("new", "filing.by_hand", "Von Hand abgelegt.")
    grounds = settling.Grounds(
        "filing.by_hand", f"{actor.name} hat es von Hand abgelegt.", {"placing": placing.to_json()}, waiting.decision
    )
    filed = settling.carry_out(
        actor=actor, arrival=waiting, customer_file=customer_file, section=section, description=description,
        placing=placing, grounds=grounds, now=now,
    )  # fmt: skip
    arrival.__dict__.update(waiting.__dict__)
    if _differs(waiting, filed):
        journal.append(
            actor, "filing.corrected", filed, at=now, arrival=waiting, document_class=description.document_class.code
        )
    ledger.enqueue(LEARN, 0)
    return filed


@transaction.atomic
def discard(*, actor: Actor, arrival: Arrival, reason: str, now: datetime) -> None:
    """Set aside what belongs to no customer. The bytes stay, `take_back` brings it into the inbox again."""
    if not reason.strip():
        raise BadValue("Bitte sagen Sie kurz, warum das aussortiert wird.")
    waiting = _waiting(actor, arrival)
    waiting.state, waiting.sentence, waiting.changed_at = Arrival.State.DISCARDED, reason.strip(), now
    waiting.save(update_fields=["state", "sentence", "changed_at"])
    FilingDecision.objects.create(
        arrival=waiting, outcome=FilingDecision.Outcome.DISCARDED, rule="filing.by_hand", sentence=reason.strip(),
        proposed=waiting.decision, decided_by=actor.user, at=now,
    )  # fmt: skip
    journal.append(actor, "arrival.discarded", waiting, at=now, reason=reason)
    arrival.__dict__.update(waiting.__dict__)


@transaction.atomic
def take_back(*, actor: Actor, arrival: Arrival, now: datetime) -> None:
    """Bring something that was set aside into the inbox again."""
    found = _locked(actor, arrival)
    if found.state != Arrival.State.DISCARDED:
        raise AlreadyDone
    found.state, found.reason, found.changed_at = Arrival.State.WAITING, "taken_back", now
    found.sentence = f"{actor.name} hat es zurückgeholt."
    found.save(update_fields=["state", "reason", "sentence", "changed_at"])
    journal.append(actor, "arrival.taken_back", found, at=now)
    arrival.__dict__.update(found.__dict__)


@transaction.atomic
def send_again(*, actor: Actor, arrival: Arrival, now: datetime) -> None:
    """Put what waits on the way again; the caller enqueues the first step."""
    waiting = _waiting(actor, arrival)
    waiting.state, waiting.reason, waiting.sentence, waiting.changed_at = Arrival.State.UNDER_WAY, "", "", now
    waiting.save(update_fields=["state", "reason", "sentence", "changed_at"])
    journal.append(actor, "arrival.sent_again", waiting, at=now)
    arrival.__dict__.update(waiting.__dict__)


@transaction.atomic
def confirm_check(*, actor: Actor, arrival: Arrival, now: datetime) -> None:
    """Say that what is filed with a contradiction lies right; it leaves the inbox, the document stays as it is.

    Raises AlreadyDone when there is nothing to check (any more).
    """
    found = _locked(actor, arrival)
    if not found.is_to_check:
        raise AlreadyDone
    FilingDecision.objects.create(
        arrival=found, document=found.document, outcome=FilingDecision.Outcome.FILED, rule="filing.by_hand",
        sentence=f"{actor.name} hat es geprüft: Es stimmt so.", evidence={"doubt": found.sentence},
        proposed=found.decision, decided_by=actor.user, at=now,
    )  # fmt: skip
    found.reason, found.sentence, found.changed_at = "", "", now
    found.save(update_fields=["reason", "sentence", "changed_at"])
    journal.append(actor, "arrival.checked", found, at=now, document=found.document)
    arrival.__dict__.update(found.__dict__)


def _is_hidden(actor: Actor, placing: Placing) -> bool:
    """A document that the person may not see is not there for him: it is neither named nor added to."""
    if actor.user is None or placing.document is None:
        return False
    return not access.documents_for(actor.user).filter(pk=placing.document.pk).exists()


def _locked(actor: Actor, arrival: Arrival) -> Arrival:
    access.require(actor, Verb.INBOX)
    if actor.user is not None and not access.arrivals_for(actor.user).filter(pk=arrival.pk).exists():
        raise NotFound
    return Arrival.objects.select_for_update(of=("self",)).get(pk=arrival.pk)


def _waiting(actor: Actor, arrival: Arrival) -> Arrival:
    found = _locked(actor, arrival)
    if found.state != Arrival.State.WAITING:
        raise AlreadyDone
    return found


def _differs(arrival: Arrival, filed: Document) -> bool:
    proposed = arrival.decision
    candidates = proposed.get("candidates") or [{}]
    return bool(
        candidates[0].get("customer_id") != filed.customer_file.customer_id
        or proposed.get("document_class") != filed.document_class.code
    )
