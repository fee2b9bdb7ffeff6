"""Changing a folder on its way: a stop more, a stop less, documents in and out, and calling it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kundenakte.base.refusals import Refused
from kundenakte.circulation import access, actions
from kundenakte.circulation.cases import going
from kundenakte.circulation.models import CirculationFolder
from kundenakte.circulation.refusals import FolderEnded
from kundenakte.doors.web import page, refusals
from kundenakte.doors.web.circulation import cover
from kundenakte.doors.web.circulation.extending import extension_form
from kundenakte.doors.web.circulation.folder import shown
from kundenakte.doors.web.circulation.people import offered
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access as records_access
from kundenakte.records.models import Document
from kundenakte.records.refusals import NotFound

_MOST_AT_ONCE: Final = 200


@require_POST
@screen
def extend(request: SignedIn, pk: int) -> HttpResponse:
    """One more stop."""
    folder, now = access.get_folder(request.user, pk), timezone.now()
    if not folder.is_open:
        return shown(request, folder, status=409, said=_(FolderEnded.sentence))
    form = extension_form(folder, cover.lines_of(folder, today=timezone.localdate()), offered(), request.POST)
    status = 422
    if form.is_valid():
        try:
            act = actions.insert_step if form.is_between else actions.extend_slip
            act(actor=page.actor(request), folder=folder, stops=[form.asked()], now=now)
        except Refused as refused:
            status = _status(refused)
            form.add_error(None, refused.in_words(_))
        else:
            messages.success(request, _("Die Station ist hinzugefügt."))
            return page.gone_on(_address(folder))
    folder.refresh_from_db()
    more: dict[str, Any] = {"extension": form} if folder.is_open else {"said": _first_error(form)}
    return shown(request, folder, status=status, opened="station", **more)


@require_POST
@screen
def shorten(request: SignedIn, pk: int) -> HttpResponse:
    """One stop less; its turn must not have come."""
    stop = page.number(request.POST.get("station"))

    def act(folder: CirculationFolder) -> str:
        if stop is None:
            raise NotFound
        actions.shorten_slip(actor=page.actor(request), folder=folder, stops=[stop], now=timezone.now())
        return _("Die Station entfällt.")

    return _changed(request, pk, act)


@require_POST
@screen
def recall(request: SignedIn, pk: int) -> HttpResponse:
    """Call the folder back for good, with a reason."""

    def act(folder: CirculationFolder) -> str:
        reason = request.POST.get("grund", "")
        actions.recall_folder(actor=page.actor(request), folder=folder, reason=reason, now=timezone.now())
        if going.of_folder(folder) is not None:
            return _("Der Vorgang ist abgebrochen. Sein Protokoll kommt in die Kundenakte.")
        return _("Die Mappe ist zurückgerufen. Ihr Protokoll kommt in die Kundenakte.")

    return _changed(request, pk, act, opened="zurueckrufen")


@require_POST
@screen
def add(request: SignedIn, pk: int) -> HttpResponse:
    """Put documents in: one found on the page, or what was marked in a list or dragged here."""

    def act(folder: CirculationFolder) -> str:
        asked = [page.number(text) or 0 for text in dict.fromkeys(request.POST.getlist("dokument")[:_MOST_AT_ONCE])]
        documents = [records_access.get_document(request.user, pk) for pk in asked or [0]]
        actions.add_documents(actor=page.actor(request), folder=folder, documents=documents, now=timezone.now())
        if len(documents) == 1:
            return _("„%(title)s“ liegt jetzt in der Mappe.") % {"title": documents[0].title}
        return _("%(n)d Dokumente liegen jetzt in der Mappe.") % {"n": len(documents)}

    return _changed(request, pk, act)


@require_POST
@screen
def remove(request: SignedIn, pk: int) -> HttpResponse:
    """Take a document out; the document itself stays where it is filed."""

    def act(folder: CirculationFolder) -> str:
        document: Document = records_access.get_document(request.user, page.number(request.POST.get("dokument")) or 0)
        actions.remove_document(actor=page.actor(request), folder=folder, document=document, now=timezone.now())
        return _("„%(title)s“ ist entnommen. In der Kundenakte bleibt es.") % {"title": document.title}

    return _changed(request, pk, act)


def _changed(request: SignedIn, pk: int, act: Callable[[CirculationFolder], str], *, opened: str = "") -> HttpResponse:
    """Do it and go back to the folder; or show the folder with the sentence why not."""
    folder = access.get_folder(request.user, pk)
    try:
        messages.success(request, act(folder))
    except Refused as refused:
        status = _status(refused)
        folder.refresh_from_db()
        return shown(request, folder, status=status, said=refused.in_words(_), opened=opened)
    return page.gone_on(_address(folder))


def _status(refused: Refused) -> int:
    status = refusals.status_of(refused)
    if status in {403, 404}:
        raise refused
    return status


def _first_error(form: object) -> str:
    errors = form.errors  # type: ignore[attr-defined]
    return str(next(iter(errors.values()))[0]) if errors else ""


def _address(folder: CirculationFolder) -> str:
    return reverse("circulation-folder", args=(folder.pk,))
