"""Reading the ledger: what waits, what runs, what failed and why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from kundenakte.base.jobs import kinds
from kundenakte.base.jobs.models import Job


@dataclass(frozen=True, slots=True)
class Tally:
    """How much of one kind of work waits, runs and failed, and since when the oldest waits."""

    name: str
    waiting: int
    running: int
    failed: int
    oldest_waiting: datetime | None


@dataclass(frozen=True, slots=True)
class Round:
    """Work that is done again and again: how often in seconds, and when next."""

    name: str
    every: float
    next_at: datetime


def rounds() -> list[Round]:
    """What is done again and again and has nothing to do now, the next one first."""
    every = {kind.name: kind.every for kind in kinds.all_kinds() if kind.every}
    rows = Job.objects.filter(_at_rest()).order_by("run_after", "name").values_list("name", "run_after")
    return [Round(name, every[name], at) for name, at in rows]


def tallies() -> list[Tally]:
    """One line per kind of work that has rows not done, by name; `rounds` at rest and what is `planned` are none."""
    counted: dict[str, dict[str, int]] = defaultdict(dict)
    oldest: dict[str, datetime | None] = {}
    rows = (
        Job.objects.exclude(state=Job.State.DONE)
        .exclude(_later())
        .values("name", "state")
        .annotate(count=Count("pk"), oldest=Min("run_after"))
        .order_by("name", "state")
    )
    for row in rows:
        counted[row["name"]][row["state"]] = row["count"]
        if row["state"] == Job.State.WAITING:
            oldest[row["name"]] = row["oldest"]
    return [
        Tally(name, of.get("waiting", 0), of.get("running", 0), of.get("failed", 0), oldest.get(name))
        for name, of in counted.items()
    ]


def open_count(*names: str) -> int:
    """How many rows wait or run, of all kinds or of these."""
    rows = Job.objects.filter(state__in=(Job.State.WAITING, Job.State.RUNNING))
    if names:
        rows = rows.filter(name__in=names)
    return rows.count()


def unfinished() -> QuerySet[Job]:
    """What waits or runs, most urgent first; `rounds` at rest and what is `planned` do neither."""
    rows = Job.objects.filter(state__in=(Job.State.WAITING, Job.State.RUNNING)).exclude(_later())
    return rows.order_by("priority", "run_after", "pk")


def planned() -> QuerySet[Job]:
    """What is to be done once, at a time that has not come yet, the next one first."""
    return Job.objects.filter(_later()).exclude(_at_rest()).order_by("run_after", "pk")


def failed() -> QuerySet[Job]:
    """What failed for good and was not taken up again since, newest first. `error` begins with a German sentence."""
    newer = Job.objects.filter(name=OuterRef("name"), subject_id=OuterRef("subject_id"), pk__gt=OuterRef("pk"))
    return Job.objects.filter(~Exists(newer), state=Job.State.FAILED).order_by("-ended_at", "-pk")


def of_subject(names: tuple[str, ...], subject_id: int) -> QuerySet[Job]:
    """The rows of one document on its way, newest first."""
    return Job.objects.filter(name__in=names, subject_id=subject_id).order_by("-pk")


def _later() -> Q:
    """Rows whose time has not come; what is tried again after a failure is late, and none of these."""
    return Q(state=Job.State.WAITING, attempt=0, run_after__gt=timezone.now())


def _at_rest() -> Q:
    """Rows of what is done again and again, between two runs of which the first went well."""
    return Q(name__in=[kind.name for kind in kinds.all_kinds() if kind.every]) & _later()
