"""The secret address under which somebody's calendar program fetches his tasks."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class TaskFeed(models.Model):
    """One for each person who wants it. Only the hash of the secret is kept; the address is shown once."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    renewed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id}: {self.renewed_at:%d.%m.%Y}"
