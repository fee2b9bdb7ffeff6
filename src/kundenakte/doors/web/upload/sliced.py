"""The slices' own small protocol: begin, PUT slices with their offset, ask how far it is, finish or give up."""

from __future__ import annotations

from typing import cast

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kundenakte import pipeline
from kundenakte.doors.web import page, refusals
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.doors.web.upload import incoming
from kundenakte.doors.web.upload.incoming import Incoming, NoRoom, WrongOffset
from kundenakte.doors.web.upload.outcome import told
from kundenakte.doors.web.upload.target import target_of
from kundenakte.records.refusals import BadValue

refusals.STATUS[NoRoom] = 507
refusals.STATUS[WrongOffset] = 409


@require_POST
@screen
def begin(request: SignedIn) -> HttpResponse:
    """Say what will come: name, size, folder it lay in, and where it was dropped."""
    target = target_of(request, request.POST)
    size = page.number(request.POST.get("size"))
    if size is None or not request.POST.get("name"):
        raise BadValue("Name und Größe der Datei fehlen.")
    made = incoming.begin(
        owner=request.user.pk, file_name=request.POST["name"], size=size, origin=request.POST.get("path", ""),
        facts=target.facts(),
    )  # fmt: skip
    return JsonResponse(
        {
            "offset": 0,
            "slice": incoming.SLICE,
            "part": reverse("upload-part", args=(made.key,)),
            "finish": reverse("upload-finish", args=(made.key,)),
        },
        status=201,
    )


@require_http_methods(["GET", "PUT", "DELETE"])
@screen
def part(request: SignedIn, key: str) -> HttpResponse:
    """One slice, the question how far it is, or the end of it."""
    sent = incoming.find(key, owner=request.user.pk)
    if request.method == "DELETE":
        sent.forget()
        return HttpResponse(status=204)
    if request.method == "GET":
        return JsonResponse({"offset": sent.offset, "size": sent.size})
    offset = page.number(request.GET.get("offset"))
    try:
        # Read piece by piece from the connection: memory does not grow with the slice.
        return JsonResponse(
            {"offset": sent.append(cast(HttpRequest, request), offset=-1 if offset is None else offset)}
        )
    except WrongOffset as wrong:
        return JsonResponse({"offset": wrong.offset}, status=409)


@require_POST
@screen
def finish(request: SignedIn, key: str) -> HttpResponse:
    """Everything is there: receive it. The answer comes when the bytes are on disk and the arrival is committed."""
    sent = incoming.find(key, owner=request.user.pk)
    arrival = sent.arrival or _receive(request, sent)
    return JsonResponse(told([arrival], request.user)[0], status=201)


def _receive(request: SignedIn, sent: Incoming) -> int:
    try:
        with sent.whole() as stream:
            arrival = pipeline.receive(
                actor=page.actor(request), stream=stream, file_name=sent.file_name, source="web", now=timezone.now(),
                facts=sent.facts, origin=sent.origin,
            )  # fmt: skip
            sent.received(arrival.pk)
            return arrival.pk
    except OperationalError as error:
        raise NoRoom(_("Die Datenbank nimmt gerade nichts an. Bitte versuchen Sie es gleich noch einmal.")) from error
    except OSError as error:
        raise NoRoom from error
