"""Addresses of circulation folders and tasks. They stay the same for ever."""

from django.urls import path

from kundenakte.doors.web.circulation import (
    absences,
    changing,
    feed,
    folder,
    guests,
    inviting,
    listing,
    noticing,
    of_file,
    overview,
    starting,
    working,
)

urlpatterns = [
    path("akte/<int:pk>/umlauf", starting.start, name="file-circulate"),
    path("umlauf/<int:pk>", folder.show, name="circulation-folder"),
    path("umlauf/<int:pk>/station", changing.extend, name="circulation-extend"),
    path("umlauf/<int:pk>/entfallen", changing.shorten, name="circulation-shorten"),
    path("umlauf/<int:pk>/zurueckrufen", changing.recall, name="circulation-recall"),
    path("umlauf/<int:pk>/einlegen", changing.add, name="circulation-add"),
    path("umlauf/<int:pk>/entnehmen", changing.remove, name="circulation-remove"),
    path("akte/<int:pk>/umlaufmappen", of_file.folders, name="file-circulation"),
    path("aufgaben", listing.tasks, name="tasks"),
    path("aufgaben/uebersicht", overview.show, name="tasks-overview"),
    path("aufgaben/uebersicht.<str:form>", overview.export, name="tasks-overview-export"),
    path("aufgaben/zur-kenntnis", listing.note_all, name="tasks-note"),
    path("aufgaben/kalender", feed.renew, name="tasks-feed-renew"),
    path("aufgaben/kalender/abschalten", feed.end, name="tasks-feed-end"),
    path("aufgaben/kalender/<str:secret>.ics", feed.tasks, name="tasks-feed"),
    path("aufgabe/<int:pk>", working.task, name="task"),
    path("aufgabe/<int:pk>/gast", inviting.invite, name="task-invite"),
    path("aufgabe/<int:pk>/gast/zuruecknehmen", inviting.end, name="task-invite-end"),
    path("gast/<str:secret>", guests.task, name="guest"),
    path("gast/<str:secret>/dokument/<int:document>", guests.document, name="guest-document"),
    path("gast/<str:secret>/dokument/<int:document>/seite/<int:number>", guests.page_image, name="guest-page"),
    path("gast/<str:secret>/dokument/<int:document>/datei", guests.file, name="guest-file"),
    path("konto/abwesenheit", absences.own, name="own-absence"),
    path("konto/neue-aufgaben", noticing.choose, name="own-notices"),
    path("konto/abwesenheit/<int:absence>/aufheben", absences.cancel_own, name="own-absence-cancel"),
    path("verwaltung/benutzer/<int:user>/abwesenheit", absences.of_user, name="administration-user-absence"),
    path(
        "verwaltung/benutzer/<int:user>/abwesenheit/<int:absence>/aufheben",
        absences.cancel_of_user,
        name="administration-user-absence-cancel",
    ),
]
