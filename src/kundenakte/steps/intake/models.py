"""The gapless series of each source; watched folders as an administrator sets them up, and what they brought."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from kundenakte.base.accounts.models import Role
from kundenakte.records.models import Arrival
from kundenakte.steps.intake.mail_models import MailAnswer, Mailbox, MailboxFolder, MailDoor, MailEvent
from kundenakte.steps.intake.share_models import Share, ShareFile, ShareLine, ShareRun
from kundenakte.steps.intake.watch_models import ShareEntry, ShareLook, ShareWatch

__all__ = [
    "FolderEvent", "MailAnswer", "MailDoor", "MailEvent", "Mailbox", "MailboxFolder", "Share", "ShareEntry",
    "ShareFile", "ShareLine", "ShareLook", "ShareRun", "ShareWatch", "SourceSeries", "WatchedFolder",
]  # fmt: skip


class SourceSeries(models.Model):
    """How many arrivals a source has brought: the next one gets the next number (R-03)."""

    source = models.CharField(max_length=60, unique=True)
    last_number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.source}: {self.last_number}"


class WatchedFolder(models.Model):
    """A folder into which a scanner, a file server or an ERP puts files. All of it is data: nothing needs a restart."""

    class Sidecar(models.TextChoices):
        NONE = "none", "keine: jede Datei ist ein Dokument"
        AUTO = "auto", "wenn vorhanden"
        REQUIRED = "required", "immer; ohne sie wird nichts übernommen"

    class Batch(models.TextChoices):
        NONE = "", "nirgends: jede Datei ist ein Dokument"
        ANCHOR = "anchor", "wo dieser Text steht"
        VALUE = "value", "wo sich ändert, was hinter diesem Text steht"

    # A word; arrivals name it as their source ("folder:erp").
    name = models.SlugField(max_length=50, unique=True)
    path = models.TextField()
    enabled = models.BooleanField(default=True)
    # Whose rights count. Empty: the house itself, as an administrator set it up.
    acts_as = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Before whom arrivals are put that have to wait in the inbox.
    team = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # What holds for every file unless the file says otherwise (records/facts.py).
    facts = models.JSONField(default=dict, blank=True)
    # Source field → fact: {"Kopf/KdNr": "customer", "Projekt": "fields.project",
    # "Art": {"to": "class", "values": {"RG": "INV_OUT"}}}.
    mapping = models.JSONField(default=dict, blank=True)
    sidecar = models.CharField(max_length=8, choices=Sidecar.choices, default=Sidecar.AUTO)
    # Endings of empty files that say "it is complete": [".ok", ".ctl", ".fertig"].
    markers = models.JSONField(default=list, blank=True)
    marker_required = models.BooleanField(default=False)
    # What file names say: ["{class}_{number}_{customer}.pdf"]; the first that matches holds (patterns.py).
    patterns = models.JSONField(default=list, blank=True)
    # How a PDF with many letters is divided: by words that stand on the first page of each, or where what stands
    # behind these words changes.
    batch = models.CharField(max_length=6, choices=Batch.choices, default=Batch.NONE, db_default="", blank=True)
    batch_words = models.CharField(max_length=100, default="", db_default="", blank=True)
    # The same path with new bytes is a new version of the same document.
    path_is_key = models.BooleanField(default=False)
    # Files stay where they are (file server, read-only share); `SeenFile` remembers them.
    keep_in_place = models.BooleanField(default=False)
    done_folder = models.TextField(default="fertig", blank=True)
    error_folder = models.TextField(default="fehler", blank=True)
    # A file is complete when size and time have not changed for so long.
    settle_seconds = models.FloatField(default=0.7)
    # How long a document waits for its sidecar, a sidecar for its document.
    wait_seconds = models.FloatField(default=600)
    depth = models.PositiveSmallIntegerField(default=8)
    # Write `name.ergebnis.json` beside what was taken, for a program that waits for the answer.
    answers = models.BooleanField(default=False)
    # Why the folder as a whole does not go on ("Der Ordner ist nicht erreichbar"); empty while all is well.
    problem = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # Counted up by each change an administrator makes; the watcher takes the new state up.
    edition = models.PositiveIntegerField(default=1)

    class Meta:
        # The table's name from before it moved here.
        db_table = "hotfolder_watchedfolder"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def source(self) -> str:
        """What its arrivals name as their source."""
        return f"folder:{self.name}"


class FolderEvent(models.Model):
    """What became of one file. Its `stamp` also says that exactly this file was received, should it lie there again
    after a crash between receiving and moving."""

    class Outcome(models.TextChoices):
        RECEIVED = "received", "übernommen"
        FILED = "filed", "eingeaktet"
        DUPLICATE = "duplicate", "bereits vorhanden"
        PROBLEM = "problem", "bleibt liegen"
        ERROR = "error", "im Fehlerordner"
        IGNORED = "ignored", "nicht beachtet"

    folder = models.ForeignKey(WatchedFolder, on_delete=models.CASCADE, related_name="events")
    # The path in the folder, for reading, and the SHA-256 of its bytes, for finding again.
    file = models.TextField()
    file_key = models.CharField(max_length=64)
    stamp = models.CharField(max_length=80, blank=True)
    outcome = models.CharField(max_length=9, choices=Outcome.choices)
    sentence = models.TextField()
    arrival = models.ForeignKey(Arrival, on_delete=models.PROTECT, null=True, related_name="+")
    # The list (one CSV for many) that named the file: SHA-256 of its bytes.
    list_key = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "hotfolder_folderevent"
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=("folder", "file_key", "stamp"), name="folder_event_file"),
            models.Index(fields=("folder", "-at"), name="folder_event_latest"),
            models.Index(fields=("list_key",), condition=~models.Q(list_key=""), name="folder_event_list"),
        )

    def __str__(self) -> str:
        return f"{self.file}: {self.sentence}"
