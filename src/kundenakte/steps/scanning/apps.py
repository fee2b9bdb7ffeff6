"""Scans: stacks taken apart, paper checked."""

from django.apps import AppConfig


class ScanningConfig(AppConfig):
    """Scans: stacks taken apart, paper checked."""

    name = "kundenakte.steps.scanning"
    label = "scanning"
