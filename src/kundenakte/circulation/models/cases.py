"""Cases (Vorgänge): one run of a process, in the file of one customer."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from kundenakte.circulation.models.folders import CirculationFolder
from kundenakte.circulation.models.processes import Process, ProcessDefinition
from kundenakte.circulation.models.slips import Stop
from kundenakte.records.models import CustomerFile, Document


class CaseSeries(models.Model):
    """The last number given to a case, for each prefix and year."""

    prefix = models.CharField(max_length=4)
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("prefix", "year"), name="case_series_once"),)

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}: {self.last_number}"


class Case(models.Model):
    """A run of a process. It is a circulation folder whose slip the process writes: tasks, documents and
    minutes are there.

    Whoever changes it holds the folder's row first; `edition` tells who computed on an older state.
    """

    class State(models.TextChoices):
        OPEN = "open", "offen"
        CLOSED = "closed", "abgeschlossen"
        CANCELLED = "cancelled", "abgebrochen"

    folder = models.OneToOneField(CirculationFolder, on_delete=models.PROTECT, related_name="case")
    process = models.ForeignKey(Process, on_delete=models.PROTECT, related_name="cases")
    definition = models.ForeignKey(ProcessDefinition, on_delete=models.PROTECT, related_name="cases")
    # "RK-2026-0001", the folder's number as well.
    number = models.CharField(max_length=20, unique=True)
    customer_file = models.ForeignKey(CustomerFile, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    # What the process itself said: why, where it stands, how much.
    reason = models.CharField(max_length=60, blank=True)
    stage = models.CharField(max_length=60, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # The document it began with, if any: it starts a process once.
    origin = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # How it was started: "person", "api", "rule", "process".
    started_how = models.CharField(max_length=10, default="person")
    # How another system calls it: said again, it leads to the same case.
    source_key = models.CharField(max_length=100, blank=True)
    # What the forms brought together, by field; texts of people are in it.
    fields = models.JSONField(default=dict)
    # Where the process stands, as the engine writes it; without what its definition says anyway.
    position = models.JSONField(default=dict)
    edition = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-opened_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="case_closed_at_its_end",
            ),
            models.UniqueConstraint(
                fields=("process", "origin"), condition=Q(started_how="rule"), name="case_once_for_a_document"
            ),
            models.UniqueConstraint(
                fields=("process", "source_key"), condition=~Q(source_key=""), name="case_once_for_a_key"
            ),
        )
        indexes = (
            models.Index(fields=("customer_file", "-opened_at", "-id"), name="case_in_file"),
            models.Index(fields=("process", "opened_at", "id"), condition=Q(state="open"), name="case_open"),
            models.Index(fields=("due_at", "id"), condition=Q(state="open"), name="case_due"),
            models.Index(fields=("owner", "opened_at"), condition=Q(state="open"), name="case_of_owner"),
            models.Index(fields=("process", "closed_at"), condition=~Q(state="open"), name="case_closed"),
            models.Index(fields=("opened_at", "process", "reason"), name="case_reasons"),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether it is still worked on."""
        return self.state == self.State.OPEN


class CaseStep(models.Model):
    """A stop of the folder's slip that the process has written: which activity it is, and what its form brought."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    stop = models.OneToOneField(Stop, on_delete=models.PROTECT, related_name="step_of_case")
    # The id of the activity in the BPMN file, and that of this run of it.
    element = models.CharField(max_length=100)
    run = models.UUIDField(unique=True)
    answers = models.JSONField(default=dict)
    # What stood in those fields before, where its form changed what another one had brought.
    replaced = models.JSONField(default=dict)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.case_id}: {self.element}"


class CaseTimer(models.Model):
    """A time the process waits for. The ledger's job for it runs then; it goes off once."""

    class State(models.TextChoices):
        WAITING = "waiting", "wartet"
        DONE = "done", "abgelaufen"
        # The process went on without it.
        DROPPED = "dropped", "entfallen"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="timers")
    element = models.CharField(max_length=100)
    run = models.UUIDField(unique=True)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)

    class Meta:
        ordering = ("due_at", "id")

    def __str__(self) -> str:
        return f"{self.case_id}: {self.element} {self.due_at:%d.%m.%Y %H:%M}"


class CaseErrand(models.Model):
    """Something the process has the house do (a service task). The ledger's job does it, and the process goes on."""

    class State(models.TextChoices):
        WAITING = "waiting", "wartet"
        # Begun, and nobody knows yet how it ended: what cannot be taken back is not done twice.
        BEGUN = "begun", "begonnen"
        DONE = "done", "erledigt"
        FAILED = "failed", "nicht gelungen"
        DROPPED = "dropped", "entfallen"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="errands")
    element = models.CharField(max_length=100)
    run = models.UUIDField(unique=True)
    service = models.CharField(max_length=20)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    # What came of it: a document's id, an answer's code.
    result = models.JSONField(default=dict)
    # A sentence for whoever looks after it.
    trouble = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.case_id}: {self.service}"
