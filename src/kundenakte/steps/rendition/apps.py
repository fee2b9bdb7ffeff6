"""Vorschau: page images and text with places."""

from django.apps import AppConfig


class RenditionConfig(AppConfig):
    """Vorschau: page images and text with places."""

    name = "kundenakte.steps.rendition"
    label = "rendition"
