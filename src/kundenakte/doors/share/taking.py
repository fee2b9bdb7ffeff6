"""The take-over: each file goes the normal way. What was taken is written down in the same commit, so that a run that
is killed goes on and doubles nothing."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO, Final, cast

from django.utils import timezone

from kundenakte import pipeline
from kundenakte.base.accounts.actors import Actor
from kundenakte.doors.share.judging import Judge, Verdict
from kundenakte.doors.share.listing import Overtaken
from kundenakte.doors.share.opening import Shut, key_of, opened
from kundenakte.records.models import Arrival
from kundenakte.records.refusals import Refused
from kundenakte.steps.intake.models import ShareFile, ShareLine, ShareRun
from kundenakte.steps.intake.share_models import UNCLEAR
from kundenakte.steps.intake.tree import Found, Parts
from kundenakte.steps.intake.vouched import VouchedSource

Outcome = ShareLine.Outcome
_BATCH: Final = 50
# What comes meanwhile by other doors goes first.
BEHIND_OTHERS: Final = 60
_OF_ARRIVAL: Final = {Arrival.State.FILED: Outcome.FILED, Arrival.State.DUPLICATE: Outcome.DUPLICATE}


def take_some(run: ShareRun, judge: Judge, *, stopping: Callable[[], bool]) -> bool:
    """Take the next files until told to stop. True when all are through. Raises ShareAway, and OSError when the house
    cannot keep the bytes."""
    while True:
        lines = list(run.lines.filter(outcome=Outcome.OPEN).order_by("pk")[:_BATCH])
        if not lines:
            return True
        for line in lines:
            _take(run, judge, line)
            if stopping():
                return False


def _take(run: ShareRun, judge: Judge, line: ShareLine) -> None:
    verdict = judge.judge(line.parts, line.mtime_ns)
    said: dict[str, Any] = {
        "customer_word": verdict.customer_word, "kind_word": verdict.kind_word, "customer": verdict.customer,
        "class_code": verdict.class_code,
    }  # fmt: skip
    before = ShareFile.objects.select_related("arrival").filter(
        share=run.share_id, file_key=key_of(line.parts)
    ).first()  # fmt: skip
    if before and (before.size, before.mtime_ns) == (line.size, line.mtime_ns):
        _end(line, Outcome.UNCHANGED, arrival=before.arrival, **said)
    elif verdict.outcome in UNCLEAR and not run.terms.get("takes_unclear"):
        _end(line, verdict.outcome, verdict.sentence, **said)
    else:
        try:
            with opened(run, line.parts) as (handle, found):
                if before and before.size == found.size and _only_touched(handle, found, before):
                    _end(line, Outcome.UNCHANGED, arrival=before.arrival, **said)
                else:
                    _receive(run, judge, line, handle, found)
        except (Shut, Refused) as shut:
            outcome = shut.outcome if isinstance(shut, Shut) else Outcome.UNREADABLE
            _end(line, outcome, shut.sentence, **said)


def _receive(run: ShareRun, judge: Judge, line: ShareLine, handle: int, found: Found) -> None:
    share = run.share
    verdict = judge.judge(line.parts, found.mtime_ns)
    pipeline.receive(
        actor=Actor.of(share.acts_as) if share.acts_as else Actor.system(share.source),
        stream=cast(BinaryIO, VouchedSource(handle, found)), file_name=found.name, source=share.source,
        now=timezone.now(), facts=verdict.facts,
        origin=f"{run.terms['path']}/{line.file}", source_key=source_key(line.parts), team=share.team,
        beside=partial(_remember, line, verdict, found), priority=BEHIND_OTHERS,
    )  # fmt: skip


def _remember(line: ShareLine, verdict: Verdict, found: Found, arrival: Arrival) -> None:
    """In the arrival's own transaction. Another worker that has the same line waits here and then gives way."""
    held = ShareLine.objects.select_for_update(of=("self",)).get(pk=line.pk)
    run = ShareRun.objects.only("share_id", "ended_at").get(pk=line.run_id)
    if held.outcome != Outcome.OPEN or run.ended_at:
        raise Overtaken
    ShareFile.objects.update_or_create(
        share_id=run.share_id, file_key=key_of(line.parts),
        defaults={"size": found.size, "mtime_ns": found.mtime_ns, "arrival": arrival},
    )  # fmt: skip
    _end(
        line, _OF_ARRIVAL.get(Arrival.State(arrival.state), Outcome.RECEIVED), arrival=arrival, digest=arrival.digest,
        customer_word=verdict.customer_word, kind_word=verdict.kind_word, customer=verdict.customer,
        class_code=verdict.class_code, size=found.size, mtime_ns=found.mtime_ns,
    )  # fmt: skip


def _end(line: ShareLine, outcome: str, sentence: str = "", **more: object) -> None:
    ShareLine.objects.filter(pk=line.pk, outcome=Outcome.OPEN).update(outcome=outcome, sentence=sentence, **more)


def _only_touched(handle: int, found: Found, before: ShareFile) -> bool:
    """Whether the file has a new time and the old bytes: a restored backup must not bring a whole share once more."""
    with os.fdopen(os.dup(handle), "rb") as source:
        same = hashlib.file_digest(source, "sha256").hexdigest() == before.arrival.digest
        source.seek(0)
    if same:
        ShareFile.objects.filter(pk=before.pk).update(mtime_ns=found.mtime_ns)
    return same


def source_key(parts: Parts) -> str:
    """The path is the document's key, the same in both normal forms of umlauts: new bytes there are a new version."""
    path = unicodedata.normalize("NFC", "/".join(parts))
    return path if len(path) <= 400 and path.isprintable() else f"sha256:{key_of(parts)}"
