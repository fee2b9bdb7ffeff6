"""What has been sealed, and what is still to be."""

from __future__ import annotations

from django.db import models

from kundenakte.records.models import Document, Version


class ArchivePackage(models.Model):
    """One sealing (Archivpaket): a version with its metadata and history as one object of the archive.

    Inserted with its journal entry and never changed: the database refuses UPDATE and DELETE.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    # How many times this version has been sealed, from 1.
    number = models.PositiveIntegerField()
    # The object in the archive; docs/archive-format.md says how it is formed.
    object_id = models.CharField(max_length=100, unique=True)
    # SHA-256 of metadata.json: what the journal proves.
    manifest_sha256 = models.CharField(max_length=64)
    inventory_sha512 = models.CharField(max_length=128)
    # SHA-256 of the sealed facts alone: another value means that the version is to be sealed again.
    facts_sha256 = models.CharField(max_length=64)
    # SHA-256 of the original, and its name within the object.
    digest = models.CharField(max_length=64, db_index=True)
    original = models.CharField(max_length=40)
    # All files of the object together, in bytes, and how many.
    size = models.BigIntegerField()
    files = models.PositiveIntegerField()
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("version", "number"), name="sealing_once"),)
        indexes = (models.Index(fields=("document", "id"), name="package_of_document"),)

    def __str__(self) -> str:
        return self.object_id


class PackageState(models.Model):
    """What became of a package after its sealing. The latest row holds; without one it is as it was sealed."""

    class State(models.TextChoices):
        DAMAGED = "damaged", "beschädigt"
        REPAIRED = "repaired", "aus dem Zweitbestand wiederhergestellt"
        DISPOSED = "disposed", "ausgesondert"

    package = models.ForeignKey(ArchivePackage, on_delete=models.PROTECT, related_name="states")
    state = models.CharField(max_length=10, choices=State.choices)
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.get_state_display()


class SealDue(models.Model):
    """A version that is to be sealed, and from when on. The row goes with the sealing."""

    version = models.OneToOneField(Version, on_delete=models.PROTECT, primary_key=True, related_name="+")
    due_at = models.DateTimeField(db_index=True)
    # Why it could not be sealed so far, in German; empty when nothing is wrong.
    trouble = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.version_id} ab {self.due_at:%Y-%m-%d}"


class StoreTrial(models.Model):
    """One trial whether a bucket of the house refuses to delete and to shorten a lock. Only ever added."""

    class Outcome(models.TextChoices):
        RESISTS = "resists", "verweigert Löschen und Kürzen"
        YIELDS = "yields", "gibt nach"
        LOCKLESS = "lockless", "hat keine Sperre"
        UNREACHABLE = "unreachable", "nicht zu erreichen"

    # The address of the bucket: a trial says nothing about another one.
    place = models.CharField(max_length=300)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=11, choices=Outcome.choices)

    class Meta:
        indexes = (models.Index(fields=("place", "-at"), name="trial_of_place"),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_outcome_display()}"
