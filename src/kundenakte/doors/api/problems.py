"""Errors as RFC 9457 problem details: a stable code for programs, a German sentence for people."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any, Final

from django.core.exceptions import SuspiciousOperation, TooManyFilesSent
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.base.jobs import circumstances
from kundenakte.base.journal import attempts
from kundenakte.records.refusals import Refused

log = logging.getLogger(__name__)

# The class of a refusal → HTTP status. What is not listed is the caller's mistake (422).
_STATUS: Final = {
    "not_found": 404,
    "not_allowed": 403,
    "changed_meanwhile": 409,
    "already_done": 409,
    "customer_changed": 409,
    "number_taken": 409,
    # The house's own trouble, until somebody has put a good copy back.
    "document_damaged": 503,
    "journal_altered": 503,
    "not_sealed": 409,
    "receipt_too_early": 409,
    "case_stuck": 409,
    "folder_ended": 409,
    "process_not_offered": 409,
}
_RETRY_SECONDS: Final = 5
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Problem(Exception):
    """A refusal of this door itself."""

    def __init__(
        self,
        status: int,
        code: str,
        sentence: str,
        *,
        headers: dict[str, str] | None = None,
        user: User | None = None,
        **more: Any,
    ) -> None:
        """`user` is whoever was refused, where the request does not know it yet; the rest goes into the answer."""
        super().__init__(sentence)
        self.user = user
        self.status, self.code, self.sentence, self.headers, self.more = status, code, sentence, headers or {}, more


def answer(problem: Problem) -> HttpResponse:
    """The problem as a response."""
    content = {
        "type": f"urn:kundenakte:problem:{problem.code}", "title": problem.sentence, "status": problem.status,
        "code": problem.code, **problem.more,
    }  # fmt: skip
    response = JsonResponse(
        content, status=problem.status, content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )  # fmt: skip
    for name, value in problem.headers.items():
        response[name] = value
    return response


def of(error: Exception) -> Problem:
    """What an exception means to the caller. The unexpected is logged and says nothing about our insides."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Refused):
        return Problem(_STATUS.get(error.code, 422), error.code, error.sentence)
    return _of_the_framework(error) or _ours(error)


def _of_the_framework(error: Exception) -> Problem | None:
    """What Django and ninja refuse before we are asked."""
    if isinstance(error, AuthenticationError):
        sentence = "Bitte senden Sie ein gültiges Zugangstoken (Authorization: Bearer …)."
        return Problem(401, "token_invalid", sentence, headers={"WWW-Authenticate": "Bearer"})
    if isinstance(error, ValidationError):
        return Problem(422, "bad_request", "Einige Angaben fehlen oder sind falsch.", errors=_named(error))
    if isinstance(error, Http404):
        return Problem(404, "not_found", "Das gibt es nicht, oder Sie dürfen es nicht sehen.")
    if isinstance(error, HttpError):
        return Problem(error.status_code, "bad_request", "Die Anfrage ist nicht lesbar.", detail=str(error))
    if isinstance(error, SuspiciousOperation | MultiPartParserError | UnreadablePostError | TooManyFilesSent):
        return Problem(400, "bad_request", "Die Anfrage ist nicht lesbar oder unvollständig.")
    return None


def _ours(error: Exception) -> Problem:
    retry = {"Retry-After": str(_RETRY_SECONDS)}
    if isinstance(error, OperationalError | InterfaceError | OSError):
        log.warning("REST: %s", error)
        # Under the files or under the database: both say it in their own way.
        if circumstances.passing(error) == circumstances.NO_ROOM:
            sentence = "Der Datenträger der Kundenakte ist voll. Es wurde nichts übernommen."
            return Problem(507, "disk_full", sentence, headers=retry)
        if isinstance(error, OSError):
            sentence = "Die Ablage kann gerade nichts aufnehmen. Bitte senden Sie es noch einmal."
            return Problem(503, "storage_failed", sentence, headers=retry)
        sentence = "Die Datenbank ist gerade gesperrt oder nicht erreichbar. Bitte senden Sie es noch einmal."
        return Problem(503, "database_busy", sentence, headers=retry)
    if isinstance(error, DataError | UnicodeError):
        # A NUL, half a character, a number beyond all bounds: whatever the database cannot hold came from the caller.
        return Problem(422, "bad_value", "Eine Angabe enthält Zeichen oder Zahlen, die sich nicht speichern lassen.")
    log.exception("REST: unexpected", exc_info=error)
    return Problem(500, "unexpected", "Unerwarteter Fehler; Einzelheiten stehen im Protokoll des Servers.")


def _named(error: ValidationError) -> list[dict[str, str]]:
    return [
        {"field": ".".join(str(part) for part in one.get("loc", ())), "message": str(one.get("msg", ""))}
        for one in error.errors
    ]


def handle_in(api: NinjaAPI) -> None:
    """Let this API answer every error as a problem."""

    def handler(request: HttpRequest, error: Any) -> HttpResponse:
        problem = of(error)
        if problem.status == HTTPStatus.FORBIDDEN and request.method not in _SAFE:
            _note(request, problem)
        return answer(problem)

    kinds = (Exception, Refused, Problem, AuthenticationError, ValidationError, Http404, HttpError)
    for kind in kinds:
        api.add_exception_handler(kind, handler)


def _note(request: HttpRequest, problem: Problem) -> None:
    """A change that a program has no right to is told."""
    user = problem.user or getattr(getattr(request, "auth", None), "user", None)
    at = request.resolver_match
    if user is None or at is None:
        return
    row = " ".join(f"{name}={value}" for name, value in sorted(at.kwargs.items()) if isinstance(value, int))
    attempts.note(
        actor=Actor.of(user), what=f"rest {request.method} {at.url_name or ''}".strip(), row=row, code=problem.code,
        now=timezone.now(),
    )  # fmt: skip


def no_such_address(request: HttpRequest) -> HttpResponse:
    """Whatever else is asked for under /api."""
    del request
    sentence = "Diese Adresse gibt es nicht. Die Beschreibung steht unter /api/v1/openapi.json."
    return answer(Problem(404, "no_such_address", sentence))
