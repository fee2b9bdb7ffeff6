"""The bytes of a version and the pictures of its pages. Asked for by document and number, never by digest."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.views.decorators.http import require_safe

from kundenakte import pipeline
from kundenakte.base import blobs
from kundenakte.doors.web import answers, page
from kundenakte.doors.web.documents import reads
from kundenakte.doors.web.documents.shown import version_of
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access, renditions
from kundenakte.records.models import Verb
from kundenakte.records.refusals import NotFound


@require_safe
@screen
def download(request: SignedIn, pk: int, number: int) -> HttpResponseBase:
    """The original file of a version."""
    document = access.get_document(request.user, pk, to=Verb.DOWNLOAD)
    version = version_of(request.user, document, number, rights=page.rights(request))
    reads.note(page.actor(request), document, version, downloaded=True)
    return answers.download(
        blobs.default().open(version.digest), file_name=version.file_name, media_type=version.media_type,
        size=version.size,
    )  # fmt: skip


@require_safe
@screen
def page_image(request: SignedIn, pk: int, number: int, page_number: int) -> HttpResponseBase:
    """The picture of one page. One that is missing is made before other work, and shown when asked for again."""
    document = access.get_document(request.user, pk)
    version = version_of(request.user, document, number, rights=page.rights(request))
    path = renditions.page_image(version.digest, page_number) if 0 < page_number < 10_000 else None
    if path is None:
        pipeline.want_pages(version.digest)
        raise NotFound
    return answers.picture(request, path, etag=f"{version.digest[:32]}-{page_number}")


@require_safe
@screen
def thumbnail(request: SignedIn, pk: int, number: int) -> HttpResponseBase:
    """The small picture of page 1."""
    document = access.get_document(request.user, pk)
    version = version_of(request.user, document, number, rights=page.rights(request))
    path = renditions.thumbnail(version.digest)
    if path is None:
        pipeline.want_pages(version.digest)
        raise NotFound
    return answers.picture(request, path, etag=f"{version.digest[:32]}-t")
