"""Addresses of processes and cases. They stay the same for ever."""

from django.urls import path

from kundenakte.doors.web.processes import administration, dry_run, editing, moving_over, onward, starting

urlpatterns = [
    path("akte/<int:pk>/vorgang", starting.choose, name="case-choose"),
    path("akte/<int:pk>/vorgang/<slug:key>", starting.start, name="case-start"),
    path("umlauf/<int:pk>/nachricht", onward.tell, name="case-tell"),
    path("umlauf/<int:pk>/dienst/<int:errand>", onward.errand, name="case-errand"),
    path("verwaltung/prozesse", administration.processes, name="administration-processes"),
    path("verwaltung/prozesse/neu", administration.upload, name="administration-process-upload"),
    path("verwaltung/prozesse/empfaenger", administration.receiver, name="administration-receiver"),
    path("verwaltung/prozesse/zeichnen", editing.draw_new, name="administration-process-draw-new"),
    path("verwaltung/prozesse/zeichnung-pruefen", editing.check, name="administration-process-check"),
    path("verwaltung/prozesse/<slug:key>/zeichnen", editing.draw, name="administration-process-draw"),
    path("verwaltung/prozesse/<slug:key>", administration.process, name="administration-process"),
    path("verwaltung/prozesse/<slug:key>/datei", administration.source, name="administration-process-file"),
    path("verwaltung/prozesse/<slug:key>/freigeben", administration.publish, name="administration-process-publish"),
    path("verwaltung/prozesse/<slug:key>/anbieten", administration.offer, name="administration-process-offer"),
    path("verwaltung/prozesse/<slug:key>/umstellen", moving_over.start, name="administration-process-migrate"),
    path("verwaltung/prozesse/<slug:key>/umstellung/<int:move_id>", moving_over.move,
         name="administration-process-move"),
    path("verwaltung/prozesse/<slug:key>/regel", administration.add_rule, name="administration-process-rule"),
    path("verwaltung/prozesse/<slug:key>/regel/<int:rule>", administration.end_rule,
         name="administration-process-rule-end"),
    path("verwaltung/prozesse/<slug:key>/probe", dry_run.dry_run, name="administration-process-try"),
]  # fmt: skip
