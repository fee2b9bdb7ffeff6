"""The browser client."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The browser client."""

    name = "kundenakte.doors.web"
    label = "web"
