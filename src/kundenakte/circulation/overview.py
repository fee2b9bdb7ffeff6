"""All that is under way at a glance: folders and cases by age, owner, customer, reason and stage, within rights.

Every figure is counted from the very lines that are shown, so that counts and lists cannot differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from kundenakte.base.accounts.models import User
from kundenakte.circulation import access
from kundenakte.circulation.models import CirculationFolder, Task
from kundenakte.records.reach import Rights

# Days a folder is under way: up to 7, 30, 90, and longer.
AGES: Final = {"7": (0, 7), "30": (8, 30), "90": (31, 90), "mehr": (91, 100_000)}
# The kind of what is no case of a process.
FOLDER: Final = "mappe"
MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Line:
    """A folder or case under way."""

    pk: int
    number: str
    title: str
    customer_file: int
    customer: str
    # Key and name of the process; FOLDER and "" for a plain folder.
    kind: str
    process: str
    owner: int
    reason: str
    # What the process says, or the step of the slip ("3").
    stage: str
    started_at: datetime
    days: int
    due_on: date | None
    is_overdue: bool
    # On whose desks it lies: people and teams.
    with_whom: tuple[str, ...] = ()

    @property
    def age(self) -> str:
        """Its class of age."""
        return next(name for name, (first, last) in AGES.items() if first <= self.days <= last)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is left in; empty means all."""

    kind: str = ""
    owner: int | None = None
    customer: int | None = None
    reason: str = ""
    stage: str = ""
    age: str = ""
    overdue: bool = False

    def keeps(self, line: Line) -> bool:
        """Whether a line is among them."""
        return (
            (not self.kind or line.kind == self.kind)
            and (self.owner is None or line.owner == self.owner)
            and (self.customer is None or line.customer_file == self.customer)
            and (not self.reason or line.reason == self.reason)
            and (not self.stage or line.stage == self.stage)
            and (not self.age or line.age == self.age)
            and (line.is_overdue or not self.overdue)
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """How many lines there are of each."""

    total: int
    overdue: int
    kinds: Counter[str]
    owners: Counter[int]
    customers: Counter[int]
    reasons: Counter[str]
    stages: Counter[str]
    ages: Counter[str]


def open_lines(user: User, *, now: datetime, rights: Rights | None = None, customer: int | None = None) -> list[Line]:
    """Everything under way that this user may see, the oldest first."""
    folders = access.folders_for(user, rights=rights).filter(state=CirculationFolder.State.OPEN)
    if customer is not None:
        folders = folders.filter(customer_file=customer)
    return _lines(folders, now)


def counts(lines: Collection[Line]) -> Counts:
    """The figures of these lines."""
    return Counts(
        total=len(lines),
        overdue=sum(line.is_overdue for line in lines),
        kinds=Counter(line.kind for line in lines),
        owners=Counter(line.owner for line in lines),
        customers=Counter(line.customer_file for line in lines),
        reasons=Counter(line.reason for line in lines if line.reason),
        stages=Counter(line.stage for line in lines),
        ages=Counter(line.age for line in lines),
    )


@dataclass(frozen=True, slots=True)
class Month:
    """How many began and how many ended in a month."""

    first: date
    begun: int
    ended: int


def throughput(user: User, *, now: datetime, rights: Rights | None = None) -> list[Month]:
    """The last twelve months, this one included, within rights."""
    firsts = _months(timezone.localdate(now))
    bounds = [_midnight(day) for day in [*firsts, _next(firsts[-1])]]
    folders = access.folders_for(user, rights=rights).order_by()
    found = {}
    for name in ("started_at", "ended_at"):
        within = folders.filter(**{f"{name}__gte": bounds[0], f"{name}__lt": bounds[-1]})
        # Conditions instead of the database's own months: those cost a function call for each row on SQLite.
        found[name] = within.aggregate(
            **{
                f"m{n}": Count("pk", filter=Q(**{f"{name}__gte": bounds[n], f"{name}__lt": bounds[n + 1]}))
                for n in range(MONTHS)
            }
        )
    return [Month(day, found["started_at"][f"m{n}"], found["ended_at"][f"m{n}"]) for n, day in enumerate(firsts)]


def reasons(user: User, *, now: datetime, rights: Rights | None = None) -> list[tuple[str, str, int]]:
    """Why cases were opened in those twelve months, the most frequent first: process, reason, how many."""
    since = _midnight(_months(timezone.localdate(now))[0])
    cases = access.cases_for(user, rights=rights).filter(opened_at__gte=since).exclude(reason="").order_by()
    rows = cases.values_list("process__key", "reason").annotate(n=Count("pk"))
    return sorted(((str(kind), str(reason), int(n)) for kind, reason, n in rows), key=lambda row: (-row[2], row[1]))


# --- inside ------------------------------------------------------------------------------------------------------

_COLUMNS: Final = (
    "pk", "number", "title", "customer_file_id", "customer_file__customer__name", "case__process__key",
    "case__process__name", "case__owner_id", "started_by_id", "case__reason", "case__stage", "step", "started_at",
    "case__due_at",
)  # fmt: skip


def _lines(folders: QuerySet[CirculationFolder], now: datetime) -> list[Line]:
    rows = list(folders.order_by("started_at", "pk").values_list(*_COLUMNS))
    desks = _desks([row[0] for row in rows] if len(rows) < 200 else None)
    today = timezone.localdate(now)
    made = []
    for (pk, number, title, file, customer, kind, process, owner, starter, reason, stage, step, started_at,
         due_at) in rows:  # fmt: skip
        desk = desks.get(pk, _NOWHERE)
        days = [day for day in (desk.due_on, timezone.localdate(due_at) if due_at else None) if day is not None]
        due_on = min(days, default=None)
        late = due_on is not None and due_on < today
        made.append(
            Line(
                pk, number, title, file, customer, kind or FOLDER, process or "", owner or starter, reason or "",
                stage or str(step), started_at, (today - timezone.localdate(started_at)).days, due_on, late,
                tuple(desk.people),
            )
        )  # fmt: skip
    return made


@dataclass(slots=True)
class _Desk:
    """Who has tasks of a folder, and the first day one of them is due."""

    due_on: date | None = None
    people: list[str] = field(default_factory=list)


_NOWHERE: Final = _Desk()


def _desks(folders: Iterable[int] | None) -> dict[int, _Desk]:
    """Where each folder lies; of all, or of a few."""
    tasks = Task.objects.filter(is_under_way=True)
    if folders is not None:
        tasks = tasks.filter(folder__in=folders)
    found: dict[int, _Desk] = {}
    rows = tasks.order_by("pk").values_list("folder_id", "due_on", "user__name", "user__username", "team__name")
    for folder, due_on, name, username, team in rows:
        desk = found.setdefault(folder, _Desk())
        desk.due_on = min((day for day in (desk.due_on, due_on) if day is not None), default=None)
        who = name or username or team
        if who and who not in desk.people:
            desk.people.append(who)
    return found


def _months(today: date) -> list[date]:
    first, found = today.replace(day=1), []
    for _ in range(MONTHS):
        found.append(first)
        first = (first - timedelta(days=1)).replace(day=1)
    return found[::-1]


def _next(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001
