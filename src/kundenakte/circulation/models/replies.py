"""Tasks that are answered by e-mail: the keys that were sent out, and the mails that came back with one."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from kundenakte.circulation.models.tasks import Task
from kundenakte.records.models import Arrival


class ReplyKey(models.Model):
    """Somebody was mailed about a task and may answer by mail: the key stands in what he was sent, here is its hash."""

    # random_secrets.digest_of
    digest = models.CharField(max_length=64, unique=True)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="reply_keys")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # The task as it was when he was told of it.
    edition = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    # One mail uses it up: from then on it lies in the customer's file, where colleagues read it.
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.task_id}: {self.user_id}"


class Reply(models.Model):
    """A mail that came back. It is kept as any mail is; what became of the task stands here."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", "wird gelesen"
        DONE = "done", "ausgeführt"
        REFUSED = "refused", "nicht ausgeführt"
        IGNORED = "ignored", "nicht beachtet"

    key = models.ForeignKey(ReplyKey, on_delete=models.PROTECT, related_name="replies")
    arrival = models.OneToOneField(Arrival, on_delete=models.PROTECT, related_name="+")
    # As the mail has it; by it the same mail is known that came by another way, with other lines in its head.
    message_id = models.CharField(max_length=500, blank=True)
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.WAITING)
    # What whoever wrote it is told, in German.
    sentence = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"{self.key_id}: {self.get_outcome_display()}"
