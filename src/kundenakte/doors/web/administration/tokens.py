"""Tokens of programs: given out once, for some purposes, and withdrawn at any moment."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from kundenakte.base.accounts.models import ApiToken, User
from kundenakte.base.accounts.scopes import SCOPES
from kundenakte.doors.web import page
from kundenakte.doors.web.administration.pages import administrators, choose
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.sent_forms import carried_out
from kundenakte.records.actions import accounts
from kundenakte.records.refusals import NotFound

_DAYS: Final = (
    ("365", gettext_lazy("ein Jahr")),
    ("90", gettext_lazy("drei Monate")),
    ("1095", gettext_lazy("drei Jahre")),
    ("", gettext_lazy("bis es zurückgezogen wird")),
)


class TokenForm(forms.Form):
    """What a new token is for."""

    name = forms.CharField(
        label=gettext_lazy("Wofür"),
        max_length=100,
        help_text=gettext_lazy("Zum Beispiel: Belegausgang der Warenwirtschaft"),
    )
    scopes = forms.MultipleChoiceField(label=gettext_lazy("Was es darf"), widget=forms.CheckboxSelectMultiple)
    days = forms.ChoiceField(label=gettext_lazy("Gilt"), choices=_DAYS, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choose(self, "scopes", [(scope, _(word)) for scope, word in SCOPES.items()])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def new(request: SignedIn, user: int) -> HttpResponse:
    """A new token; its secret is shown on the answer and nowhere else."""
    row = _program(user)
    form = TokenForm(request.POST or None, initial={"days": "365"})

    def issue() -> HttpResponse:
        given, now = form.cleaned_data, timezone.now()
        days = int(given["days"] or 0)
        token, secret = accounts.issue_token(
            actor=page.actor(request), user=row, name=given["name"], scopes=given["scopes"], now=now,
            expires_at=now + timedelta(days=days) if days else None,
        )  # fmt: skip
        return render(request, "administration/secret.html", {"account": row, "token": token, "secret": secret})

    return carried_out(request, form, issue, "administration/token_new.html", lambda: {"account": row})


@require_POST
@administrators
def revoke(request: SignedIn, user: int, token: int) -> HttpResponse:
    """The token opens nothing any more, from the next call on."""
    row = ApiToken.objects.filter(pk=token, user=user).select_related("user").first()
    if row is None:
        raise NotFound
    accounts.revoke_token(actor=page.actor(request), token=row, now=timezone.now())
    messages.success(request, _("Das Zugangstoken „%(name)s“ gilt nicht mehr.") % {"name": row.name})
    return page.gone_on(reverse("administration-user", args=(user,)))


def _program(pk: int) -> User:
    found = User.objects.filter(pk=pk, is_service=True).first()
    if found is None:
        raise NotFound
    return found
