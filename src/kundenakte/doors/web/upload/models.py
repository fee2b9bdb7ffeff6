"""What the browser's upload has to remember, so that finishing twice makes one arrival."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from kundenakte.records.models import Arrival


class ReceivedUpload(models.Model):
    """A file that came in slices and was received. Written in the arrival's own transaction: both are there or none."""

    key = models.CharField(max_length=32, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    arrival = models.ForeignKey(Arrival, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key
