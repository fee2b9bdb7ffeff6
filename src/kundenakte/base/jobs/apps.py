"""The ledger of background work."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The ledger of background work."""

    name = "kundenakte.base.jobs"
    label = "jobs"
