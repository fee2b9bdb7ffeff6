"""Addresses of documents and versions. They stay the same for ever."""

from django.urls import path

from kundenakte.doors.web.documents import changes, compare, files, filing, versions, views, why

urlpatterns = [
    path("dokument/<int:pk>", views.show, name="document"),
    path("dokument/<int:pk>/version/<int:number>", views.show, name="document-version"),
    path("dokument/<int:pk>/version/<int:number>/datei", files.download, name="document-download"),
    path("dokument/<int:pk>/version/<int:number>/seite/<int:page_number>", files.page_image, name="document-page"),
    path("dokument/<int:pk>/version/<int:number>/bild", files.thumbnail, name="document-thumbnail"),
    path("dokument/<int:pk>/version/<int:number>/freigeben", versions.release, name="document-release"),
    path("dokument/<int:pk>/version/<int:number>/wiederherstellen", versions.restore, name="document-restore"),
    path("dokument/<int:pk>/vergleich", compare.compare, name="document-compare"),
    path("dokument/<int:pk>/angaben", changes.describe, name="document-describe"),
    path("dokument/<int:pk>/verweis", changes.refer, name="document-refer"),
    path("dokument/<int:pk>/verschieben", filing.move, name="document-move"),
    path("dokument/<int:pk>/warum", why.why, name="document-why"),
]
