"""The bytes of a version."""

from __future__ import annotations

from typing import Any, Final

from django.http import FileResponse, HttpRequest
from django.utils import timezone
from ninja import Router

from kundenakte.base.accounts.scopes import READ
from kundenakte.base.blobs import ranges
from kundenakte.doors.api.auth import Token, caller
from kundenakte.doors.api.problems import Problem
from kundenakte.doors.api.v1 import shown
from kundenakte.doors.api.v1.shown import ProblemOut
from kundenakte.records import access
from kundenakte.records.actions import reading
from kundenakte.records.models import Verb, Version
from kundenakte.records.refusals import NotFound
from kundenakte.steps.archive import originals

router = Router(tags=["documents"])
_ERRORS = dict.fromkeys((401, 403, 404, 416, 422, 429, 503), ProblemOut)


_BINARY = {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
_BLOCK: Final = 256 * 1024


@router.get("/{int:pk}/versions/{int:number}/content", auth=Token(READ), response=_ERRORS, operation_id="get_content",
            openapi_extra={"responses": {200: {"description": "The original bytes", **_BINARY},
                                         206: {"description": "The range that was asked for", **_BINARY}}})  # fmt: skip
def get_content(request: HttpRequest, pk: int, number: int) -> FileResponse:
    """The original bytes of a version, or one range of them (`Range`, `If-Range`: RFC 9110, section 14). The account
    needs the right to download. A file whose SHA-256 is no longer right is not handed out (503, `document_damaged`)."""
    who = caller(request)
    document = access.get_document(who.user, pk, to=Verb.DOWNLOAD)
    version = next((v for v, _ in shown.versions_of(who.user, document) if v.number == number), None)
    if version is None:
        raise NotFound
    etag = f'"{version.digest}"'
    span = _span(request, version, etag)
    whole = ranges.Span(0, version.size - 1, version.size)
    now = timezone.now()
    stream: Any = ranges.Part(originals.open_checked(version, now=now), span or whole)
    reading.note_download(actor=who.actor, document=document, version=version, now=now)
    response = FileResponse(
        stream, as_attachment=True, filename=version.file_name, content_type="application/octet-stream",
        status=206 if span else 200,
    )  # fmt: skip
    response.block_size = _BLOCK
    response["Content-Length"] = str((span or whole).length)
    if span:
        response["Content-Range"] = str(span)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


def _span(request: HttpRequest, version: Version, etag: str) -> ranges.Span | None:
    try:
        return ranges.still_asked(
            request.headers.get("Range", ""), version.size, if_range=request.headers.get("If-Range"), etag=etag
        )
    except ranges.NotSatisfiable as error:
        raise Problem(
            416, "range_not_satisfiable", "So weit reicht die Datei nicht.",
            headers={"Content-Range": f"bytes */{version.size}", "Accept-Ranges": "bytes"},
        ) from error  # fmt: skip
