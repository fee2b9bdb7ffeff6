"""Destruction after the period, on record (Aussonderung): who asked, who released, what went, and what proves it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kundenakte.records.models.documents import Document


class Disposition(models.Model):
    """A list of documents that one person wants destroyed and another releases."""

    class State(models.TextChoices):
        REQUESTED = "requested", "wartet auf Freigabe"
        RELEASED = "released", "wird ausgeführt"
        DONE = "done", "ausgeführt"
        DROPPED = "dropped", "zurückgezogen"

    state = models.CharField(max_length=9, choices=State.choices, default=State.REQUESTED)
    reason = models.CharField(max_length=300)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    # Who released or dropped it.
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # SHA-256 of the protocol as it was written at the end; its bytes lie in the blob store.
    protocol = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=("requested", "dropped"))
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("requested_by"))),
                name="disposition_released_by_second",
            ),
        )

    def __str__(self) -> str:
        return f"Aussonderung {self.pk}"


class DisposedDocument(models.Model):
    """One document of a list, and what became of it. No word of the document stands here."""

    class State(models.TextChoices):
        WAITING = "waiting", "vorgesehen"
        # Its row has no words any more; files are being destroyed.
        DESTROYING = "destroying", "wird vernichtet"
        GONE = "gone", "vernichtet"
        KEPT = "kept", "bleibt"

    disposition = models.ForeignKey(Disposition, on_delete=models.PROTECT, related_name="documents")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    class_code = models.CharField(max_length=40)
    retain_until = models.DateField()
    rule = models.CharField(max_length=40)
    basis = models.CharField(max_length=200, blank=True)
    # Why it stays, or waits: a German sentence; and until when a store's lock makes it wait.
    sentence = models.CharField(max_length=300, blank=True)
    locked_until = models.DateTimeField(null=True)
    # What the journal's entry says (versions with their digests, objects), written with it.
    facts = models.JSONField(default=dict)
    # When its row was emptied, and when the last of its files was found to be gone.
    disposed_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            # In one list at a time; what was kept may be proposed again.
            models.UniqueConstraint(fields=("document",), condition=~Q(state="kept"), name="disposed_once"),
        )
        indexes = (models.Index(fields=("disposition", "state", "id"), name="disposed_by_state"),)

    def __str__(self) -> str:
        return f"Dokument {self.document_id}: {self.get_state_display()}"
