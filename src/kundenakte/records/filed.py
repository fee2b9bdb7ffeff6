"""Who wants to know that a document was filed for the first time: apps above say so here.

    filed.tells("circulation", noticed)

in their `ready()`. `noticed(document)` runs in the transaction that files it and only asks for work.
"""

from __future__ import annotations

from collections.abc import Callable

from kundenakte.records.models import Document

Noticed = Callable[[Document], None]
_listeners: dict[str, Noticed] = {}


def tells(name: str, noticed: Noticed) -> None:
    """Make known who is told; a second one of the same name replaces it."""
    _listeners[name] = noticed


def tell(document: Document) -> None:
    """Tell all of them."""
    for _, noticed in sorted(_listeners.items()):
        noticed(document)
