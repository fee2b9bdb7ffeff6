"""Processes of the house: what can be started, and the editions of its BPMN file."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from kundenakte.records.models import DocumentClass


class Process(models.Model):
    """A kind of work with a name and numbers of its own (Prozess). What it does stands in its editions."""

    # "reklamation": the same for ever, in addresses, in REST and in the file itself.
    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    # "RK" numbers its cases "RK-2026-0001".
    prefix = models.CharField(max_length=4, unique=True, validators=(RegexValidator(r"\A[A-Z]{2,4}\Z"),))
    # Whether somebody can start it now; what runs goes on.
    is_offered = models.BooleanField(default=True)
    # Counted up by each change, so that two administrators notice each other.
    edition = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class ProcessDefinition(models.Model):
    """One edition of a process as it was published. Inserted, never changed: the database refuses the rest."""

    process = models.ForeignKey(Process, on_delete=models.PROTECT, related_name="definitions")
    # 1, 2, 3 … within the process; new cases follow the highest.
    number = models.PositiveIntegerField()
    # The BPMN file as it was read and checked.
    source = models.TextField()
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=200, blank=True)
    published_at = models.DateTimeField()
    # Empty for those the product brings along.
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("process", "-number")
        constraints = (models.UniqueConstraint(fields=("process", "number"), name="definition_once"),)

    def __str__(self) -> str:
        return f"{self.process} {self.number}"


class ProcessDraft(models.Model):
    """What an administrator is working at before it is published; one for each process."""

    process = models.OneToOneField(Process, on_delete=models.PROTECT, related_name="draft")
    source = models.TextField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    edition = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.process}: {self.changed_at:%d.%m.%Y}"


class StartRule(models.Model):
    """A document of this class that is filed starts the process, in the name of somebody who answers for it."""

    process = models.ForeignKey(Process, on_delete=models.PROTECT, related_name="start_rules")
    document_class = models.ForeignKey(DocumentClass, on_delete=models.PROTECT, related_name="+")
    # Only where it came in by this way ("mail", "hotfolder", "web", "api": ways.py); empty: by any.
    source = models.CharField(max_length=40, blank=True)
    # Only where the title has this word; empty: with any title.
    word = models.CharField(max_length=60, blank=True)
    responsible = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("process", "id")
        indexes = (models.Index(fields=("document_class",), condition=Q(is_active=True), name="start_rule_of_class"),)

    def __str__(self) -> str:
        return f"{self.document_class} → {self.process}"


class WebhookReceiver(models.Model):
    """Where a process may call to. Files only know the name; an administrator has entered the address, and
    the key with which each call is signed, so that the receiver knows who calls (base/secret_files.py)."""

    name = models.SlugField(max_length=40, unique=True)
    url = models.CharField(max_length=500)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
