"""The routing slip (Laufzettel): the stops of a folder, in order."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from kundenakte.base.accounts.models import Role
from kundenakte.circulation.models.folders import CirculationFolder


class Wish(models.TextChoices):
    """What somebody is asked to do with what he gets."""

    TAKE_NOTE = "take_note", "zur Kenntnis"
    COMMENT = "comment", "zur Stellungnahme"
    APPROVE = "approve", "zur Freigabe"
    COMPLETE = "complete", "zur Erledigung"
    SIGN_OFF = "sign_off", "zur Abzeichnung"


class Stop(models.Model):
    """One line of the routing slip: who is to do what, and by when. Stops of one step are open side by side."""

    class State(models.TextChoices):
        WAITING = "waiting", "noch nicht dran"
        OPEN = "open", "dran"
        DONE = "done", "erledigt"
        # Taken out before it was its turn, or the folder was called back.
        DROPPED = "dropped", "entfallen"

    folder = models.ForeignKey(CirculationFolder, on_delete=models.PROTECT, related_name="stops")
    # 1, 2, 3 …; 0 is the desk of whoever started it, to which a refusal at the first step goes back.
    step = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    team = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    wish = models.CharField(max_length=10, choices=Wish.choices, default=Wish.COMPLETE)
    instruction = models.CharField(max_length=500, blank=True)
    # A day, or so many working days after its turn has come; neither: no hurry.
    due_on = models.DateField(null=True, blank=True)
    due_days = models.PositiveSmallIntegerField(null=True, blank=True)
    # Whoever did the step before, or started the folder, does not do this one.
    four_eyes = models.BooleanField(default=False)

    class Meta:
        ordering = ("step", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(user__isnull=False, team__isnull=True) | Q(user__isnull=True, team__isnull=False),
                name="stop_for_one",
            ),
        )
        indexes = (models.Index(fields=("folder", "step", "id"), name="stop_in_order"),)

    def facts(self) -> dict[str, Any]:
        """What minutes and journal keep of it: ids, days and codes, no words."""
        return {
            "id": self.pk,
            "step": self.step,
            "user": self.user_id,
            "team": self.team_id,
            "wish": str(self.wish),
            "due_on": self.due_on.isoformat() if self.due_on else None,
            "due_days": self.due_days,
            "four_eyes": self.four_eyes,
        }

    def __str__(self) -> str:
        return f"{self.step}. {self.user or self.team} {self.get_wish_display()}"
