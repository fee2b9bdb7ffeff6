"""Addresses of uploading."""

from django.urls import path

from kundenakte.doors.web.upload import form, outcome, question, sliced

urlpatterns = [
    path("hochladen", form.upload, name="upload"),
    path("hochladen/beginn", sliced.begin, name="upload-begin"),
    path("hochladen/ergebnis", outcome.outcome, name="upload-outcome"),
    path("hochladen/<str:key>", sliced.part, name="upload-part"),
    path("hochladen/<str:key>/frage", question.ask, name="upload-question"),
    path("hochladen/<str:key>/fertig", sliced.finish, name="upload-finish"),
]
