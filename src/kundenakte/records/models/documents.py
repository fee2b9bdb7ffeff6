"""The document: a bracket around its versions."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from kundenakte.records.models.classes import DocumentClass
from kundenakte.records.models.files import CustomerFile, Section


class PresentDocuments(models.Manager["Document"]):
    """The documents that are there. What was lawfully disposed of leaves a row without any words (a tombstone)."""

    def get_queryset(self) -> models.QuerySet[Document]:
        """All but tombstones."""
        return super().get_queryset().filter(is_disposed=False)


class Document(models.Model):
    """The record (Dokument). Its bytes are its versions'; what stands here can be corrected, with a journal entry."""

    customer_file = models.ForeignKey(CustomerFile, on_delete=models.PROTECT, related_name="documents")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="documents")
    # A person put it here: the plan's rules leave it alone.
    is_pinned = models.BooleanField(default=False)
    document_class = models.ForeignKey(DocumentClass, on_delete=models.PROTECT, related_name="+")
    # A person chose or confirmed the class: the house learns from it.
    class_is_confirmed = models.BooleanField(default=False)
    title = models.CharField(max_length=250)
    # What lists sort by: the title as a German reader orders it (customers/drafts.py: sort_name). On PostgreSQL the
    # migration gives the column the collation "C", so both databases compare bytes.
    title_key = models.CharField(max_length=200, blank=True, editable=False, default="", db_default="")
    number = models.CharField(max_length=100, blank=True)
    # Normalised number (business_keys.py), compared to find the same document again.
    number_key = models.CharField(max_length=100, blank=True)
    # The day that stands on it; until that is known, the day it came.
    dated_on = models.DateField()
    # Typed index fields, checked against the class: {"gross_amount": "119.00", …}; dates ISO, amounts with a point.
    fields = models.JSONField(default=dict)
    # Columns of their own, because lists filter on them.
    project = models.CharField(max_length=100, blank=True)
    machine = models.CharField(max_length=100, blank=True)
    # Gross amount, else net amount, in hundredths of its currency; empty where there is none.
    amount_cents = models.BigIntegerField(null=True, blank=True)
    valid_version = models.ForeignKey("Version", on_delete=models.PROTECT, null=True, related_name="+")
    # Only a drafted document: nothing valid yet, shown to those who may edit or release.
    is_draft = models.BooleanField(default=False)
    is_sealed = models.BooleanField(default=False)
    # Restricted by data protection: only those with the verb "read_restricted" see it.
    is_restricted = models.BooleanField(default=False)
    is_tax_relevant = models.BooleanField(default=False)
    tax_year = models.PositiveSmallIntegerField(null=True, blank=True)
    # The last day it is kept, and the rule that says so; open while the event that starts the period is not known.
    # Written by records/retention/keeping.py alone. Neither a day nor open: not calculated yet.
    retain_until = models.DateField(null=True, blank=True)
    is_retention_open = models.BooleanField(default=False, db_default=False)
    retention_code = models.CharField(max_length=40, blank=True, default="", db_default="")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    # Counted up by each change, so that two people who edit at once notice.
    edition = models.PositiveIntegerField(default=1)
    # Only ids, class, day and the end of retention are left; `records/disposition` tells the rest.
    is_disposed = models.BooleanField(default=False, db_default=False)

    objects = PresentDocuments()
    # Tombstones too: for disposition itself, and for whoever must not give their ids away again.
    with_disposed = models.Manager["Document"]()

    class Meta:
        indexes = (
            models.Index(fields=("retain_until", "id"), name="document_retained"),
            models.Index(fields=("customer_file", "-dated_on", "-id"), name="document_in_file"),
            models.Index(fields=("customer_file", "section", "-dated_on", "-id"), name="document_in_section"),
            models.Index(fields=("customer_file", "document_class", "number_key"), name="document_by_key"),
            models.Index(fields=("number_key",), name="document_by_number"),
            models.Index(fields=("customer_file", "title_key", "-dated_on", "-id"), name="document_by_title"),
            models.Index(fields=("-changed_at",), name="document_changed"),
            # Counting a file by section, class, year and state, and seeing whether anything in it changed, reads this
            # index alone: what rights ask for stands in it as well.
            models.Index(
                fields=(
                    "customer_file",
                    "section",
                    "document_class",
                    "dated_on",
                    "is_draft",
                    "is_sealed",
                    "is_restricted",
                    "is_disposed",
                    "changed_at",
                    "id",
                ),
                name="document_counts",
            ),
        )

    def __str__(self) -> str:
        return self.title


class Version(models.Model):
    """Bytes with their origin (Version). Inserted, never changed: the database refuses UPDATE and DELETE."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=120)
    file_name = models.CharField(max_length=255)
    created_at = models.DateTimeField()
    # Who brought it; empty for a rule or a folder, then `source` says which.
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=60)
    # Where exactly it lay: the path in the folder, the address of the mail, the key of the program.
    origin = models.CharField(max_length=1000, blank=True)
    comment = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("document", "number"), name="version_once"),)

    def __str__(self) -> str:
        return f"Version {self.number}"


class VersionState(models.Model):
    """What a version counts for, from a moment on. The latest row holds; rows are only added."""

    class State(models.TextChoices):
        DRAFT = "draft", "Entwurf"
        VALID = "valid", "gültig"
        SUPERSEDED = "superseded", "abgelöst"

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="states")
    state = models.CharField(max_length=10, choices=State.choices)
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.get_state_display()


class Reference(models.Model):
    """A link from one document to another, or to a second place where it is also shown."""

    class Kind(models.TextChoices):
        ATTACHMENT_OF = "attachment_of", "Anlage zu"
        REPLY_TO = "reply_to", "Antwort auf"
        FOLLOWS = "follows", "folgt auf"
        CANCELS = "cancels", "storniert"
        CORRECTS = "corrects", "berichtigt"
        SENT_AS = "sent_as", "versandt als"
        # The same paper, scanned once more; the first scan stays beside it.
        RESCAN_OF = "rescan_of", "zweiter Scan von"

    from_document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="references")
    to_document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="referenced_by")
    kind = models.CharField(max_length=15, choices=Kind.choices)
    # The version of `from_document` it is said of, where it is said of one: version 3 went out as this PDF.
    from_version = models.ForeignKey(Version, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("from_document", "to_document", "kind"), name="reference_once"),)

    def __str__(self) -> str:
        return f"{self.from_document} {self.get_kind_display()} {self.to_document}"


class Placement(models.Model):
    """A second place where a document is shown: a link, not a copy (S9). Rights of the document's own place hold."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="placements")
    customer_file = models.ForeignKey(CustomerFile, on_delete=models.PROTECT, related_name="placements")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("document", "customer_file", "section"), name="placement_once"),)

    def __str__(self) -> str:
        return f"{self.document} auch in {self.customer_file}"


class SourceKey(models.Model):
    """The key under which another system knows a document: the surest way to see that it comes again."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="source_keys")
    system = models.CharField(max_length=60)
    key = models.CharField(max_length=500)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("system", "key"), name="source_key_once"),)

    def __str__(self) -> str:
        return f"{self.system}: {self.key}"


class SearchDue(models.Model):
    """Documents whose place in the index is out of date, in the order of change. Each index follows with a cursor."""

    document_id = models.BigIntegerField()
    marked_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.document_id)
