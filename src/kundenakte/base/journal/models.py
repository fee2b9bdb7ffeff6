"""The journal's rows. They are only ever inserted; triggers in the database refuse the rest (guards.py)."""

from __future__ import annotations

from django.db import models


class JournalEntry(models.Model):
    """Who did what to which row, as canonical bytes (RFC 8785). Written in the transaction of the change itself."""

    # Random, but sorted by time (RFC 9562, version 7): new rows stay together in the index.
    id = models.UUIDField(primary_key=True, editable=False)
    at = models.DateTimeField()
    # What happened, as subject and participle: "document.filed", "arrival.received".
    kind = models.CharField(max_length=60)
    # The row it happened to: "records.document", 4711.
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    # The user's id when a person or program did it; the name is a personal fact.
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    body = models.BinaryField()

    class Meta:
        indexes = (
            models.Index(fields=("subject_type", "subject_id", "at"), name="journal_subject"),
            models.Index(fields=("at",), name="journal_at"),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.kind} {self.subject_type} {self.subject_id}"


class PersonalFact(models.Model):
    """A name, an address or free text of an entry. The entry holds only its salted commitment (R-23), so lawful
    erasure deletes this row and leaves the tree whole. Inserted, and deleted by disposition; never changed."""

    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="personal_facts")
    name = models.CharField(max_length=40)
    value = models.TextField()
    salt = models.BinaryField(max_length=32)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("entry", "name"), name="personal_fact_once"),)

    def __str__(self) -> str:
        return f"{self.name} of {self.entry_id}"


class Unsequenced(models.Model):
    """The entries that have no place in the tree yet; the sequencer takes them from here."""

    entry = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, primary_key=True, related_name="+")

    def __str__(self) -> str:
        return str(self.entry_id)


class JournalLeaf(models.Model):
    """The place of an entry in the Merkle tree (RFC 9162): gapless from 0, one leaf per entry."""

    seq = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, related_name="leaf")
    # SHA-256 over 0x00 and the entry's canonical bytes.
    digest = models.BinaryField(max_length=32)

    class Meta:
        ordering = ("seq",)

    def __str__(self) -> str:
        return str(self.seq)
