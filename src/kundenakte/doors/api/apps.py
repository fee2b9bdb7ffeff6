"""REST for programs."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """REST for programs."""

    name = "kundenakte.doors.api"
    label = "api"

    def ready(self) -> None:
        """The caller's own words for a delivery go with the document."""
        from kundenakte.doors.api.models import RememberedCall
        from kundenakte.records.disposition import traces

        def forget(gone: traces.Gone, _now: object) -> None:
            RememberedCall.objects.filter(arrival__in=gone.arrivals).delete()

        traces.leaves("api", rows=forget)
