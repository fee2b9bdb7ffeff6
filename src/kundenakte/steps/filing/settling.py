"""Carrying out what was decided: a document, a version, a note that it is there already, or a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.records import filed, leading, sources
from kundenakte.records.actions import documents
from kundenakte.records.actions.documents import Description, NewVersion
from kundenakte.records.actions.returning import file_again
from kundenakte.records.models import Arrival, CustomerFile, Document, Section
from kundenakte.steps.filing import mails
from kundenakte.steps.filing.models import FilingDecision
from kundenakte.steps.filing.placing import Placing
from kundenakte.steps.filing.returning import document_of
from kundenakte.steps.filing.withdrawing import of_version

Outcome = FilingDecision.Outcome


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why it is decided so: the rule, the sentence, and the evidence that allows to replay it."""

    rule: str
    sentence: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    # What had been proposed, when a person decides.
    proposed: Mapping[str, Any] = field(default_factory=dict)


def new_version_of(arrival: Arrival) -> NewVersion:
    """The arrival's bytes as a version to be."""
    return NewVersion(
        digest=arrival.digest, size=arrival.size, media_type=arrival.media_type or "application/octet-stream",
        file_name=arrival.file_name, source=arrival.source, origin=arrival.origin,
        comment=str(arrival.facts.get("comment", ""))[:300],
    )  # fmt: skip


def carry_out(
    *,
    actor: Actor,
    arrival: Arrival,
    customer_file: CustomerFile,
    section: Section | None,
    description: Description,
    placing: Placing,
    grounds: Grounds,
    now: datetime,
) -> Document:
    """Turn the arrival into a version of a new or known document, as `placing` says; in the caller's transaction.

    `placing.kind` is "new", "version" or "duplicate"; a question is put with `ask`.

    Where a person makes a document of its own of what came under a known key of its source, the key stays with the
    document that had it: nobody said that the source was wrong there. What comes for that customer goes on as its
    versions; what comes for another one is asked again, so nothing changes its customer by itself.

    Raises XmlMissing for a version without XML where the XML leads.
    """
    if placing.kind == "duplicate":
        there = _there(placing)
        by_hand = grounds.rule == "filing.by_hand" != placing.rule
        waiting = _taken_back(there) if by_hand else None
        if waiting is not None and waiting.version is not None:
            # Somebody brings once more what lies taken back: that is what he files.
            there = file_again(
                actor=actor, version=waiting.version, customer_file=customer_file, section=section,
                description=description, now=now, reason=grounds.sentence,
            )  # fmt: skip
            _close(waiting, Arrival.State.FILED, there, now)
            _write_down(actor, waiting, Outcome.FILED, document=there, grounds=grounds, now=now)
        document = _point_at(actor, arrival, there, grounds, now)
        mails.tie(arrival, document, now=now)
        return document
    if placing.kind == "version":
        document = _there(placing)
        if would_lose_xml(document, arrival):
            raise leading.XmlMissing
        # Written down before the version changes the document, so that it can be taken back with all it brought.
        grounds = replace(grounds, evidence={**grounds.evidence, **of_version(document, description)})
        version = documents.add_version(
            actor=actor, document=document, version=new_version_of(arrival), now=now, description=description
        )
        outcome = Outcome.VERSION
    elif arrival.version is not None and document_of(arrival) is not None:
        # It was filed before and taken back: the very same document goes to its right place.
        version, outcome = arrival.version, Outcome.FILED
        document = file_again(
            actor=actor, version=version, customer_file=customer_file, section=section, description=description,
            now=now, reason=grounds.sentence,
        )  # fmt: skip
    else:
        key = (arrival.source, arrival.source_key) if arrival.source_key else None
        document = documents.create_document(
            actor=actor, customer_file=customer_file, section=section, description=description,
            version=new_version_of(arrival), source_key=key, key_may_stay=placing.rule == "filing.by_hand", now=now,
            reason=grounds.sentence,
        )  # fmt: skip
        # The only one so far; a draft is shown as well.
        version = document.valid_version or document.versions.get()
        outcome = Outcome.FILED
    arrival.version = version
    _close(arrival, Arrival.State.FILED, document, now)
    _write_down(actor, arrival, outcome, document=document, grounds=grounds, now=now)
    mails.tie(arrival, document, now=now)
    if outcome == Outcome.FILED:
        filed.tell(document)
    return document


def would_lose_xml(document: Document, arrival: Arrival) -> bool:
    """Whether the arrival as its next version would put an e-invoice without XML in the place of one with it.

    A signature only adds to the bytes that were there: their XML is still in them, though nobody has read it yet.
    """
    return arrival.source != sources.SIGNED and leading.would_lose_xml(document, arrival.digest)


def ask(*, arrival: Arrival, reason: str, grounds: Grounds, now: datetime, actor: Actor) -> None:
    """Put the arrival into the inbox with a reason (a stable code) and a sentence a clerk can act on."""
    arrival.state, arrival.reason, arrival.sentence, arrival.changed_at = (
        Arrival.State.WAITING, reason, grounds.sentence, now,
    )  # fmt: skip
    arrival.save(update_fields=["state", "reason", "sentence", "changed_at", "decision", "findings"])
    _write_down(actor, arrival, Outcome.ASKED, document=None, grounds=grounds, now=now)
    journal.append(actor, "arrival.asked", arrival, at=now, why=reason)


def _taken_back(document: Document) -> Arrival | None:
    """The arrival that waits to be filed again as this very document."""
    waiting = Arrival.objects.filter(version__document=document, document=None, state=Arrival.State.WAITING)
    found = waiting.select_related("version__document").first() if document.is_draft else None
    return found if found is not None and document_of(found) is not None else None


def _there(placing: Placing) -> Document:
    if placing.document is None:
        raise ValueError(f"{placing.kind} without a document")
    return placing.document


def _point_at(actor: Actor, arrival: Arrival, document: Document, grounds: Grounds, now: datetime) -> Document:
    _close(arrival, Arrival.State.DUPLICATE, document, now)
    arrival.sentence = grounds.sentence
    arrival.save(update_fields=["sentence"])
    _write_down(actor, arrival, Outcome.DUPLICATE, document=document, grounds=grounds, now=now)
    journal.append(actor, "arrival.duplicate", arrival, at=now, document=document)
    return document


def _close(arrival: Arrival, state: Arrival.State, document: Document, now: datetime) -> None:
    arrival.state, arrival.document, arrival.changed_at, arrival.reason, arrival.sentence = state, document, now, "", ""
    arrival.save()


def _write_down(
    actor: Actor, arrival: Arrival, outcome: str, *, document: Document | None, grounds: Grounds, now: datetime
) -> None:
    FilingDecision.objects.create(
        arrival=arrival, document=document, outcome=outcome, rule=grounds.rule, sentence=grounds.sentence,
        evidence=dict(grounds.evidence), proposed=dict(grounds.proposed), decided_by=actor.user, at=now,
    )  # fmt: skip
