"""Rooms for auditors from outside (§ 147 Abs. 6 AO, "Z1"): what is open to whom, and until when."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kundenakte.records.models.classes import DocumentClass


class Audit(models.Model):
    """Opens the tax-relevant documents of some years, and of some classes, to one auditor for reading (Prüferzugang).

    It ends by itself. An auditor has one at a time; those that are over stay, to say what was open when.
    """

    auditor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # What for: "Betriebsprüfung 2021 bis 2023, Anordnung vom 3.4.2026".
    occasion = models.CharField(max_length=300)
    first_year = models.PositiveSmallIntegerField()
    last_year = models.PositiveSmallIntegerField()
    # None at all means every class that is relevant for tax.
    classes = models.ManyToManyField(DocumentClass, related_name="+")
    may_download = models.BooleanField(default=False)
    # Documents whose processing is restricted by data protection show as well.
    shows_restricted = models.BooleanField(default=False)
    until = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    # Ended by somebody, before its day.
    closed_at = models.DateTimeField(null=True, blank=True)
    edition = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(condition=Q(first_year__lte=F("last_year")), name="audit_years_in_order"),
        )

    def __str__(self) -> str:
        return self.occasion

    def holds(self, now: datetime) -> bool:
        """Whether it opens anything at `now`."""
        return self.closed_at is None and now < self.until
