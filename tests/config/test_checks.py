"""What `kundenakte check` tells of settings, and that the house opens all the same."""

from __future__ import annotations

import io
from typing import Any

from django.core.management import call_command


def _said() -> str:
    told = io.StringIO()
    call_command("check", stderr=told, stdout=told)
    return told.getvalue()


def test_a_signer_that_is_set_wrong_is_told(settings: Any) -> None:
    assert "KUNDENAKTE_SIGNER" not in _said()
    settings.SIGNER = "kundenakte.steps.signing.house.HouseSinger"
    told = _said()
    assert "KUNDENAKTE_SIGNER nennt nichts, was unterschreiben kann" in told
    assert "has no attribute 'HouseSinger'" in told
