"""All batches of paper, and making a new one of the scans that came in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from kundenakte.base.accounts.models import User
from kundenakte.doors.web import page
from kundenakte.doors.web.administration.pages import choose
from kundenakte.doors.web.alphabet import by_word
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.papers.pages import checkers, must_leave_to_others
from kundenakte.doors.web.sent_forms import carried_out
from kundenakte.records.models import Arrival
from kundenakte.records.refusals import BadValue
from kundenakte.steps.scanning import actions, papers
from kundenakte.steps.scanning.actions import BatchWish
from kundenakte.steps.scanning.models import PaperBatch

# What one page offers for a new batch, and what the list shows of those that are open and of those that are over.
_MOST: Final = 200
_OVER: Final = 50
# So far back scans are looked for unless somebody asks for older ones.
_RECENT: Final = timedelta(days=90)
State = PaperBatch.State


@dataclass(frozen=True, slots=True)
class Line:
    """A batch in the list: how much of it is to be looked at, and whether its paper may go."""

    batch: PaperBatch
    pages: int
    left: int
    may_go: bool
    is_own: bool


@require_safe
@checkers
def batches(request: SignedIn) -> HttpResponse:
    """Those that are to be checked first, then those whose paper waits, then the rest."""
    rows = papers.batches_for(request.user, rights=page.rights(request))
    context = {
        "checking": _lines(request, rows.filter(state=State.CHECKING).order_by("pk")[:_MOST]),
        "released": _lines(request, rows.filter(state=State.RELEASED).order_by("-released_at")[:_MOST]),
        "over": _lines(request, rows.filter(state=State.DESTROYED).order_by("-destroyed_at")[:_OVER]),
        "waiting": _recent(request)[: _MOST + 1].count(),
        "most": _MOST,
    }
    return render(request, "papers/batches.html", context)


class BatchForm(forms.Form):
    """What a person says of the paper."""

    scanned_by = forms.ChoiceField(label=gettext_lazy("Gescannt von"))
    scanned_on = forms.DateField(
        label=gettext_lazy("Gescannt am"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    device = forms.CharField(
        label=gettext_lazy("Gerät"), max_length=100, help_text=gettext_lazy("Zum Beispiel: Kopierer im Flur.")
    )
    scanner_settings = forms.CharField(
        label=gettext_lazy("Einstellungen"), max_length=100, required=False,
        help_text=gettext_lazy("Auflösung und Farbe, zum Beispiel: 300 dpi, Farbe."),
    )  # fmt: skip
    sheets = forms.IntegerField(
        label=gettext_lazy("Blätter, von Hand gezählt"), min_value=1, max_value=actions.MOST_PAGES,
        help_text=gettext_lazy("Trennblätter zählen mit."),
    )  # fmt: skip
    is_two_sided = forms.BooleanField(label=gettext_lazy("Beidseitig gescannt"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True, is_service=False, is_auditor=False)
        choose(self, "scanned_by", by_word((user.username, str(user)) for user in people))

    def wish(self) -> BatchWish:
        """The paper as the form tells of it."""
        given = dict(self.cleaned_data)
        scanned_by = User.objects.get(username=given.pop("scanned_by"))
        return BatchWish(scanned_by=scanned_by, **given)


@require_http_methods(["GET", "HEAD", "POST"])
@checkers
def new(request: SignedIn) -> HttpResponse:
    """Choose scans and say what paper they were made of."""
    scans = papers.scans_for(request.user, rights=page.rights(request))
    form = BatchForm(request.POST or None, initial=_usual(request))
    shows_older = "aelter" in request.GET
    chosen = {pk for text in request.POST.getlist("scan") if (pk := page.number(text)) is not None}

    def begin() -> HttpResponse:
        arrivals = list(scans.filter(pk__in=chosen).order_by("received_at", "pk"))
        if len(arrivals) < len(chosen):
            raise BadValue("Einer dieser Scans gehört inzwischen zu einem anderen Stapel. Wählen Sie noch einmal.")
        batch = actions.begin(actor=page.actor(request), arrivals=arrivals, wish=form.wish(), now=timezone.now())
        messages.success(request, _("Stapel %(n)s ist angelegt.") % {"n": batch.pk})
        return page.gone_on(reverse("papers-batch", args=(batch.pk,)))

    def context() -> dict[str, object]:
        offered = list((scans if shows_older else _recent(request))[:_MOST])
        return {
            "scans": offered, "chosen": chosen, "most": _MOST, "rules": papers.the_rules(), "shows_older": shows_older,
        }  # fmt: skip

    return carried_out(request, form, begin, "papers/new.html", context)


# --- inside ------------------------------------------------------------------------------------------------------


def _lines(request: SignedIn, rows: Any) -> list[Line]:
    # Counted for those that are shown: a house has the pages of many years.
    shown = list(rows.values_list("pk", flat=True))
    due = Count("files__pages", filter=Q(files__pages__verdict="") & ~Q(files__pages__why=""))
    counted = PaperBatch.objects.filter(pk__in=shown).annotate(pages=Count("files__pages"), left=due)
    by_number = {row.pk: row for row in counted.select_related("scanned_by")}
    found = [by_number[pk] for pk in shown if pk in by_number]
    free = papers.those_that_may_go(found, now=timezone.now())
    return [Line(row, row.pages, row.left, row.pk in free, must_leave_to_others(request, row)) for row in found]


def _recent(request: SignedIn) -> QuerySet[Arrival]:
    return papers.scans_for(request.user, since=timezone.now() - _RECENT, rights=page.rights(request))


def _usual(request: SignedIn) -> dict[str, object]:
    """What the last batch said of the scanner is most likely true of this one."""
    last = papers.batches_for(request.user, rights=page.rights(request)).first()
    said: dict[str, object] = {"scanned_by": request.user.username, "scanned_on": timezone.localdate()}
    for name in ("device", "scanner_settings", "is_two_sided") if last else ():
        said[name] = getattr(last, name)
    return said
