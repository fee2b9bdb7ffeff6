"""Address of the start page."""

from django.urls import path

from kundenakte.doors.web.start import views

urlpatterns = [path("", views.start, name="start")]
