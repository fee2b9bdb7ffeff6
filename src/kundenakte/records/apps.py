"""The customer file: its plan, its documents, and who may see them."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Akten."""

    name = "kundenakte.records"
    label = "records"

    def ready(self) -> None:
        """Versions and their states only get more: the database refuses the rest."""
        from kundenakte.base.backup import after, naming
        from kundenakte.base.journal import guards
        from kundenakte.records.disposition import replaying
        from kundenakte.records.models import RetentionProfile, RetentionRule, Version, VersionState

        guards.protect(Version, blank=("file_name", "origin", "comment"))
        guards.protect(VersionState)
        guards.protect(RetentionRule)
        guards.protect(RetentionProfile)
        there = "JOIN records_document d ON d.id = document_id AND NOT d.is_disposed"
        naming.names("records.version", f"SELECT digest FROM records_version {there}")  # noqa: S608 - our own words
        naming.names("records.arrival", f"SELECT digest FROM records_arrival LEFT {there} "  # noqa: S608
                                        "WHERE document_id IS NULL OR d.id IS NOT NULL")  # fmt: skip
        naming.names("records.disposition", "SELECT protocol FROM records_disposition WHERE protocol <> ''")
        after.restored("records.disposition", replaying.replay)
