"""The rules with their versions, the profile, and the forms that begin a change of them."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from kundenakte.doors.web import page
from kundenakte.doors.web.administration.pages import choose
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.retention.pages import a_day, a_reason, keepers
from kundenakte.doors.web.sent_forms import carried_out
from kundenakte.records.actions import retention_changes as changes
from kundenakte.records.actions.retention_changes import RuleWish
from kundenakte.records.models import DocumentClass, RetentionChange, RetentionProfile
from kundenakte.records.refusals import NotFound
from kundenakte.records.retention import keeping, wording
from kundenakte.records.retention.engine import years_of
from kundenakte.records.retention.rules import ALWAYS, Profile, Rule


class RuleForm(forms.Form):
    """A version of a rule to be."""

    years = forms.IntegerField(label=gettext_lazy("Jahre"), min_value=0, max_value=100)
    start = forms.ChoiceField(label=gettext_lazy("Die Frist beginnt mit"))
    from_year_end = forms.BooleanField(label=gettext_lazy("ab Ende des Kalenderjahres"), required=False)
    basis = forms.CharField(label=gettext_lazy("Rechtsgrundlage"), max_length=200)
    valid_from = a_day(gettext_lazy("Gilt ab"))
    reason = a_reason(gettext_lazy("Grund der Änderung"))


class ProfileForm(forms.Form):
    """What the house decides for all rules."""

    ten_years = forms.BooleanField(
        label=gettext_lazy("Rechnungen zehn Jahre aufbewahren (Entscheidung des Hauses)"), required=False
    )
    financial_sector = forms.BooleanField(
        label=gettext_lazy("Wir sind Bank, Versicherung oder Wertpapierinstitut: Belege zehn Jahre"), required=False
    )
    reason = a_reason()


@require_safe
@keepers
def rules(request: SignedIn) -> HttpResponse:
    """All rules as they hold today, the profile, and what has been proposed."""
    today = timezone.localdate()
    catalogue, house = keeping.the_house().catalogue, keeping.the_profile()
    lines = [
        {
            "rule": rule,
            "years": years_of(rule, house)[0],
            "event": wording.event(rule.start),
            "versions": len(catalogue.versions(rule.code)),
        }
        for rule in catalogue.all_holding(today)
    ]
    context = {
        "lines": lines,
        "profile": house,
        "decided": RetentionProfile.objects.select_related("made_by", "approved_by").order_by("-pk").first(),
        "changes": RetentionChange.objects.select_related("trial", "proposed_by")[:20],
    }
    return render(request, "retention/rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@keepers
def rule(request: SignedIn, code: str) -> HttpResponse:
    """One rule with all its versions, and a form for the next one, which is tried first."""
    versions = keeping.the_house().catalogue.versions(code)
    if not versions:
        raise NotFound
    form = RuleForm(request.POST or None, initial=_values(versions[-1]))
    choose(form, "start", [(start, wording.event(start)) for start in sorted(wording.EVENTS, key=wording.event)])

    def propose() -> HttpResponse:
        values = dict(form.cleaned_data)
        reason = values.pop("reason")
        wish = RuleWish(code=code, **values)
        made = changes.propose_rule(actor=page.actor(request), wish=wish, reason=reason, now=timezone.now())
        return page.gone_on(reverse("retention-change", args=(made.pk,)))

    def context() -> dict[str, object]:
        holding = keeping.the_house().catalogue.holding(code, timezone.localdate())
        return {
            "rule": versions[-1],
            "versions": [
                {
                    "rule": one,
                    "event": wording.event(one.start),
                    "holds": one == holding,
                    "always": one.valid_from == ALWAYS,
                }
                for one in reversed(versions)
            ],
            "classes": DocumentClass.objects.filter(retention_code=code),
        }

    return carried_out(request, form, propose, "retention/rule.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@keepers
def profile(request: SignedIn) -> HttpResponse:
    """Another profile, which is tried first."""
    now = keeping.the_profile()
    initial = {"ten_years": now.ten_years, "financial_sector": now.financial_sector}
    form = ProfileForm(request.POST or None, initial=initial)

    def propose() -> HttpResponse:
        wish = Profile(form.cleaned_data["ten_years"], form.cleaned_data["financial_sector"])
        made = changes.propose_profile(
            actor=page.actor(request), profile=wish, reason=form.cleaned_data["reason"], now=timezone.now()
        )
        return page.gone_on(reverse("retention-change", args=(made.pk,)))

    return carried_out(request, form, propose, "retention/profile.html", dict)


def _values(rule: Rule) -> dict[str, object]:
    return {
        "years": rule.years, "start": rule.start, "from_year_end": rule.from_year_end, "basis": rule.basis,
        "valid_from": timezone.localdate(),
    }  # fmt: skip
