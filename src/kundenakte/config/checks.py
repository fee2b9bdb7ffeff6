"""What `kundenakte check` says of settings that only show when they are used."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage
from django.core.checks import Warning as Remark


def signer(**_options: Any) -> list[CheckMessage]:
    """A warning when KUNDENAKTE_SIGNER names nothing that signs: only signing waits for it, the house opens."""
    # Loaded only now: it needs the models.
    from kundenakte.steps.signing import port

    reason = port.trouble()
    if not reason:
        return []
    said = f"KUNDENAKTE_SIGNER nennt nichts, was unterschreiben kann ({reason})."
    return [Remark(said, hint="Was dort stehen kann, beschreibt docs/signing.md.", id="kundenakte.W001")]
