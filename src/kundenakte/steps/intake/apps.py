"""Eingang: take bytes and origin, notice duplicates, keep the original."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Eingang: take bytes and origin, notice duplicates, keep the original."""

    name = "kundenakte.steps.intake"
    label = "intake"
