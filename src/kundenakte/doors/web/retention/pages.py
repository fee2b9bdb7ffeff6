"""What the pages about retention share: only those who manage it find them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, cast

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy

from kundenakte.doors.web import page
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.records.models import Verb
from kundenakte.records.refusals import NotFound

P = ParamSpec("P")
_REASON: Final = gettext_lazy("Grund")


def keepers(
    view: Callable[Concatenate[SignedIn, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A page for those who manage retention. For everybody else it is not there."""

    return _for(view, Verb.RETENTION)


def disposers(
    view: Callable[Concatenate[SignedIn, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A page for those who ask for disposals, release them, or manage retention. For everybody else it is not there."""
    return _for(view, Verb.RETENTION, Verb.DISPOSE, Verb.RELEASE_DISPOSAL)


def _for(
    view: Callable[Concatenate[SignedIn, P], HttpResponseBase], *verbs: Verb
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    @wraps(view)
    def shown(request: SignedIn, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not any(page.rights(request).has(verb) for verb in verbs):
            raise NotFound
        return view(request, *args, **kwargs)

    return screen(cast(Any, shown))


def a_day(label: Any, *, required: bool = True) -> forms.DateField:
    """A day, with the browser's calendar."""
    return forms.DateField(
        label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


def a_reason(label: Any = _REASON) -> forms.CharField:
    """Why: one line."""
    return forms.CharField(label=label, max_length=300)
