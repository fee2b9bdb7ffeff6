"""Arrivals: what became of a delivery."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from kundenakte.base.accounts.scopes import WRITE
from kundenakte.doors.api.auth import Token, caller
from kundenakte.doors.api.v1 import shown
from kundenakte.doors.api.v1.paging import Answer
from kundenakte.doors.api.v1.shown import DeliveredOut, ProblemOut
from kundenakte.records import access

router = Router(tags=["arrivals"])
_ERRORS = dict.fromkeys((401, 403, 404, 422, 429), ProblemOut)


@router.get("/{int:pk}", auth=Token(WRITE), response={200: DeliveredOut, **_ERRORS}, operation_id="get_arrival")
def get_arrival(request: HttpRequest, pk: int) -> Answer:
    """What became of a delivery: on its way, in the inbox with a reason, or filed as which document."""
    user = caller(request).user
    return shown.delivered(request, user, access.get_arrival(user, pk))
