"""Addresses of the customer files. They stay the same for ever."""

from django.urls import path

from kundenakte.doors.web.customer_files import links, sections, views

urlpatterns = [
    path("akte", links.by_key, name="file-by-key"),
    path("akte/<int:pk>", views.show, name="file"),
    path("akte/<int:pk>/register", sections.add, name="file-section-add"),
]
