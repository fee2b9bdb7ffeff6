"""Who may do what: a matrix of few rows, and grants beside it for single things."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from kundenakte.base.accounts.models import Role
from kundenakte.records.models.classes import DocumentClass
from kundenakte.records.models.documents import Document
from kundenakte.records.models.files import CustomerFile, Section


class Verb(models.TextChoices):
    """What can be done. `read` is the gate to everything else; `administer` is asked without a document."""

    READ = "read", "lesen"
    FILE = "file", "einakten"
    EDIT = "edit", "bearbeiten"
    RELEASE = "release", "freigeben"
    DOWNLOAD = "download", "herunterladen"
    READ_RESTRICTED = "read_restricted", "Eingeschränktes lesen"
    RESTRICT = "restrict", "Verarbeitung einschränken"
    INBOX = "inbox", "Posteingang bearbeiten"
    MERGE = "merge", "Kunden zusammenführen"
    CHANGE_CUSTOMER = "change_customer", "Stammdaten ändern"
    RETENTION = "retention", "Aufbewahrung verwalten"
    DISPOSE = "dispose", "Aussonderung beantragen"
    RELEASE_DISPOSAL = "release_disposal", "Aussonderung freigeben"
    ADMINISTER = "administer", "verwalten"


class Permission(models.Model):
    """One cell of the matrix: role × section × class × verb. Empty section or class means all of them."""

    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    document_class = models.ForeignKey(DocumentClass, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    verb = models.CharField(max_length=16, choices=Verb.choices)

    class Meta:
        constraints = (
            # NULL means "all" here, so it has to count as one value; 0 is no row's id.
            models.UniqueConstraint(
                F("role"), Coalesce("section", 0), Coalesce("document_class", 0), F("verb"), name="permission_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.role}: {self.get_verb_display()} {self.section or '*'} {self.document_class or '*'}"


class Grant(models.Model):
    """An exception beside the matrix, for one person or role and one file, document or customer group. Deny wins."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    role = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    customer_file = models.ForeignKey(
        CustomerFile, on_delete=models.PROTECT, null=True, blank=True, related_name="grants"
    )
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="grants")
    customer_group = models.CharField(max_length=60, blank=True)
    verb = models.CharField(max_length=16, choices=Verb.choices, default=Verb.READ)
    is_deny = models.BooleanField(default=False)
    until = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(user__isnull=False, role__isnull=True) | Q(user__isnull=True, role__isnull=False),
                name="grant_to_one",
            ),
            models.CheckConstraint(
                condition=Q(customer_file__isnull=False, document__isnull=True, customer_group="")
                | Q(customer_file__isnull=True, document__isnull=False, customer_group="")
                | (Q(customer_file__isnull=True, document__isnull=True) & ~Q(customer_group="")),
                name="grant_for_one",
            ),
        )

    def __str__(self) -> str:
        return f"{'nicht ' if self.is_deny else ''}{self.get_verb_display()}: {self.user or self.role}"
