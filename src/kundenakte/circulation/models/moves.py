"""Putting the cases under way on a newer edition of their process: how far it is, and which could not go over."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from kundenakte.circulation.models.cases import Case
from kundenakte.circulation.models.processes import Process, ProcessDefinition


class EditionMove(models.Model):
    """One walk through the open cases of a process. It goes on behind `cursor`, whatever happened in between."""

    process = models.ForeignKey(Process, on_delete=models.PROTECT, related_name="moves")
    # The edition the cases are put on.
    definition = models.ForeignKey(ProcessDefinition, on_delete=models.PROTECT, related_name="+")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    # How many cases there were at the start, how many are looked at, how many of them went over; the last one's id.
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("process",), condition=Q(ended_at__isnull=True), name="edition_move_once"),
        )

    def __str__(self) -> str:
        return f"{self.process_id} → {self.definition_id}"

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100."""
        if self.ended_at:
            return 100
        return min(99, 100 * self.done // self.total) if self.total else 0


class KeptCase(models.Model):
    """A case that stayed on its edition, and why: a sentence's template and its words, to be said in any language."""

    move = models.ForeignKey(EditionMove, on_delete=models.PROTECT, related_name="kept")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=300)
    words = models.JSONField(default=dict)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("move", "case"), name="kept_case_once"),)

    def __str__(self) -> str:
        return f"{self.case_id}: {self.why}"

    def said(self, translate: Any) -> str:
        """The reason, its template put through `translate`."""
        return str(translate(self.why)) % self.words if self.words else str(translate(self.why))
