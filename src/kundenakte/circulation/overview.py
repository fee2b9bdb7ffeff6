"""All that is under way at a glance: folders and cases by age, owner, customer, reason and stage, within rights.

Every figure is counted from the very entries that are listed, so that counts and lists cannot differ. What they are
called is read for those that are shown: with ten thousand under way, a page shows fifty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from django.db.models import Case, CharField, Count, Q, Value, When
from django.utils import timezone

from kundenakte.base.accounts.models import User
from kundenakte.circulation import access
from kundenakte.circulation.models import CirculationFolder, Process, Task
from kundenakte.records.models import CustomerFile
from kundenakte.records.reach import Rights

# Up to so many days under way it belongs to this class of age; the last one is open.
AGES: Final = {"7": 7, "30": 30, "90": 90, "mehr": None}
# The kind of what is no case of a process.
FOLDER: Final = "mappe"
MONTHS: Final = 12


class Entry(NamedTuple):
    """A folder or case under way: all that it is counted and found by."""

    pk: int
    customer_file: int
    # The key of the process; FOLDER for a plain folder.
    kind: str
    owner: int
    reason: str
    # What the process says, or the step of the slip ("3").
    stage: str
    # Its class of age.
    age: str
    due_on: date | None
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as lists show it."""

    entry: Entry
    number: str
    title: str
    customer: str
    # The name of the process; "" for a plain folder.
    process: str
    started_at: datetime
    days: int
    # On whose desks it lies: people and teams.
    with_whom: tuple[str, ...] = ()


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

    def of(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Those that are among them, in the same order."""
        return entries if self == Wanted() else [entry for entry in entries if self._keeps(entry)]

    def _keeps(self, entry: Entry) -> bool:
        return (
            (not self.kind or entry.kind == self.kind)
            and (self.owner is None or entry.owner == self.owner)
            and (self.customer is None or entry.customer_file == self.customer)
            and (not self.reason or entry.reason == self.reason)
            and (not self.stage or entry.stage == self.stage)
            and (not self.age or entry.age == self.age)
            and (entry.is_overdue or not self.overdue)
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """How many entries there are of each."""

    total: int
    overdue: int
    kinds: Counter[str]
    owners: Counter[int]
    customers: Counter[int]
    reasons: Counter[str]
    stages: Counter[str]
    ages: Counter[str]


def open_entries(user: User, *, now: datetime, rights: Rights | None = None) -> list[Entry]:
    """Everything under way that this user may see, the oldest first."""
    folders = access.folders_for(user, rights=rights).filter(state=CirculationFolder.State.OPEN)
    kinds: dict[int | None, str] = {None: FOLDER, **dict(Process.objects.values_list("pk", "key"))}
    due, today, zone = _due_days(), timezone.localdate(now), timezone.get_current_timezone()
    made = []
    for pk, file, process, owner, starter, reason, stage, step, age, due_at in (
        folders.annotate(age=_age(today)).order_by("started_at", "pk").values_list(*_COLUMNS)
    ):
        due_on = due.get(pk)
        if due_at is not None:
            due_on = min(due_on or date.max, due_at.astimezone(zone).date())
        is_overdue = due_on is not None and due_on < today
        made.append(
            Entry(pk, file, kinds[process], owner or starter, reason or "", stage or str(step), age, due_on, is_overdue)
        )
    return made


def counts(entries: Collection[Entry]) -> Counts:
    """The figures of these entries."""
    return Counts(
        total=len(entries),
        overdue=sum(entry.is_overdue for entry in entries),
        kinds=Counter(entry.kind for entry in entries),
        owners=Counter(entry.owner for entry in entries),
        customers=Counter(entry.customer_file for entry in entries),
        reasons=Counter(entry.reason for entry in entries if entry.reason),
        stages=Counter(entry.stage for entry in entries),
        ages=Counter(entry.age for entry in entries),
    )


def lines(entries: Sequence[Entry], *, now: datetime) -> list[Line]:
    """What is shown of them, in the same order. An entry that has just ended is still one line."""
    today = timezone.localdate(now)
    desks = _desks([entry.pk for entry in entries] if len(entries) < _MANY else None)
    said = {}
    for start in range(0, len(entries), _MANY):
        chosen = CirculationFolder.objects.filter(pk__in=[entry.pk for entry in entries[start : start + _MANY]])
        for pk, *words in chosen.order_by().values_list(*_WORDS):
            said[pk] = words
    made = []
    for entry in entries:
        number, title, customer, process, started_at = said[entry.pk]
        days = (today - timezone.localdate(started_at)).days
        made.append(
            Line(entry, number, title, customer, process or "", started_at, days, tuple(desks.get(entry.pk, ())))
        )
    return made


def customers_of(files: Collection[int]) -> dict[int, str]:
    """The names of the customers of these files, each of which has something under way."""
    rows = CustomerFile.objects.order_by()
    if len(files) < _MANY:
        rows = rows.filter(pk__in=files)
    else:
        under_way = CirculationFolder.objects.filter(state=CirculationFolder.State.OPEN).order_by()
        rows = rows.filter(pk__in=under_way.values("customer_file"))
    return dict(rows.values_list("pk", "customer__name"))


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
    "pk", "customer_file_id", "case__process_id", "case__owner_id", "started_by_id", "case__reason", "case__stage",
    "step", "age", "case__due_at",
)  # fmt: skip
_WORDS: Final = ("pk", "number", "title", "customer_file__customer__name", "case__process__name", "started_at")
# From so many on, asking for all is quicker than asking for each.
_MANY: Final = 1000


def _age(today: date) -> Case:
    """Told by the database: reading ten thousand times on which each began would take longer than all the rest."""
    since = [
        When(started_at__gte=_midnight(today - timedelta(days=last)), then=Value(name))
        for name, last in AGES.items()
        if last is not None
    ]
    oldest = next(name for name, last in AGES.items() if last is None)
    return Case(*since, default=Value(oldest), output_field=CharField())


def _due_days() -> dict[int, date]:
    """The first day on which something of a folder is due."""
    tasks = Task.objects.filter(is_under_way=True, due_on__isnull=False)
    # The soonest comes last and stays.
    rows = tasks.order_by("-due_on").values_list("folder_id", "due_on")
    return {folder: day for folder, day in rows if day is not None}


def _desks(folders: Collection[int] | None) -> dict[int, list[str]]:
    """Who has tasks of each folder, of all or of a few."""
    tasks = Task.objects.filter(is_under_way=True)
    if folders is not None:
        tasks = tasks.filter(folder__in=folders)
    found: dict[int, list[str]] = {}
    for folder, name, username, team in tasks.order_by("pk").values_list(
        "folder_id", "user__name", "user__username", "team__name"
    ):
        who, desk = name or username or team, found.setdefault(folder, [])
        if who and who not in desk:
            desk.append(who)
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
