"""Addresses of the start page and of what is on it."""

from django.urls import path

from kundenakte.doors.web.start import shortcuts, views

urlpatterns = [
    path("", views.start, name="start"),
    path("tasten", shortcuts.shortcuts, name="shortcuts"),
    path("akte/<int:pk>/beobachten", views.watch, name="file-watch"),
]
