"""Times as the format writes them, and how far clocks may differ."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

CLOCKS_DIFFER: Final = timedelta(minutes=5)
# A change that took long, or a sequencer that stood still, brings an entry late into the tree.
ENTRY_LATE: Final = timedelta(hours=1)
# A token a day is promised; twice that is too long.
ANCHOR_LATE: Final = timedelta(hours=48)
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def parsed(text: Any) -> datetime:
    """A time in UTC with microseconds. Raises ValueError for any other way of writing it."""
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        raise ValueError(f"not a time: {text!r}")
    return datetime.fromisoformat(text)


def written(at: datetime) -> str:
    """The same, written; such texts can be compared as they are."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
