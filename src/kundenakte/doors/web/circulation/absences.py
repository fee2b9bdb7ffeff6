"""Who is away and who stands in: at one's own page, and at that of any account for administrators."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from kundenakte.base.accounts.models import User
from kundenakte.base.refusals import Refused
from kundenakte.circulation import actions, deputies, notices
from kundenakte.circulation.models import Absence, NoticeWish, TaskFeed
from kundenakte.doors.web import page, refusals
from kundenakte.doors.web.administration.pages import administrators, choose
from kundenakte.doors.web.circulation.people import chosen, people
from kundenakte.doors.web.page import SignedIn, screen
from kundenakte.doors.web.retention.pages import a_day
from kundenakte.records.refusals import NotFound


class AbsenceForm(forms.Form):
    """From when to when, and who stands in."""

    begins_on = a_day(gettext_lazy("Nicht da vom"))
    ends_on = a_day(gettext_lazy("bis einschließlich"))
    deputy = forms.ChoiceField(
        label=gettext_lazy("Vertretung"),
        error_messages={"required": gettext_lazy("Bitte wählen Sie, wer die Aufgaben übernimmt.")},
    )
    note = forms.CharField(label=gettext_lazy("Notiz (wenn nötig)"), max_length=200, required=False)

    def __init__(self, *args: Any, away: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [(code, name) for code, name in people() if code != f"p{away.pk}"]
        choose(self, "deputy", [("", _("Bitte wählen")), *others])

    def clean(self) -> dict[str, Any]:
        """The end comes after the beginning, and is still to come."""
        given = super().clean() or self.cleaned_data
        begins, ends = given.get("begins_on"), given.get("ends_on")
        if begins and ends and ends < begins:
            self.add_error("ends_on", _("Das Ende liegt vor dem Anfang."))
        elif ends and ends < timezone.localdate():
            self.add_error("ends_on", _("Das Ende liegt in der Vergangenheit."))
        return given


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def own(request: SignedIn) -> HttpResponse:
    """Her own absences, for whom she stands in today, what she wants a mail for, and her calendar."""
    today = timezone.localdate()
    away = deputies.represented_by(request.user.pk, deputies.pairs_on(today))
    context = {
        "stands_in_for": list(User.objects.filter(pk__in=away).order_by("name")),
        "feed": TaskFeed.objects.filter(user=request.user).first(),
        "notices": NoticeWish.What.choices,
        "notice": notices.wish_of(request.user),
        "sends_mail": bool(settings.EMAIL_HOST),
    }
    return _absences(request, request.user, "circulation/absence.html", reverse("own-absence"), context)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def of_user(request: SignedIn, user: int) -> HttpResponse:
    """The absences of anybody."""
    away = _person(user)
    address = reverse("administration-user-absence", args=(away.pk,))
    return _absences(request, away, "circulation/absence_of.html", address, {"account": away})


@require_POST
@screen
def cancel_own(request: SignedIn, absence: int) -> HttpResponse:
    """She is there after all."""
    return _cancelled(request, request.user, absence, reverse("own-absence"))


@require_POST
@administrators
def cancel_of_user(request: SignedIn, user: int, absence: int) -> HttpResponse:
    """Somebody is there after all, says an administrator."""
    away = _person(user)
    return _cancelled(request, away, absence, reverse("administration-user-absence", args=(away.pk,)))


def absences_of(user: User) -> list[Absence]:
    """What holds now or will, and has not been cancelled."""
    rows = Absence.objects.filter(user=user, cancelled_at=None, ends_on__gte=timezone.localdate())
    return list(rows.select_related("deputy"))


def _absences(request: SignedIn, away: User, template: str, address: str, context: dict[str, Any]) -> HttpResponse:
    form = AbsenceForm(request.POST or None, away=away)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _entered(request, away, form, address)
            except Refused as refused:
                status = refusals.status_of(refused)
                if status in {403, 404}:
                    raise
                form.add_error(None, refused.in_words(_))
    context |= {"form": form, "absences": absences_of(away), "today": timezone.localdate()}
    return render(request, template, context, status=status)


def _entered(request: SignedIn, away: User, form: AbsenceForm, address: str) -> HttpResponse:
    given = form.cleaned_data
    deputy = chosen(given["deputy"])
    if not isinstance(deputy, User):
        raise NotFound
    actions.enter_absence(
        actor=page.actor(request), user=away, deputy=deputy, begins_on=given["begins_on"], ends_on=given["ends_on"],
        note=given["note"], now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("Eingetragen: %(name)s vertritt.") % {"name": deputy})
    return page.gone_on(address)


def _cancelled(request: SignedIn, away: User, pk: int, address: str) -> HttpResponse:
    row = Absence.objects.filter(pk=pk, user=away).first()
    if row is None:
        raise NotFound
    actions.cancel_absence(actor=page.actor(request), absence=row, now=timezone.now())
    messages.success(request, _("Die Abwesenheit ist aufgehoben."))
    return page.gone_on(address)


def _person(pk: int) -> User:
    found = User.objects.filter(pk=pk, is_service=False).first()
    if found is None:
        raise NotFound
    return found
