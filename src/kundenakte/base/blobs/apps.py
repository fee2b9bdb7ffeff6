"""Bytes, stored by their hash."""

from django.apps import AppConfig


class BlobsConfig(AppConfig):
    """Bytes, stored by their hash."""

    name = "kundenakte.base.blobs"
    label = "blobs"
