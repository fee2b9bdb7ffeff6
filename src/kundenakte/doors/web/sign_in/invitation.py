"""Setting a password by the link an administrator handed over. Works once, without being signed in."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from kundenakte.base.accounts import invitations
from kundenakte.base.accounts.models import User
from kundenakte.doors.web import page, refusals
from kundenakte.records.actions import accounts
from kundenakte.records.refusals import BadValue, NotFound


class PasswordForm(forms.Form):
    """The password, twice."""

    password = forms.CharField(
        label=gettext_lazy("Neues Passwort"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Mindestens zehn Zeichen; ein ganzer Satz ist leichter zu merken."),
    )
    again = forms.CharField(
        label=gettext_lazy("Noch einmal"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean_again(self) -> str:
        """Both are the same."""
        again = str(self.cleaned_data["again"])
        if again != self.cleaned_data.get("password"):
            raise forms.ValidationError(_("Die beiden Eingaben sind verschieden."))
        return again


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, user: int, secret: str) -> HttpResponse:
    """Set the password; a link that was used, replaced or is too old says so and what to do."""
    row = User.objects.filter(pk=user).first()
    if row is None or not invitations.is_good(row, secret):
        sentence = _("Dieser Link gilt nicht mehr. Bitte lassen Sie sich von der Verwaltung einen neuen geben.")
        return refusals.page(request, 404, sentence)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.accept_invitation(
                user=row, token=secret, password=form.cleaned_data["password"], now=timezone.now()
            )
        except NotFound as refused:
            return refusals.answer(request, refused)
        except BadValue as refused:
            form.add_error("password", refused.in_words(_))
        else:
            logout(request)
            messages.success(request, _("Ihr Passwort ist gesetzt. Bitte melden Sie sich damit an."))
            return page.gone_on(reverse("account_login"))
    return render(
        request, "sign_in/invitation.html", {"form": form, "account": row}, status=422 if form.errors else 200
    )
