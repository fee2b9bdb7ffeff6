"""Until when a store may lock a document: long enough to protect it, never longer than can be justified today (R-34).

A lock in compliance mode can be lengthened and never taken back. So it is short and renewed while the document has to
be kept. What statute demands is locked to its end, thirteen months ahead at most. All that may end any day – a hold, a
tax year somebody may close, a period the house only gave itself, the wait for an event – is locked for some weeks.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from django.utils import timezone

from kundenakte.records.models import Document
from kundenakte.records.retention import blocks, keeping
from kundenakte.records.retention.engine import End, years_later

# How far ahead, and how often it is renewed; so a renewal may be late by two weeks even with the short one.
MONTHS: Final = 13
TURN_DAYS: Final = 30
SHORT_DAYS: Final = 45
_STATUTE: Final = "S"


def furthest(today: date) -> date:
    """Thirteen months ahead, within its year's months."""
    year, month = today.year + 1, today.month + 1
    if month > 12:
        year, month = year + 1, 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(today.day, last))


def last_day(end: End, *, has_blocks: bool, today: date) -> date | None:
    """The last day of the lock a document may have today; None when nothing demands that it is kept."""
    short = today + timedelta(days=SHORT_DAYS)
    asked = [_statutory(end, today)]
    if has_blocks or end.is_open:
        asked.append(short)
    elif end.until:
        # The house's own period, as far as it goes beyond the statute's.
        asked.append(min(end.until, short))
    latest = max((day for day in asked if day), default=None)
    return min(latest, furthest(today)) if latest and latest >= today else None


def until(document: Document, *, now: datetime) -> datetime | None:
    """The moment until which a document may be locked today; None for no lock."""
    today = timezone.localdate(now)
    end = keeping.end_of(document, on=today)
    day = last_day(end, has_blocks=bool(blocks.blocks_of(document, on=today)), today=today)
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59))) if day else None


def _statutory(end: End, today: date) -> date | None:
    """The last day statute demands; for a period that has not begun, as if it began today."""
    term = end.term
    if term is None or term.rule.kind != _STATUTE:
        return None
    if term.because == "ten_years" and term.event is not None:
        started = date(term.event.year, 12, 31) if term.rule.from_year_end else term.event
        return years_later(started, term.rule.years)
    if end.until is None:
        return years_later(today, term.rule.years) if term.rule.years else None
    return end.until
