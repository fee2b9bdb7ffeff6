"""What every screen has in common: somebody is signed in, and a refusal is answered with its sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, Final, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.base.journal import attempts
from kundenakte.circulation import access as circulation
from kundenakte.doors.web import refusals, rooms
from kundenakte.records import access
from kundenakte.records.reach import Rights
from kundenakte.records.refusals import NotAllowed, NotFound, Refused

P = ParamSpec("P")
# Methods that change nothing.
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class SignedIn(HttpRequest):
    """A request of somebody who is signed in; `screen` sees to it."""

    user: User
    htmx: HtmxDetails


View = Callable[Concatenate[SignedIn, P], HttpResponseBase]


def screen(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A page for people who are signed in. What an action refuses becomes the answer of the table in refusals.py.

    Pages say what somebody may see at this moment, so no cache keeps them.
    """

    @wraps(view)
    def shown(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            asked = cast(SignedIn, request)
            if asked.user.is_auditor and not rooms.is_open(asked.user, asked, rights(asked)):
                raise NotFound
            response = view(asked, *args, **kwargs)
        except Refused as refused:
            response = refusals.answer(request, refused)
            _note(request, refused, response.status_code)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], login_required(shown))


def _note(request: HttpRequest, refused: Refused, status: int) -> None:
    """A change somebody has no right to is told; looking at what one may not see is not."""
    if status != HTTPStatus.FORBIDDEN or request.method in SAFE or request.resolver_match is None:
        return
    at = request.resolver_match
    row = " ".join(f"{name}={value}" for name, value in sorted(at.kwargs.items()) if isinstance(value, int))
    attempts.note(
        actor=actor(cast(SignedIn, request)), what=at.url_name or "", row=row, code=refused.code, now=timezone.now()
    )


def rights(request: SignedIn) -> Rights:
    """The rights of whoever is signed in, read once for a request."""
    known = getattr(request, "kundenakte_rights", None)
    if not isinstance(known, Rights):
        known = access.rights_of(request.user)
        request.kundenakte_rights = known  # type: ignore[attr-defined]
    return known


def stands_in_for(request: SignedIn) -> frozenset[int]:
    """Those for whom whoever is signed in stands in today, read once for a request."""
    known = getattr(request, "kundenakte_others", None)
    if not isinstance(known, frozenset):
        known = circulation.represented(request.user)
        request.kundenakte_others = known  # type: ignore[attr-defined]
    return known


def require(request: SignedIn, verb: str) -> None:
    """Refuse the whole page unless the user has the verb for anything at all."""
    if not rights(request).has(verb):
        raise NotAllowed


def actor(request: SignedIn) -> Actor:
    """Whoever is answerable for what this request asks."""
    return Actor.of(request.user)


def is_part(request: SignedIn, target: str) -> bool:
    """Whether htmx asks for the fragment with this id only; going back in the history asks for the whole page."""
    return bool(request.htmx) and not request.htmx.history_restore_request and request.htmx.target == target


def number(text: str | None) -> int | None:
    """A row's number out of an address or a form; None for anything that is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def file_chosen(asked: Mapping[str, str], name: str) -> int | None:
    """The file chosen with parts/choose_customer.html under this name.

    The field for a number is there without scripts only; then the hidden one still holds what was chosen before.
    """
    return number(asked.get(f"{name}_ohne_skript")) or number(asked.get(name))


class SeeOther(HttpResponseRedirect):
    """303: the new page is asked for with GET."""

    status_code = 303


def gone_on(address: str) -> HttpResponse:
    """Go to a page after a change."""
    return SeeOther(address)
