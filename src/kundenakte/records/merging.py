"""What goes along when two customer files become one: apps above say here what hangs on a file.

    merging.carries("circulation", move)

in their `ready()`. `move(old, new)` runs in the transaction of the merge.
"""

from __future__ import annotations

from collections.abc import Callable

from kundenakte.records.models import CustomerFile

Move = Callable[[CustomerFile, CustomerFile], None]
_moves: dict[str, Move] = {}


def carries(name: str, move: Move) -> None:
    """Make known what an app takes from the old file to the new one; a second one of the same name replaces it."""
    _moves[name] = move


def carry(old: CustomerFile, new: CustomerFile) -> None:
    """Take along what hangs on the old file."""
    for _, move in sorted(_moves.items()):
        move(old, new)
