"""Why a document is where it is: each decision with its evidence, only ever added to; and the house's own rules."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from kundenakte.records.models import Arrival, Document, DocumentClass, Section


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


class EvidenceWeights(models.Model):
    """How much each kind of evidence weighs, as this house learned it. Rows are added; the highest edition holds."""

    edition = models.PositiveIntegerField(unique=True)
    # Kind → weight; what is missing weighs what is shipped (evidence.py).
    weights = models.JSONField()
    # Kind → [how often right, how often wrong]: what the weights follow from.
    tallies = models.JSONField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Gewichte, Stand {self.edition}"


class FilingRule(models.Model):
    """A rule the administration wrote (Ablageregel): what a document must show, and what it then is.

    All conditions that are filled in must hold. The first rule in order that fits decides; see rules.py.
    """

    name = models.CharField(max_length=100)
    position = models.PositiveIntegerField()
    is_on = models.BooleanField(default=False)
    # [{"text": "Wartungsprotokoll", "place": "top"}]; places are those of rules.Place.
    words = models.JSONField(default=list)
    # "folder:scanner", "rest:*": a pattern with * and ?.
    source = models.CharField(max_length=100, blank=True)
    # The sender's mail address, or "@firma.example" for everybody there.
    sender = models.CharField(max_length=200, blank=True)
    # "WP_*.pdf"
    file_name = models.CharField(max_length=200, blank=True)
    document_class = models.ForeignKey(DocumentClass, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Index fields it fills where nothing was found: {"project": "P-7"}.
    fields = models.JSONField(default=dict)
    # Counted up by each change, so that two people who edit at once notice.
    edition = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.name
