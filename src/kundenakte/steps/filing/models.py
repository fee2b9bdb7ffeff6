"""Why a document is where it is: each automatic or personal decision with its evidence, only ever added to."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from kundenakte.records.models import Arrival, Document


class FilingDecision(models.Model):
    """One decision about one arrival. The latest one holds; those before show what was thought then."""

    class Outcome(models.TextChoices):
        FILED = "filed", "eingeaktet"
        VERSION = "version", "als Version eingeaktet"
        DUPLICATE = "duplicate", "bereits vorhanden"
        ASKED = "asked", "nachgefragt"
        DISCARDED = "discarded", "aussortiert"

    arrival = models.ForeignKey(Arrival, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    # "filing.customer_number", "filing.by_hand" … the rule that decided.
    rule = models.CharField(max_length=60)
    sentence = models.TextField()
    # Candidates, evidence with page and box, class guesses: enough to replay it.
    evidence = models.JSONField(default=dict)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # What the house had proposed when a person decided; where they differ, it learns.
    proposed = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("outcome", "rule"), name="decision_outcome"),)

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.sentence}"
