"""What no database can hold is no fault of ours: it is said to whoever sent it, not logged as an accident."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import DataError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from kundenakte.doors.web import refusals

Answer = Callable[[HttpRequest], HttpResponse]
# REST reads its requests itself and answers with problem details.
_REST = "/api/"


class ReadableMiddleware:
    """Refuse a NUL in address, parameter or field with 400, and what else the database cannot hold with 422.

    Stands after the form protection, which has read the form by then; a file sent as the body is not read here.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """The page that says no, before the view is asked."""
        if request.path.startswith(_REST):
            return None
        if "\0" in request.path or _has_nul(request.GET) or _has_nul(request.POST):
            return refusals.page(request, 400, _("Diese Anfrage enthält ein Zeichen, das kein Text haben kann."))
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A number beyond all bounds, for example."""
        if not isinstance(error, DataError) or request.path.startswith(_REST):
            return None
        return refusals.page(
            request, 422, _("Eine Angabe enthält Zeichen oder Zahlen, die sich nicht speichern lassen.")
        )


def _has_nul(values: QueryDict) -> bool:
    return any("\0" in text for key, texts in values.lists() for text in (key, *map(str, texts)))
