"""Suche: index and queries."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Suche: index and queries."""

    name = "kundenakte.steps.search"
    label = "search"
