"""What came in and is not filed yet, and what is derived from its bytes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q, Value

from kundenakte.base.accounts.models import Role
from kundenakte.records.models.documents import Document, Version


class Arrival(models.Model):
    """Something that came in (Eingang), with where it came from and what the source said about it.

    Filing turns it into a Document and a Version and leaves it as the proof of arrival (R-03).
    """

    class State(models.TextChoices):
        UNDER_WAY = "under_way", "unterwegs"
        WAITING = "waiting", "im Posteingang"
        FILED = "filed", "eingeaktet"
        # The same bytes in the same place: nothing new; the arrival points at the document that has them.
        DUPLICATE = "duplicate", "bereits vorhanden"
        DISCARDED = "discarded", "aussortiert"
        # A stack, batch or archive whose documents came in one by one; its bytes stay as they came.
        SPLIT = "split", "aufgeteilt"

    # The reason of what is filed and still asks a person to look: the document contradicts its source.
    PLEASE_CHECK = "please_check"

    digest = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField()
    # As the source names it; for showing and for rules, never for a path.
    file_name = models.CharField(max_length=255)
    # By content, once rendition has looked; empty before.
    media_type = models.CharField(max_length=120, blank=True)
    received_at = models.DateTimeField()
    # The door and its name: "web", "rest:erp", "folder:scanner", "command".
    source = models.CharField(max_length=60)
    # The number in the source's gapless series; given last in the transaction of the arrival.
    source_number = models.BigIntegerField(null=True)
    origin = models.CharField(max_length=1000, blank=True)
    # The source's own key; the same key again is the same document.
    source_key = models.CharField(max_length=500, blank=True)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # What the source said: see records/facts.py for the keys.
    facts = models.JSONField(default=dict)
    # What recognition found (Findings.to_json).
    findings = models.JSONField(default=dict)
    # What filing weighed: candidates with evidence, the proposal, the rule (Decision.to_json).
    decision = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.UNDER_WAY)
    # Why it waits: a stable code and a German sentence a clerk can act on.
    reason = models.CharField(max_length=40, blank=True)
    sentence = models.TextField(blank=True)
    team = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    page_count = models.PositiveIntegerField(null=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="arrivals")
    version = models.OneToOneField(Version, on_delete=models.PROTECT, null=True, related_name="arrival")
    changed_at = models.DateTimeField()
    # The mail it hung on, or the archive, portfolio or batch it was in (records/parts.py).
    part_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    # Of what was opened: {"count": how many parts became arrivals, "note": what a reader should know}; at the outermost
    # also "below": how many files and bytes have come out of archives in it.
    opened = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "source_number"), name="arrival_numbered"),)
        indexes = (
            models.Index(fields=("state", "-received_at"), name="arrival_state"),
            models.Index(fields=("source", "source_key"), name="arrival_source_key"),
            # Counted for the frame of every page, among millions that are filed.
            models.Index(fields=("received_at",), name="arrival_please_check", condition=Q(reason="please_check")),
        )

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_to_check(self) -> bool:
        """Whether it is filed and a person is asked to look at it all the same."""
        return self.state == self.State.FILED and self.reason == self.PLEASE_CHECK


# What lies in the inbox for a person: what could not be filed, and what is filed with a contradiction.
WANTS_A_PERSON = Q(state=Arrival.State.WAITING) | Q(state=Arrival.State.FILED, reason=Arrival.PLEASE_CHECK)


class Rendition(models.Model):
    """Something derived from bytes (Vorschau): page images, text with places, a PDF. Can be made again at any time."""

    class Kind(models.TextChoices):
        TEXT = "text", "Text"
        PDF = "pdf", "PDF-Fassung"
        PAGES = "pages", "Seitenbilder"
        XML = "xml", "Rechnungs-XML"
        SEARCHABLE = "ocr", "durchsuchbare PDF-Fassung"

    # The digest of the bytes it was made from, so that an arrival has it before it is a document.
    digest = models.CharField(max_length=64)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    # For PAGES: how many there are, and how many images are ready (1…ready). TEXT: so many are read.
    page_count = models.PositiveIntegerField(default=0)
    ready = models.PositiveIntegerField(default=0)
    # What a reader should know: "Das PDF ist mit einem Passwort geschützt."
    note = models.TextField(blank=True)
    # Stable word for that: "encrypted", "wrong-password", "broken" …; empty when all is well.
    code = models.CharField(max_length=40, blank=True)
    # The program and version that made it.
    made_by = models.CharField(max_length=100, blank=True)
    made_at = models.DateTimeField()
    # Of a TEXT somebody has compared: the key of its words (records/same_words.py), "" where they say too little.
    words_key = models.CharField(max_length=64, null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("digest", "kind"), name="rendition_once"),)
        # Few of all texts are ever compared.
        indexes = (models.Index(fields=("words_key",), name="rendition_words", condition=Q(words_key__isnull=False)),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} von {self.digest[:12]}"
