"""How long a timer waits: ISO 8601 durations, and nothing else; in days of the calendar or in working days."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from kundenakte.circulation import working_days
from kundenakte.circulation.processes.refusals import BpmnRefused

_SHAPE: Final = re.compile(
    r"P(?:(\d{1,4})W|(?:(\d{1,2})Y)?(?:(\d{1,3})M)?(?:(\d{1,4})D)?(?:T(?=\d)(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?)"
)
_SHORTEST: Final = timedelta(minutes=1)
_LONGEST: Final = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class Duration:
    """So many months and so much more; or so many working days."""

    months: int
    rest: timedelta
    working: bool = False

    @classmethod
    def read(cls, text: str, *, working: bool) -> Duration:
        """Raises BpmnRefused for what is no duration, too short or too long, or working days with hours."""
        match = _SHAPE.fullmatch(text.strip())
        if match is None or not any(match.groups()):
            raise BpmnRefused(
                "„%(text)s“ ist keine Dauer. Gemeint sind Angaben wie P3D (drei Tage), PT4H oder P2W.",
                text=text.strip()[:40],
            )
        weeks, years, months, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        rest = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
        made = cls(years * 12 + months, rest, working)
        if working and (made.months or weeks or rest != timedelta(days=days) or not days):
            raise BpmnRefused("Arbeitstage werden als ganze Tage angegeben, etwa P3D.")
        about = timedelta(days=30 * made.months) + rest
        if about < _SHORTEST or about > _LONGEST:
            raise BpmnRefused("Ein Zeitgeber wartet mindestens eine Minute und höchstens zehn Jahre.")
        return made

    def after(self, moment: datetime) -> datetime:
        """When it is over, counted from this moment; the time of day stays, by the clock on the wall."""
        local = timezone.localtime(moment)
        if self.working:
            day = working_days.add(local.date(), self.rest.days)
            return timezone.make_aware(datetime.combine(day, local.time()), local.tzinfo)
        day = local.date()
        year, month = divmod(day.year * 12 + day.month - 1 + self.months, 12)
        day = day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))
        whole, hours = timedelta(days=self.rest.days), timedelta(seconds=self.rest.seconds)
        at = timezone.make_aware(datetime.combine(day + whole, local.time().replace(tzinfo=None)), local.tzinfo)
        return at + hours

    def __str__(self) -> str:
        seconds = int(self.rest.total_seconds())
        return f"{'W' if self.working else 'C'}:{self.months}:{seconds}"

    @classmethod
    def stored(cls, text: str) -> Duration:
        """What `str` wrote."""
        kind, months, seconds = text.split(":")
        return cls(int(months), timedelta(seconds=int(seconds)), kind == "W")
