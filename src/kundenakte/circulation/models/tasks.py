"""What one person or team has to do now (Aufgabe)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from kundenakte.base.accounts.models import Role
from kundenakte.circulation.models.folders import CirculationFolder, FolderDocument
from kundenakte.circulation.models.slips import Stop, Wish
from kundenakte.records.models import Grant

_STATES_UNDER_WAY = ("open", "claimed")
# A bare column: both databases see that a query with it is answered by an index with the same condition.
_UNDER_WAY = Q(is_under_way=True)


class Task(models.Model):
    """The work at a stop whose turn has come. It ends once; a stop whose turn comes again gets another one.

    Waiting is a state of stops: before its turn a stop has no task.
    """

    class State(models.TextChoices):
        OPEN = "open", "offen"
        CLAIMED = "claimed", "in Arbeit"
        DONE = "done", "erledigt"
        REFUSED = "refused", "zurückgewiesen"
        RECALLED = "recalled", "zurückgezogen"
        HANDED_ON = "handed_on", "weitergegeben"

    folder = models.ForeignKey(CirculationFolder, on_delete=models.PROTECT, related_name="tasks", db_index=False)
    stop = models.ForeignKey(Stop, on_delete=models.PROTECT, related_name="tasks")
    # Of whom it was handed on from, if it was.
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The how many-th time its stop's turn has come.
    round = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    # Open or in work.
    is_under_way = models.BooleanField(default=True)
    wish = models.CharField(max_length=10, choices=Wish.choices)
    four_eyes = models.BooleanField(default=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    team = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    due_on = models.DateField(null=True, blank=True)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Whose place `ended_by` took, as a deputy.
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    remark = models.TextField(blank=True)
    # Counted up by each change: of two people who act at once one wins and the other is told.
    edition = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(user__isnull=False, team__isnull=True) | Q(user__isnull=True, team__isnull=False),
                name="task_for_one",
            ),
            models.CheckConstraint(
                condition=Q(is_under_way=True, state__in=_STATES_UNDER_WAY)
                | (Q(is_under_way=False) & ~Q(state__in=_STATES_UNDER_WAY)),
                name="task_under_way_or_ended",
            ),
            models.UniqueConstraint(fields=("stop",), condition=_UNDER_WAY, name="task_under_way_once"),
        )
        indexes = (
            # The inbox of one person asks these three, whatever else there is: finished tasks stand in none of them.
            models.Index(fields=("user", "due_on", "id"), condition=_UNDER_WAY, name="task_of_user"),
            models.Index(
                fields=("team", "due_on", "id"), condition=_UNDER_WAY & Q(claimed_by__isnull=True), name="task_of_team"
            ),
            models.Index(
                fields=("claimed_by", "due_on", "id"),
                condition=_UNDER_WAY & Q(claimed_by__isnull=False),
                name="task_claimed",
            ),
            models.Index(fields=("due_on", "id"), condition=_UNDER_WAY, name="task_due"),
            models.Index(fields=("folder", "id"), name="task_in_folder"),
            # Who had a hand in a folder may go on seeing it.
            models.Index(fields=("ended_by", "folder"), name="task_ended_by"),
        )

    def __str__(self) -> str:
        return f"{self.folder_id}/{self.stop_id}: {self.user or self.team} {self.get_wish_display()}"

    @property
    def holder(self) -> str:
        """The name of the person or team it lies with."""
        return str(self.claimed_by or self.user or self.team)

    def facts(self) -> dict[str, Any]:
        """What minutes and journal keep of it, before and after each change: ids, days and codes, no words."""
        return {
            "stop": self.stop_id,
            "follows": self.follows_id,
            "round": self.round,
            "state": str(self.state),
            "wish": str(self.wish),
            "four_eyes": self.four_eyes,
            "user": self.user_id,
            "team": self.team_id,
            "claimed_by": self.claimed_by_id,
            "due_on": self.due_on.isoformat() if self.due_on else None,
            "ended_by": self.ended_by_id,
            "on_behalf_of": self.on_behalf_of_id,
            "edition": self.edition,
        }


class TaskGrant(models.Model):
    """A permission to read that a task gave to whoever has to do it; it ends with the task."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="grants")
    entry = models.ForeignKey(FolderDocument, on_delete=models.PROTECT, related_name="+")
    grant = models.OneToOneField(Grant, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.task_id}: {self.grant_id}"
