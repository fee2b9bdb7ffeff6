"""Addresses of the inbox. The address of an arrival stays; once filed and beyond doubt, it leads on to the document."""

from django.urls import path

from kundenakte.doors.web.inbox import actions, dividing, files, returning, sheets, views

urlpatterns = [
    path("posteingang/", views.inbox, name="inbox"),
    path("trennblatt/", sheets.ask, name="separator-sheets"),
    path("trennblatt/trennblatt.pdf", sheets.as_pdf, name="separator-sheets-pdf"),
    path("eingang/<int:pk>", views.arrival, name="inbox-arrival"),
    path("eingang/<int:pk>/einakten", actions.file, name="inbox-file"),
    path("eingang/<int:pk>/aussortieren", actions.discard, name="inbox-discard"),
    path("eingang/<int:pk>/zurueckholen", actions.take_back, name="inbox-take-back"),
    path("eingang/<int:pk>/zuruecklegen", returning.take_out, name="inbox-return"),
    path("eingang/<int:pk>/teilen", dividing.divide, name="inbox-divide"),
    path("eingang/<int:pk>/noch-einmal", actions.try_again, name="inbox-try-again"),
    path("eingang/<int:pk>/stimmt", actions.confirm, name="inbox-confirm"),
    path("eingang/<int:pk>/datei", files.download, name="inbox-download"),
    path("eingang/<int:pk>/seite/<int:page_number>", files.page_image, name="inbox-page"),
]
