"""Addresses of the pages about file servers."""

from django.urls import path

from kundenakte.doors.web.shares import runs, views, watching

urlpatterns = [
    path("verwaltung/dateiserver", views.shares, name="shares"),
    path("verwaltung/dateiserver/neu", views.new, name="share-new"),
    path("verwaltung/dateiserver/<int:share>", views.share, name="share"),
    path("verwaltung/dateiserver/<int:share>/beginnen", runs.begin, name="share-begin"),
    path("verwaltung/dateiserver/<int:share>/beobachten", watching.switch, name="share-watch"),
    path("verwaltung/dateiserver/<int:share>/nachsehen", watching.look, name="share-look"),
    path("verwaltung/dateiserver/<int:share>/stand", watching.stand, name="share-stand"),
    path("verwaltung/dateiserver/<int:share>/stand.csv", watching.table, name="share-table"),
    path("verwaltung/dateiserver/<int:share>/stand/<slug:entry_kind>", watching.entries, name="share-entries"),
    path("verwaltung/dateiserver/lauf/<int:share_run>", runs.run, name="share-run"),
    path("verwaltung/dateiserver/lauf/<int:share_run>/bericht.csv", runs.report, name="share-report"),
    path("verwaltung/dateiserver/lauf/<int:share_run>/anhalten", runs.stop, name="share-stop"),
    path("verwaltung/dateiserver/lauf/<int:share_run>/zuordnen", runs.assign, name="share-assign"),
]
