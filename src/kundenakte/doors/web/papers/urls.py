"""Addresses of the check of scanned paper."""

from django.urls import path

from kundenakte.doors.web.papers import batch, checking, rules, views

urlpatterns = [
    path("papier/", views.batches, name="papers"),
    path("papier/neu", views.new, name="papers-new"),
    path("papier/<int:batch>", batch.batch, name="papers-batch"),
    path("papier/<int:batch>/pruefen", checking.check, name="papers-check"),
    path("papier/<int:batch>/bild/<int:batch_page>", checking.picture, name="papers-page"),
    path("papier/<int:batch>/behalten", batch.keep, name="papers-keep"),
    path("papier/<int:batch>/zweiter-scan", batch.second_scan, name="papers-second-scan"),
    path("papier/<int:batch>/abweichung", batch.explain, name="papers-explain"),
    path("papier/<int:batch>/freigeben", batch.release, name="papers-release"),
    path("papier/<int:batch>/vernichtet", batch.destroyed, name="papers-destroyed"),
    path("papier/<int:batch>/aufloesen", batch.drop, name="papers-drop"),
    path("papier/<int:batch>/scanprotokoll.pdf", batch.protocol, name="papers-protocol"),
    path("verwaltung/papier", rules.rules, name="papers-rules"),
]
