"""Visits at the customer's: who has taken which task along, and the reports that came back."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from kundenakte.circulation.models.tasks import Task
from kundenakte.records.models import Arrival


class Visit(models.Model):
    """Somebody has taken a task along on a device: whatever becomes of the task, his report will be taken in."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="visits")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("task", "person"), name="visit_once_for_a_person"),)

    def __str__(self) -> str:
        return f"{self.task_id}: {self.person_id}"


class VisitPhoto(models.Model):
    """A photo that has arrived before its report. It goes into the report's PDF and then out of here."""

    # Given by the device, so that a photo sent twice is there once.
    key = models.UUIDField(unique=True)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="photos")
    # SHA-256 of the bytes.
    digest = models.CharField(max_length=64)
    content = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("received_at",), name="visit_photo_received"),)

    def __str__(self) -> str:
        return f"{self.visit_id}: {self.key}"


class VisitReport(models.Model):
    """What somebody wrote at the customer's. Its PDF/A is a document; until that is made, the words stand here."""

    # Given by the device: a report sent twice is there once.
    key = models.UUIDField(unique=True)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="reports")
    received_at = models.DateTimeField()
    # Why it moved nothing on: the task was done or taken back meanwhile. Empty: it did the task.
    late = models.CharField(max_length=300, blank=True)
    # `reports.Report.as_json()`; empty once the PDF holds it.
    content = models.JSONField(default=dict)
    arrival = models.OneToOneField(Arrival, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.visit_id}: {self.key}"
