"""The bytes of a version. Asked for by document and number, never by digest."""

from __future__ import annotations

from pathlib import PurePath
from typing import BinaryIO

from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kundenakte.doors.web import answers, page
from kundenakte.doors.web.documents.shown import version_of
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access, renditions
from kundenakte.records.actions import reading
from kundenakte.records.models import Verb
from kundenakte.records.refusals import NotFound
from kundenakte.steps.archive import originals


@require_safe
@screen
def download(request: SignedIn, pk: int, number: int) -> HttpResponseBase:
    """The original file of a version."""
    document = access.get_document(request.user, pk, to=Verb.DOWNLOAD)
    version = version_of(request.user, document, number, rights=page.rights(request))

    def opened() -> BinaryIO:
        return originals.open_checked(version, now=timezone.now())

    response = answers.download(
        request, answers.Original(version.digest, version.size, version.file_name, version.media_type, opened)
    )
    # After the opening: what is damaged is not handed out.
    if request.method != "HEAD":
        reading.note_download(actor=page.actor(request), document=document, version=version, now=timezone.now())
    return response


@require_safe
@screen
def searchable(request: SignedIn, pk: int, number: int) -> HttpResponseBase:
    """The searchable PDF of a scan, made by us; the original is beside it, untouched."""
    document = access.get_document(request.user, pk, to=Verb.DOWNLOAD)
    version = version_of(request.user, document, number, rights=page.rights(request))
    path = renditions.searchable(version.digest)
    if path is None:
        raise NotFound
    about = path.stat()
    name = f"{PurePath(version.file_name).stem or 'scan'}-{_('durchsuchbar')}.pdf"
    original = answers.Original(
        f"{version.digest[:40]}-{about.st_mtime_ns:x}", about.st_size, name, "application/pdf", lambda: path.open("rb")
    )
    response = answers.download(request, original)
    if request.method != "HEAD":
        reading.note_download(actor=page.actor(request), document=document, version=version, now=timezone.now())
    return response
