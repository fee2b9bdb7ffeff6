"""Document classes: what a kind of document is called, what is known about it, and how long it is kept."""

from __future__ import annotations

from django.db import models


class DocumentClass(models.Model):
    """A kind of document (Dokumentklasse)."""

    class StartEvent(models.TextChoices):
        ISSUED = "ISSUED", "Ausstellung"
        CREATED = "CREATED", "Erstellung"
        SENT = "SENT", "Versand"
        RECEIVED = "RECEIVED", "Empfang"
        SENT_OR_RECEIVED = "SENT_OR_RECEIVED", "Versand oder Empfang"
        LATER_OF_ISSUED_RECEIVED = "LATER_OF_ISSUED_RECEIVED", "Ausstellung oder Empfang, der spätere Tag"
        CONTRACT_END = "CONTRACT_END", "Vertragsende"
        CASE_CLOSED = "CASE_CLOSED", "Abschluss des Vorgangs"
        LAST_CONTACT = "LAST_CONTACT", "letzter Kontakt"
        LAST_ENTRY = "LAST_ENTRY", "letzter Eintrag"
        CONFIDENTIALITY_END = "CONFIDENTIALITY_END", "Ende der Geheimhaltung"
        LAST_DEPENDENT_OR_REL_END = "LAST_DEPENDENT_OR_REL_END", "Ende der Geschäftsbeziehung"
        INHERIT_FROM_DOC = "INHERIT_FROM_DOC", "wie das gescannte Dokument"
        OTHER = "OTHER", "anderes Ereignis"

    class RetentionKind(models.TextChoices):
        STATUTORY = "S", "gesetzliche Mindestfrist"
        POLICY = "P", "eigene Frist"
        PRIVACY = "G", "Höchstfrist des Datenschutzes"

    class SealWhen(models.TextChoices):
        AT_ONCE = "at_once", "sofort"
        RELEASED = "released", "nach Freigabe"
        AFTER_DAYS = "after_days", "nach Tagen"
        NEVER = "never", "nie"

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    # The code of compliance.md's retention table that this class follows.
    retention_code = models.CharField(max_length=40, blank=True)
    retention_kind = models.CharField(max_length=1, choices=RetentionKind.choices, default=RetentionKind.POLICY)
    retention_years = models.PositiveSmallIntegerField(null=True, blank=True)
    retention_start = models.CharField(max_length=30, choices=StartEvent.choices, default=StartEvent.CREATED)
    # Whether the period starts at the end of the calendar year of the event (§ 147 Abs. 4 AO).
    retention_from_year_end = models.BooleanField(default=True)
    retention_basis = models.CharField(max_length=200, blank=True)
    tax_relevant = models.BooleanField(default=False)
    seal_when = models.CharField(max_length=10, choices=SealWhen.choices, default=SealWhen.RELEASED)
    seal_after_days = models.PositiveSmallIntegerField(default=0)
    # A new version is the valid one at once; otherwise a person releases it.
    valid_at_once = models.BooleanField(default=True)
    # Whether number and class make a business key: the same number again is a new version.
    number_is_key = models.BooleanField(default=False)
    # The filing words and machine names this class is known by ("Rechnung", "invoice"); hints of sources use them.
    aliases = models.JSONField(default=list)
    # Words of this house by which a document of the class is recognised: as its heading, or anywhere in the text.
    words = models.JSONField(default=list)
    # The paper stays when it has been scanned: deeds, securities, what the customs want to see.
    original_required = models.BooleanField(default=False, db_default=False)
    # Retired: documents keep it, but no new one gets it.
    is_retired = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    # Counted up by each change, so that two people who edit at once notice.
    edition = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("position", "name")

    def __str__(self) -> str:
        return self.name


class IndexField(models.Model):
    """One thing known about the documents of a class (Indexfeld), with its type."""

    class Type(models.TextChoices):
        TEXT = "text", "Text"
        NUMBER = "number", "Zahl"
        AMOUNT = "amount", "Betrag"
        DATE = "date", "Datum"
        YES_NO = "yes_no", "Ja/Nein"
        CHOICE = "choice", "Auswahl"

    document_class = models.ForeignKey(DocumentClass, on_delete=models.PROTECT, related_name="index_fields")
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=100)
    type = models.CharField(max_length=8, choices=Type.choices, default=Type.TEXT)
    required = models.BooleanField(default=False)
    choices = models.JSONField(default=list, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=("document_class", "key"), name="index_field_once"),)

    def __str__(self) -> str:
        return self.name
