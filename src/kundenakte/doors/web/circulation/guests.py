"""What somebody without an account sees and does under the link he was given: one task, its documents, nothing else.

Nobody is signed in here. A link that is unknown, used, taken back or too old says the same; and whoever tries too many
wrong ones has to wait. Asking for the page changes nothing: programs that look at links in mail use none up.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import BinaryIO, Concatenate, Final, ParamSpec, cast

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from kundenakte import pipeline
from kundenakte.base.refusals import Refused
from kundenakte.circulation import actions, guests
from kundenakte.circulation.actions.guests import note_reading
from kundenakte.circulation.models import GuestLink
from kundenakte.circulation.models.slips import Wish
from kundenakte.circulation.refusals import LinkSpent
from kundenakte.doors.web import answers, page, refusals
from kundenakte.doors.web.circulation import cover
from kundenakte.doors.web.documents.shown import preview_of
from kundenakte.records import renditions
from kundenakte.records.models import Document
from kundenakte.records.refusals import NotFound
from kundenakte.steps.archive import originals

P = ParamSpec("P")
# From one address, before it has to wait: twenty wrong links in ten minutes.
_WRONG, _SECONDS = 20, 600
_REMARKS: Final = {Wish.COMMENT: gettext_lazy("Ihre Stellungnahme")}
_REMARK: Final = gettext_lazy("Bemerkung (beim Zurückweisen: der Grund)")


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody with a link that holds."""

    link: GuestLink
    secret: str


def _guest(
    view: Callable[Concatenate[HttpRequest, Guest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]:
    """A page under a link: found by its secret, kept by no cache, and its address told to no other site."""

    @wraps(view)
    def shown(request: HttpRequest, secret: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response: HttpResponseBase
        try:
            if cache.get(_tries_of(request), 0) >= _WRONG:
                sentence = _("Das waren zu viele Versuche. Bitte warten Sie einige Minuten.")
                response = refusals.page(request, 429, sentence)
            else:
                response = view(request, Guest(guests.link_of(secret, now=timezone.now()), secret), *args, **kwargs)
        except LinkSpent as spent:
            _count(request)
            response = refusals.page(request, 404, spent.in_words(_))
        except Refused as refused:
            response = refusals.answer(request, refused)
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return cast(Callable[Concatenate[HttpRequest, str, P], HttpResponseBase], shown)


def _tries_of(request: HttpRequest) -> str:
    """Under which key the wrong links of this address are counted; another one every ten minutes."""
    return f"guest-links:{get_adapter().get_client_ip(request)}:{_window()}"


def _window() -> int:
    return int(time.time()) // _SECONDS


def _count(request: HttpRequest) -> None:
    key = _tries_of(request)
    cache.set(key, cache.get(key, 0) + 1, _SECONDS)


@require_http_methods(["GET", "HEAD", "POST"])
@_guest
def task(request: HttpRequest, guest: Guest) -> HttpResponse:
    """The task; sent with `tun`, it is done, and the link with it."""
    fault, remark, status = "", "", 200
    if request.method == "POST":
        remark, asked = request.POST.get("bemerkung", ""), request.POST.get("tun", "")
        try:
            if asked not in {"erledigen", "zurueckweisen"}:
                fault, status = _("Bitte wählen Sie, was mit der Aufgabe geschehen soll."), 422
            else:
                actions.do_as_guest(
                    secret=guest.secret, refuses=asked == "zurueckweisen", remark=remark, now=timezone.now()
                )
                return render(request, "circulation/guest_done.html", {"link": guest.link})
        except LinkSpent:
            raise
        except Refused as refused:
            fault, status = refused.in_words(_), refusals.status_of(refused)
    wish = Wish(guest.link.task.wish)
    context = {
        "link": guest.link, "secret": guest.secret, "task": guest.link.task, "fault": fault,
        "documents": guests.documents_of(guest.link),
        "remark": remark, "button": _(cover.BUTTONS[wish]), "label": _REMARKS.get(wish, _REMARK),
        "may_refuse": guest.link.task.stop.step > 0,
    }  # fmt: skip
    return render(request, "circulation/guest.html", context, status=status)


@require_safe
@_guest
def document(request: HttpRequest, guest: Guest, document: int) -> HttpResponse:
    """The pages of one document, as pictures."""
    found = guests.document_of(guest.link, document)
    version = found.valid_version
    if version is None:
        raise NotFound
    if request.method == "GET":
        note_reading(link=guest.link, document=found, kind="read", now=timezone.now())
    first = max(page.number(request.GET.get("ab")) or 1, 1)
    preview = preview_of(
        version.digest, lambda number: reverse("guest-page", args=(guest.secret, found.pk, number)), first=first
    )
    context = {"link": guest.link, "secret": guest.secret, "document": found, "version": version, "preview": preview}
    return render(request, "circulation/guest_document.html", context)


@require_safe
@_guest
def page_image(request: HttpRequest, guest: Guest, document: int, number: int) -> HttpResponseBase:
    """The picture of one page."""
    version = guests.document_of(guest.link, document).valid_version
    path = renditions.page_image(version.digest, number) if version and 0 < number < 10_000 else None
    if version is None or path is None:
        if version is not None:
            pipeline.want_pages(version.digest)
        raise NotFound
    return answers.picture(request, path, etag=f"{version.digest[:32]}-{number}-{path.stat().st_mtime_ns:x}")


@require_safe
@_guest
def file(request: HttpRequest, guest: Guest, document: int) -> HttpResponseBase:
    """The valid version's file."""
    found: Document = guests.document_of(guest.link, document)
    version = found.valid_version
    if version is None:
        raise NotFound

    def opened() -> BinaryIO:
        return originals.open_checked(version, now=timezone.now())

    response = answers.download(
        request, answers.Original(version.digest, version.size, version.file_name, version.media_type, opened)
    )
    if request.method != "HEAD":
        note_reading(link=guest.link, document=found, kind="downloaded", now=timezone.now())
    return response
