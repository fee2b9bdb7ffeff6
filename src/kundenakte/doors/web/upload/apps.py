"""Bringing files in through the browser."""

from django.apps import AppConfig


class UploadConfig(AppConfig):
    """Bringing files in through the browser."""

    name = "kundenakte.doors.web.upload"
    label = "upload"
