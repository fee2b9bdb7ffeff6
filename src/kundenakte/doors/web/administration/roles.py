"""Roles: what tasks there are in the house. What each may do is in matrix.py."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kundenakte.base.accounts.models import Role
from kundenakte.doors.web import page
from kundenakte.doors.web.administration.pages import administrators
from kundenakte.doors.web.alphabet import alphabetical
from kundenakte.doors.web.history.entries import history_of
from kundenakte.doors.web.page import SignedIn
from kundenakte.records.actions import roles as actions
from kundenakte.records.refusals import NotFound


@require_safe
@administrators
def roles(request: SignedIn) -> HttpResponse:
    """All roles with how many people hold them."""
    rows = Role.objects.annotate(people=Count("users", filter=Q(users__is_active=True)))
    history = history_of(request.user, [("accounts.role", row.pk) for row in rows], limit=20)
    return render(
        request,
        "administration/roles.html",
        {"roles": alphabetical(rows, lambda role: _(role.name)), "history": history},
    )


@require_POST
@administrators
def add(request: SignedIn) -> HttpResponse:
    """A new role, empty or with the rights of another one."""
    like = Role.objects.filter(code=request.POST.get("wie", "")).first()
    role = actions.add_role(
        actor=page.actor(request), name=request.POST.get("name", ""), has_inbox=request.POST.get("eingang") == "ja",
        like=like, now=timezone.now(),
    )  # fmt: skip
    messages.success(
        request, _("Die Rolle „%(name)s“ ist angelegt. Hier legen Sie fest, was sie darf.") % {"name": role}
    )
    return page.gone_on(f"{reverse('administration-rights')}?rolle={role.code}")


@require_POST
@administrators
def change(request: SignedIn, role: int) -> HttpResponse:
    """Rename, or give or take the inbox."""
    row = _row(role)
    actions.change_role(
        actor=page.actor(request), role=row, edition=page.number(request.POST.get("edition")) or 0,
        name=request.POST.get("name", ""), has_inbox=request.POST.get("eingang") == "ja", now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("Gespeichert."))
    return page.gone_on(reverse("administration-roles"))


@require_POST
@administrators
def remove(request: SignedIn, role: int) -> HttpResponse:
    """A role nobody needs goes."""
    row = _row(role)
    edition = page.number(request.POST.get("edition")) or 0
    actions.remove_role(actor=page.actor(request), role=row, edition=edition, now=timezone.now())
    messages.success(request, _("Die Rolle „%(name)s“ ist gelöscht.") % {"name": row.name})
    return page.gone_on(reverse("administration-roles"))


def _row(pk: int) -> Role:
    found = Role.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found
