"""What lies in the watched folders where files stay."""

from __future__ import annotations

from django.db import models

from kundenakte.steps.intake.models import WatchedFolder


class SeenFile(models.Model):
    """A file in a folder where files stay, as it was when it was last taken."""

    folder = models.ForeignKey(WatchedFolder, on_delete=models.CASCADE, related_name="+")
    file = models.TextField()
    file_key = models.CharField(max_length=64)
    size = models.BigIntegerField()
    mtime_ns = models.BigIntegerField()
    # Empty for sidecars and for what was refused.
    digest = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("folder", "file_key"), name="seen_file_once"),)

    def __str__(self) -> str:
        return self.file
