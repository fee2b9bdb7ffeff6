"""Which document is which part of which stack of paper."""

from __future__ import annotations

from django.db import models

from kundenakte.records.models.arrivals import Arrival


class StackPart(models.Model):
    """A document cut out of a stack, and the pages it was there. The stack's own bytes are kept."""

    stack = models.ForeignKey(Arrival, on_delete=models.PROTECT, related_name="stack_parts")
    part = models.OneToOneField(Arrival, on_delete=models.PROTECT, related_name="stack_place")
    # From 1, in the order of the stack.
    position = models.PositiveIntegerField()
    # Pages of the stack, from 1; empty backs and separator sheets are in no part.
    pages = models.JSONField(default=list)

    class Meta:
        ordering = ("stack", "position")
        constraints = (models.UniqueConstraint(fields=("stack", "position"), name="stack_part_once"),)

    def __str__(self) -> str:
        return f"Teil {self.position} von {self.stack}"
