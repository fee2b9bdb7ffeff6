"""Rooms for auditors: who may look at what until when, and all they looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenakte.base.accounts.models import User
from kundenakte.base.journal import queries
from kundenakte.base.journal.models import JournalEntry
from kundenakte.base.journal.queries import Told
from kundenakte.doors.web import page, paging, tables
from kundenakte.doors.web.administration.pages import administrators, choose
from kundenakte.doors.web.administration.users import invited
from kundenakte.doors.web.alphabet import alphabetical, by_word
from kundenakte.doors.web.history.entries import Entry, history_of, worded
from kundenakte.doors.web.history.rows import names_in
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.sent_forms import carried_out
from kundenakte.records import access, audits
from kundenakte.records.actions.audits import AuditWish, NewAuditor, close_audit, open_audit, set_end
from kundenakte.records.models import Audit, DocumentClass, Verb
from kundenakte.records.reach import Room
from kundenakte.records.refusals import NotFound

_SIZE: Final = 50
# So many lines of the record of looks go into one table.
_MOST_LINES: Final = 100_000


@dataclass(frozen=True, slots=True)
class Look:
    """One line of the record: the sentence, and the document it is about as far as the reader may see it."""

    entry: Entry
    document: int | None = None
    title: str = ""


class EndForm(forms.Form):
    """Until when."""

    until = forms.DateField(
        label=gettext_lazy("Bis einschließlich"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def end(self) -> datetime:
        """The first moment after the last day."""
        day: date = self.cleaned_data["until"]
        return timezone.make_aware(datetime.combine(min(day, date(9999, 12, 30)) + timedelta(days=1), time.min))


class AuditForm(EndForm):
    """What is opened, and to whom."""

    occasion = forms.CharField(
        label=gettext_lazy("Anlass"), max_length=300,
        help_text=gettext_lazy("Zum Beispiel: Betriebsprüfung 2021 bis 2023, Anordnung vom 3.4.2026."),
    )  # fmt: skip
    first_year = forms.IntegerField(label=gettext_lazy("Erstes Jahr"), min_value=1950, max_value=2200)
    last_year = forms.IntegerField(label=gettext_lazy("Letztes Jahr"), min_value=1950, max_value=2200)
    classes = forms.MultipleChoiceField(
        label=gettext_lazy("Klassen (keine angekreuzt: alle steuerlich relevanten)"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    may_download = forms.BooleanField(label=gettext_lazy("Darf Dokumente herunterladen"), required=False)
    shows_restricted = forms.BooleanField(
        label=gettext_lazy("Sieht auch Dokumente, deren Verarbeitung eingeschränkt ist (Datenschutz)"), required=False
    )
    auditor = forms.ChoiceField(label=gettext_lazy("Prüfer"), required=False)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=150, required=False)
    username = forms.CharField(
        label=gettext_lazy("Anmeldename"), max_length=150, required=False,
        help_text=gettext_lazy("Kurz und ohne Leerzeichen, zum Beispiel g.muster."),
    )  # fmt: skip
    email = forms.EmailField(label=gettext_lazy("E-Mail"), required=False)
    field_order = (
        "occasion", "until", "first_year", "last_year", "classes", "may_download", "shows_restricted", "auditor",
        "name", "username", "email",
    )  # fmt: skip

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        rows = DocumentClass.objects.filter(tax_relevant=True)
        choose(self, "classes", by_word((str(row.pk), _(row.name)) for row in rows))
        known = User.objects.filter(is_auditor=True, is_active=True)
        choose(self, "auditor", [("", _("Neuer Prüfer")), *by_word((str(row.pk), str(row)) for row in known)])

    def clean(self) -> dict[str, Any]:
        """A new auditor needs a name to sign in with; a known one has his."""
        given = super().clean() or self.cleaned_data
        for field in ("name", "username"):
            if not given.get("auditor") and not given.get(field) and field not in self.errors:
                self.add_error(field, _("Ein neuer Prüfer braucht das."))
        if (given.get("first_year") or 0) > (given.get("last_year") or 9999):
            self.add_error("last_year", _("Das letzte Jahr liegt vor dem ersten."))
        return given

    def somebody(self) -> User | NewAuditor:
        """Whose account is chosen or asked for."""
        given = self.cleaned_data
        if given["auditor"]:
            return User.objects.get(pk=given["auditor"])
        return NewAuditor(given["username"], given["name"], given["email"])

    def wish(self) -> AuditWish:
        """What is to be opened."""
        given = self.cleaned_data
        return AuditWish(
            given["occasion"], given["first_year"], given["last_year"], self.end(),
            tuple(DocumentClass.objects.filter(pk__in=given["classes"])), given["may_download"],
            given["shows_restricted"],
        )  # fmt: skip


@require_safe
@administrators
def listing(request: SignedIn) -> HttpResponse:
    """All rooms, those that are open first."""
    now = timezone.now()
    rows = Audit.objects.select_related("auditor").prefetch_related("classes").order_by("-pk")[:500]
    lines = sorted(((row, row.holds(now)) for row in rows), key=lambda line: not line[1])
    return render(request, "administration/audits.html", {"lines": lines})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@administrators
def new(request: SignedIn) -> HttpResponse:
    """Open a room. First, if she likes, what lies in it; then it is opened, and a new auditor's link is shown once."""
    form = AuditForm(request.POST or None)

    def act() -> HttpResponse:
        wish = form.wish()
        if "zeigen" in request.POST:
            room = Room(
                0, wish.first_year, wish.last_year, frozenset(row.pk for row in wish.classes),
                shows_restricted=wish.shows_restricted,
            )  # fmt: skip
            return render(request, "administration/audit_new.html", {"form": form} | _inside(request, room))
        now, somebody = timezone.now(), form.somebody()
        audit = open_audit(actor=page.actor(request), auditor=somebody, wish=wish, now=now)
        messages.success(request, _("Der Prüferzugang ist offen. Jeder Blick wird aufgeschrieben."))
        if isinstance(somebody, NewAuditor):
            return invited(request, audit.auditor, now)
        return page.gone_on(reverse("administration-audit", args=(audit.pk,)))

    return carried_out(request, form, act, "administration/audit_new.html", dict)


@require_safe
@administrators
def show(request: SignedIn, audit: int) -> HttpResponse:
    """One room: what is open, how much that is, and the record of looks, the newest first."""
    return render(request, "administration/audit.html", _context(request, _row(audit)))


@require_POST
@administrators
def end(request: SignedIn, audit: int) -> HttpResponse:
    """Another last day."""
    row, form = _row(audit), EndForm(request.POST)

    def act() -> HttpResponse:
        edition = page.number(request.POST.get("edition")) or 0
        set_end(actor=page.actor(request), audit=row, edition=edition, until=form.end(), now=timezone.now())
        messages.success(request, _("Gespeichert."))
        return page.gone_on(reverse("administration-audit", args=(row.pk,)))

    return carried_out(request, form, act, "administration/audit.html", lambda: _context(request, row) | {"form": form})


@require_POST
@administrators
def close(request: SignedIn, audit: int) -> HttpResponse:
    """The room is closed now."""
    row = _row(audit)
    close_audit(
        actor=page.actor(request), audit=row, edition=page.number(request.POST.get("edition")) or 0,
        reason=request.POST.get("grund", ""), now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("Der Prüferzugang ist beendet."))
    return page.gone_on(reverse("administration-audit", args=(row.pk,)))


@require_safe
@administrators
def record(request: SignedIn, audit: int) -> HttpResponse:
    """The record of looks as a table, oldest first."""
    row = _row(audit)
    told = queries.told(audits.looks(row).order_by("at", "id")[:_MOST_LINES])
    head = [_("Zeit"), _("Was"), _("Angaben"), _("Dokument"), _("Titel"), _("Nummer im Protokoll")]
    lines = (
        (
            f"{timezone.localtime(one.at):%d.%m.%Y %H:%M:%S}", look.entry.sentence, "\n".join(look.entry.details),
            look.document, look.title, one.seq,
        )
        for one, look in zip(told, _looks(request, told), strict=True)
    )  # fmt: skip
    answer = HttpResponse(tables.as_csv(head, lines), content_type="text/csv; charset=utf-8")
    name = f"{_('Zugriffe')} {row.auditor} {timezone.localdate():%Y-%m-%d}.csv"
    answer.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def stand() -> tuple[str, bool]:
    """How many rooms are open, for the first page of the administration."""
    open_now = audits.holding(timezone.now()).count()
    return (_("%(n)d offen") % {"n": open_now} if open_now else _("keiner offen")), False


def _row(pk: int) -> Audit:
    found = Audit.objects.select_related("auditor", "opened_by").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _context(request: SignedIn, row: Audit) -> dict[str, Any]:
    now = timezone.now()
    order = ("-at", "-id")
    shown: paging.Page[JournalEntry] = paging.page(
        audits.looks(row), order=order, cursor=request.GET.get("nach", ""), size=_SIZE
    )
    last_day = timezone.localdate(row.until - timedelta(seconds=1))
    return {
        "audit": row, "edition": row.edition, "holds": row.holds(now), "last_day": last_day,
        "classes": alphabetical(_(one.name) for one in row.classes.all()),
        "form": EndForm(initial={"until": last_day}), "looks": _looks(request, queries.told(shown.rows)),
        "next": shown.next, "is_first": shown.is_first,
        "history": history_of(request.user, [("records.audit", row.pk)], kinds=_STEPS),
    } | _inside(request, audits.room_of(row))  # fmt: skip


_STEPS: Final = frozenset({"audit.opened", "audit.end_set", "audit.closed"})


def _inside(request: SignedIn, room: Room) -> dict[str, Any]:
    """How much lies in a room, as far as she may see it herself."""
    rows = audits.inside(room, access.documents_for(request.user, rights=page.rights(request)))
    by_class: dict[str, int] = {}
    for _pk, name, _year, count in audits.counted(rows):
        by_class[_(name)] = by_class.get(_(name), 0) + count
    return {
        "by_class": list(by_class.items()), "total": sum(by_class.values()),
        "files": rows.order_by().values("customer_file").distinct().count(),
        "not_marked": audits.not_marked_as_audited(room.first_year, room.last_year),
        "may_mark": page.rights(request).has(Verb.RETENTION),
    }  # fmt: skip


def _looks(request: SignedIn, told: Sequence[Told]) -> list[Look]:
    names = names_in(request.user, (one.subject for one in told))
    return [_look(entry, one, names) for entry, one in zip(worded(request.user, told), told, strict=True)]


def _look(entry: Entry, one: Told, names: dict[str, str]) -> Look:
    kind, _colon, pk = one.subject.partition(":")
    if kind != "records.document":
        return Look(entry)
    return Look(entry, int(pk), names.get(one.subject, ""))
