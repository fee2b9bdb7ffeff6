"""What has to happen to a copy that was put back before anybody signs in: the port for the disposition list.

Whatever the law wanted destroyed after that backup was made lies in it again. An app says in its `ready()`

    after.restored("retention.replay", replay)

and `replay()` is called when database and files are in place and migrated, while the house cannot be opened yet. It
finds the list at `settings.DISPOSITION_LIST`, outside of what is put back, and returns a German sentence for each thing
it did. When it raises, the house stays closed.
"""

from __future__ import annotations

from collections.abc import Callable

Replay = Callable[[], list[str]]
_replays: dict[str, Replay] = {}


def restored(name: str, replay: Replay) -> None:
    """Make a replay known; a second one of the same name takes its place."""
    _replays[name] = replay


def replay_all() -> list[str]:
    """Call all, by name. Returns what they did."""
    return [sentence for _, replay in sorted(_replays.items()) for sentence in replay()]
