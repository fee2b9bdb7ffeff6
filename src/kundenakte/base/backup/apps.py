"""Backup and restore."""

from django.apps import AppConfig


class BackupConfig(AppConfig):
    """Backup and restore."""

    name = "kundenakte.base.backup"
    label = "backup"
