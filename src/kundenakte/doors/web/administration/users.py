"""Accounts: the list, a new one, and one account with everything that can be done to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.sessions.models import Session
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenakte.base.accounts.models import ApiToken, Role, User
from kundenakte.doors.web import page
from kundenakte.doors.web.administration.pages import administrators, choose
from kundenakte.doors.web.alphabet import alphabetical, by_word
from kundenakte.doors.web.history.entries import history_of
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.sent_forms import carried_out
from kundenakte.records import effects
from kundenakte.records.actions import accounts
from kundenakte.records.models import Audit
from kundenakte.records.refusals import NotFound

_STATES: Final = (
    ("", gettext_lazy("Alle")),
    ("personen", gettext_lazy("Personen")),
    ("programme", gettext_lazy("Programme")),
    ("gesperrt", gettext_lazy("Gesperrt")),
)


class AccountForm(forms.Form):
    """How somebody is called."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=150)
    email = forms.EmailField(label=gettext_lazy("E-Mail"), required=False)


class NewAccountForm(AccountForm):
    """A new account."""

    username = forms.CharField(
        label=gettext_lazy("Anmeldename"), max_length=150,
        help_text=gettext_lazy("Kurz und ohne Leerzeichen, zum Beispiel g.muster."),
    )  # fmt: skip
    roles = forms.MultipleChoiceField(label=gettext_lazy("Rollen"), required=False, widget=forms.CheckboxSelectMultiple)
    is_service = forms.BooleanField(
        label=gettext_lazy("Das ist ein Programm (ERP, Scanner), keine Person"), required=False
    )
    field_order = ("name", "username", "email", "is_service", "roles")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choose(self, "roles", by_word((role.code, _(role.name)) for role in Role.objects.all()))


@require_safe
@administrators
def users(request: SignedIn) -> HttpResponse:
    """All accounts, people first, with a search by name."""
    text, state = request.GET.get("q", "").strip()[:100], request.GET.get("nur", "")
    rows = _matching(text, state).prefetch_related("roles").annotate(
        open_tokens=Count("tokens", filter=Q(tokens__revoked_at=None), distinct=True),
        token_used_at=Max("tokens__last_used_at"),
    )  # fmt: skip
    by_name = alphabetical(rows)
    context = {
        "users": sorted(by_name, key=lambda row: (not row.is_active, row.is_service))[:500],
        "q": text,
        "state": state,
        "states": [(value, name) for value, name in _STATES],
    }
    return render(request, "administration/users.html", context)


def _matching(text: str, state: str) -> QuerySet[User]:
    rows = User.objects.all()
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(username__icontains=text) | Q(email__icontains=text))
    if state == "gesperrt":
        return rows.filter(is_active=False)
    if state in {"personen", "programme"}:
        return rows.filter(is_service=state == "programme", is_active=True)
    return rows


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def new(request: SignedIn) -> HttpResponse:
    """A new account; a person gets a link to set the password, a program a token."""
    form = NewAccountForm(request.POST or None)

    def add() -> HttpResponse:
        now = timezone.now()
        user = _added(request, form.cleaned_data, now)
        if user.is_service:
            messages.success(request, _("%(name)s ist angelegt. Jetzt fehlt noch ein Zugangstoken.") % {"name": user})
            return page.gone_on(reverse("administration-user", args=(user.pk,)))
        return invited(request, user, now)

    return carried_out(request, form, add, "administration/user_new.html", dict)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def user(request: SignedIn, user: int) -> HttpResponse:
    """One account; sent, its name and mail address are changed."""
    row = _row(user)
    form = AccountForm(request.POST or None, initial={"name": row.name, "email": row.email})

    def save() -> HttpResponse:
        accounts.change_account(
            actor=page.actor(request), user=row, edition=page.number(request.POST.get("edition")) or 0,
            name=form.cleaned_data["name"], email=form.cleaned_data["email"], now=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("Gespeichert."))
        return page.gone_on(reverse("administration-user", args=(row.pk,)))

    return carried_out(request, form, save, "administration/user.html", lambda: context_of(request, row))


@require_POST
@administrators
def set_roles(request: SignedIn, user: int) -> HttpResponse:
    """First what other roles would expose and hide, then, confirmed, the roles."""
    row = _row(user)
    chosen = list(Role.objects.filter(code__in=request.POST.getlist("rollen")))
    codes = sorted(role.code for role in chosen)
    edition = page.number(request.POST.get("edition")) or 0
    if request.POST.get("geprueft") == ",".join(codes):
        accounts.set_roles(actor=page.actor(request), user=row, roles=codes, edition=edition, now=timezone.now())
        messages.success(request, _("%(name)s hat jetzt diese Rollen.") % {"name": row})
        return page.gone_on(reverse("administration-user", args=(row.pk,)))
    context = context_of(request, row) | {
        "form": AccountForm(initial={"name": row.name, "email": row.email}),
        "chosen": set(codes),
        "effects": effects.of_roles(request.user, row, chosen),
        "checked": ",".join(codes),
        "edition": edition,
    }
    return render(request, "administration/user.html", context)


@require_POST
@administrators
def set_active(request: SignedIn, user: int) -> HttpResponse:
    """Lock the account or open it again."""
    row, is_active = _row(user), request.POST.get("offen") == "ja"
    accounts.set_active(actor=page.actor(request), user=row, is_active=is_active, now=timezone.now())
    said = _("%(name)s kann sich wieder anmelden.") if is_active else _("%(name)s ist gesperrt und abgemeldet.")
    messages.success(request, said % {"name": row})
    return page.gone_on(reverse("administration-user", args=(row.pk,)))


@require_POST
@administrators
def end_sessions(request: SignedIn, user: int) -> HttpResponse:
    """Sign somebody out on all devices."""
    row = _row(user)
    accounts.end_sessions(actor=page.actor(request), user=row, now=timezone.now())
    if row.pk == request.user.pk:
        return page.gone_on(reverse("account_login"))
    messages.success(request, _("%(name)s ist überall abgemeldet.") % {"name": row})
    return page.gone_on(reverse("administration-user", args=(row.pk,)))


@require_POST
@never_cache
@administrators
def invite(request: SignedIn, user: int) -> HttpResponse:
    """A new link to set the password; the old password ends."""
    return invited(request, _row(user), timezone.now())


def _added(request: SignedIn, given: dict[str, Any], now: datetime) -> User:
    """The account that was asked for. Sent twice, the form gets the same answer twice."""
    wish = {key: given[key] for key in ("username", "name", "email", "roles", "is_service")}
    actor = page.actor(request)
    try:
        return accounts.add_account(actor=actor, now=now, **wish)
    except accounts.AccountExists:
        user = accounts.added_just_now(actor=actor, now=now, **wish)
        if user is None:
            raise
        return user


def invited(request: SignedIn, row: User, now: datetime) -> HttpResponse:
    """The page that shows the link, this once."""
    secret = accounts.invite(actor=page.actor(request), user=row, now=now)
    link = request.build_absolute_uri(reverse("invitation", args=(row.pk, secret)))
    return render(request, "administration/secret.html", {"account": row, "link": link})


def context_of(request: SignedIn, row: User) -> dict[str, object]:
    """What the page of one account shows."""
    now = timezone.now()
    tokens = list(ApiToken.objects.filter(user=row).order_by("-created_at"))
    return {
        "account": row,
        "edition": row.edition,
        "is_self": row.pk == request.user.pk,
        "audits": Audit.objects.filter(auditor=row) if row.is_auditor else (),
        "may_sign_in": row.has_usable_password() and row.is_active,
        "roles": alphabetical(Role.objects.all(), lambda role: _(role.name)),
        "chosen": set(row.roles.values_list("code", flat=True)),
        "tokens": [(token, token.is_valid(now)) for token in tokens],
        "sessions": _sessions(row),
        "history": history_of(
            request.user, [("accounts.user", row.pk), *(("accounts.apitoken", token.pk) for token in tokens)], limit=30
        ),
    }


def _sessions(row: User) -> int:
    """How many sessions are open. Their content is readable only one by one, so a large house is not counted."""
    rows = Session.objects.filter(expire_date__gt=timezone.now())[:2000]
    bound = row.get_session_auth_hash()
    return sum(1 for session in rows if session.get_decoded().get("_auth_user_hash") == bound)


def _row(pk: int) -> User:
    found = User.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found
