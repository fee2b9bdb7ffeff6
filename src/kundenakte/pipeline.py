"""The way of a document through the house. Read this file first.

A door calls `receive`: intake keeps the bytes, then one job per step goes down this list. Each may run twice without
harm and leaves its outcome in the ledger; one that cannot go on puts the document in the inbox, with a sentence for a
person. Search is not listed: it follows `records.search_due`, so a document moved by hand is found as soon as one that
just came in. The archive's place is at the end of the list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any, BinaryIO, NamedTuple

from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import Role
from kundenakte.base.jobs import ledger
from kundenakte.records.models import Arrival
from kundenakte.steps.filing import tasks as filing
from kundenakte.steps.filing.by_hand import confirm_check, discard, file_by_hand, send_again, take_back
from kundenakte.steps.filing.by_source import file_by_source, named_exactly
from kundenakte.steps.intake import actions as intake
from kundenakte.steps.intake.actions import Delivery
from kundenakte.steps.recognition import tasks as recognition
from kundenakte.steps.rendition import tasks as rendition
from kundenakte.steps.rendition.tasks import want_pages


class Step(NamedTuple):
    """A station on the way: its name in the ledger, for ever, and its work."""

    name: str
    work: ledger.Work


WAY = (
    Step("rendition.render", rendition.render),  # page images and text with places
    Step("recognition.recognise", recognition.recognise),  # document class, identifiers, index fields
    Step("filing.file", filing.file),  # customer file, section, document or version
)

__all__ = [
    "WAY", "confirm_check", "discard", "file_by_hand", "receive", "register_jobs", "take_back", "try_again",
    "want_pages",
]  # fmt: skip


def receive(
    *,
    actor: Actor,
    stream: BinaryIO,
    file_name: str,
    source: str,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    origin: str = "",
    source_key: str = "",
    team: Role | None = None,
    beside: Callable[[Arrival], None] | None = None,
) -> Arrival:
    """Take something in. When this returns, the bytes are on disk under their SHA-256 and the arrival is committed:
    only then may a door say yes. Raises OSError when the bytes cannot be kept; then the source keeps its file.

    When the source itself names customer, class and number or key exactly, the document is in its file at once;
    otherwise the steps on the way find that out. What a door has to remember of it (a folder that it has the file, REST
    the caller's idempotency key), `beside` writes in the same transaction; if that fails, nothing was received.
    """
    stored = intake.keep(stream)
    delivery = Delivery(file_name, source, facts or {}, origin, source_key, team)
    named = named_exactly(facts=delivery.facts, file_name=delivery.file_name, source_key=source_key)
    with transaction.atomic():
        arrival = intake.register(actor=actor, stored=stored, delivery=delivery, now=now)
        file_by_source(arrival=arrival, named=named, actor=actor, now=now)
        ledger.enqueue(WAY[0].name, arrival.pk)
        if beside:
            beside(arrival)
        intake.number(actor=actor, arrival=arrival, now=now)
    return arrival


def try_again(*, actor: Actor, arrival: Arrival, now: datetime, password: str = "") -> None:
    """Send an arrival that waits in the inbox down the way once more, for example with the password of its PDF."""
    with transaction.atomic():
        send_again(actor=actor, arrival=arrival, now=now)
        if password:
            rendition.remember_password(actor=actor, digest=arrival.digest, password=password, now=now)
        rendition.forget(arrival.digest)
        ledger.enqueue(WAY[0].name, arrival.pk)


def register_jobs() -> None:
    """Tell the ledger the steps and their order. Called once in every process that works or enqueues."""
    following = {step.name: after.name for step, after in pairwise(WAY)}
    for step in WAY:
        ledger.register(step.name, step.work, then=following.get(step.name), on_failed=filing.put_in_inbox)
    # Beside the way: nobody waits for these.
    ledger.register(rendition.REST, rendition.render_rest, priority=rendition.LATER)
    ledger.register(rendition.REMAKE, rendition.remake, priority=rendition.SOON)
    ledger.register("recognition.learn", recognition.learn, priority=95)
