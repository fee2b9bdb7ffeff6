"""Telling the archive, in the transaction of the change, that a version came or was released."""

from __future__ import annotations

from typing import Final

from kundenakte.base.jobs import ledger
from kundenakte.records.models import Version

# The name in the ledger, for ever; what it does the archive knows.
NOTE: Final = "archive.note"


def note(version: Version) -> None:
    """The archive looks from when on it is to be sealed."""
    ledger.enqueue(NOTE, version.pk, priority=70)
