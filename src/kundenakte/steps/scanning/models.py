"""Paper that was scanned and is checked before it may be destroyed: a batch, its files, its pages (R-40 to R-44).

No word of a document stands here, only ids, counts and codes; so a batch outlives the documents that came of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kundenakte.records.models import Arrival, CustomerFile


class PaperRules(models.Model):
    """How this house checks (one row); a batch keeps what held when it was begun."""

    # Of each hundred pages so many are looked at; 100: all of them.
    sample_percent = models.PositiveSmallIntegerField(default=100)
    # Whoever scanned a batch may not be the one who checks and releases it.
    second_person = models.BooleanField(default=True)
    # Days from the release to the shredder: time for a backup, and for noticing.
    waiting_days = models.PositiveSmallIntegerField(default=14)
    edition = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.sample_percent} %"


class PaperBatch(models.Model):
    """Paper that was scanned at one time by one person (Papierstapel)."""

    class State(models.TextChoices):
        CHECKING = "checking", "wird geprüft"
        RELEASED = "released", "freigegeben"
        DESTROYED = "destroyed", "Papier vernichtet"

    state = models.CharField(max_length=9, choices=State.choices, default=State.CHECKING)
    scanned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    scanned_on = models.DateField()
    device = models.CharField(max_length=100)
    # Resolution, colour and whatever else was set.
    scanner_settings = models.CharField(max_length=100, blank=True)
    # Counted by hand, separator sheets among them.
    sheets = models.PositiveIntegerField()
    is_two_sided = models.BooleanField(default=False)
    # Why there are more or fewer pages than the paper has sides.
    explanation = models.CharField(max_length=300, blank=True)
    sample_percent = models.PositiveSmallIntegerField(default=100)
    second_person = models.BooleanField(default=True)
    waiting_days = models.PositiveSmallIntegerField(default=14)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    destroyed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    destroyed_at = models.DateTimeField(null=True)
    # How: a shredder's class, or who came for it.
    destroyed_how = models.CharField(max_length=200, blank=True)
    # SHA-256 of the protocol of the whole batch, PDF/A with its JSON, written after the release.
    protocol = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            # T-29: no way leads to the shredder that does not pass a person's release.
            models.CheckConstraint(
                condition=Q(state="checking")
                | (
                    Q(released_by__isnull=False, released_at__isnull=False)
                    & (Q(second_person=False) | ~Q(released_by=F("scanned_by")))
                ),
                name="paper_batch_released_by_second",
            ),
            models.CheckConstraint(
                condition=~Q(state="destroyed") | (Q(destroyed_by__isnull=False, destroyed_at__isnull=False)
                                                   & ~Q(protocol="")),
                name="paper_batch_destroyed_on_record",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"Papierstapel {self.pk}"

    @property
    def sides(self) -> int:
        """How many pages there should be."""
        return self.sheets * (2 if self.is_two_sided else 1)

    @property
    def may_go_from(self) -> datetime | None:
        """From when on the paper may be destroyed; None while nobody has released it."""
        return self.released_at + timedelta(days=self.waiting_days) if self.released_at else None


class BatchFile(models.Model):
    """A scanned file of a batch: one stack, or one letter."""

    batch = models.ForeignKey(PaperBatch, on_delete=models.CASCADE, related_name="files")
    # In one batch at a time.
    arrival = models.OneToOneField(Arrival, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    page_count = models.PositiveIntegerField()
    # The file whose paper was scanned once more as this one; both stay.
    rescan_of = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="rescans")

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=("batch", "position"), name="batch_file_once"),)

    def __str__(self) -> str:
        return f"{self.batch}, Datei {self.position}"


class BatchPage(models.Model):
    """One page picture of a batch, and what a person said of it."""

    class Kind(models.TextChoices):
        PAPER = "paper", "Seite"
        # As reading saw it; in a stack it is left out of every document, in a single letter it stays.
        BLANK = "blank", "leer"
        SHEET = "sheet", "Trennblatt"

    class Why(models.TextChoices):
        ALL = "all", "jede Seite wird geprüft"
        SAMPLE = "sample", "Stichprobe"
        FIRST = "first", "erste Seite eines Dokuments"
        DOUBTFUL = "doubtful", "schlecht zu lesen"
        EMPTY = "empty", "leer oder Trennblatt"
        FLAW = "flaw", "weil eine andere Seite einen Mangel hat"
        RESCAN = "rescan", "zweiter Scan"

    class Verdict(models.TextChoices):
        OPEN = "", "noch nicht geprüft"
        GOOD = "good", "in Ordnung"
        BAD = "bad", "mangelhaft, das Papier bleibt"
        RESCAN = "rescan", "neu scannen"

    class Flaw(models.TextChoices):
        NONE = "", "kein Mangel"
        UNREADABLE = "unreadable", "nicht lesbar"
        CUT_OFF = "cut_off", "abgeschnitten oder umgeknickt"
        MISSING = "missing", "eine Seite fehlt davor oder dahinter"
        COLOUR = "colour", "Farbe fehlt und beweist etwas"
        NOT_BLANK = "not_blank", "nicht leer, etwas steht darauf"
        OTHER = "other", "anderer Mangel"

    file = models.ForeignKey(BatchFile, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=5, choices=Kind.choices, default=Kind.PAPER)
    # What it became part of: the letter cut out of the stack, or the file itself; none for what is left out.
    part = models.ForeignKey(Arrival, on_delete=models.PROTECT, null=True, related_name="+")
    # Why it has to be looked at; empty for what the sample left out.
    why = models.CharField(max_length=8, choices=Why.choices, blank=True)
    verdict = models.CharField(max_length=6, choices=Verdict.choices, blank=True, default="")
    flaw = models.CharField(max_length=10, choices=Flaw.choices, blank=True, default="")
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    judged_at = models.DateTimeField(null=True)
    # The file with the second scan of it.
    replaced_by = models.ForeignKey(BatchFile, on_delete=models.SET_NULL, null=True, related_name="replaces")

    class Meta:
        ordering = ("file__position", "number")
        constraints = (
            models.UniqueConstraint(fields=("file", "number"), name="batch_page_once"),
            models.CheckConstraint(
                condition=Q(verdict="") | Q(judged_by__isnull=False, judged_at__isnull=False),
                name="batch_page_judged_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.file}, Seite {self.number}"


class KeptPaper(models.Model):
    """One document of a batch whose paper stays, because a person said so or because of what was so at the release."""

    class Why(models.TextChoices):
        DEED = "deed", "Urkunde, notariell oder mit Siegel"
        SECURITY = "security", "Wertpapier, Bürgschaft oder Vollmacht"
        CUSTOMS = "customs", "Zollpapier, das im Original verlangt wird"
        SIGNED = "signed", "eigenhändig unterschriebener Abschluss"
        EVIDENCE = "evidence", "Beweismittel: nur das Original zählt vor Gericht"
        RETURN = "return", "gehört dem Kunden und geht zurück"
        OTHER = "other", "anderer Grund"
        # What the house found by itself, written down with the release so that no later change takes it back.
        CLASS = "class", "seine Dokumentklasse verlangt das Original"
        FLAW = "flaw", "eine Seite ist mangelhaft gescannt"

    batch = models.ForeignKey(PaperBatch, on_delete=models.CASCADE, related_name="kept")
    part = models.OneToOneField(Arrival, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=8, choices=Why.choices)
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kept_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.get_why_display()


class BatchLog(models.Model):
    """The protocol of a batch that was filed in one customer's file: of that file's documents alone."""

    batch = models.ForeignKey(PaperBatch, on_delete=models.PROTECT, related_name="logs")
    customer_file = models.ForeignKey(CustomerFile, on_delete=models.PROTECT, related_name="+")
    arrival = models.OneToOneField(Arrival, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("batch", "customer_file"), name="batch_log_once"),)

    def __str__(self) -> str:
        return f"{self.batch} in {self.customer_file}"


class StackDivision(models.Model):
    """The documents in a stack, as a person said: the pages of each; a single one: it is one document."""

    arrival = models.OneToOneField(Arrival, on_delete=models.PROTECT, related_name="+")
    # [[1, 2], [4]]: page 3 is empty.
    parts = models.JSONField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"division of {self.arrival_id}"
