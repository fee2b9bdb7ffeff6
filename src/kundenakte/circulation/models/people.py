"""Who is away and who stands in, and who was reminded of what."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kundenakte.circulation.models.tasks import Task


class Absence(models.Model):
    """Somebody is away from one day to another, both included, and a deputy (Vertretung) stands in."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    deputy = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    begins_on = models.DateField()
    ends_on = models.DateField()
    note = models.CharField(max_length=200, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("begins_on", "id")
        constraints = (
            models.CheckConstraint(condition=Q(ends_on__gte=F("begins_on")), name="absence_ends_after_begin"),
            models.CheckConstraint(condition=~Q(user=F("deputy")), name="absence_deputy_is_another"),
        )
        indexes = (
            models.Index(
                fields=("ends_on", "begins_on"), condition=Q(cancelled_at__isnull=True), name="absence_by_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.begins_on:%d.%m.%Y}–{self.ends_on:%d.%m.%Y}, {self.deputy}"


class Reminder(models.Model):
    """Somebody was told about a task's due day. It is on his page, and once in the mail."""

    class Kind(models.TextChoices):
        SOON = "soon", "bald fällig"
        OVERDUE = "overdue", "überfällig"
        ESCALATED = "escalated", "seit Tagen überfällig"

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="reminders")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    # The due day it is about: one that was moved is told anew.
    due_on = models.DateField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-id")
        constraints = (models.UniqueConstraint(fields=("task", "kind", "due_on", "user"), name="reminded_once"),)
        indexes = (models.Index(fields=("user", "-at"), name="reminder_of_user"),)

    def __str__(self) -> str:
        return f"{self.user}: {self.task_id} {self.get_kind_display()}"


class ReminderMail(models.Model):
    """A reminder that is still to be mailed. The row goes before the mail does: it is never sent twice."""

    reminder = models.OneToOneField(Reminder, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.reminder_id)


class TaskNotice(models.Model):
    """A task that has come to somebody and is still to be mailed; without `user` nobody has looked yet who is told. The
    row goes before the mail does."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("task", "user"), name="noticed_once"),)

    def __str__(self) -> str:
        return f"{self.task_id}: {self.user_id}"


class NoticeWish(models.Model):
    """What somebody wants a mail for at once. Without a row it is what is given to himself."""

    class What(models.TextChoices):
        NOTHING = "nothing", "keine"
        OWN = "own", "wenn mir etwas vorgelegt wird oder jemandem, den ich vertrete"
        TEAMS = "teams", "auch, wenn meinen Teams etwas vorgelegt wird"

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=7, choices=What.choices, default=What.OWN)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id}: {self.get_what_display()}"
