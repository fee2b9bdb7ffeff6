"""Ablage: which customer file, which section, which document."""

from django.apps import AppConfig


class FilingConfig(AppConfig):
    """Ablage: which customer file, which section, which document."""

    name = "kundenakte.steps.filing"
    label = "filing"
