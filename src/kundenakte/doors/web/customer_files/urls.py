"""Addresses of the customer files. They stay the same for ever."""

from django.urls import path

from kundenakte.doors.web.customer_files import addresses, export, links, moved, sections, views

urlpatterns = [
    path("akte", links.by_key, name="file-by-key"),
    path("akte/<int:pk>", views.show, name="file"),
    path("akte/<int:pk>/register", sections.add, name="file-section-add"),
    path("akte/<int:pk>/verschieben", moved.move, name="file-move"),
    path("akte/<int:pk>/zurueck", moved.undo, name="file-undo"),
    path("akte/<int:pk>/adresse", addresses.show, name="file-address"),
    path("akte/<int:pk>/zip", export.export, name="file-zip"),
]
