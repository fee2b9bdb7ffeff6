"""My tasks: mine, my teams', and those of whom I stand in for, the soonest due first; several done at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, cast

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


@dataclass(frozen=True, slots=True)
class Row:
    """A task in the list."""

    task: Task
    to: str
    # Others at the same work, or whose place she takes.
    is_shared: bool
    instead_of: str
    # Her own, which a deputy is at.
    claimed_by: str
    days_over: int
    is_today: bool

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
        request.user, rights=rights, whose=_PARTS[asked.whose], due_until=asked.until(today), wish=asked.wish
    )
    # Paging goes on behind a value; what has no due day comes last.
    dated = rows.annotate(due_key=Coalesce("due_on", Value(_NEVER), output_field=DateField()))
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
    rows = access.reminders_for(request.user).filter(kind=Reminder.Kind.ESCALATED)
    if not rows.exists():
        # Most people, most days: the rest is the dearest question of the page.
        return []
    own = access.tasks_for(request.user, rights=page.rights(request)).prefetch_related(None).order_by()
    folders = access.folders_for(request.user, rights=page.rights(request)).order_by()
    # The rows are few, and who sees which folder is asked of these alone: thousands may be late.
    told = list(rows.values_list("pk", "task", "task__folder")[:_MOST_TOLD])
    found: list[int] = []
    while told and len(found) < _MOST_LATE:
        some, told = told[:_LOOKED_AT], told[_LOOKED_AT:]
        seen = set(folders.filter(pk__in={folder for _pk, _task, folder in some}).values_list("pk", flat=True))
        hers = set(own.filter(pk__in=[task for _pk, task, _folder in some]).values_list("pk", flat=True))
        found += [pk for pk, task, folder in some if folder in seen and task not in hers]
    shown = Reminder.objects.filter(pk__in=found[:_MOST_LATE])
    late = shown.select_related("task__folder", "task__user", "task__team", "task__claimed_by")
    return [(one.task, cover.holder(one.task)) for one in late]


def _row(user: User, task: Task, today: date) -> Row:
    is_claimed_by_another = task.claimed_by_id not in {None, user.pk}
    # In her own name: hers by name, or her team's and not in the hands of somebody who is away.
    is_own = task.user_id == user.pk or (task.team_id is not None and not is_claimed_by_another)
    return Row(
        task=task,
        to=cover.holder(task),
        is_shared=task.team_id is not None and task.claimed_by_id is None,
        instead_of="" if is_own else str(task.user or task.claimed_by),
        claimed_by=str(task.claimed_by) if is_own and is_claimed_by_another else "",
        days_over=cover.days_over(task, today),
        is_today=task.due_on == today,
    )


def _pair(text: str) -> tuple[int, int] | None:
    pk, _between, edition = text.partition("-")
    one, other = page.number(pk), page.number(edition)
    return None if one is None or other is None else (one, other)
