"""Letting somebody without an account do a task: the form for the link, and the link, shown this once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

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

from kundenakte.base.refusals import Refused
from kundenakte.circulation import access, actions, guests
from kundenakte.circulation.models import FolderDocument, Task
from kundenakte.doors.web import page, refusals
from kundenakte.doors.web.administration.pages import choose
from kundenakte.doors.web.page import SignedIn, screen

_DAYS: Final = (1, 3, 7, 14, 30)


class GuestForm(forms.Form):
    """Who it is, how long the link holds, and what he is shown."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=60,
        error_messages={"required": gettext_lazy("Bitte geben Sie den Namen der Person an.")},
    )  # fmt: skip
    address = forms.EmailField(
        label=gettext_lazy("E-Mail-Adresse"), max_length=80,
        error_messages={"required": gettext_lazy("Bitte geben Sie die E-Mail-Adresse der Person an.")},
    )  # fmt: skip
    days = forms.TypedChoiceField(label=gettext_lazy("Der Link gilt"), coerce=int, initial=7)
    documents = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Diese Dokumente darf die Person sehen"), coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, entries: list[FolderDocument], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "days", [(str(n), _("einen Tag") if n == 1 else _("%(n)d Tage") % {"n": n}) for n in _DAYS])
        choose(self, "documents", [(str(entry.document_id), entry.document.title) for entry in entries])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@screen
def invite(request: SignedIn, pk: int) -> HttpResponse:
    """The form; sent, the answer shows the link, and nothing else ever does."""
    task = access.get_task(request.user, pk)
    if not task.is_under_way:
        raise access.ended(task)
    access.standing(request.user, task)
    form = GuestForm(request.POST or None, entries=guests.to_show(request.user, task.folder))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _given(request, task, form)
            except Refused as refused:
                status = refusals.status_of(refused)
                if status in {403, 404}:
                    raise
                form.add_error(None, refused.in_words(_))
    context = {"task": task, "form": form, "link": guests.open_link(task, now=timezone.now())}
    return render(request, "circulation/invite.html", context, status=status)


@require_POST
@screen
def end(request: SignedIn, pk: int) -> HttpResponse:
    """The link opens nothing any more."""
    task = access.get_task(request.user, pk)
    actions.end_link(actor=page.actor(request), task=task, now=timezone.now())
    messages.success(request, _("Der Link gilt nicht mehr."))
    return page.gone_on(reverse("circulation-folder", args=(task.folder_id,)))


def _given(request: SignedIn, task: Task, form: GuestForm) -> HttpResponse:
    given, now = form.cleaned_data, timezone.now()
    secret = actions.give_link(
        actor=page.actor(request), task=task, name=given["name"], address=given["address"],
        documents=given["documents"], until=now + timedelta(days=given["days"]), now=now,
    )  # fmt: skip
    link = guests.open_link(task, now=now)
    address = request.build_absolute_uri(reverse("guest", args=(secret,)))
    return render(request, "circulation/invited.html", {"task": task, "link": link, "address": address})
