"""The ledger: one row for each piece of work that waits, runs, is done or failed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Job(models.Model):
    """A piece of work: what, for which row, since when, by whom, and what went wrong."""

    class State(models.TextChoices):
        WAITING = "waiting", "wartet"
        RUNNING = "running", "läuft"
        DONE = "done", "erledigt"
        FAILED = "failed", "gescheitert"

    name = models.CharField(max_length=80)
    subject_id = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    # Lower goes first: 10 a person waits, 50 what arrives, 90 the rest of the pages.
    priority = models.SmallIntegerField(default=50)
    run_after = models.DateTimeField()
    # Counts claims; the number fences a worker that comes back after its lease has lapsed.
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=100, blank=True)
    # Asked for once more while it was running: what it read may be old, so it runs again when it ends.
    asked_again = models.BooleanField(default=False, db_default=False)
    # What the administrator reads; the first line is a German sentence.
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            # The same work is in the ledger once while it is open, however often it is asked for.
            models.UniqueConstraint(
                fields=("name", "subject_id"), condition=Q(state__in=("waiting", "running")), name="job_open_once"
            ),
        )
        indexes = (
            models.Index(fields=("priority", "run_after", "id"), condition=Q(state="waiting"), name="job_waiting"),
            models.Index(fields=("lease_until",), condition=Q(state="running"), name="job_running"),
            models.Index(fields=("-ended_at",), condition=Q(state="failed"), name="job_failed"),
            models.Index(fields=("ended_at",), condition=Q(state="done"), name="job_done"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.subject_id} ({self.state})"
