"""What the watcher keeps in memory about one folder between its looks."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kundenakte.base.accounts.actors import Actor
from kundenakte.doors.hotfolder import reports, sidecars
from kundenakte.doors.hotfolder.bundles import NotYet, Rules
from kundenakte.doors.hotfolder.models import SeenFile
from kundenakte.doors.hotfolder.moving import Goal, goal
from kundenakte.doors.hotfolder.resting import Resting
from kundenakte.doors.hotfolder.sidecars import BadSidecar, Sidecar
from kundenakte.steps.intake.file_names import storable_text
from kundenakte.steps.intake.models import WatchedFolder
from kundenakte.steps.intake.tree import Found, NotAFile, NotThere, Parts, opened_file


@dataclass(frozen=True, slots=True)
class _Reading:
    """A candidate for a sidecar as it was read: content, refusal, or neither for a document."""

    state: tuple[int, int, int]
    digest: str
    content: Sidecar | BadSidecar | None


class Watched:
    """One folder with what earlier looks learned. Lost with the process; everything that counts is in the database."""

    def __init__(self, folder: WatchedFolder, *, stopping: Callable[[], bool] = lambda: False) -> None:
        self.folder = folder
        self.stopping = stopping
        self.root = Path(folder.path)
        self.actor = Actor.of(folder.acts_as) if folder.acts_as else Actor.system(folder.source)
        self.rules = Rules(folder.sidecar, tuple(m.lower() for m in folder.markers), folder.marker_required)
        self.resting = Resting()
        # By the clock of the looks: when a file that made trouble is tried again.
        self.retry_at: dict[Parts, float] = {}
        # Links and the like that were reported, files asked about in the ledger.
        self.told: set[Parts] = set()
        self.asked: set[tuple[Parts, tuple[int, int, int]]] = set()
        self._readings: dict[Parts, _Reading] = {}
        self._seen: dict[str, tuple[int, int]] | None = None

    @property
    def keeps(self) -> bool:
        """Whether files stay where they are."""
        return self.folder.keep_in_place

    @property
    def left_out(self) -> frozenset[Parts]:
        """Our own folders inside the watched one."""
        named = (goal(self.root, name) for name in (self.folder.done_folder, self.folder.error_folder) if name)
        return frozenset(to.parts for to in named if to.root == self.root)

    def done(self, found: Found, at: datetime) -> Goal:
        """Where a file goes that was taken: a folder per day, the sub-folders as they were."""
        return goal(self.root, self.folder.done_folder or "fertig", f"{at:%Y-%m-%d}", *found.parts[:-1])

    def error(self, found: Found) -> Goal:
        """Where a file goes that is not taken."""
        return goal(self.root, self.folder.error_folder or "fehler", *found.parts[:-1])

    # --- sidecars ------------------------------------------------------------------------------------------------

    def sidecar(self, found: Found, now: float) -> Sidecar | None:
        """The content of a candidate, read once per state of the file. See bundles.sort for what is raised."""
        reading = self._readings.get(found.parts)
        if reading is None or reading.state != found.state:
            if self.resting.due_in(found, self.folder.settle_seconds, now) > 0:
                raise NotYet
            reading = self._read(found)
            self._readings[found.parts] = reading
        if isinstance(reading.content, BadSidecar):
            raise reading.content
        return reading.content

    def digest_of(self, found: Found) -> str:
        """The SHA-256 of a sidecar that was read."""
        reading = self._readings.get(found.parts)
        return reading.digest if reading else ""

    def _read(self, found: Found) -> _Reading:
        try:
            with opened_file(self.root, found.parts) as handle, os.fdopen(os.dup(handle), "rb") as source:
                data = source.read(sidecars.MAX_BYTES + 1)
        except (NotThere, NotAFile, OSError):
            # Gone or not readable: whoever takes it as a document says so.
            return _Reading(found.state, "", None)
        digest = hashlib.sha256(data).hexdigest()
        if len(data) > sidecars.MAX_BYTES:
            return _Reading(found.state, digest, None)
        try:
            return _Reading(found.state, digest, sidecars.read(found.name, data, self.folder.mapping))
        except BadSidecar as error:
            return _Reading(found.state, digest, error)

    # --- folders where files stay --------------------------------------------------------------------------------

    def has_seen(self, found: Found) -> bool:
        """Whether exactly this state of the file was taken before, in a folder where files stay."""
        return self.keeps and self._seen_files().get(reports.key_of(found.relative)) == (found.size, found.mtime_ns)

    def write_seen(self, found: Found, *, at: datetime, digest: str = "") -> None:
        """Remember this state, in the caller's transaction; `note_seen` follows when that is committed."""
        SeenFile.objects.update_or_create(
            folder=self.folder, file_key=reports.key_of(found.relative),
            defaults={"file": storable_text(found.relative), "size": found.size, "mtime_ns": found.mtime_ns,
                      "digest": digest, "at": at},
        )  # fmt: skip

    def note_seen(self, found: Found) -> None:
        """It is committed that this state was taken."""
        self._seen_files()[reports.key_of(found.relative)] = (found.size, found.mtime_ns)

    def last_seen(self, found: Found) -> tuple[int, str]:
        """Size and digest with which this path was last taken; (-1, "") when it is new."""
        seen = SeenFile.objects.filter(folder=self.folder, file_key=reports.key_of(found.relative)).first()
        return (seen.size, seen.digest) if seen else (-1, "")

    def _seen_files(self) -> dict[str, tuple[int, int]]:
        if self._seen is None:
            rows = SeenFile.objects.filter(folder=self.folder).values_list("file_key", "size", "mtime_ns")
            self._seen = {key: (size, mtime_ns) for key, size, mtime_ns in rows.iterator()}
        return self._seen

    def forget_all_but(self, present: set[Parts]) -> None:
        """Drop what was known of files that are gone."""
        self.resting.forget_all_but(present)
        for table in (self.retry_at, self._readings):
            for parts in table.keys() - present:
                del table[parts]
        self.told &= present
        self.asked = {asked for asked in self.asked if asked[0] in present}
