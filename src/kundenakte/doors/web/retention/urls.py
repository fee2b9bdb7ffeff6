"""Addresses of the pages about retention."""

from django.urls import path

from kundenakte.doors.web.retention import changing, dispositions, due, holds, rules, years

urlpatterns = [
    path("aufbewahrung", rules.rules, name="retention"),
    path("aufbewahrung/regel/<slug:code>", rules.rule, name="retention-rule"),
    path("aufbewahrung/profil", rules.profile, name="retention-profile"),
    path("aufbewahrung/aenderung/<int:change_id>", changing.change, name="retention-change"),
    path("aufbewahrung/veranlagungsjahre", years.years, name="retention-years"),
    path("aufbewahrung/sperren", holds.holds, name="retention-holds"),
    path("aufbewahrung/sperren/neu", holds.new, name="retention-hold-new"),
    path("aufbewahrung/sperren/<int:hold_id>", holds.hold, name="retention-hold"),
    path("aufbewahrung/faellig", due.due, name="retention-due"),
    path("aufbewahrung/aussonderungen", dispositions.dispositions, name="retention-dispositions"),
    path("aufbewahrung/aussonderungen/<int:disposition_id>", dispositions.disposition, name="retention-disposition"),
    path(
        "aufbewahrung/aussonderungen/<int:disposition_id>/protokoll",
        dispositions.protocol_file,
        name="retention-disposition-protocol",
    ),
]
