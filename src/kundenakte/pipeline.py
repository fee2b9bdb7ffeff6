"""The way of a document through the house. Read this file first.

A door calls `receive`: intake keeps the bytes, then one job per step goes down this list. Each may run twice without
harm and leaves its outcome in the ledger; one that cannot go on puts the document in the inbox, with a sentence for a
person. Mails and archives (ZIP) are opened first: what is in them goes the same way, as arrivals of their own. Search
is not listed: it follows `records.search_due`, so a document moved by hand is found as soon as one that just came in.
Nor is the archive, whose place is at the end: it follows what `records.sealing` notes with each version and waits until
the document is through with its way.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Any, BinaryIO, Final, NamedTuple

from django.db import IntegrityError, transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import Role
from kundenakte.base.blobs.store import FileAtHand, Stored
from kundenakte.base.jobs import ledger, upkeep
from kundenakte.records import tasks as records
from kundenakte.records.actions.disposing import JOB as DISPOSE
from kundenakte.records.actions.field_check import JOB as CHECK_FIELDS
from kundenakte.records.actions.retention_changes import JOB as RETENTION
from kundenakte.records.actions.roll_out import JOB as ROLL_OUT
from kundenakte.records.disposition import working as disposition
from kundenakte.records.models import Arrival
from kundenakte.records.retention.keeping import FILE_JOB as RETENTION_OF_FILE
from kundenakte.steps.archive import originals
from kundenakte.steps.archive import tasks as archive
from kundenakte.steps.filing import mails, rule_trial
from kundenakte.steps.filing import tasks as filing
from kundenakte.steps.filing.by_hand import confirm_check, discard, file_by_hand, leave_to, send_again, take_back
from kundenakte.steps.filing.by_source import file_by_source, named_exactly
from kundenakte.steps.filing.returning import return_to_inbox
from kundenakte.steps.filing.withdrawing import withdraw_version
from kundenakte.steps.intake import actions as intake
from kundenakte.steps.intake import batches, packed, unpacking
from kundenakte.steps.intake.actions import Delivery
from kundenakte.steps.recognition import tasks as recognition
from kundenakte.steps.rendition import read_tasks as reading
from kundenakte.steps.rendition import scan_log_page
from kundenakte.steps.rendition import tasks as rendition
from kundenakte.steps.rendition.models import password_of
from kundenakte.steps.rendition.read_tasks import JOB as READ
from kundenakte.steps.rendition.tasks import REMAKE as DRAW_AGAIN
from kundenakte.steps.rendition.tasks import draw_again, want_pages
from kundenakte.steps.scanning import division, protocol, releasing
from kundenakte.steps.scanning import tasks as scanning
from kundenakte.steps.signing import signing


class Step(NamedTuple):
    """A station on the way: its name in the ledger, for ever, and its work."""

    name: str
    work: ledger.Work


WAY = (
    Step("rendition.render", rendition.render),  # page images and text with places; a scan is read before it goes on
    Step("recognition.recognise", recognition.recognise),  # document class, identifiers, index fields
    Step("filing.file", filing.file),  # customer file, section, document or version
)

__all__ = [
    "DRAW_AGAIN", "READ", "WAY", "confirm_check", "discard", "divide", "draw_again", "file_by_hand", "leave_to",
    "receive", "register_jobs", "return_to_inbox", "sign", "take_back", "try_again", "want_pages", "withdraw_version",
]  # fmt: skip


def receive(
    *,
    actor: Actor,
    stream: BinaryIO | FileAtHand,
    file_name: str,
    source: str,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    origin: str = "",
    source_key: str = "",
    team: Role | None = None,
    beside: Callable[[Arrival], None] | None = None,
    priority: int | None = None,
) -> Arrival:
    """Take something in. When this returns, the bytes are on disk under their SHA-256 and the arrival is committed:
    only then may a door say yes. Raises OSError when the bytes cannot be kept; then the source keeps its file.

    When the source itself names customer, class and number or key exactly, the document is in its file at once;
    otherwise the steps on the way find that out. What a door has to remember of it (a folder that it has the file, REST
    the caller's idempotency key), `beside` writes in the same transaction; if that fails, nothing was received. With
    `priority` its way is less urgent than that of others: thousands that come at once wait behind what comes meanwhile.
    """
    stored = intake.keep(stream)
    delivery = Delivery(file_name, source, facts or {}, origin, source_key, team)
    try:
        return _write_down(actor, stored, delivery, beside, now, priority=priority)
    except IntegrityError:
        # Somebody brought the same key of the source, or the same call, at the same moment. Now it can be seen.
        return _write_down(actor, stored, delivery, beside, now, priority=priority)


def _write_down(
    actor: Actor,
    stored: Stored,
    delivery: Delivery,
    beside: Callable[[Arrival], None] | None,
    now: datetime,
    *,
    priority: int | None,
) -> Arrival:
    arrival = intake.draft(actor=actor, stored=stored, delivery=delivery, now=now)
    named = named_exactly(arrival)
    with transaction.atomic():
        intake.still_kept(stored)
        if file_by_source(arrival=arrival, named=named, actor=actor, now=now) is None:
            arrival.save()
        ledger.enqueue(_first_step(arrival), arrival.pk, priority=priority)
        if beside:
            beside(arrival)
        intake.number(actor=actor, arrival=arrival, now=now)
    return arrival


# What is signed comes in like everything else, as the next version of its document.
sign = partial(signing.sign, receive=receive, open_original=originals.open_checked)


def try_again(*, actor: Actor, arrival: Arrival, now: datetime, password: str = "") -> None:
    """Send an arrival that waits in the inbox down the way once more, for example with the password of its PDF."""
    with transaction.atomic():
        send_again(actor=actor, arrival=arrival, now=now)
        if password:
            rendition.remember_password(actor=actor, digest=arrival.digest, password=password, now=now)
        rendition.forget(arrival.digest)
        ledger.enqueue(_first_step(arrival), arrival.pk)


def divide(
    *, actor: Actor, arrival: Arrival, first_pages: Sequence[int], now: datetime, kept: Collection[int] = ()
) -> None:
    """Let what waits in the inbox be divided: a document begins on each of these pages; with one alone it goes on as
    the one document it is. `kept` are pages that were taken for empty and are not. Raises NotDivisible, BadValue,
    PartlyDivided, AlreadyDone."""
    choice = division.chosen(arrival, first_pages, kept=kept)
    with transaction.atomic():
        send_again(actor=actor, arrival=arrival, now=now)
        division.decide(actor=actor, arrival=arrival, choice=choice, now=now)
        ledger.enqueue(scanning.JOB, arrival.pk)


def _first_step(arrival: Arrival) -> str:
    if unpacking.is_mail(arrival.media_type):
        return unpacking.OPEN
    if packed.is_packed(arrival.media_type):
        return packed.OPEN
    return batches.JOB if batches.is_batch(arrival) else WAY[0].name


BESIDE_SCANNING: Final = scanning.Neighbours(
    receive, filing.put_in_inbox, filing.ask_whether_several, mails.tell_mail, password_of
)


def _reading_failed(arrival_id: int, sentence: str) -> None:
    reading.give_up(arrival_id)
    filing.put_in_inbox(arrival_id, sentence)


def register_jobs() -> None:
    """Tell the ledger the steps and their order. Called once in every process that works or enqueues."""
    following = {step.name: after.name for step, after in pairwise(WAY)}
    for step in WAY:
        ledger.register(step.name, step.work, then=following.get(step.name), on_failed=filing.put_in_inbox)
    # Two halts after the first step for what has no text of its own.
    ledger.register(
        READ, reading.read, then=scanning.JOB, on_failed=_reading_failed, priority=reading.SOON, max_attempts=3
    )
    ledger.register(
        scanning.JOB, partial(scanning.take_apart, others=BESIDE_SCANNING), then=WAY[1].name,
        on_failed=filing.put_in_inbox,
    )  # fmt: skip
    ledger.register(
        unpacking.OPEN, partial(unpacking.unpack, first_step=_first_step), then=WAY[0].name,
        on_failed=filing.put_in_inbox,
    )  # fmt: skip
    ledger.register(
        packed.OPEN, partial(packed.open_packed, first_step=_first_step, redraw=DRAW_AGAIN), then=WAY[0].name,
        on_failed=filing.put_in_inbox,
    )  # fmt: skip
    ledger.register(
        batches.JOB,
        partial(batches.split_batch, first_step=_first_step, redraw=DRAW_AGAIN, ask=filing.put_in_inbox),
        then=WAY[0].name, on_failed=filing.put_in_inbox,
    )  # fmt: skip
    archive.register_jobs((unpacking.OPEN, packed.OPEN, batches.JOB, *(step.name for step in WAY), READ, scanning.JOB))
    # Beside the way: nobody waits for these.
    ledger.register(rendition.REST, rendition.render_rest, priority=rendition.LATER)
    ledger.register(rendition.REMAKE, rendition.remake, priority=rendition.SOON)
    ledger.register(
        releasing.WRITE_LOG, partial(protocol.write, receive=receive, draw=scan_log_page.draw), priority=records.LATER
    )
    ledger.register("recognition.learn", recognition.learn, priority=95)
    ledger.register(ROLL_OUT, records.roll_out, priority=records.LATER)
    ledger.register(CHECK_FIELDS, records.check_fields, priority=records.LATER)
    ledger.register(RETENTION, records.retention, priority=records.LATER)
    ledger.register(RETENTION_OF_FILE, records.retention_of_file, priority=records.LATER)
    ledger.every(upkeep.HOUR, "jobs.purge", upkeep.purge)
    ledger.every(3600.0, "records.retention_daily", records.retention_daily, priority=records.LATER)
    ledger.register(DISPOSE, disposition.dispose, priority=records.LATER)
    ledger.every(3600.0, "records.dispose_waiting", disposition.look, priority=records.LATER)
    ledger.register(rule_trial.JOB, rule_trial.try_rule, priority=rule_trial.PRIORITY)
