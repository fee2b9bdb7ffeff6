"""The bytes of a version."""

from __future__ import annotations

from django.db import transaction
from django.http import FileResponse, HttpRequest
from ninja import Router

from kundenakte.base import blobs
from kundenakte.base.journal import actions as journal
from kundenakte.doors.api.auth import READ, Token, caller
from kundenakte.doors.api.v1 import shown
from kundenakte.doors.api.v1.shown import ProblemOut
from kundenakte.records import access
from kundenakte.records.models import Verb
from kundenakte.records.refusals import NotFound

router = Router(tags=["documents"])
_ERRORS = dict.fromkeys((401, 403, 404, 422, 429), ProblemOut)


@router.get("/{int:pk}/versions/{int:number}/content", auth=Token(READ), response=_ERRORS, operation_id="get_content",
            openapi_extra={"responses": {200: {"description": "The original bytes", "content": {"*/*": {
                "schema": {"type": "string", "format": "binary"}}}}}})  # fmt: skip
def get_content(request: HttpRequest, pk: int, number: int) -> FileResponse:
    """The original bytes of a version. The account needs the right to download."""
    who = caller(request)
    document = access.get_document(who.user, pk, to=Verb.DOWNLOAD)
    version = next((v for v, _ in shown.versions_of(who.user, document) if v.number == number), None)
    if version is None:
        raise NotFound
    if document.is_restricted:
        with transaction.atomic():
            journal.append(who.actor, "document.downloaded", document, version=version.number)
    response = FileResponse(
        blobs.default().open(version.digest), as_attachment=True, filename=version.file_name,
        content_type="application/octet-stream",
    )  # fmt: skip
    response["Content-Length"] = str(version.size)
    response["ETag"] = f'"{version.digest}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
