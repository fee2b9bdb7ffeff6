"""What REST has to remember so that the same call twice is one."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from kundenakte.records.models import Arrival


class RememberedCall(models.Model):
    """A delivery under a key that makes it repeatable: the caller's own idempotency key, or system, number and version.

    Written in the arrival's own transaction, so there is one of each or none.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=250)
    # SHA-256 of the bytes: the same key with other bytes is a mistake of the caller.
    digest = models.CharField(max_length=64)
    arrival = models.ForeignKey(Arrival, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "key"), name="remembered_call_once"),)

    def __str__(self) -> str:
        return self.key
