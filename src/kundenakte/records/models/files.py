"""The customer file and the plan that orders it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from kundenakte.customers.models import Customer


class FilePlan(models.Model):
    """The predefined structure (Aktenplan). Most houses have one; `current` is the edition that holds now."""

    name = models.CharField(max_length=100, unique=True)
    current = models.ForeignKey("FilePlanEdition", on_delete=models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.name


class CustomerFile(models.Model):
    """Everything about one customer (Kundenakte). Opened with the customer; closed, it is still read."""

    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(FilePlan, on_delete=models.PROTECT, related_name="files")
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.customer)


class Section(models.Model):
    """One compartment (Register). It keeps its id across the plan's editions; documents point at it for ever."""

    plan = models.ForeignKey(FilePlan, on_delete=models.PROTECT, related_name="sections")
    # A word that rules and programs use: "rechnungen". Unique in the plan.
    key = models.SlugField(max_length=60)
    # Set for an extra section of this one file only.
    customer_file = models.ForeignKey(
        CustomerFile, on_delete=models.PROTECT, null=True, blank=True, related_name="local_sections"
    )
    # The name of a local section; sections of the plan take theirs from the edition.
    local_name = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("plan", "key"), condition=Q(customer_file__isnull=True), name="section_key_once"
            ),
            models.UniqueConstraint(
                fields=("customer_file", "key"),
                condition=Q(customer_file__isnull=False),
                name="local_section_key_once",
            ),
        )

    def __str__(self) -> str:
        return self.local_name or self.key


class FilePlanEdition(models.Model):
    """One state of the plan: which sections, in which order, named how, with which rules. Fixed once published."""

    plan = models.ForeignKey(FilePlan, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    comment = models.CharField(max_length=300, blank=True)
    # Being edited, and seen by nobody but the administration. Each plan has at most one.
    is_draft = models.BooleanField(default=False)
    # The edition it was made from.
    based_on = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # Counted up by each change of a draft, so that two people who edit at once notice.
    revision = models.PositiveIntegerField(default=1)
    # Where documents go that somebody pinned in a section this edition no longer has: {"12": 7}, ids of sections.
    successors = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("plan", "number"), name="edition_once"),
            models.UniqueConstraint(fields=("plan",), condition=Q(is_draft=True), name="draft_edition_once"),
        )

    def __str__(self) -> str:
        return f"{self.plan}, Ausgabe {self.number}"


class PlanEntry(models.Model):
    """A section's place, name and rule in one edition."""

    class SubdivideBy(models.TextChoices):
        NOTHING = "", "nicht unterteilt"
        YEAR = "year", "Jahr"
        PROJECT = "project", "Projekt"
        MACHINE = "machine", "Maschine"

    edition = models.ForeignKey(FilePlanEdition, on_delete=models.PROTECT, related_name="entries")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="entries")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    # Which documents belong here: {"classes": ["INV_OUT", …], "fields": {"project": ["*"]}}. See sections.py.
    rule = models.JSONField(default=dict)
    # Sub-sections are formed from this property at reading; there are no rows for them.
    subdivide_by = models.CharField(max_length=10, choices=SubdivideBy.choices, blank=True, default="")

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=("edition", "section"), name="entry_once"),)

    def __str__(self) -> str:
        return self.name
