"""Drawing a process in the browser: what is drawn is checked while it grows and kept as the draft.

Whatever is refused comes back as it was drawn, with the sentence that says why.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kundenakte.base.accounts.models import Role
from kundenakte.base.refusals import Refused
from kundenakte.circulation import processes
from kundenakte.circulation.cases import publishing
from kundenakte.circulation.models import Process, ProcessDraft, WebhookReceiver
from kundenakte.circulation.processes import services, xml
from kundenakte.circulation.processes.refusals import BpmnRefused
from kundenakte.doors.web import page, refusals
from kundenakte.doors.web.administration.pages import administrators
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.processes.administration import process_of
from kundenakte.records.models import DocumentClass
from kundenakte.records.refusals import NotFound

_BLANK: Final = Path(processes.__file__).with_name("blank.bpmn")


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def draw(request: SignedIn, key: str) -> HttpResponse:
    """The draft of a process, or its newest edition, to go on drawing; sent back it becomes the draft."""
    row = process_of(key)
    draft = ProcessDraft.objects.filter(process=row).first()
    newest = row.definitions.order_by("-number").first()
    kept = draft or newest
    if kept is None:
        raise NotFound
    edition = draft.edition if draft else 0
    if request.method != "POST":
        return _page(request, kept.source, process=row, edition=edition)
    content = _drawn(request)
    try:
        publishing.save_draft(
            actor=page.actor(request), content=content.encode(), process=row,
            edition=page.number(request.POST.get("edition")) or 0, now=timezone.now(),
        )  # fmt: skip
    except Refused as refused:
        asked = page.number(request.POST.get("edition")) or 0
        return _page(request, content, process=row, edition=asked, refused=refused)
    messages.success(request, _("Die Zeichnung ist geprüft und liegt als Entwurf bereit."))
    return page.gone_on(reverse("administration-process", args=(key,)))


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def draw_new(request: SignedIn) -> HttpResponse:
    """A process that does not exist yet."""
    if request.method != "POST":
        return _page(request, _BLANK.read_text(encoding="utf-8"))
    content = _drawn(request)
    try:
        definition = publishing.checked(content.encode())
        if Process.objects.filter(key=definition.key).exists():
            raise BpmnRefused("Den Kurznamen „%(key)s“ hat schon ein anderer Prozess.", key=definition.key)
        draft = publishing.save_draft(actor=page.actor(request), content=content.encode(), now=timezone.now())
    except Refused as refused:
        return _page(request, content, refused=refused)
    messages.success(request, _("Die Zeichnung ist geprüft und liegt als Entwurf bereit."))
    return page.gone_on(reverse("administration-process", args=(draft.process.key,)))


@require_POST
@administrators
def check(request: SignedIn) -> HttpResponse:
    """What would be said of a drawing if it were kept now; nothing is kept."""
    sentence = ""
    try:
        publishing.checked(_drawn(request).encode())
    except Refused as refused:
        sentence = refused.in_words(_)
    return render(request, "processes/drawing_said.html", {"sentence": sentence})


def _drawn(request: SignedIn) -> str:
    # Forms send line ends of their own; one character more than the largest file is enough to be refused.
    return request.POST.get("quelle", "").replace("\r\n", "\n")[: xml.LARGEST + 1]


def _page(
    request: SignedIn, source: str, *, process: Process | None = None, edition: int = 0, refused: Refused | None = None
) -> HttpResponse:
    known: list[tuple[str, list[tuple[str, bool]]]] = [
        (name, [*((one, True) for one in sorted(service.needs)), *((one, False) for one in sorted(service.may))])
        for name, service in services.SERVICES.items()
    ]
    context: dict[str, Any] = {
        "process": process, "source": source, "edition": edition,
        "sentence": refused.in_words(_) if refused else "", "services": known,
        "teams": [_(role.name) for role in Role.objects.order_by("name")],
        "classes": DocumentClass.objects.order_by("name"), "receivers": WebhookReceiver.objects.order_by("name"),
        "others": Process.objects.order_by("name"),
    }  # fmt: skip
    status = refusals.status_of(refused) if refused else 200
    return render(request, "processes/draw.html", context, status=status)
