"""People, service accounts and roles."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Konten."""

    name = "kundenakte.base.accounts"
    label = "accounts"
