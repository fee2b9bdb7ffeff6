"""The gapless series of each source."""

from __future__ import annotations

from django.db import models


class SourceSeries(models.Model):
    """How many arrivals a source has brought: the next one gets the next number (R-03)."""

    source = models.CharField(max_length=60, unique=True)
    last_number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.source}: {self.last_number}"
