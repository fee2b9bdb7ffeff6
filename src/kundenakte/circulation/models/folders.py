"""The folder that goes round, and the documents that lie in it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from kundenakte.records.models import Arrival, CustomerFile, Document


class FolderSeries(models.Model):
    """The last number given to a folder in each year."""

    year = models.PositiveSmallIntegerField(unique=True)
    last_number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last_number}"


class CirculationFolder(models.Model):
    """Something that is passed from desk to desk (Umlaufmappe), in the file of one customer.

    Whoever changes anything in it holds this row first, so that all changes of one folder come one after the other.
    """

    class State(models.TextChoices):
        OPEN = "open", "unterwegs"
        FINISHED = "finished", "abgeschlossen"
        RECALLED = "recalled", "zurückgerufen"

    # "UM-2026-0001"
    number = models.CharField(max_length=20, unique=True)
    customer_file = models.ForeignKey(CustomerFile, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    ended_at = models.DateTimeField(null=True, blank=True)
    # The step whose stops are open; 0 while it is back with whoever started it.
    step = models.PositiveIntegerField(default=1)
    # How many entries its minutes have: one that is missing at the end shows.
    minutes_count = models.PositiveIntegerField(default=0)
    # The minutes on their way into the customer file, once the folder has ended.
    minutes_arrival = models.ForeignKey(Arrival, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    edition = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-started_at", "-id")
        indexes = (
            models.Index(fields=("customer_file", "-started_at", "-id"), name="folder_in_file"),
            models.Index(fields=("started_by", "state", "-started_at"), name="folder_by_starter"),
            models.Index(fields=("started_at", "id"), condition=Q(state="open"), name="folder_open"),
            # The figures of a year do not look at the years before.
            models.Index(fields=("started_at",), name="folder_started"),
            models.Index(fields=("ended_at",), condition=Q(ended_at__isnull=False), name="folder_ended"),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_open(self) -> bool:
        """Whether it is on its way."""
        return self.state == self.State.OPEN


class FolderDocument(models.Model):
    """A document that lies in a folder, or lay there."""

    folder = models.ForeignKey(CirculationFolder, on_delete=models.PROTECT, related_name="documents")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    # The folder hands on what this person may read, and only as long as he may.
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("added_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("folder", "document"), condition=Q(removed_at__isnull=True), name="in_folder_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.folder}: {self.document_id}"
