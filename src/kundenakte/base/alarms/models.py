"""What is wrong at this time, and who has been told."""

from __future__ import annotations

from django.db import models


class Alarm(models.Model):
    """A trouble from when it was first seen until it was gone."""

    # The code of the check: "backup", "no-room".
    code = models.CharField(max_length=80, primary_key=True)
    sentence = models.TextField()
    since = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.code} ({self.since:%Y-%m-%d %H:%M})"
