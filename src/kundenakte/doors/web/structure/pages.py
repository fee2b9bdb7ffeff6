"""What the pages of the structure share: how a refused form is answered, and the state a person had before them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kundenakte.doors.web import page, refusals
from kundenakte.doors.web.administration.pages import administrators
from kundenakte.doors.web.page import SignedIn
from kundenakte.records.refusals import ChangedMeanwhile, Refused

__all__ = ["administrators", "refused_form", "revision", "told"]


def refused_form(request: SignedIn, template: str, context: dict[str, Any], refused: Refused) -> HttpResponse:
    """The form once more with what was typed, and why it was not taken.

    When somebody else was quicker, what was typed stays, and saving it once more is a decision made with open eyes.
    """
    sentence = refused.in_words(_)
    if isinstance(refused, ChangedMeanwhile):
        sentence = _("Jemand hat das in der Zwischenzeit geändert. Ihre Eingaben stehen noch hier; speichern Sie noch "
                     "einmal, wenn sie gelten sollen.")  # fmt: skip
    return render(request, template, context | {"refused": sentence}, status=refusals.status_of(refused))


def told(request: SignedIn, address: str, refused: Refused) -> HttpResponse:
    """Back to a page that shows the state as it is now, with the refusal above it."""
    messages.error(request, refused.in_words(_))
    return page.gone_on(address)


def revision(request: SignedIn, name: str = "revision") -> int:
    """The state the person had before them."""
    return page.number(request.POST.get(name)) or 0
