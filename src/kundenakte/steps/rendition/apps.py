"""Vorschau: page images and text with places."""

from django.apps import AppConfig


class RenditionConfig(AppConfig):
    """Vorschau: page images and text with places."""

    name = "kundenakte.steps.rendition"
    label = "rendition"

    def ready(self) -> None:
        """A password goes with the bytes it opens."""
        from kundenakte.records.disposition import traces
        from kundenakte.steps.rendition.models import OpeningPassword

        def forget(digest: str) -> None:
            OpeningPassword.objects.filter(digest=digest).delete()

        traces.leaves("rendition", digests=forget)
