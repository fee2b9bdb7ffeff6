"""Work on many documents that follows from a change of the structure, with its progress and its report."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from kundenakte.records.models.classes import DocumentClass
from kundenakte.records.models.files import FilePlanEdition


class StructureRun(models.Model):
    """One walk through the documents, in batches. It goes on behind `cursor`, whatever happened in between."""

    class Kind(models.TextChoices):
        ROLL_OUT = "roll_out", "Einführung einer Ausgabe des Aktenplans"
        FIELD_CHECK = "field_check", "Prüfung der Indexfelder"
        RULE_TRIAL = "rule_trial", "Probe einer Ablageregel"
        RETENTION_TRIAL = "keep_trial", "Probe einer Aufbewahrungsregel"
        RETENTION = "keep", "Neuberechnung der Aufbewahrung"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    # What it is about; a trial keeps the rule as it was tried in `subject`.
    edition = models.ForeignKey(FilePlanEdition, on_delete=models.PROTECT, null=True, related_name="+")
    document_class = models.ForeignKey(DocumentClass, on_delete=models.PROTECT, null=True, related_name="+")
    subject = models.JSONField(default=dict)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # How many documents there were at the start, how many are done, and the id of the last of them.
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)
    # Counts and examples (ids of documents), by kind of run.
    report = models.JSONField(default=dict)

    class Meta:
        indexes = (models.Index(fields=("kind", "-id"), name="run_by_kind"),)
        constraints = (
            # Two roll-outs at once would move the same documents to and fro.
            models.UniqueConstraint(
                fields=("kind",), condition=Q(kind="roll_out", ended_at__isnull=True), name="roll_out_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100; documents that came meanwhile do not make it run over."""
        if self.ended_at:
            return 100
        return min(99, 100 * self.done // self.total) if self.total else 0
