"""Addresses of the structure's pages."""

from django.urls import path

from kundenakte.doors.web.structure import classes, draft, local, plan, rules, runs

urlpatterns = [
    path("verwaltung/aktenplan", plan.plan, name="plan"),
    path("verwaltung/aktenplan/ausgabe/<int:number>", plan.edition, name="plan-edition"),
    path("verwaltung/aktenplan/entwurf/beginnen", plan.begin_draft, name="plan-begin"),
    path("verwaltung/aktenplan/entwurf", draft.draft, name="plan-draft"),
    path("verwaltung/aktenplan/entwurf/reihenfolge", draft.order, name="plan-order"),
    path("verwaltung/aktenplan/entwurf/register/neu", draft.new_section, name="plan-section-new"),
    path("verwaltung/aktenplan/entwurf/register/<int:section_id>", draft.section, name="plan-section"),
    path("verwaltung/aktenplan/entwurf/register/<int:section_id>/wegfallen", draft.retire, name="plan-retire"),
    path("verwaltung/aktenplan/entwurf/register/<int:section_id>/behalten", draft.keep, name="plan-keep"),
    path("verwaltung/aktenplan/entwurf/verwerfen", draft.discard, name="plan-discard"),
    path("verwaltung/aktenplan/vorschau", runs.preview, name="plan-preview"),
    path("verwaltung/aktenplan/einfuehren", runs.publish, name="plan-publish"),
    path("verwaltung/lauf/<int:run_id>", runs.run, name="plan-run"),
    path("verwaltung/klassen", classes.classes, name="classes"),
    path("verwaltung/klassen/neu", classes.new, name="classes-new"),
    path("verwaltung/klassen/<slug:code>", classes.one, name="classes-class"),
    path("verwaltung/klassen/<slug:code>/felder", classes.fields, name="classes-fields"),
    path("verwaltung/klassen/<slug:code>/wegfallen", classes.retire, name="classes-retire"),
    path("verwaltung/ablageregeln", rules.rules, name="rules"),
    path("verwaltung/ablageregeln/neu", rules.new, name="rules-new"),
    path("verwaltung/ablageregeln/reihenfolge", rules.order, name="rules-order"),
    path("verwaltung/ablageregeln/<int:rule_id>", rules.one, name="rules-rule"),
    path("verwaltung/ablageregeln/<int:rule_id>/schalten", rules.switch, name="rules-switch"),
    path("verwaltung/ablageregeln/<int:rule_id>/ausprobieren", rules.attempt, name="rules-try"),
    path("verwaltung/ablageregeln/<int:rule_id>/entfernen", rules.remove, name="rules-remove"),
    path("akte/<int:pk>/eigene-register", local.sections, name="file-local-sections"),
    path("akte/<int:pk>/eigene-register/<int:section_id>", local.change, name="file-local-section"),
]
