"""The slices' own small protocol: begin, PUT slices with their offset, ask how far it is, finish or give up."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from kundenakte.doors.web import answers, page, refusals
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.doors.web.upload import incoming
from kundenakte.doors.web.upload.finishing import finished
from kundenakte.doors.web.upload.incoming import NoRoom, StillWorking, WrongOffset
from kundenakte.doors.web.upload.outcome import outcome_of, told
from kundenakte.doors.web.upload.target import target_of
from kundenakte.records.refusals import BadValue

refusals.STATUS[NoRoom] = 507
refusals.STATUS[WrongOffset] = 409
refusals.STATUS[StillWorking] = 409


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
            # A document's next version is only made after asking; everything else is one gesture.
            "question": reverse("upload-question", args=(made.key,)) if target.document else "",
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
    """Everything is there: receive it. 201 comes when the bytes are on disk and the arrival is committed, 202 when that
    takes longer than a request may; asking again is harmless and brings the same answer."""
    arrival = finished(request, key)
    if answers.wants_page(request):
        # A form without scripts, on the page with the question.
        return page.gone_on(outcome_of([arrival]) if arrival else reverse("upload-question", args=(key,)))
    if arrival is None:
        return JsonResponse({"state": "working"}, status=202)
    return JsonResponse(told([arrival], request.user)[0], status=201)
