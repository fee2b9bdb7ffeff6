"""Ablage: which customer file, which section, which document."""

from django.apps import AppConfig


class FilingConfig(AppConfig):
    """Ablage."""

    name = "kundenakte.steps.filing"
    label = "filing"

    def ready(self) -> None:
        """Decisions are evidence: the database refuses to change them."""
        from kundenakte.base.journal import guards
        from kundenakte.records.disposition import traces
        from kundenakte.steps.filing.disposing import forget
        from kundenakte.steps.filing.models import FilingDecision

        guards.protect(FilingDecision, blank=("sentence", "evidence", "proposed"))
        traces.leaves("filing", rows=forget)
