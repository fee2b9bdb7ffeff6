"""Moving marked documents, or showing them in a second place, with the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from kundenakte.doors.web import page
from kundenakte.doors.web.customer_files.marked import Marked, Refusal, list_address, marked, named
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.doors.web.templatetags.shown import one_stop
from kundenakte.records import access
from kundenakte.records.actions import documents, links
from kundenakte.records.models import CustomerFile, Document, Section, Verb
from kundenakte.records.refusals import BadValue, NotFound, Refused
from kundenakte.records.sections import ShownSection, sections_of

_KEY: Final = "moved_documents"
_UNDO_SECONDS: Final = 15 * 60


@dataclass(frozen=True, slots=True)
class Goal:
    """Where the marked ones go; without a section the rules of the plan choose."""

    customer_file: CustomerFile
    section: Section | None
    section_name: str

    def __str__(self) -> str:
        return f"{self.customer_file.customer.name}, {_(self.section_name) or _('nach den Regeln des Aktenplans')}"


@require_http_methods(["GET", "POST"])
@screen
def move(request: SignedIn, pk: int) -> HttpResponse:
    """First a page that names what would be moved and asks where; with `ausfuehren` it is done."""
    customer_file = access.get_file(request.user, pk)
    asked = page.file_chosen(request.POST, "akte") or page.file_chosen(request.GET, "akte")
    target = access.get_file(request.user, asked) if asked else customer_file
    if request.method == "GET":
        if page.is_part(request, "move-sections"):
            return render(request, "customer_files/move.html#move-sections", {"sections": _offered(request, target)})
        return page.gone_on(list_address(request, customer_file))
    back = list_address(request, customer_file)
    try:
        chosen = marked(request, customer_file, Verb.FILE)
    except BadValue as refused:
        messages.error(request, refused.in_words(_))
        return page.gone_on(back)
    error = ""
    if "ausfuehren" in request.POST:
        try:
            _carry_out(request, customer_file, chosen, _goal(request, target))
            return page.gone_on(back)
        except BadValue as refused:
            error = refused.in_words(_)
    context = {
        "customer_file": customer_file, "target": target, "sections": _offered(request, target), "chosen": chosen,
        "back": back, "error": error, "is_sealed": any(document.is_sealed for document in chosen.allowed),
    }  # fmt: skip
    return render(request, "customer_files/move.html", context, status=422 if error else 200)


@require_POST
@screen
def undo(request: SignedIn, pk: int) -> HttpResponse:
    """Put back what was moved last, as far as nobody has changed it since."""
    customer_file = access.get_file(request.user, pk)
    known = to_undo(request, pk)
    request.session.pop(_KEY, None)
    if known is None:
        messages.error(request, _("Das lässt sich nicht mehr rückgängig machen."))
        return page.gone_on(list_address(request, customer_file))
    back, refused = 0, []
    for line in known["documents"]:
        try:
            _put_back(request, **line)
            back += 1
        except Refused as why:
            refused.append(Refusal(line["title"], why.in_words(_)))
    if back:
        said = ngettext("%(n)d Dokument liegt wieder, wo es war.", "%(n)d Dokumente liegen wieder, wo sie waren.", back)
        messages.success(request, said % {"n": back})
    _tell_refused(request, refused, _("Nicht zurückgelegt:"))
    return page.gone_on(list_address(request, customer_file))


def to_undo(request: SignedIn, pk: int) -> dict[str, Any] | None:
    """What this user has just moved out of a list of this file; None when there is nothing or it is long ago."""
    known: dict[str, Any] | None = request.session.get(_KEY)
    if known is None or known["file"] != pk or timezone.now().timestamp() - known["at"] > _UNDO_SECONDS:
        return None
    return known


def _offered(request: SignedIn, target: CustomerFile) -> list[ShownSection]:
    """The sections of the goal this user may file in."""
    rights = page.rights(request)
    return [shown for shown in sections_of(target) if access.may_file_in(rights, shown.section.pk)]


def _goal(request: SignedIn, target: CustomerFile) -> Goal:
    asked = page.number(request.POST.get("register"))
    if asked is None:
        return Goal(target, None, "")
    for shown in sections_of(target):
        if shown.section.pk == asked:
            return Goal(target, shown.section, shown.name)
    raise BadValue("Dieses Register gibt es in der gewählten Akte nicht.")


def _carry_out(request: SignedIn, customer_file: CustomerFile, chosen: Marked, goal: Goal) -> None:
    """Each by itself: what is refused for one document does not hold up the others, and is named."""
    also = request.POST.get("wie") == "auch"
    if also and goal.section is None:
        raise BadValue("Bitte wählen Sie das Register, in dem die Dokumente auch gezeigt werden sollen.")
    done: list[dict[str, Any]] = []
    refused = list(chosen.refused)
    act: Callable[..., dict[str, Any]] = _show_also if also else _move
    for document in chosen.allowed:
        try:
            done.append(act(request, document, goal))
        except Refused as why:
            if isinstance(why, BadValue):
                raise
            refused.append(Refusal(document.title, why.in_words(_)))
    if done and also:
        said = ngettext(
            "%(n)d Dokument wird auch gezeigt in: %(goal)s.", "%(n)d Dokumente werden auch gezeigt in: %(goal)s.",
            len(done),
        )  # fmt: skip
        messages.success(request, one_stop(said % {"n": len(done), "goal": goal}))
    elif done:
        request.session[_KEY] = {
            "file": customer_file.pk, "at": timezone.now().timestamp(), "documents": done, "goal": str(goal),
        }  # fmt: skip
    _tell_refused(request, refused, _("Nicht verschoben:") if not also else _("Nicht auch dort gezeigt:"))


def _move(request: SignedIn, document: Document, goal: Goal) -> dict[str, Any]:
    before = documents.move_document(
        actor=page.actor(request), document=document, customer_file=goal.customer_file, section=goal.section,
        edition=document.edition, now=timezone.now(), reason=request.POST.get("reason", "").strip()[:300],
    )  # fmt: skip
    return {
        "pk": document.pk, "title": document.title, "edition": document.edition, "file": before.customer_file.pk,
        "section": before.section.pk if before.section else None,
    }  # fmt: skip


def _show_also(request: SignedIn, document: Document, goal: Goal) -> dict[str, Any]:
    if goal.section is None:
        raise BadValue
    links.place_also(
        actor=page.actor(request), document=document, customer_file=goal.customer_file, section=goal.section,
        now=timezone.now(),
    )  # fmt: skip
    return {}


def _put_back(request: SignedIn, *, pk: int, edition: int, file: int, section: int | None, title: str) -> None:
    document = access.get_document(request.user, pk, to=Verb.FILE)
    target = access.get_file(request.user, file)
    place = next((one.section for one in sections_of(target) if one.section.pk == section), None)
    if section is not None and place is None:
        raise NotFound
    documents.move_document(
        actor=page.actor(request), document=document, customer_file=target, section=place, edition=edition,
        now=timezone.now(), reason=_("Rückgängig gemacht"),
    )  # fmt: skip


def _tell_refused(request: SignedIn, refused: list[Refusal], begins: str) -> None:
    if refused:
        messages.warning(request, f"{begins} {named(refused)}")
