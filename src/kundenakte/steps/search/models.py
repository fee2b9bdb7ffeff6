"""The indexes that follow the changes of this house."""

from __future__ import annotations

from django.db import models


class FollowingIndex(models.Model):
    """One machine's index. What all of them have passed may leave `SearchDue`."""

    index_id = models.CharField(max_length=32, primary_key=True)
    host = models.CharField(max_length=100, blank=True)
    # Rows up to this one are in the index, on disk.
    passed = models.BigIntegerField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.host} {self.index_id}"
