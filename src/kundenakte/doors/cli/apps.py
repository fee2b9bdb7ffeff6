"""The command line."""

from django.apps import AppConfig


class CliConfig(AppConfig):
    """The command line."""

    name = "kundenakte.doors.cli"
    label = "cli"
