"""What a person does in the inbox: file, set aside, take back, send on the way again, confirm what was doubted."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs import ledger
from kundenakte.base.journal import actions as journal
from kundenakte.customers.models import Customer
from kundenakte.records import access
from kundenakte.records.actions.documents import Description
from kundenakte.records.models import Arrival, CustomerFile, Document, Section, Verb
from kundenakte.records.refusals import AlreadyDone, BadValue, NotFound, Refused
from kundenakte.steps.filing import mails, settling
from kundenakte.steps.filing.models import FilingDecision
from kundenakte.steps.filing.placing import Placing, is_hidden_from, place

# The learned model takes corrections in together, not one by one: training reads all samples and takes seconds of a
# core. The first correction sets the time, those that follow wait with it.
LEARN = "recognition.learn"
LEARN_AFTER = timedelta(minutes=10)


class ChoiceNeeded(Refused):
    """There is a document this may belong to; the person has to say what it is. `placing` holds the question."""

    code = "choice_needed"
    sentence = "Davon könnte schon etwas da sein. Bitte wählen Sie, wie es abgelegt wird."

    def __init__(self, placing: Placing) -> None:
        super().__init__()
        self.placing = placing


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

    With `document` it becomes that document's next version, with `as_new` a document of its own. Without either, the
    usual order decides between duplicate and new document. Where it would ask, and where it would make a version of a
    document the person did not name, this asks (ChoiceNeeded).
    Raises AlreadyDone when somebody else was quicker.
    """
    waiting = _waiting(actor, arrival)

    def settle() -> Document:
        placing = _placing(actor, waiting, customer_file, description, document=document, as_new=as_new)
        return settling.carry_out(
            actor=actor, arrival=waiting, customer_file=customer_file, section=section, description=description,
            placing=placing, grounds=_grounds(actor, waiting, placing), now=now,
        )  # fmt: skip

    # Two people who file the same number at once take turns: the second one is asked.
    Customer.objects.select_for_update(no_key=True).filter(pk=customer_file.customer_id).first()
    try:
        with transaction.atomic():
            filed = settle()
    except IntegrityError:
        # In another file somebody was quicker with what the source knows under the same key. Now it is there to be
        # asked about.
        filed = settle()
    arrival.__dict__.update(waiting.__dict__)
    if _differs(waiting, filed):
        journal.append(
            actor, "filing.corrected", filed, at=now, arrival=waiting, document_class=description.document_class.code
        )
    ledger.enqueue(LEARN, 0, run_after=now + LEARN_AFTER)
    return filed


@transaction.atomic
def leave_to(*, actor: Actor, arrival: Arrival, document: Document, now: datetime) -> None:
    """Nothing new: `document` has it already. The arrival is settled and shows with that document from now on.

    Raises NotFound for a document the person may not see, AlreadyDone when somebody else was quicker.
    """
    waiting = _waiting(actor, arrival)
    placing = Placing("duplicate", "filing.by_hand", gettext_noop("Von Hand: Das ist schon da."), document)
    if is_hidden_from(actor, placing):
        raise NotFound
    settling.carry_out(
        actor=actor, arrival=waiting, customer_file=document.customer_file, section=None,
        description=Description(document.document_class, document.title), placing=placing,
        grounds=_grounds(actor, waiting, placing), now=now,
    )  # fmt: skip
    arrival.__dict__.update(waiting.__dict__)


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
    mails.discard_along(waiting, now=now)
    arrival.__dict__.update(waiting.__dict__)


@transaction.atomic
def take_back(*, actor: Actor, arrival: Arrival, now: datetime) -> None:
    """Bring something that was set aside into the inbox again."""
    found = _locked(actor, arrival)
    if found.state != Arrival.State.DISCARDED:
        raise AlreadyDone
    found.state, found.reason, found.changed_at = Arrival.State.WAITING, "taken_back", now
    found.sentence = gettext_noop("%(name)s hat es zurückgeholt.") % {"name": actor.name}
    found.save(update_fields=["state", "reason", "sentence", "changed_at"])
    journal.append(actor, "arrival.taken_back", found, at=now)
    mails.take_back_along(found, now=now)
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
        sentence=gettext_noop("%(name)s hat es geprüft: Es stimmt so.") % {"name": actor.name},
        evidence={"doubt": found.sentence},
        proposed=found.decision, decided_by=actor.user, at=now,
    )  # fmt: skip
    found.reason, found.sentence, found.changed_at = "", "", now
    found.save(update_fields=["reason", "sentence", "changed_at"])
    journal.append(actor, "arrival.checked", found, at=now, document=found.document)
    arrival.__dict__.update(found.__dict__)


def _placing(
    actor: Actor,
    waiting: Arrival,
    customer_file: CustomerFile,
    description: Description,
    *,
    document: Document | None,
    as_new: bool,
) -> Placing:
    if document is not None:
        if document.customer_file_id != customer_file.pk:
            raise BadValue("Dieses Dokument liegt in einer anderen Akte.")
        return Placing("version", "filing.by_hand", gettext_noop("Von Hand als neue Version abgelegt."), document)
    if as_new:
        return Placing("new", "filing.by_hand", gettext_noop("Von Hand als eigenes Dokument abgelegt."))
    placing = place(waiting, customer_file, description)
    if is_hidden_from(actor, placing):
        return Placing("new", "filing.by_hand", gettext_noop("Von Hand abgelegt."))
    # A typed number may be a slip; nobody changes what is valid by one.
    if placing.kind in {"ask", "version"}:
        raise ChoiceNeeded(placing)
    return placing


def _grounds(actor: Actor, waiting: Arrival, placing: Placing) -> settling.Grounds:
    return settling.Grounds(
        "filing.by_hand",
        gettext_noop("%(name)s hat es von Hand abgelegt.") % {"name": actor.name},
        {"placing": placing.to_json()},
        waiting.decision,
    )


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
