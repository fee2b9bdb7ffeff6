"""The commands that run the whole house live here, since only this layer knows all of it."""

from django.apps import AppConfig
from django.core import checks


class HouseConfig(AppConfig):
    """`kundenakte setup`, `kundenakte serve` and `kundenakte grants`."""

    name = "kundenakte.config"
    label = "house"

    def ready(self) -> None:
        """`kundenakte check`, and each command that begins with it, tells what is set wrong and closes nothing."""
        from kundenakte.config.checks import signer

        checks.register(signer)
