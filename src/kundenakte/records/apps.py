"""The customer file: its plan, its documents, and who may see them."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """The customer file: its plan, its documents, and who may see them."""

    name = "kundenakte.records"
    label = "records"
