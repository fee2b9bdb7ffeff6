"""Filing rules: written, ordered, tried on documents that are filed, switched on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST, require_safe

from kundenakte.doors.web import page
from kundenakte.doors.web.history.entries import history_of
from kundenakte.doors.web.page import SignedIn
from kundenakte.doors.web.structure.draft import field_names, moved
from kundenakte.doors.web.structure.pages import administrators, refused_form, revision, told
from kundenakte.doors.web.structure.wording import Names
from kundenakte.records import editions
from kundenakte.records.models import Arrival, DocumentClass, PlanEntry, StructureRun
from kundenakte.records.refusals import NotFound, Refused
from kundenakte.records.sources import in_words
from kundenakte.steps.filing import rule_actions, rule_trial
from kundenakte.steps.filing.models import FilingRule
from kundenakte.steps.filing.rule_actions import RuleWish
from kundenakte.steps.filing.rules import Place, Word, rests

PLACES: Final = (
    (Place.ANYWHERE, gettext_noop("irgendwo")),
    (Place.LINE, gettext_noop("am Anfang einer Zeile auf Seite 1")),
    (Place.TOP, gettext_noop("im oberen Drittel von Seite 1")),
    (Place.BOTTOM, gettext_noop("unten auf Seite 1")),
    (Place.PAGE_1, gettext_noop("auf Seite 1")),
)
_COUNTS: Final = (100, 500, 2000, 5000)
_SPARE: Final = 2
_DOORS: Final = {"folder": gettext_noop("Alle überwachten Ordner"), "rest": gettext_noop("Alle Programme")}


@require_safe
@administrators
def rules(request: SignedIn) -> HttpResponse:
    """All rules in the order they are asked."""
    names, sections = Names.all(), _sections()
    rows = FilingRule.objects.select_related("document_class", "section__plan")
    lines = [
        {
            "rule": rule,
            "conditions": _conditions(rule),
            "outcome": _outcome(rule, names, sections),
            "rests": rests(rule),
        }
        for rule in rows
    ]
    return render(request, "structure/rules.html", {"lines": lines})


@administrators
def new(request: SignedIn) -> HttpResponse:
    """A form for a rule, and the rule; it begins switched off."""
    if request.method != "POST":
        return render(request, "structure/rule.html", _form(None, RuleWish("")))
    wish = _wish(request.POST)
    try:
        rule = rule_actions.add_rule(actor=page.actor(request), wish=wish, now=timezone.now())
    except Refused as refused:
        return refused_form(request, "structure/rule.html", _form(None, wish), refused)
    messages.success(
        request, _("Die Regel ist angelegt und noch aus. Probieren Sie sie an vorhandenen Dokumenten aus.")
    )
    return page.gone_on(reverse("rules-rule", args=(rule.pk,)))


@administrators
def one(request: SignedIn, rule_id: int) -> HttpResponse:
    """One rule: change it, try it, switch it."""
    rule = _rule(rule_id)
    if request.method != "POST":
        return render(request, "structure/rule.html", _form(rule, _as_wish(rule), request))
    wish = _wish(request.POST)
    try:
        rule_actions.change_rule(
            actor=page.actor(request), rule=rule, edition=revision(request), wish=wish, now=timezone.now()
        )
    except Refused as refused:
        return refused_form(request, "structure/rule.html", _form(_rule(rule_id), wish, request), refused)
    messages.success(request, _("Gespeichert."))
    return page.gone_on(reverse("rules-rule", args=(rule_id,)))


@require_POST
@administrators
def switch(request: SignedIn, rule_id: int) -> HttpResponse:
    """On or off."""
    rule = _rule(rule_id)
    is_on = request.POST.get("an") == "ja"
    try:
        rule_actions.switch_rule(
            actor=page.actor(request), rule=rule, edition=revision(request), is_on=is_on, now=timezone.now()
        )
    except Refused as refused:
        return told(request, reverse("rules-rule", args=(rule_id,)), refused)
    sentence = _("Die Regel „%(name)s“ entscheidet ab jetzt mit.") if is_on else _("Die Regel „%(name)s“ ist aus.")
    messages.success(request, sentence % {"name": rule.name})
    return page.gone_on(reverse("rules"))


@require_POST
@administrators
def order(request: SignedIn) -> HttpResponse:
    """One rule a place up or down, or all in the order given."""
    wanted = moved(list(FilingRule.objects.values_list("pk", flat=True)), request.POST)
    try:
        rule_actions.order_rules(actor=page.actor(request), order=wanted, now=timezone.now())
    except Refused as refused:
        if request.htmx:
            messages.error(request, refused.in_words(_))
            return HttpResponse(status=409)
        return told(request, reverse("rules"), refused)
    return HttpResponse(status=204) if request.htmx else page.gone_on(reverse("rules"))


@require_POST
@administrators
def attempt(request: SignedIn, rule_id: int) -> HttpResponse:
    """Try the rule on the last documents."""
    count = page.number(request.POST.get("anzahl")) or _COUNTS[0]
    run = rule_trial.start(actor=page.actor(request), rule=_rule(rule_id), count=count, now=timezone.now())
    return page.gone_on(reverse("plan-run", args=(run.pk,)))


@require_POST
@administrators
def remove(request: SignedIn, rule_id: int) -> HttpResponse:
    """Take the rule away."""
    rule = _rule(rule_id)
    try:
        rule_actions.remove_rule(actor=page.actor(request), rule=rule, edition=revision(request), now=timezone.now())
    except Refused as refused:
        return told(request, reverse("rules-rule", args=(rule_id,)), refused)
    messages.success(request, _("Die Regel „%(name)s“ ist entfernt.") % {"name": rule.name})
    return page.gone_on(reverse("rules"))


# --- inside ------------------------------------------------------------------------------------------------------


def _rule(pk: int) -> FilingRule:
    found = FilingRule.objects.select_related("document_class", "section__plan").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _entries() -> list[PlanEntry]:
    current = editions.the_plan().current
    return editions.entries_in(current) if current else []


def _sections() -> dict[int, str]:
    return {entry.section_id: _(entry.name) for entry in _entries()}


def _conditions(rule: FilingRule) -> list[str]:
    places = dict(PLACES)
    said = [f"„{word['text']}“ {_(places[Place(word['place'])])}" for word in rule.words]
    if rule.source:
        said.append(_("Quelle %(pattern)s") % {"pattern": rule.source})
    if rule.sender:
        said.append(_("Absender %(pattern)s") % {"pattern": rule.sender})
    if rule.file_name:
        said.append(_("Dateiname %(pattern)s") % {"pattern": rule.file_name})
    return said


def _outcome(rule: FilingRule, names: Names, sections: Mapping[int, str]) -> list[str]:
    said = [_("Klasse %(name)s") % {"name": names.classes[rule.document_class.code]}] if rule.document_class else []
    if rule.section:
        said.append(_("Register %(name)s") % {"name": sections.get(rule.section.pk, rule.section.key)})
    return [*said, *(f"{names.fields.get(key, key)}: {value}" for key, value in rule.fields.items())]


def _as_wish(rule: FilingRule) -> RuleWish:
    words = [Word(word["text"], word["place"]) for word in rule.words]
    return RuleWish(
        rule.name, words, rule.source, rule.sender, rule.file_name, rule.document_class, rule.section, rule.fields
    )


def _wish(form: QueryDict) -> RuleWish:
    pairs = zip(form.getlist("wort"), form.getlist("stelle"), strict=False)
    fields = {key: value for key, value in zip(form.getlist("feld"), form.getlist("wert"), strict=False) if key}
    section = page.number(form.get("register"))
    return RuleWish(
        form.get("name", ""), [Word(text, place) for text, place in pairs if text.strip()], form.get("quelle", ""),
        form.get("absender", ""), form.get("dateiname", ""),
        DocumentClass.objects.filter(code=form.get("klasse", "")).first(),
        next((entry.section for entry in _entries() if entry.section_id == section), None), fields,
    )  # fmt: skip


def _sources(chosen: str) -> list[tuple[str, str]]:
    """Where documents came from so far, doors with several names as a whole too; `chosen` stays on offer as it is."""
    known = sorted({*Arrival.objects.order_by("source").values_list("source", flat=True).distinct()[:50]} - {""})
    doors = sorted({source.partition(":")[0] for source in known if ":" in source} & set(_DOORS))
    offered = [*((f"{door}:*", _(_DOORS[door])) for door in doors), *((one, in_words(one, _)) for one in known)]
    if chosen and chosen not in dict(offered):
        offered.append((chosen, in_words(chosen, _)))
    return offered


def _form(rule: FilingRule | None, wish: RuleWish, request: SignedIn | None = None) -> dict[str, Any]:
    context: dict[str, Any] = {
        "rule": rule,
        "wish": wish,
        "words": [*wish.words, *[Word("")] * _SPARE],
        "values": [*wish.fields.items(), *[("", "")] * _SPARE],
        "places": PLACES,
        "classes": DocumentClass.objects.filter(is_retired=False),
        "entries": _entries(),
        "fields": field_names(),
        "sources": _sources(wish.source),
        "counts": _COUNTS,
    }
    if rule and request:
        trials = StructureRun.objects.filter(
            kind=StructureRun.Kind.RULE_TRIAL, subject__rule__id=rule.pk, started_by=request.user
        )
        context["trial"] = trials.order_by("-pk").first()
        context["rests"] = rests(rule)
        context["history"] = history_of(request.user, [("filing.filingrule", rule.pk)], limit=20)
    return context
