"""REST for programs."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """REST for programs."""

    name = "kundenakte.doors.api"
    label = "api"
