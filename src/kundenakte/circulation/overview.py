"""All that is under way at a glance: folders and cases by age, owner, customer, reason and stage, within rights.

Every figure is counted from the very entries that are listed, so that counts and lists cannot differ. What they are
called is read for those that are shown: with ten thousand under way, a page shows fifty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from operator import attrgetter
from typing import Any, Final, NamedTuple, cast

from django.db.models import Case, CharField, Count, FilteredRelation, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from kundenakte.base.accounts.models import User
from kundenakte.circulation import access
from kundenakte.circulation.models import CirculationFolder, Task
from kundenakte.records.models import CustomerFile
from kundenakte.records.reach import Rights

# Up to so many days under way it belongs to this class of age; the last one is open.
AGES: Final = {"7": 7, "30": 30, "90": 90, "mehr": None}
# The kind of what is no case of a process.
FOLDER: Final = "mappe"
OVERDUE: Final = "1"
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
    # OVERDUE or "": a text, which neither database makes another thing of on the way here.
    overdue: str

    @property
    def is_overdue(self) -> bool:
        """Whether something of it should have been done before today."""
        return bool(self.overdue)


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
    due_on: date | None
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
            and (bool(entry.overdue) or not self.overdue)
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
    rows = folders.annotate(under_way=_case_under_way(), **_columns(timezone.localdate(now))).order_by(
        "started_at", "pk"
    )
    # As the database gives them: with ten thousand, each look at a single value costs the reader a millisecond or more.
    return list(map(_entry, rows.values_list("pk", "customer_file_id", *_TOLD)))


def due_days(folders: Collection[int]) -> dict[int, date]:
    """The first day on which something of these folders is due, for each that has one."""
    found: dict[int, date] = {}
    tasks = _of(folders, Task.objects.filter(is_under_way=True, due_on__isnull=False), "folder").order_by()
    for folder, day in tasks.values_list("folder_id", "due_on"):
        found[folder] = min(found.get(folder, date.max), cast(date, day))
    zone, rows = timezone.get_current_timezone(), CirculationFolder.objects.filter(state=CirculationFolder.State.OPEN)
    cases = _of(folders, rows.filter(case__due_at__isnull=False), "pk").order_by()
    for folder, at in cases.values_list("pk", "case__due_at"):
        found[folder] = min(found.get(folder, date.max), cast(datetime, at).astimezone(zone).date())
    return found


def counts(entries: Collection[Entry]) -> Counts:
    """The figures of these entries."""

    def of(name: str) -> Counter[Any]:
        return Counter(map(attrgetter(name), entries))

    reasons = of("reason")
    del reasons[""]
    return Counts(
        total=len(entries), overdue=of("overdue")[OVERDUE], kinds=of("kind"), owners=of("owner"),
        customers=of("customer_file"), reasons=reasons, stages=of("stage"), ages=of("age"),
    )  # fmt: skip


def lines(entries: Sequence[Entry], *, now: datetime) -> list[Line]:
    """What is shown of them, in the same order. An entry that has just ended is still one line."""
    today = timezone.localdate(now)
    pks = [entry.pk for entry in entries]
    desks, due = _desks(pks), due_days(pks)
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
            Line(
                entry, number, title, customer, process or "", started_at, days, due_on=due.get(entry.pk),
                with_whom=tuple(desks.get(entry.pk, ())),
            )
        )  # fmt: skip
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
    # From the folders, not by their ids: so the databases begin with the cases of the year.
    folders = access.folders_for(user, rights=rights).filter(case__opened_at__gte=since, case__reason__gt="")
    rows = folders.order_by().values_list("case__process__key", "case__reason").annotate(n=Count("pk"))
    return sorted(((str(kind), str(reason), int(n)) for kind, reason, n in rows), key=lambda row: (-row[2], row[1]))


# --- inside ------------------------------------------------------------------------------------------------------

# What stands in an entry behind its two ids, as `_columns` calls it.
_TOLD: Final = ("told_kind", "told_owner", "told_reason", "told_stage", "told_age", "told_overdue")
_WORDS: Final = ("pk", "number", "title", "customer_file__customer__name", "case__process__name", "started_at")
# From so many on, asking for all is quicker than asking for each.
_MANY: Final = 1000


# Ten thousand times in a page: `Entry._make` without its look at the length.
_entry: Final[Callable[[tuple[Any, ...]], Entry]] = partial(tuple.__new__, Entry)


def _case_under_way() -> FilteredRelation:
    """Said though it follows from the folder: without it PostgreSQL reads all cases that ever were.

    Made anew for each question: Django writes into it.
    """
    return FilteredRelation("case", condition=Q(case__state="open"))


def _columns(today: date) -> dict[str, Any]:
    """What an entry says, told by the database: reading ten thousand dates would take longer than all the rest."""
    late = Task.objects.filter(is_under_way=True, due_on__lt=today).order_by().values("folder")
    is_late = Q(under_way__due_at__lt=_midnight(today)) | Q(pk__in=late)
    text = CharField()
    return dict(
        zip(
            _TOLD,
            (
                Coalesce("under_way__process__key", Value(FOLDER), output_field=text),
                Coalesce("under_way__owner_id", "started_by_id"),
                Coalesce("under_way__reason", Value("")),
                Case(
                    When(under_way__stage__gt="", then="under_way__stage"),
                    default=Cast("step", text),
                    output_field=text,
                ),
                _age(today),
                Case(When(is_late, then=Value(OVERDUE)), default=Value(""), output_field=text),
            ),
            strict=True,
        )
    )


def _age(today: date) -> Case:
    since = [
        When(started_at__gte=_midnight(today - timedelta(days=last)), then=Value(name))
        for name, last in AGES.items()
        if last is not None
    ]
    oldest = next(name for name, last in AGES.items() if last is None)
    return Case(*since, default=Value(oldest), output_field=CharField())


def _of(folders: Collection[int], rows: QuerySet[Any], column: str) -> QuerySet[Any]:
    """Those of a few folders; of very many all, among which they are."""
    return rows.filter(**{f"{column}__in": folders}) if len(folders) < _MANY else rows


def _desks(folders: Collection[int]) -> dict[int, list[str]]:
    """Who has tasks of each of these folders."""
    tasks = _of(folders, Task.objects.filter(is_under_way=True), "folder")
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
