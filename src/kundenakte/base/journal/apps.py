"""Who did what when, in a form that shows any later change."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Who did what when, in a form that shows any later change."""

    name = "kundenakte.base.journal"
    label = "journal"
