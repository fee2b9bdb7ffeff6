"""Exceptions beside the matrix: what is opened or closed to somebody, until when, why; and how they end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenakte.base.accounts.models import Role, User
from kundenakte.customers.models import Customer
from kundenakte.doors.web import page
from kundenakte.doors.web.administration.pages import administrators, choose, documents_named, file_named
from kundenakte.doors.web.alphabet import by_word
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.paging import page as page_of
from kundenakte.doors.web.sent_forms import carried_out
from kundenakte.records import access, seers
from kundenakte.records.actions import grants
from kundenakte.records.models import CustomerFile, Document, Grant
from kundenakte.records.refusals import BadValue, NotFound

_SIZE: Final = 50
# The last year an exception may end in.
_LAST_YEAR: Final = 2200
_STATES: Final = (
    ("", gettext_lazy("Gelten gerade")),
    ("beendet", gettext_lazy("Beendet")),
    ("alle", gettext_lazy("Alle")),
    ("eingeschraenkt", gettext_lazy("Eingeschränkte Dokumente")),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One exception as the list shows it; `address` leads to what it is about, if the reader may see that."""

    row: Grant
    who: str
    what: str
    address: str
    holds: bool


class ExceptionForm(forms.Form):
    """To whom, what, how long, why. The document or customer is chosen beside it."""

    to = forms.ChoiceField(label=gettext_lazy("Für wen"))
    kind = forms.ChoiceField(
        label=gettext_lazy("Was"), widget=forms.RadioSelect, initial="frei",
        choices=(("frei", gettext_lazy("Freigabe: darf zusätzlich")), ("verbot", gettext_lazy("Verbot: darf nicht"))),
    )  # fmt: skip
    verb = forms.ChoiceField(
        label=gettext_lazy("Recht"), choices=[(verb.value, gettext_lazy(str(verb.label))) for verb in grants.GRANTABLE]
    )
    until = forms.DateField(
        label=gettext_lazy("Bis einschließlich"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Leer: bis jemand sie beendet."),
    )  # fmt: skip
    reason = forms.CharField(label=gettext_lazy("Grund"), max_length=300)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choose(
            self,
            "to",
            [
                (_("Personen"), by_word((f"user:{user.pk}", str(user)) for user in seers.people())),
                (_("Rollen"), by_word((f"role:{role.pk}", _(role.name)) for role in Role.objects.all())),
            ],
        )

    def somebody(self) -> User | Role:
        """The person or role that was chosen."""
        kind, _colon, pk = str(self.cleaned_data["to"]).partition(":")
        return User.objects.get(pk=pk) if kind == "user" else Role.objects.get(pk=pk)

    def clean_until(self) -> date | None:
        """The last day. The last year there is means "never", as elsewhere in the trade; one far off is a slip."""
        day: date | None = self.cleaned_data["until"]
        if day is None or day.year == MAXYEAR:
            return None
        if day.year > _LAST_YEAR:
            raise forms.ValidationError(
                _("Bitte geben Sie ein Datum bis zum Jahr %(year)d an, oder lassen Sie das Feld leer.")
                % {"year": _LAST_YEAR}
            )
        return day

    def end(self) -> datetime | None:
        """The first moment after the last day."""
        day = self.cleaned_data["until"]
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min)) if day else None


def holding(now: datetime) -> QuerySet[Grant]:
    """The exceptions that hold at this moment."""
    return Grant.objects.filter(Q(until__isnull=True) | Q(until__gt=now), revoked_at__isnull=True)


@require_safe
@administrators
def exceptions(request: SignedIn) -> HttpResponse:
    """All exceptions, the newest first."""
    state, now = request.GET.get("nur", ""), timezone.now()
    if state == "eingeschraenkt":
        return _restricted(request)
    rows = Grant.objects.all()
    if state == "beendet":
        rows = rows.filter(Q(revoked_at__isnull=False) | Q(until__lte=now))
    elif state != "alle":
        rows = holding(now)
    rows = rows.select_related(
        "user", "role", "document__customer_file__customer", "customer_file__customer", "granted_by"
    )
    shown = page_of(rows, order=("-created_at", "-pk"), cursor=request.GET.get("nach", ""), size=_SIZE)
    context = {"lines": _lines(request, shown.rows, now), "next": shown.next, "is_first": shown.is_first,
               "state": state, "states": _STATES}  # fmt: skip
    return render(request, "administration/exceptions.html", context)


def _restricted(request: SignedIn) -> HttpResponse:
    """Documents whose processing is restricted (Art. 18 DSGVO), as far as the reader may see them; the newest first."""
    rows = access.documents_for(request.user).filter(is_restricted=True)
    rows = rows.select_related("customer_file__customer", "document_class")
    shown = page_of(rows, order=("-dated_on", "-pk"), cursor=request.GET.get("nach", ""), size=_SIZE)
    context = {"documents": shown.rows, "next": shown.next, "is_first": shown.is_first, "state": "eingeschraenkt",
               "states": _STATES}  # fmt: skip
    return render(request, "administration/exceptions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators
def new(request: SignedIn) -> HttpResponse:
    """A new exception for a document, a customer's file or a customer group."""
    form = ExceptionForm(request.POST or None)
    asked = request.POST or request.GET
    named = asked.get("dokument", "").strip()[:200]
    context: dict[str, Any] = {
        "named": named,
        "document": _single(documents_named(request, named)),
        "customer_file": file_named(request, "akte"),
        "group": asked.get("gruppe", ""),
        "groups": Customer.objects.exclude(group="").values_list("group", flat=True).distinct().order_by("group")[:500],
    }

    def give() -> HttpResponse:
        given = form.cleaned_data
        grants.grant(
            actor=page.actor(request), to=form.somebody(), on=_target(request, context), verb=given["verb"],
            deny=given["kind"] == "verbot", reason=given["reason"], until=form.end(), now=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("Eingetragen. Es gilt ab sofort."))
        return page.gone_on(reverse("administration-exceptions"))

    return carried_out(request, form, give, "administration/exception_new.html", lambda: context)


def _single(found: list[Document]) -> Document | None:
    return found[0] if len(found) == 1 else None


def _target(request: SignedIn, context: dict[str, Any]) -> CustomerFile | Document | str:
    """The one thing that was named; more or less than one is no answer."""
    if context["named"] and context["document"] is None:
        count = len(documents_named(request, context["named"]))
        raise BadValue(
            "Ein solches Dokument gibt es nicht, oder Sie dürfen es nicht sehen."
            if not count
            else "Mehrere Dokumente haben diese Nummer. Bitte nehmen Sie die Adresse des Dokuments."
        )
    things = [thing for thing in (context["document"], context["customer_file"], context["group"]) if thing]
    if len(things) != 1:
        raise BadValue("Bitte nennen Sie genau eines: ein Dokument, einen Kunden oder eine Kundengruppe.")
    chosen: CustomerFile | Document | str = things[0]
    return chosen


@require_POST
@administrators
def end(request: SignedIn, exception: int) -> HttpResponse:
    """The exception ends now."""
    row = Grant.objects.filter(pk=exception).first()
    if row is None:
        raise NotFound
    grants.revoke(actor=page.actor(request), grant=row, now=timezone.now(), reason=request.POST.get("grund", ""))
    messages.success(request, _("Die Ausnahme ist beendet."))
    return page.gone_on(reverse("administration-exceptions"))


def _lines(request: SignedIn, rows: list[Grant], now: datetime) -> list[Line]:
    wanted = {row.document_id for row in rows if row.document_id}
    documents = set(access.documents_for(request.user).filter(pk__in=wanted).values_list("pk", flat=True))
    wanted = {row.customer_file_id for row in rows if row.customer_file_id}
    files = set(access.files_for(request.user).filter(pk__in=wanted).values_list("pk", flat=True))
    return [_line(row, documents, files, now) for row in rows]


def _line(row: Grant, documents: set[int], files: set[int], now: datetime) -> Line:
    who = str(row.user) if row.user else _("Rolle „%(name)s“") % {"name": _(row.role.name if row.role else "")}
    what, address = _("Kundengruppe „%(name)s“") % {"name": row.customer_group}, ""
    if row.document:
        what = _("ein Dokument, das Sie nicht sehen dürfen")
        if row.document_id in documents:
            what, address = (
                _("Dokument „%(name)s“") % {"name": row.document},
                reverse("document", args=(row.document_id,)),
            )
    elif row.customer_file:
        what = _("eine Akte, die Sie nicht sehen dürfen")
        if row.customer_file_id in files:
            what, address = (
                _("Akte „%(name)s“") % {"name": row.customer_file},
                reverse("file", args=(row.customer_file_id,)),
            )
    holds = row.revoked_at is None and (row.until is None or row.until > now)
    return Line(row, who, what, address, holds)
