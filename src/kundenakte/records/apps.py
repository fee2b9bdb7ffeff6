"""The customer file: its plan, its documents, and who may see them."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Akten."""

    name = "kundenakte.records"
    label = "records"

    def ready(self) -> None:
        """Versions and their states only get more: the database refuses the rest."""
        from kundenakte.base.journal import guards
        from kundenakte.records.models import Version, VersionState

        guards.protect(Version)
        guards.protect(VersionState)
