"""What the calendar alone changes: a rule of the future begins to hold, a customer was in touch again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.records.actions import retention_changes
from kundenakte.records.models import Document, StructureRun
from kundenakte.records.retention import keeping, sweep
from kundenakte.records.retention.keeping import Row

_SYSTEM: Final = Actor.system("retention")
# Classes whose period starts with the last contact; there are few documents of these.
_CONTACT: Final = "LAST_CONTACT"


def follow_calendar(*, now: datetime) -> None:
    """Begin a new calculation of everything where a rule has begun to hold since the last one or none has been yet;
    else look only at what starts with the last contact. Everything else is left alone: that what is stored was altered
    behind our back is to be found by `sweep.check`, not mended in silence."""
    today = timezone.localdate(now)
    runs = StructureRun.objects.filter(kind=StructureRun.Kind.RETENTION)
    if runs.filter(ended_at=None).exists():
        return
    last = runs.order_by("-pk").first()
    house = keeping.the_house()
    since = timezone.localdate(last.started_at) if last else today - timedelta(days=1)
    uncounted = Document.objects.filter(retain_until=None, is_retention_open=False).exists()
    if uncounted or house.catalogue.begins_between(since, today):
        retention_changes.start(actor=_SYSTEM, now=now, why={"calendar": today.isoformat()})
        return
    codes = {rule.code for rule in house.catalogue.all_holding(today) if rule.start == _CONTACT}
    documents = Document.objects.filter(document_class__retention_code__in=codes).order_by("pk")
    rows = [Row(*row) for row in documents.values_list(*keeping.COLUMNS)]
    keeping.write(sweep.differences(rows, house, on=today))
