"""What a device sends: photos, then the report. Each answer says what the device may do with its own copy."""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kundenakte.circulation.processes.refusals import AnswersRefused
from kundenakte.circulation.visits import handing_in
from kundenakte.circulation.visits.handing_in import PhotosMissing
from kundenakte.doors.web import page
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.doors.web.spoken import in_other_words
from kundenakte.records.refusals import BadValue, NotFound

_MOST_SAID: Final = 2 * 1024 * 1024


@require_POST
@screen
def photo(request: SignedIn, task: int, key: str) -> HttpResponse:
    """One photo, its bytes the body. 201 when it is committed."""
    if (page.number(request.headers.get("Content-Length")) or 0) > handing_in.MOST_BYTES:
        raise BadValue("Ein Foto ist größer als 4 MB.")
    kept = handing_in.keep_photo(
        person=request.user,
        task_id=task,
        key=_key(key),
        content=request.read(handing_in.MOST_BYTES + 1),
        now=timezone.now(),
    )
    return JsonResponse({"digest": kept.digest}, status=201)


@require_POST
@screen
def report(request: SignedIn, key: str) -> HttpResponse:
    """The report. 201 when it is committed; 422 with a sentence for each field when somebody has to look at it.

    409 as JSON: photos are missing and have to be sent first. Every other refusal is a sentence somebody has to read.
    """
    try:
        made = handing_in.hand_in(actor=page.actor(request), key=_key(key), said=_said(request), now=timezone.now())
    except AnswersRefused as refused:
        faults = {name: fault.in_words(_) for name, fault in refused.faults.items()}
        said = _("Bitte sehen Sie nach den markierten Feldern.")
        return JsonResponse({"sentence": said, "fields": faults}, status=422)
    except PhotosMissing as refused:
        return JsonResponse({"sentence": refused.in_words(_)}, status=409)
    return JsonResponse({"late": in_other_words(made.late)}, status=201)


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


def _said(request: SignedIn) -> Any:
    body = request.read(_MOST_SAID + 1)
    try:
        return json.loads(body) if len(body) <= _MOST_SAID else None
    except (ValueError, RecursionError):
        return None
