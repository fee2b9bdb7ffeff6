"""What somebody may take along, as JSON for the page on the road."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kundenakte.circulation.models import Task
from kundenakte.circulation.processes.definition import UserStep
from kundenakte.circulation.processes.forms import Field
from kundenakte.circulation.visits import taking
from kundenakte.circulation.visits.taking import Dossier
from kundenakte.doors.web import page
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import renditions
from kundenakte.records.models import Document

# Pages of a document, and of all together, that go along as pictures.
_MOST_PAGES: Final = 6
_MOST_PICTURES: Final = 40


@require_safe
@screen
def visits(request: SignedIn) -> HttpResponse:
    """Who is signed in, the token changes are sent with, and the visits there are."""
    return JsonResponse(
        {
            "person": {"id": request.user.pk, "name": str(request.user)},
            "token": get_token(request),
            "visits": [_line(task, step) for task, step in taking.visits_of(request.user)],
        }
    )


@require_POST
@screen
def take_along(request: SignedIn, task: int) -> HttpResponse:
    """Everything that goes along with one visit."""
    return JsonResponse(_told(taking.take_along(actor=page.actor(request), task_id=task, now=timezone.now())))


def _line(task: Task, step: UserStep) -> dict[str, Any]:
    folder = task.folder
    return {
        "task": task.pk, "number": folder.number, "title": folder.title, "step": _(step.name),
        "customer": str(folder.customer_file.customer), "due": task.due_on.isoformat() if task.due_on else "",
        "take": reverse("visits-take", args=(task.pk,)),
    }  # fmt: skip


def _told(dossier: Dossier) -> dict[str, Any]:
    task, step = dossier.task, dossier.step
    return _line(task, step) | {
        "instruction": _(step.instruction),
        "note": task.folder.note,
        "known": [[_(title), _(words)] for title, words in dossier.known],
        "addresses": [", ".join(part for part in (one.street, f"{one.zip_code} {one.city}".strip()) if part)
                      for one in dossier.addresses],
        "contacts": [{"name": one.name, "position": one.position, "phone": one.phone, "email": one.email}
                     for one in dossier.contacts],
        "documents": _with_pages(dossier.documents),
        "history": [_paper(one) for one in dossier.history],
        "form": [_field(field) for field in step.form.fields],
        "folder": reverse("circulation-folder", args=(task.folder_id,)),
    }  # fmt: skip


def _with_pages(documents: Sequence[Document]) -> list[dict[str, Any]]:
    left, found = _MOST_PICTURES, []
    for one in reversed(documents):
        pages = _pages(one)[: min(_MOST_PAGES, left)]
        left -= len(pages)
        found.append(_paper(one) | {"pages": pages})
    return found


def _pages(document: Document) -> list[str]:
    """Addresses of the pictures that are made already."""
    version = document.valid_version
    made = renditions.pages_of(version.digest) if version else None
    if version is None or made is None:
        return []
    return [
        reverse("document-page", args=(document.pk, version.number, number))
        for number in range(1, _MOST_PAGES + 1)
        if renditions.page_image(version.digest, number) is not None
    ]


def _paper(document: Document) -> dict[str, Any]:
    return {
        "title": document.title, "number": document.number, "kind": _(document.document_class.name),
        "day": document.dated_on.isoformat(),
    }  # fmt: skip


def _field(field: Field) -> dict[str, Any]:
    return {
        "name": field.name, "title": _(field.title), "kind": field.kind, "required": field.required,
        "help": _(field.description), "longest": field.longest,
        "choices": [[const, _(title)] for const, title in field.choices],
        "default": field.default,
    }  # fmt: skip
