"""The commands that run the whole house live here, since only this layer knows all of it."""

from django.apps import AppConfig


class HouseConfig(AppConfig):
    """`kundenakte setup`, `kundenakte serve` and `kundenakte grants`."""

    name = "kundenakte.config"
    label = "house"
