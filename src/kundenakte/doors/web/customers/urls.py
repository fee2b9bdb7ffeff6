"""Addresses of the customers."""

from django.urls import path

from kundenakte.doors.web.customers import list_import, listing, master_data, merging

urlpatterns = [
    path("kunden/", listing.customers, name="customers"),
    path("kunden/vorschlag", listing.suggestions, name="customers-suggest"),
    path("kunden/neu", master_data.new, name="customers-new"),
    path("kunden/einlesen", list_import.upload, name="customers-import"),
    path("akte/<int:pk>/stammdaten", master_data.show, name="file-customer"),
    path("akte/<int:pk>/stammdaten/aendern", master_data.change, name="file-customer-change"),
    path("akte/<int:pk>/stammdaten/kennung", master_data.add_identifier, name="file-customer-identifier"),
    path(
        "akte/<int:pk>/stammdaten/kennung/<int:identifier>/beenden",
        master_data.end_identifier,
        name="file-customer-identifier-end",
    ),
    path("akte/<int:pk>/stammdaten/person", master_data.add_contact, name="file-customer-contact"),
    path(
        "akte/<int:pk>/stammdaten/person/<int:contact>/beenden",
        master_data.end_contact,
        name="file-customer-contact-end",
    ),
    path("akte/<int:pk>/zusammenfuehren", merging.merge, name="file-merge"),
]
