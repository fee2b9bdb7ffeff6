"""What is taken out of something that came in becomes arrivals of their own; what it was in stays, as wrapping.

All of them are written by one transaction, in which the wrapping is closed: a killed worker leaves all, or none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.blobs.store import Stored
from kundenakte.base.jobs import ledger
from kundenakte.base.journal import actions as journal
from kundenakte.records.models import Arrival
from kundenakte.steps.intake import actions
from kundenakte.steps.intake.actions import Delivery

# What was said of the whole holds for each part; what names one document (number, title, key) does not.
_HOLDS_INSIDE: Final = (
    "system", "customer", "vat_id", "email", "class", "section", "fields", "customer_file_id", "section_id",
    "address_id",
)  # fmt: skip
# The step an arrival begins with.
FirstStep = Callable[[Arrival], str]


@dataclass(frozen=True, slots=True)
class Inner:
    """One part whose bytes are kept already: its name, and where in the whole it was."""

    stored: Stored
    name: str
    where: str


def draft(whole: Arrival, inner: Inner, *, source: str, actor: Actor) -> Arrival:
    """The part as an arrival, not saved yet."""
    facts = {key: whole.facts[key] for key in _HOLDS_INSIDE if whole.facts.get(key)}
    origin = f"{whole.file_name} ({whole.source} {whole.source_number}), {inner.where}"
    delivery = Delivery(inner.name, source, facts, origin)
    made = actions.draft(actor=actor, stored=inner.stored, delivery=delivery, now=timezone.now())
    made.part_of, made.team, made.received_by = whole, whole.team, whole.received_by
    return made


def bring_in(
    whole: Arrival,
    parts: Sequence[tuple[Arrival, Inner]],
    *,
    actor: Actor,
    sentence: str,
    happened: str,
    first_step: FirstStep,
    now: datetime,
) -> None:
    """In the transaction that holds `whole`: save the parts, send each on its way, close the whole."""
    whole.opened = {**whole.opened, "count": len(parts), "note": ""}
    whole.state, whole.reason, whole.sentence, whole.changed_at = Arrival.State.SPLIT, "", sentence, now
    whole.save(update_fields=["opened", "state", "reason", "sentence", "changed_at"])
    for made, inner in parts:
        actions.still_kept(inner.stored)
        made.save()
        ledger.enqueue(first_step(made), made.pk)
    journal.append(actor, happened, whole, at=now, parts=len(parts))
    for made, _ in parts:
        actions.number(actor=actor, arrival=made, now=now)
