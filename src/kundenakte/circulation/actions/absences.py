"""Saying who is away and who stands in."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.base.journal import actions as journal
from kundenakte.circulation import grants, moving
from kundenakte.circulation.models import Absence, CirculationFolder, Task, TaskGrant
from kundenakte.circulation.refusals import NobodyThere
from kundenakte.records import access
from kundenakte.records.models import Verb
from kundenakte.records.refusals import BadValue, NotAllowed


@transaction.atomic
def enter_absence(
    *, actor: Actor, user: User, deputy: User, begins_on: date, ends_on: date, now: datetime, note: str = ""
) -> Absence:
    """From the first to the last day `deputy` sees and does the tasks of `user`, and it is recorded as that.

    Everybody for himself, an administrator for all. A circle of deputies does no harm. Raises BadValue, NobodyThere.
    """
    _for_whom(actor, user)
    if ends_on < begins_on or ends_on < timezone.localdate(now):
        raise BadValue("Bitte prüfen Sie die Tage: Das Ende liegt vor dem Anfang oder in der Vergangenheit.")
    if user.pk == deputy.pk:
        raise BadValue("Niemand vertritt sich selbst.")
    if not deputy.is_active or deputy.is_service or deputy.is_auditor:
        raise NobodyThere
    made = Absence.objects.create(
        user=user, deputy=deputy, begins_on=begins_on, ends_on=ends_on, note=note.strip()[:200],
        entered_by=moving.person(actor), entered_at=now,
    )  # fmt: skip
    journal.append(
        actor, "absence.entered", made, at=now, user=user, deputy=deputy, begins_on=begins_on, ends_on=ends_on,
        personal={"note": made.note},
    )  # fmt: skip
    settle_deputies(now=now)
    return made


@transaction.atomic
def cancel_absence(*, actor: Actor, absence: Absence, now: datetime) -> None:
    """Somebody is there after all. Once cancelled, nothing more happens."""
    held = Absence.objects.select_for_update(of=("self",)).select_related("user").get(pk=absence.pk)
    _for_whom(actor, held.user)
    if held.cancelled_at is not None:
        return
    held.cancelled_at = absence.cancelled_at = now
    held.save(update_fields=["cancelled_at"])
    journal.append(actor, "absence.cancelled", held, at=now, user=held.user_id)
    settle_deputies(now=now, also={held.user_id})


def settle_deputies(*, now: datetime, also: set[int] | None = None) -> None:
    """Make the permissions of deputies right for today; the recurring job calls it too, since days begin and end.

    Looked at are the tasks of all who are away, and those that once gave a deputy something to read.
    """
    today = timezone.localdate(now)
    away = set(also or ())
    away |= set(
        Absence.objects.filter(cancelled_at=None, begins_on__lte=today, ends_on__gte=today).values_list(
            "user_id", flat=True
        )
    )
    theirs = Q(user__in=away) | Q(claimed_by__in=away) | Q(pk__in=_with_a_deputys_grant())
    tasks = Task.objects.filter(theirs, is_under_way=True)
    folders = set(tasks.values_list("folder_id", flat=True))
    # All in one order; what ends meanwhile is not given anything any more.
    list(CirculationFolder.objects.select_for_update().filter(pk__in=folders).order_by("pk").values_list("pk"))
    grants.settle(tasks.filter(folder__in=folders), now=now)


def _for_whom(actor: Actor, user: User) -> None:
    person = moving.person(actor)
    if person.pk != user.pk and not access.rights_of(person).has(Verb.ADMINISTER):
        raise NotAllowed


def _with_a_deputys_grant() -> list[int]:
    given = TaskGrant.objects.filter(task__is_under_way=True, grant__revoked_at=None, grant__user__isnull=False)
    strangers = given.exclude(grant__user=F("task__user")).exclude(grant__user=F("task__claimed_by"))
    return list(strangers.values_list("task_id", flat=True).distinct())
