"""The take-over of a file server: what its paths mean, each run with a line per path, and what was taken."""

from __future__ import annotations

import os
from collections.abc import Mapping
from copy import copy
from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import Q

from kundenakte.base.accounts.models import Role
from kundenakte.customers.models import Customer
from kundenakte.records.models import Arrival
from kundenakte.steps.intake.tree import Parts

_TERMS: Final = ("path", "patterns", "words", "facts", "takes_unclear")


class Share(models.Model):
    """A folder of a file server whose files go into the files of the customers. Nothing on it is ever changed."""

    # A word; arrivals name it as their source ("share:kunden").
    name = models.SlugField(max_length=50, unique=True)
    path = models.TextField()
    # What paths say: ["{kunde} {name}/{register}/{jahr}/{titel}"]; the first that matches holds (name_patterns.py).
    patterns = models.JSONField(default=list)
    # What a folder's name means: {"Angebote": {"class": "OFFER"}, "Schriftwechsel": {"section": "korrespondenz"}}.
    words = models.JSONField(default=dict, blank=True)
    # What holds for every file unless its path says otherwise (records/facts.py).
    facts = models.JSONField(default=dict, blank=True)
    # Files whose customer is not certain come to the inbox as well; else they stay where they are, named in the report.
    takes_unclear = models.BooleanField(default=False)
    # Whose rights count. Empty: the house itself, as an administrator set it up.
    acts_as = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Before whom arrivals are put that have to wait in the inbox.
    team = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    # Counted up by each change an administrator makes.
    edition = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def source(self) -> str:
        """What its arrivals name as their source."""
        return f"share:{self.name}"

    def terms(self) -> dict[str, Any]:
        """What a run keeps of it."""
        return {key: getattr(self, key) for key in _TERMS}

    def as_begun(self, terms: Mapping[str, Any]) -> Share:
        """The same as a run found it; never saved."""
        made = copy(self)
        for key in _TERMS:
            setattr(made, key, terms[key])
        return made


class ShareRun(models.Model):
    """One walk over a share: a dry run, or the take-over. It goes on behind its cursor, whatever happened meanwhile."""

    class Kind(models.TextChoices):
        TRIAL = "trial", "Probelauf"
        IMPORT = "import", "Übernahme"

    share = models.ForeignKey(Share, on_delete=models.PROTECT, related_name="runs")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    # The share's settings as they were when it began: a change meanwhile counts from the next run on.
    terms = models.JSONField(default=dict)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField()
    # When all paths were known.
    listed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # Somebody asked it to end before it was through.
    stopped = models.BooleanField(default=False)
    # The last path that was listed, as hex of its bytes with "/" between folders.
    cursor = models.TextField(blank=True)
    # The inode of the share's root: an empty folder in its place is a share that is not mounted.
    root = models.CharField(max_length=40, blank=True)
    total = models.PositiveIntegerField(default=0)
    total_bytes = models.BigIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    # Of the last minutes: [[seconds since 1970, done], …], for the time that remains.
    pace = models.JSONField(default=list)
    # Why it does not go on just now ("Das Laufwerk ist nicht erreichbar"); empty while all is well.
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("share",), condition=Q(ended_at__isnull=True), name="share_run_once"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.share_id}"

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100; 0 while paths are still being listed."""
        if self.ended_at and not self.stopped:
            return 100
        return min(99, 100 * self.done // self.total) if self.listed_at and self.total else 0

    @property
    def seconds_left(self) -> int | None:
        """How long the rest will take at the pace of the last minutes; None as long as nobody can say."""
        if self.ended_at or not self.listed_at or len(self.pace) < 2:
            return None
        (began, before), (now, done) = self.pace[0], self.pace[-1]
        if done <= before or now <= began:
            return None
        return int((self.total - done) * (now - began) / (done - before))


class ShareFile(models.Model):
    """A path of a share as it was when it was last taken: the next run takes only what is new or changed."""

    share = models.ForeignKey(Share, on_delete=models.CASCADE, related_name="+")
    # The SHA-256 of the path's bytes.
    file_key = models.CharField(max_length=64)
    size = models.BigIntegerField()
    mtime_ns = models.BigIntegerField()
    arrival = models.ForeignKey(Arrival, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("share", "file_key"), name="share_file_once"),)

    def __str__(self) -> str:
        return self.file_key


class ShareLine(models.Model):
    """One path in one run, and what became of it, or would."""

    class Outcome(models.TextChoices):
        OPEN = "open", "noch nicht angesehen"
        # What a dry run says of files that a take-over would take.
        READY = "ready", "würde eingeaktet"
        NO_CLASS = "no_class", "Klasse steht nicht im Pfad; sie wird am Inhalt erkannt"
        TWIN = "twin", "gleicher Inhalt wie eine andere Datei des Laufwerks"
        FILED_ALREADY = "known", "gleicher Inhalt liegt schon in einer Akte"
        # What became of files that were taken.
        FILED = "filed", "eingeaktet"
        RECEIVED = "received", "übernommen"
        DUPLICATE = "duplicate", "bereits vorhanden"
        UNCHANGED = "unchanged", "schon früher übernommen"
        # A person has to say something first.
        NO_MATCH = "no_match", "Pfad passt zu keinem Muster"
        NO_CUSTOMER = "no_cust", "Kunde nicht gefunden"
        AMBIGUOUS = "ambiguous", "mehrere Kunden kommen in Frage"
        CONFLICT = "conflict", "Nummer und Name gehören nicht zusammen"
        # It stays where it is.
        EMPTY = "empty", "leere Datei"
        TOO_LONG = "too_long", "Pfad zu lang"
        UNREADABLE = "unread", "nicht lesbar"
        CHANGING = "changing", "wird gerade geschrieben"
        VANISHED = "vanished", "inzwischen verschwunden"
        LINK = "link", "Verknüpfung oder Gerät; wird nie verfolgt"
        LOOP = "loop", "Ordner im Kreis"
        IGNORED = "ignored", "Hilfsdatei eines Programms"

    run = models.ForeignKey(ShareRun, on_delete=models.CASCADE, related_name="lines")
    # The path in the share, for reading; its bytes where reading it cannot give them back.
    file = models.TextField()
    raw = models.BinaryField(null=True)
    size = models.BigIntegerField(default=0)
    mtime_ns = models.BigIntegerField(default=0)
    outcome = models.CharField(max_length=9, choices=Outcome.choices, default=Outcome.OPEN)
    # More than the outcome says, where there is more.
    sentence = models.TextField(blank=True)
    # What its path says: the folder that names the customer, the one that names the kind, and what they mean.
    customer_word = models.CharField(max_length=255, blank=True)
    kind_word = models.CharField(max_length=255, blank=True)
    customer = models.ForeignKey(Customer, on_delete=models.SET_NULL, null=True, related_name="+")
    class_code = models.CharField(max_length=40, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    arrival = models.ForeignKey(Arrival, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = (
            models.Index(fields=("run", "outcome", "id"), name="share_line_outcome"),
            models.Index(fields=("digest", "run"), name="share_line_digest", condition=~Q(digest="")),
        )

    def __str__(self) -> str:
        return self.file

    @property
    def parts(self) -> Parts:
        """The path as the file system knows it."""
        path = os.fsdecode(bytes(self.raw)) if self.raw is not None else self.file
        return tuple(path.split("/"))


# Files that stay where they are because a person has to say something first, unless the share takes these as well.
UNCLEAR: Final = (
    ShareLine.Outcome.NO_MATCH, ShareLine.Outcome.NO_CUSTOMER, ShareLine.Outcome.AMBIGUOUS, ShareLine.Outcome.CONFLICT,
)  # fmt: skip
