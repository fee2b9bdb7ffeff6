"""Addresses of the search."""

from django.urls import path

from kundenakte.doors.web.search import jump_box, views

urlpatterns = [
    path("suche", views.search, name="search"),
    path("suche/sprung", jump_box.jump, name="search-jump"),
]
