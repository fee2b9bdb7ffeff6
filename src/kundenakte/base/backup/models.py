"""What became of backups and of attempts to put one back."""

from __future__ import annotations

from django.db import models


class BackupRun(models.Model):
    """One backup, one restore, or one restore into a scratch house that proves the backup good."""

    class Kind(models.TextChoices):
        BACKUP = "backup", "Sicherung"
        PROOF = "proof", "Probe der Rückspielung"
        RESTORE = "restore", "Rückspielung"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    succeeded = models.BooleanField()
    # Which backup it is about: the name of its manifest; empty when it came to none.
    run = models.CharField(max_length=80, blank=True)
    # German; why it failed, or what is to be noted.
    sentence = models.TextField(blank=True)
    # Counts, bytes, root: numbers and digests only.
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = (models.Index(fields=("kind", "-ended_at"), name="backup_run_latest"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.ended_at:%Y-%m-%d %H:%M}"
