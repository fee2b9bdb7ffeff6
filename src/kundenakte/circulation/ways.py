"""By which way a document came in, as a start rule names it: the kinds of doors, not each one with its name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kundenakte.records.models import Arrival

# What an arrival calls its source stands before the colon: "mailbox:info", "folder:buero", "rest:erp".
_WAYS: Final[Mapping[str, str]] = MappingProxyType(
    {"mailbox": "mail", "smtp": "mail", "folder": "hotfolder", "web": "web", "rest": "api"}
)
KNOWN: Final = frozenset(_WAYS.values())


def of(arrival: Arrival | None) -> str:
    """The way of an arrival; what hung on a mail or lay in a stack came by the way of the whole."""
    while arrival is not None and arrival.part_of is not None:
        arrival = arrival.part_of
    return _WAYS.get(arrival.source.partition(":")[0], "") if arrival is not None else ""
