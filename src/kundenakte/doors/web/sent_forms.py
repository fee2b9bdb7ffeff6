"""A form that was sent: done, or shown again with what is wrong."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kundenakte.base.refusals import Refused
from kundenakte.doors.web import refusals
from kundenakte.doors.web.page import SignedIn


def carried_out(
    request: SignedIn,
    form: forms.Form,
    act: Callable[[], HttpResponse],
    template: str,
    context: Callable[[], dict[str, object]],
) -> HttpResponse:
    """Do what a sent form asks for; else, or when it is refused, show the form with what is wrong."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return act()
            except Refused as refused:
                status = refusals.status_of(refused)
                if status in {403, 404}:
                    raise
                form.add_error(None, refused.in_words(_))
    return render(request, template, {"form": form, **context()}, status=status)
