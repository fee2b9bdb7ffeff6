"""The marked documents as one ZIP: their valid versions, streamed, written down as an export."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from django.contrib import messages
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kundenakte.doors.web import page
from kundenakte.doors.web.customer_files.marked import Refusal, list_address, marked, named
from kundenakte.doors.web.customer_files.zipping import Member, safe_name, zipped
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records import access
from kundenakte.records.actions.exports import export_documents
from kundenakte.records.models import Document, Verb, Version
from kundenakte.records.refusals import BadValue
from kundenakte.steps.archive import originals


@require_POST
@screen
def export(request: SignedIn, pk: int) -> HttpResponseBase:
    """What may be downloaded comes along; what may not, or is missing, is named in a text file beside it."""
    customer_file = access.get_file(request.user, pk)
    try:
        chosen = marked(request, customer_file, Verb.DOWNLOAD)
    except BadValue as refused:
        messages.error(request, refused.in_words(_))
        return page.gone_on(list_address(request, customer_file))
    if not chosen.allowed:
        messages.error(request, f"{_('Nicht heruntergeladen:')} {named(chosen.refused)}")
        return page.gone_on(list_address(request, customer_file))
    now = timezone.localtime()
    export_documents(actor=page.actor(request), customer_file=customer_file, documents=chosen.allowed, now=now)
    name = safe_name(f"{customer_file.customer.number or customer_file.customer.name} {now:%Y-%m-%d %H%M}.zip")
    response = StreamingHttpResponse(_stream(chosen.allowed, chosen.refused), content_type="application/zip")
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _stream(documents: list[Document], refused: list[Refusal]) -> Iterator[bytes]:
    left_out = [f"{one.title}: {one.sentence}" for one in refused]

    def note() -> tuple[str, str]:
        return f"{_('Nicht enthalten')}.txt", "".join(f"{line}\r\n" for line in left_out)

    def members() -> Iterator[Member]:
        for document in documents:
            version = document.valid_version
            if version is None:
                continue
            try:
                source = originals.open_checked(version, now=timezone.now())
            except originals.Damaged as damaged:
                left_out.append(f"{document.title}: {damaged.in_words(_)}")
            else:
                yield _member(document, version, source)

    return zipped(members(), note=note)


def _member(document: Document, version: Version, source: BinaryIO) -> Member:
    at = timezone.localtime(version.created_at)
    return Member(version.file_name or document.title, version.media_type, version.size, at, lambda: source)
