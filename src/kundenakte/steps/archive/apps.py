"""Archiv: what is sealed stays what it is."""

from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    """Archiv."""

    name = "kundenakte.steps.archive"
    label = "archive"

    def ready(self) -> None:
        """What was sealed, and what became of it, is only ever added."""
        from kundenakte.base.journal import guards
        from kundenakte.records.disposition import traces
        from kundenakte.steps.archive import disposing
        from kundenakte.steps.archive.models import ArchivePackage, PackageState, StoreTrial

        guards.protect(ArchivePackage)
        guards.protect(PackageState)
        guards.protect(StoreTrial)
        traces.leaves(
            "archive",
            rows=disposing.forget,
            files=disposing.destroy,
            facts=disposing.facts,
            locked_until=disposing.locked_until,
        )
