"""Addresses of documents and versions. They stay the same for ever."""

from django.urls import path

from kundenakte.doors.web.documents import (
    changes,
    compare,
    files,
    filing,
    pictures,
    receipts,
    referring,
    restriction,
    signing,
    versions,
    views,
    why,
)

urlpatterns = [
    path("dokument/<int:pk>", views.show, name="document"),
    path("dokument/<int:pk>/version/<int:number>", views.show, name="document-version"),
    path("dokument/<int:pk>/version/<int:number>/datei", files.download, name="document-download"),
    path("dokument/<int:pk>/version/<int:number>/durchsuchbar.pdf", files.searchable, name="document-searchable"),
    path("dokument/<int:pk>/version/<int:number>/seite/<int:page_number>", pictures.page_image, name="document-page"),
    path("dokument/<int:pk>/version/<int:number>/bild", pictures.thumbnail, name="document-thumbnail"),
    path("dokument/<int:pk>/version/<int:number>/text", pictures.page_text, name="document-text"),
    path("dokument/<int:pk>/version/<int:number>/fundstellen", pictures.places, name="document-places"),
    path("dokument/<int:pk>/version/<int:number>/zeichnen", versions.draw_again, name="document-draw-again"),
    path("dokument/<int:pk>/version/<int:number>/freigeben", versions.release, name="document-release"),
    path("dokument/<int:pk>/version/<int:number>/wiederherstellen", versions.restore, name="document-restore"),
    path("dokument/<int:pk>/version/<int:number>/zuruecknehmen", versions.withdraw, name="document-withdraw"),
    path("dokument/<int:pk>/version/<int:number>/beleg.pdf", receipts.as_pdf, name="document-receipt"),
    path("dokument/<int:pk>/version/<int:number>/beleg.json", receipts.as_json, name="document-receipt-json"),
    path("dokument/<int:pk>/erste-seite", pictures.first_page, name="document-first-page"),
    path("dokument/<int:pk>/vergleich", compare.compare, name="document-compare"),
    path("dokument/<int:pk>/angaben", changes.describe, name="document-describe"),
    path("dokument/<int:pk>/verweis", referring.refer, name="document-refer"),
    path("dokument/<int:pk>/verweis/<int:reference>/entfernen", referring.unrefer, name="document-unrefer"),
    path("dokument/<int:pk>/verschieben", filing.move, name="document-move"),
    path("dokument/<int:pk>/unterschreiben", signing.sign, name="document-sign"),
    path("dokument/<int:pk>/einschraenken", restriction.restrict, name="document-restrict"),
    path("dokument/<int:pk>/warum", why.why, name="document-why"),
]
