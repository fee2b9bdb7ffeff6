"""Watched folders of scanners, file servers and ERPs."""

from django.apps import AppConfig


class HotfolderConfig(AppConfig):
    """Watched folders of scanners, file servers and ERPs."""

    name = "kundenakte.doors.hotfolder"
    label = "hotfolder"
