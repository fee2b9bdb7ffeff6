"""A link under which somebody without an account does one task, once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from kundenakte.circulation.models.folders import FolderDocument
from kundenakte.circulation.models.tasks import Task


class GuestLink(models.Model):
    """What a person in the house gives to one outside. Only the hash of the secret is kept; it is shown once.

    Whoever gave it stays answerable: the guest acts at his desk, and reads no more than he may at that moment.
    """

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="guest_links")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    name = models.CharField(max_length=60)
    address = models.CharField(max_length=80)
    # What he is shown; nothing else of the folder.
    entries = models.ManyToManyField(FolderDocument, related_name="+")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    until = models.DateTimeField()
    # The task was done with it.
    used_at = models.DateTimeField(null=True, blank=True)
    # Taken back, or another was given for the same task.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("task",), condition=Q(used_at__isnull=True, ended_at__isnull=True), name="guest_link_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.address})"
