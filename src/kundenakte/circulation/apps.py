"""Umlaufmappe: work passed from desk to desk."""

from django.apps import AppConfig


class CirculationConfig(AppConfig):
    """Umlaufmappen."""

    name = "kundenakte.circulation"
    label = "circulation"

    def ready(self) -> None:
        """Minutes only get more; people's words in them go when the minutes' document is lawfully destroyed."""
        from kundenakte.base.journal import guards
        from kundenakte.circulation import disposing, merging
        from kundenakte.circulation.cases import filed
        from kundenakte.circulation.models import MinutesEntry, ProcessDefinition, Reminder
        from kundenakte.circulation.visits import filing as reports
        from kundenakte.records import filed as documents
        from kundenakte.records import merging as files
        from kundenakte.records.disposition import traces

        guards.protect(MinutesEntry, blank=("who", "instead_of", "comment"))
        guards.protect(Reminder)
        guards.protect(ProcessDefinition)
        traces.leaves("circulation", rows=disposing.forget)
        files.carries("circulation", merging.move)
        documents.tells("circulation", filed.noticed)
        documents.tells("circulation.visits", reports.noticed)
