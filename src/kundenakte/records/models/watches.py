"""Which customers somebody keeps an eye on."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from kundenakte.records.models.files import CustomerFile


class Watch(models.Model):
    """A person's bookmark on a customer file (Beobachtung), with the moment she last saw the file."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    customer_file = models.ForeignKey(CustomerFile, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    # What changed later than this is news to her.
    seen_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "customer_file"), name="watch_once"),)

    def __str__(self) -> str:
        return f"{self.user}: {self.customer_file}"
