"""My tasks: mine, my teams', and those of whom I stand in for, the soonest due first; several done at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, NamedTuple, cast

from django.contrib import messages
from django.db.models import DateField, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from kundenakte.base.accounts.models import User
from kundenakte.base.refusals import Refused
from kundenakte.circulation import access
from kundenakte.circulation.access import Whose
from kundenakte.circulation.models import Reminder, Task
from kundenakte.circulation.models.slips import Wish
from kundenakte.doors.web import page, paging
from kundenakte.doors.web.circulation import cover
from kundenakte.doors.web.circulation.working import do
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.doors.web.templatetags.shown import day, said

PAGE: Final = 50
_MOST_AT_ONCE: Final = 200
_MOST_LATE: Final = 10
_MOST_TOLD: Final = 1000
_LOOKED_AT: Final = 200
_NEVER: Final = date(9999, 12, 31)
_WHOSE: Final[dict[str, Any]] = {
    "": gettext_lazy("Alle"),
    "ich": gettext_lazy("Meine"),
    "team": gettext_lazy("Meine Teams"),
    "vertretung": gettext_lazy("In Vertretung"),
}
_PARTS: Final[dict[str, Whose]] = {"": "all", "ich": "mine", "team": "team", "vertretung": "deputy"}
_DUE: Final[dict[str, Any]] = {
    "": gettext_lazy("egal wann"),
    "ueberfaellig": gettext_lazy("überfällig"),
    "heute": gettext_lazy("bis heute fällig"),
    "woche": gettext_lazy("in den nächsten 7 Tagen"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, made harmless."""

    whose: str
    due: str
    wish: str

    @classmethod
    def of(cls, query: QueryDict) -> Asked:
        """What makes no sense counts as not said."""
        whose, due, wish = query.get("wessen", ""), query.get("faellig", ""), query.get("was", "")
        return cls(whose if whose in _WHOSE else "", due if due in _DUE else "", wish if wish in Wish.values else "")

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.whose or self.due or self.wish)

    def until(self, today: date) -> date | None:
        """The last due day that is shown."""
        days = {"ueberfaellig": -1, "heute": 0, "woche": 7}.get(self.due)
        return None if days is None else today + timedelta(days=days)


class Badge(NamedTuple):
    """A word beside the title, and the class it is drawn with."""

    css: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A task in the list, in the words it is shown in."""

    task: Task
    title: str
    wish: str
    with_whom: list[Badge]
    customer: str
    number: str
    started_by: str
    instruction: str
    due: str
    days_over: int
    is_today: bool

    @property
    def lateness(self) -> Badge | None:
        """What to say of the day it is due, once that is over or today."""
        if self.days_over:
            text = ngettext("seit einem Tag überfällig", "seit %(n)s Tagen überfällig", self.days_over)
            return Badge("bad", text % {"n": self.days_over})
        return Badge("warn", _("heute fällig")) if self.is_today else None

    @property
    def can_be_noted(self) -> bool:
        """Whether it may be done from the list: what is only to be taken note of."""
        return self.task.wish == Wish.TAKE_NOTE and not self.task.four_eyes


@require_safe
@screen
def tasks(request: SignedIn) -> HttpResponse:
    """The list as the address says."""
    return _shown(request)


@require_POST
@screen
def note_all(request: SignedIn) -> HttpResponse:
    """Take note of all that was marked. Each by itself: one that somebody else has done holds up no other."""
    asked = request.POST.getlist("aufgabe")[:_MOST_AT_ONCE]
    wanted = dict(pair for text in asked if (pair := _pair(text)) is not None)
    done, refused = 0, []
    rows = access.tasks_for(request.user, rights=page.rights(request)).filter(pk__in=wanted, wish=Wish.TAKE_NOTE)
    found = {row.pk: row for row in rows}
    for pk, edition in wanted.items():
        row = found.get(pk)
        if row is None:
            refused.append(_("Eine Aufgabe war nicht mehr da."))
            continue
        common = {"actor": page.actor(request), "task": row, "edition": edition, "now": timezone.now()}
        try:
            do(common, row.wish, "")
            done += 1
        except Refused as why:
            refused.append(f"„{row.folder.title}“: {why.in_words(_)}")
    if done:
        said = ngettext("%(n)d Mappe zur Kenntnis genommen.", "%(n)d Mappen zur Kenntnis genommen.", done)
        messages.success(request, said % {"n": done})
    if refused:
        messages.warning(request, " ".join(refused[:5]))
    if not wanted:
        messages.error(request, _("Bitte markieren Sie zuerst, was Sie zur Kenntnis genommen haben."))
    kept = request.POST.get("liste", "").lstrip("?")[:500]
    return page.gone_on(f"{reverse('tasks')}?{kept}" if kept and kept.isprintable() else reverse("tasks"))


def soonest(user: User, rows: QuerySet[Task], today: date) -> list[Row]:
    """Tasks as the list shows them."""
    return [_row(user, task, today) for task in rows]


def _shown(request: SignedIn) -> HttpResponse:
    today, rights, asked = timezone.localdate(), page.rights(request), Asked.of(request.GET)
    rows = access.tasks_for(
        request.user, rights=rights, whose=_PARTS[asked.whose], due_until=asked.until(today), wish=asked.wish,
        others=page.stands_in_for(request),
    )  # fmt: skip
    # Paging goes on behind a value; what has no due day comes last.
    dated = access.listed(rows).annotate(due_key=Coalesce("due_on", Value(_NEVER), output_field=DateField()))
    shown = paging.page(dated, order=("due_key", "pk"), cursor=request.GET.get("nach", ""), size=PAGE)
    context = {
        "asked": asked,
        "rows": soonest(request.user, cast(Any, shown.rows), today),
        "next": shown.next,
        "is_first": shown.is_first,
        "whose": _WHOSE.items(),
        "dues": _DUE.items(),
        "wishes": [("", _("egal was")), *((value, _(label)) for value, label in Wish.choices)],
        "late": _late_elsewhere(request),
        "kept": request.GET.urlencode(),
    }
    return render(request, "circulation/tasks.html", context)


def _late_elsewhere(request: SignedIn) -> list[tuple[Task, str]]:
    """Tasks of others that are so late that she was told of it, and with whom each lies."""
    escalated = access.reminders_for(request.user).filter(kind=Reminder.Kind.ESCALATED)
    rows = escalated.values_list("pk", "task", "task__folder")
    found: list[int] = []
    # Some at a time, and who sees which folder is asked of these alone: thousands may be late.
    for start in range(0, _MOST_TOLD, _LOOKED_AT):
        some = list(rows[start : start + _LOOKED_AT])
        found += _of_others(request, some)
        if len(found) >= _MOST_LATE or len(some) < _LOOKED_AT:
            break
    if not found:
        return []
    shown = Reminder.objects.filter(pk__in=found[:_MOST_LATE])
    late = shown.select_related("task__folder", "task__user", "task__team", "task__claimed_by")
    return [(one.task, cover.holder(one.task)) for one in late]


def _of_others(request: SignedIn, told: list[tuple[int, int, int]]) -> list[int]:
    """Which of these reminders are of a folder she sees, and of a task that is not hers anyway."""
    if not told:
        # Most people, most days: the rest is the dearest question of the page.
        return []
    rights, others = page.rights(request), page.stands_in_for(request)
    folders = access.folders_for(request.user, rights=rights, others=others).order_by()
    own = access.tasks_for(request.user, rights=rights, others=others).prefetch_related(None).order_by()
    seen = set(folders.filter(pk__in={folder for _pk, _task, folder in told}).values_list("pk", flat=True))
    hers = set(own.filter(pk__in=[task for _pk, task, _folder in told]).values_list("pk", flat=True))
    return [pk for pk, task, folder in told if folder in seen and task not in hers]


def _row(user: User, task: Task, today: date) -> Row:
    folder = task.folder
    return Row(
        task, title=folder.title, wish=said(task.get_wish_display()), with_whom=list(_with_whom(user, task)),
        customer=str(folder.customer_file.customer), number=folder.number,
        started_by=_("von %(name)s") % {"name": folder.started_by}, instruction=task.stop.instruction,
        due=day(task.due_on), days_over=cover.days_over(task, today), is_today=task.due_on == today,
    )  # fmt: skip


def _with_whom(user: User, task: Task) -> Iterator[Badge]:
    """What makes it not simply hers: others at the same work, or whose place she takes; a deputy who is at it."""
    is_claimed_by_another = task.claimed_by_id not in {None, user.pk}
    # In her own name: hers by name, or her team's and not in the hands of somebody who is away.
    is_own = task.user_id == user.pk or (task.team_id is not None and not is_claimed_by_another)
    if task.team_id is not None and task.claimed_by_id is None:
        yield Badge("", _("Team %(team)s") % {"team": cover.holder(task)})
    if is_own and is_claimed_by_another:
        yield Badge("", _("übernommen von %(name)s") % {"name": task.claimed_by})
    if not is_own:
        yield Badge("warn", _("für %(name)s") % {"name": task.user or task.claimed_by})


def _pair(text: str) -> tuple[int, int] | None:
    pk, _between, edition = text.partition("-")
    one, other = page.number(pk), page.number(edition)
    return None if one is None or other is None else (one, other)
