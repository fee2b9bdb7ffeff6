"""Numbers for Prometheus, in its text format (version 0.0.4). No name, no path, no digest: counts, bytes and ages."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kundenakte.base import health as house
from kundenakte.base.backup.models import BackupRun
from kundenakte.base.jobs import queries as jobs
from kundenakte.base.journal.models import JournalLeaf, Unsequenced
from kundenakte.doors.web.administration import backups, state
from kundenakte.records.models import Arrival, Document, Version

_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

# Value and labels of each line.
Lines = Iterable[tuple[float, dict[str, str]]]


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For a program with a token of the scope health:read, and nobody else, wherever it asks from."""
    if not state.has_token(request):
        answer = HttpResponse("401", status=401, content_type="text/plain")
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer
    return HttpResponse("".join(_text()), content_type=_TYPE)


def _text() -> Iterator[str]:
    now = timezone.now()
    for name, kind, what, lines in _families(now):
        yield f"# HELP kundenakte_{name} {what}\n# TYPE kundenakte_{name} {kind}\n"
        for value, labels in lines:
            inner = ",".join(f'{label}="{_escaped(word)}"' for label, word in labels.items())
            yield f"kundenakte_{name}{{{inner}}} {value:.15g}\n" if inner else f"kundenakte_{name} {value:.15g}\n"


def _families(now: datetime) -> Iterator[tuple[str, str, str, Lines]]:
    tallies = jobs.tallies()
    arrivals = Counter(Arrival.objects.exclude(state=Arrival.State.FILED).values_list("state", flat=True))
    yield "info", "gauge", "The running version.", [(1, {"version": house.version()})]
    yield "documents", "gauge", "Documents in all files.", [(Document.objects.count(), {})]
    yield "versions", "gauge", "Versions of documents.", [(Version.objects.count(), {})]
    yield (
        "arrivals",
        "gauge",
        "Arrivals that are not filed, by state.",
        [
            (arrivals[choice.value], {"state": choice.value})
            for choice in Arrival.State
            if choice != Arrival.State.FILED
        ],
    )
    for name in ("waiting", "running", "failed"):
        yield (
            f"jobs_{name}",
            "gauge",
            f"Background work, {name}.",
            [(getattr(tally, name), {"job": tally.name}) for tally in tallies],
        )
    oldest = [tally.oldest_waiting for tally in tallies if tally.oldest_waiting and tally.oldest_waiting <= now]
    waits = (now - min(oldest)).total_seconds() if oldest else 0.0
    yield "job_oldest_waiting_seconds", "gauge", "How long the oldest due work has waited.", [(waits, {})]
    last = JournalLeaf.objects.order_by("-seq").values_list("seq", flat=True).first()
    yield "journal_leaves", "gauge", "Size of the journal's tree.", [(0 if last is None else last + 1, {})]
    yield "journal_unsequenced", "gauge", "Entries without a place in the tree.", [(Unsequenced.objects.count(), {})]
    for kind in (BackupRun.Kind.BACKUP, BackupRun.Kind.PROOF):
        yield from _backup(kind, now)
    free = shutil.disk_usage(Path(settings.DATA)).free
    yield "disk_free_bytes", "gauge", "Room on the disk of the data folder.", [(free, {})]
    grades = ((state.GRADES.index(check.grade), {"check": check.code}) for check in state.remembered())
    yield "health", "gauge", "What is looked at: 0 good, 1 to be noted, 2 bad.", grades


def _backup(kind: BackupRun.Kind, now: datetime) -> Iterator[tuple[str, str, str, Lines]]:
    good, last = backups.latest_good(kind), backups.latest(kind)
    if good is not None:
        age = (now - good.ended_at).total_seconds()
        yield f"{kind}_age_seconds", "gauge", f"Since the last {kind} that succeeded.", [(age, {})]
    if last is not None:
        yield f"{kind}_succeeded", "gauge", f"Whether the last {kind} succeeded.", [(last.succeeded, {})]


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
