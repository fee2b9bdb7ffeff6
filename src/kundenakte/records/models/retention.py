"""How long documents are kept: versions of rules, what the house has decided, tax years and holds."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from kundenakte.records.models.classes import DocumentClass
from kundenakte.records.models.documents import Document
from kundenakte.records.models.files import CustomerFile
from kundenakte.records.models.runs import StructureRun


class RetentionRule(models.Model):
    """One version of a rule (Aufbewahrungsregel). It holds until the next one of its code begins; rows only get more.

    records/retention/rules.py tells what the fields mean, shipped.py beside it what was delivered.
    """

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=1, choices=DocumentClass.RetentionKind.choices)
    years = models.PositiveSmallIntegerField()
    # Words of the table, more than DocumentClass.StartEvent has.
    start = models.CharField(max_length=30)
    from_year_end = models.BooleanField(default=True)
    basis = models.CharField(max_length=200)
    note = models.CharField(max_length=200, blank=True)
    is_voucher = models.BooleanField(default=False)
    is_invoice = models.BooleanField(default=False)
    valid_from = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # Who switched it on, where that takes two.
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("code", "valid_from", "id")

    def __str__(self) -> str:
        return f"{self.name}, ab {self.valid_from:%d.%m.%Y}"


class RetentionProfile(models.Model):
    """What the house has decided for all rules. The latest row holds; rows only get more."""

    ten_years = models.BooleanField(default=False)
    financial_sector = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return "10 Jahre" if self.ten_years else "gesetzlich"


class RetentionChange(models.Model):
    """A rule or profile as somebody wants it: simulated first, then switched on or dropped."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "vorgeschlagen"
        ON = "on", "eingeschaltet"
        DROPPED = "dropped", "verworfen"

    # {"rule": {…}} or {"profile": {…}}: the values of the row that is to be.
    wish = models.JSONField()
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    # The simulation, and the walk that carried it out.
    trial = models.ForeignKey(StructureRun, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(StructureRun, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"Änderung {self.pk} ({self.get_state_display()})"


class TaxYear(models.Model):
    """What is known of a year's assessment (Veranlagungsjahr, § 147 Abs. 3 Satz 5 AO).

    A year without a row is taken to be closed at the end of the seventh year after it (R-35).
    """

    class State(models.TextChoices):
        OPEN = "open", "offen"
        CLOSED = "closed", "abgeschlossen"

    year = models.PositiveSmallIntegerField(unique=True)
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    filed_on = models.DateField(null=True, blank=True)
    final_on = models.DateField(null=True, blank=True)
    is_audited = models.BooleanField(default=False)
    note = models.CharField(max_length=300, blank=True)
    edition = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-year",)

    def __str__(self) -> str:
        return f"{self.year} {self.get_state_display()}"


class LegalHold(models.Model):
    """Stops disposition (Löschsperre), whatever the period says. One person sets it, two release it."""

    class Kind(models.TextChoices):
        TAX_AUDIT = "tax_audit", "Betriebsprüfung"
        LITIGATION = "litigation", "Rechtsstreit"
        AUTHORITY = "authority", "Verlangen einer Behörde"
        PRODUCT_SAFETY = "product_safety", "Produktsicherheit"
        DSR = "dsr", "Anliegen einer betroffenen Person"
        MANUAL = "manual", "anderer Grund"

    kind = models.CharField(max_length=16, choices=Kind.choices)
    reason = models.CharField(max_length=300)
    legal_basis = models.CharField(max_length=200, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    review_on = models.DateField()
    # All documents of this file, those that come later too; else the documents in HeldDocument.
    customer_file = models.ForeignKey(CustomerFile, on_delete=models.PROTECT, null=True, related_name="+")
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(null=True)
    asked_why = models.CharField(max_length=300, blank=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("customer_file",), condition=Q(released_at=None), name="hold_on_file"),
            models.Index(fields=("review_on",), condition=Q(released_at=None), name="hold_to_review"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(released_by=None) | (Q(asked_by__isnull=False) & ~Q(released_by=models.F("asked_by"))),
                name="hold_released_by_second",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} seit {self.set_at:%d.%m.%Y}"


class HeldDocument(models.Model):
    """A document under a hold."""

    hold = models.ForeignKey(LegalHold, on_delete=models.PROTECT, related_name="held")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("hold", "document"), name="held_once"),)

    def __str__(self) -> str:
        return f"{self.document} ({self.hold})"
