"""The bytes of an arrival and the pictures of its pages, for those who may see it."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from kundenakte import pipeline
from kundenakte.doors.web import answers, page
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access, renditions
from kundenakte.records.actions import reading
from kundenakte.records.models import Verb
from kundenakte.records.refusals import NotFound


@require_safe
@screen
def download(request: SignedIn, pk: int) -> HttpResponseBase:
    """The original file. What became a document is downloaded there, with the document's rights."""
    arrival = access.get_arrival(request.user, pk)
    if arrival.document_id is not None:
        document = access.get_document(request.user, arrival.document_id, to=Verb.DOWNLOAD)
        if request.method != "HEAD" and arrival.version is not None:
            reading.note_download(
                actor=page.actor(request), document=document, version=arrival.version, now=timezone.now()
            )
    return answers.download(
        request, answers.Original(arrival.digest, arrival.size, arrival.file_name, arrival.media_type)
    )


@require_safe
@screen
def page_image(request: SignedIn, pk: int, page_number: int) -> HttpResponseBase:
    """The picture of one page. One that is missing is made before other work, and shown when asked for again."""
    arrival = access.get_arrival(request.user, pk)
    if arrival.document is not None and arrival.version is not None:
        reading.note_reading(
            actor=page.actor(request), document=arrival.document, version=arrival.version, now=timezone.now()
        )
    path = renditions.page_image(arrival.digest, page_number) if 0 < page_number < 10_000 else None
    if path is None:
        pipeline.want_pages(arrival.digest)
        raise NotFound
    return answers.picture(request, path, etag=f"{arrival.digest[:32]}-{page_number}")
