"""A share that is watched: how often, each look at it, and every path as it was found."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Final

from django.db import models
from django.db.models import Q

from kundenakte.records.models import Arrival, Document
from kundenakte.steps.intake.share_models import Share, ShareLine, ShareRun
from kundenakte.steps.intake.tree import Parts, moment_of

_Outcome = ShareLine.Outcome


class ShareWatch(models.Model):
    """Whether a share is looked at again and again. Nothing on it is ever changed."""

    class Every(models.TextChoices):
        HOUR = "hour", "jede Stunde"
        QUARTER = "quarter", "alle sechs Stunden"
        NIGHT = "night", "jede Nacht"

    share = models.OneToOneField(Share, on_delete=models.CASCADE, related_name="watch")
    is_on = models.BooleanField(default=False)
    every = models.CharField(max_length=7, choices=Every.choices, default=Every.NIGHT)
    # What is new or changed comes in by itself, the way a take-over brings it.
    takes_new = models.BooleanField(default=False)
    next_at = models.DateTimeField(null=True)
    # The folder that was looked at, and its inode: another one in its place is a share that is not mounted.
    path = models.TextField(blank=True)
    root = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return f"watch {self.share_id}"


class ShareLook(models.Model):
    """One look at a watched share. It goes on behind its cursor, whatever happened meanwhile."""

    class Phase(models.TextChoices):
        # Paths, and the bytes of what is new or changed.
        WALK = "walk"
        # What each file is to the house.
        SORT = "sort"
        # What was taken before and is not there any more.
        MISS = "miss"
        # Paths that are gone and concern nobody.
        DROP = "drop"
        # What is new is handed to a take-over.
        BRING = "bring"

    share = models.ForeignKey(Share, on_delete=models.CASCADE, related_name="looks")
    terms = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    stopped = models.BooleanField(default=False)
    # Every file is read, whatever its size and time say.
    is_thorough = models.BooleanField(default=False)
    brings = models.BooleanField(default=False)
    phase = models.CharField(max_length=5, choices=Phase.choices, default=Phase.WALK)
    # The last path that was walked (doors/share/walking.py: as_cursor), later the last key.
    cursor = models.TextField(blank=True)
    root = models.CharField(max_length=40, blank=True)
    total = models.PositiveIntegerField(default=0)
    # Files whose bytes were read, and how many bytes.
    read = models.PositiveIntegerField(default=0)
    read_bytes = models.BigIntegerField(default=0)
    # What was found: {"filed": 12, "new": 3, …, "twins": 4, "clear": 2}.
    counts = models.JSONField(default=dict)
    # The take-over that brings what is new.
    run = models.ForeignKey(ShareRun, on_delete=models.SET_NULL, null=True, related_name="+")
    # Why it does not go on just now; empty while all is well.
    problem = models.TextField(blank=True)
    # What else is to be known of it.
    remark = models.TextField(blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("share",), condition=Q(ended_at__isnull=True), name="share_look_once"),
        )

    def __str__(self) -> str:
        return f"look {self.share_id}"


class ShareEntry(models.Model):
    """A path of a watched share as the last look found it, or what was taken from there and is gone."""

    class Kind(models.TextChoices):
        OPEN = "open", "noch nicht eingeordnet"
        CHANGED = "changed", "auf dem Laufwerk geändert, seit es übernommen ist"
        NEW = "new", "neu, noch nicht übernommen"
        FILED = "filed", "abgelegt: derselbe Inhalt liegt in einer Akte"
        TAKEN = "taken", "übernommen, noch in keiner Akte"
        GONE = "gone", "übernommen, auf dem Laufwerk nicht mehr da"
        MOVED = "moved", "verschoben: derselbe Inhalt liegt an anderer Stelle des Laufwerks"
        DISPOSED = "disposed", "in der Kundenakte ausgesondert, liegt aber noch hier"
        SET_ASIDE = "set_aside", "im Posteingang aussortiert, liegt aber noch hier"
        EMPTY = _Outcome.EMPTY.value, _Outcome.EMPTY.label
        TOO_LONG = _Outcome.TOO_LONG.value, _Outcome.TOO_LONG.label
        UNREADABLE = _Outcome.UNREADABLE.value, _Outcome.UNREADABLE.label
        CHANGING = _Outcome.CHANGING.value, _Outcome.CHANGING.label
        LINK = _Outcome.LINK.value, _Outcome.LINK.label
        LOOP = _Outcome.LOOP.value, _Outcome.LOOP.label
        IGNORED = _Outcome.IGNORED.value, _Outcome.IGNORED.label

    share = models.ForeignKey(Share, on_delete=models.CASCADE, related_name="entries")
    # The SHA-256 of the path's bytes.
    file_key = models.CharField(max_length=64)
    # The path in the share, for reading; its bytes where reading it cannot give them back.
    file = models.TextField()
    raw = models.BinaryField(null=True)
    size = models.BigIntegerField(default=0)
    mtime_ns = models.BigIntegerField(default=0)
    # Inode, size and time of the bytes that `digest` stands for; empty when they have to be read again.
    stamp = models.CharField(max_length=80, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=9, choices=Kind.choices, default=Kind.OPEN)
    sentence = models.TextField(blank=True)
    # How many other paths have the same bytes.
    twins = models.PositiveIntegerField(default=0)
    # A take-over would take it without asking anybody.
    is_clear = models.BooleanField(default=False)
    # The number of the look that found it last.
    look = models.BigIntegerField()
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    arrival = models.ForeignKey(Arrival, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("share", "file_key"), name="share_entry_once"),)
        indexes = (
            models.Index(fields=("share", "kind", "id"), name="share_entry_kind"),
            models.Index(fields=("share", "digest", "id"), name="share_entry_digest", condition=~Q(digest="")),
            models.Index(fields=("share", "file_key"), name="share_entry_clear", condition=Q(is_clear=True)),
        )

    def __str__(self) -> str:
        return self.file

    @property
    def parts(self) -> Parts:
        """The path as the file system knows it."""
        path = os.fsdecode(bytes(self.raw)) if self.raw is not None else self.file
        return tuple(path.split("/"))

    @property
    def changed_at(self) -> datetime | None:
        """When the file was last written; None where no calendar has that time."""
        return moment_of(self.mtime_ns) if self.mtime_ns else None


# What is not on the share: it is listed because it was taken from there.
NOT_THERE: Final = (ShareEntry.Kind.GONE, ShareEntry.Kind.MOVED)
