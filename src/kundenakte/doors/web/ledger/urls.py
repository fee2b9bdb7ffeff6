"""Addresses of the administrator's page."""

from django.urls import path

from kundenakte.doors.web.ledger import views

urlpatterns = [
    path("betrieb/", views.ledger, name="ledger"),
    path("betrieb/noch-einmal", views.retry_all, name="ledger-retry-all"),
    path("betrieb/<int:pk>/noch-einmal", views.retry, name="ledger-retry"),
]
