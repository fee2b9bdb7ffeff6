"""Erkennung: what a document is and what stands in it."""

from django.apps import AppConfig


class RecognitionConfig(AppConfig):
    """Erkennung: what a document is and what stands in it."""

    name = "kundenakte.steps.recognition"
    label = "recognition"
