"""The page of one folder: what somebody has to do with it, its cover sheet, its documents, its minutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kundenakte.base.accounts.models import User
from kundenakte.circulation import access, filing, four_eyes
from kundenakte.circulation.models import Case, CirculationFolder, FolderDocument, Task
from kundenakte.circulation.models.slips import Wish
from kundenakte.circulation.processes.refusals import WrongAnswer
from kundenakte.circulation.refusals import TaskClaimed
from kundenakte.doors.web import page
from kundenakte.doors.web.circulation import cover
from kundenakte.doors.web.circulation.cover import Line
from kundenakte.doors.web.circulation.extending import extension_form
from kundenakte.doors.web.circulation.people import offered
from kundenakte.doors.web.circulation.told import told
from kundenakte.doors.web.customer_files.asked import Asked
from kundenakte.doors.web.documents.signing import may_sign
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.doors.web.processes import case as cases
from kundenakte.doors.web.processes.answer_form import PREFIX, AnswerForm
from kundenakte.records import access as records_access
from kundenakte.records.models import Document
from kundenakte.records.refusals import NotAllowed

_FOUND: Final = 20
# Where the remark of a task needs words.
_REMARKS: Final = {
    Wish.COMMENT: gettext_lazy("Ihre Stellungnahme"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What was wrong with the form of a task, and what had been typed into it."""

    task: int
    act: str
    sentence: str
    typed: Mapping[str, str]
    # What was wrong with the fields of a form.
    fields: Mapping[str, WrongAnswer] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Work:
    """A task the reader can do, as its form shows it."""

    task: Task
    label: str
    button: str
    instead_of: str
    may_claim: bool
    may_give_back: bool
    may_refuse: bool
    # Four eyes: hers would be the same pair.
    is_barred: bool
    days_over: int
    fault: Fault | None
    # The task of a case: the name of its activity and its form.
    of_case: bool = False
    name: str = ""
    form: AnswerForm | None = None

    @property
    def instruction(self) -> str:
        """What the slip says; the name of an activity stands above it already."""
        said = self.task.stop.instruction
        if not self.of_case:
            return said
        return _(said.partition(": ")[2])

    @property
    def remark(self) -> str:
        """What was typed already."""
        return self.fault.typed.get("bemerkung", "") if self.fault else ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of the folder that the reader may see."""

    document: Document
    may_take_out: bool
    may_sign: bool


@require_safe
@screen
def show(request: SignedIn, pk: int) -> HttpResponse:
    """The page as it stands."""
    return shown(request, access.get_folder(request.user, pk))


def shown(
    request: SignedIn, folder: CirculationFolder, *, status: int = 200, fault: Fault | None = None, **more: Any
) -> HttpResponse:
    """The page; after a form was refused with what is wrong, and with what was typed."""
    today, rights = timezone.localdate(), page.rights(request)
    own = list(access.tasks_for(request.user, rights=rights).filter(folder=folder)) if folder.is_open else []
    may_steer = folder.is_open and access.may_steer(request.user, folder)
    lines = cover.lines_of(folder, today=today)
    visible = _visible(request, folder)
    case = cases.of_folder(folder)
    works = [_work(request.user, task, folder, today, fault) for task in own]
    if case is not None:
        works = [_of_case(work, case, request) for work in works]
    has_form = fault is not None and any(work.task.pk == fault.task for work in works)
    people = offered() if folder.is_open and (own or may_steer) else []
    context: dict[str, Any] = {
        "folder": folder,
        "lines": lines,
        "works": works,
        "fault": fault,
        # The form it was typed into is not there any more.
        "lost_fault": None if has_form else fault,
        "may_open_file": records_access.files_for(request.user, rights=rights)
        .filter(pk=folder.customer_file_id).exists(),
        "papers": _papers(request, folder, visible, may_steer=may_steer),
        "minutes_document": _minutes(request, folder),
        "minutes": told(folder, visible, case=cases.in_minutes(case) if case else None),
        "may_steer": may_steer,
        "may_add": may_steer or bool(own),
        "others": _others(lines, own) if may_steer else [],
        "people": people,
    }  # fmt: skip
    if context["may_add"]:
        context |= {"extension": extension_form(folder, lines, people)} | _search(request, folder)
    if case is not None:
        return render(request, "processes/case.html", context | cases.shown(request, case) | more, status=status)
    return render(request, "circulation/folder.html", context | more, status=status)


def _work(user: User, task: Task, folder: CirculationFolder, today: date, fault: Fault | None) -> Work:
    try:
        instead_of = access.standing(user, task, today=today).instead_of
    except (TaskClaimed, NotAllowed):
        instead_of = None
    # A team's task, or the one of whom she stands in for: claimed, the others leave it.
    is_shared = task.team_id is not None or instead_of is not None
    wish = Wish(task.wish)
    return Work(
        task=task,
        label=str(_REMARKS.get(wish, _("Bemerkung (beim Zurückweisen: der Grund)"))),
        button=_(cover.BUTTONS[wish]),
        instead_of=str(task.user or task.claimed_by) if instead_of is not None else "",
        may_claim=is_shared and task.claimed_by_id is None,
        may_give_back=task.claimed_by_id == user.pk,
        may_refuse=task.stop.step > 0,
        is_barred=task.four_eyes and bool(four_eyes.excluded(task) & {user.pk, instead_of or user.pk}),
        days_over=cover.days_over(task, today),
        fault=fault if fault and fault.task == task.pk else None,
    )


def _of_case(work: Work, case: Case, request: SignedIn) -> Work:
    fault = work.fault
    typed = (
        {name.removeprefix(PREFIX): value for name, value in fault.typed.items() if name.startswith(PREFIX)}
        if fault and fault.act == "erledigen"
        else None
    )
    name, form = cases.form_of(work.task, case, request, typed, fault.fields if fault else None)
    label = str(_("Bemerkung (wenn nötig)"))
    return replace(work, of_case=True, name=name, form=form, may_refuse=False, label=label, button=str(_("Erledigt")))


def _others(lines: list[Line], own: list[Task]) -> list[Task]:
    """Tasks of others, which whoever steers the folder may give to somebody else."""
    known = {task.pk for task in own}
    return [line.task for line in lines if line.task and line.task.pk not in known]


def _visible(request: SignedIn, folder: CirculationFolder) -> dict[int, Document]:
    """Everything that lies or lay in the folder, as far as she may read it."""
    ever = FolderDocument.objects.filter(folder=folder).values("document")
    allowed = records_access.documents_for(request.user, rights=page.rights(request)).filter(pk__in=ever)
    return allowed.select_related("document_class", "valid_version").in_bulk()


def _minutes(request: SignedIn, folder: CirculationFolder) -> Document | None:
    """The minutes as they lie in the file, once they do, for whoever may read them."""
    found = filing.minutes_document(folder)
    if found is None:
        return None
    return records_access.documents_for(request.user, rights=page.rights(request)).filter(pk=found.pk).first()


def _papers(
    request: SignedIn, folder: CirculationFolder, visible: Mapping[int, Document], *, may_steer: bool
) -> list[Paper]:
    entries = FolderDocument.objects.filter(folder=folder, removed_at=None, document__in=visible)
    return [
        Paper(
            visible[entry.document_id],
            folder.is_open and (may_steer or entry.added_by_id == request.user.pk),
            folder.is_open and may_sign(visible[entry.document_id], page.rights(request)),
        )
        for entry in entries
    ]


def _search(request: SignedIn, folder: CirculationFolder) -> dict[str, Any]:
    """Documents of the same file that could be put in: those with the typed words."""
    wanted = request.GET.get("finde", "").strip()[:100]
    return {"wanted": wanted, "found": list(_to_add(request, folder, wanted)) if wanted else []}


def _to_add(request: SignedIn, folder: CirculationFolder, wanted: str) -> QuerySet[Document]:
    inside = FolderDocument.objects.filter(folder=folder, removed_at=None).values("document")
    rows = records_access.documents_for(request.user, rights=page.rights(request))
    rows = rows.filter(customer_file=folder.customer_file_id).exclude(pk__in=inside)
    return Asked(text=wanted).with_words(rows).select_related("document_class").order_by("-dated_on", "-pk")[:_FOUND]
