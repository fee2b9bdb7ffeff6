"""Scans: stacks taken apart."""

from django.apps import AppConfig


class ScanningConfig(AppConfig):
    """Scans: stacks taken apart."""

    name = "kundenakte.steps.scanning"
    label = "scanning"
