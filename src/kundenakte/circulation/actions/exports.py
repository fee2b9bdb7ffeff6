"""Taking the list of what is under way out of the house, as a table: on record, since it names customers."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.circulation import moving


@transaction.atomic
def export_overview(*, actor: Actor, form: str, count: int, now: datetime) -> None:
    """Write down who took how many lines, and in which form ("csv", "xlsx")."""
    journal.append(actor, "circulation_overview.exported", moving.person(actor), at=now, form=form, count=count)
