"""Alarms by mail."""

from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    """Alarms by mail."""

    name = "kundenakte.base.alarms"
    label = "alarms"
