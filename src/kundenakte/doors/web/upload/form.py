"""Uploading with a plain form: it works without scripts, and it is the page a link leads to."""

from __future__ import annotations

from typing import BinaryIO, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kundenakte import pipeline
from kundenakte.doors.web import page
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.doors.web.upload import incoming
from kundenakte.doors.web.upload.incoming import NoRoom
from kundenakte.doors.web.upload.outcome import outcome_of
from kundenakte.doors.web.upload.target import Target, target_of


@require_http_methods(["GET", "POST"])
@screen
def upload(request: SignedIn) -> HttpResponse:
    """Choose files; each is received as it is, and the next page says what became of it."""
    target = target_of(request, request.POST if request.method == "POST" else request.GET)
    if request.method != "POST":
        return render(request, "upload/form.html", {"target": target})
    files = request.FILES.getlist("files")
    if not files:
        messages.error(request, _("Bitte wählen Sie mindestens eine Datei."))
        return render(request, "upload/form.html", {"target": target}, status=422)
    if target.document is not None:
        return page.gone_on(reverse("upload-question", args=(_keep_back(request, files[0], target),)))
    return page.gone_on(outcome_of([_receive(request, file, target) for file in files]))


def _keep_back(request: SignedIn, file: UploadedFile[bytes], target: Target) -> str:
    """Keep a file until it is said whether it is to be the document's next version; returns its key."""
    size = file.size or 0
    kept = incoming.begin(
        owner=request.user.pk, file_name=file.name or "", size=size, origin="", facts=target.facts()
    )  # fmt: skip
    at = 0
    while at < size:
        at = kept.append(file, offset=at)
    return kept.key


def _receive(request: SignedIn, file: UploadedFile[bytes], target: Target) -> int:
    try:
        stream = cast(BinaryIO, file.file)
        return pipeline.receive(
            actor=page.actor(request), stream=stream, file_name=file.name or "", source="web", now=timezone.now(),
            facts=target.facts(),
        ).pk  # fmt: skip
    except OSError as error:
        raise NoRoom from error
