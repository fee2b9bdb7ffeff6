"""Takes over the files of a file server by what their paths say."""

from django.apps import AppConfig


class ShareConfig(AppConfig):
    """Takes over the files of a file server by what their paths say."""

    name = "kundenakte.doors.share"
    label = "share"
