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


class SigningKey(models.Model):
    """A key that signs tree heads (Ed25519). Only the public half is a row; keys.py says where the other is."""

    # SHA-256 over the DER of the SubjectPublicKeyInfo, in hex: the key's name everywhere.
    fingerprint = models.CharField(max_length=64, unique=True)
    public_key = models.BinaryField(max_length=200)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.fingerprint


class TreeHead(models.Model):
    """A signed statement: at this time the tree had this size and this root (docs/journal-format.md)."""

    number = models.BigIntegerField(primary_key=True)
    size = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    # What was signed, canonical; it names the head before by hash.
    body = models.BinaryField()
    signature = models.BinaryField(max_length=64)
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="+")
    # The roots of the complete parts of the tree, 32 bytes each: the next head is calculated from here.
    parts = models.BinaryField()

    class Meta:
        ordering = ("number",)

    def __str__(self) -> str:
        return f"{self.number} ({self.size})"


class HeadToken(models.Model):
    """An RFC 3161 token over a tree head's body, as an authority gave it."""

    head = models.ForeignKey(TreeHead, on_delete=models.PROTECT, related_name="tokens")
    authority = models.CharField(max_length=40)
    request = models.BinaryField()
    response = models.BinaryField()
    # The authority's time.
    stamped_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("head", "authority"), name="head_token_once"),)

    def __str__(self) -> str:
        return f"{self.head_id} {self.authority}"


class WitnessCopy(models.Model):
    """A tree head that was handed to a witness outside."""

    head = models.ForeignKey(TreeHead, on_delete=models.PROTECT, related_name="+")
    # "folder" or "mail".
    witness = models.CharField(max_length=10)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("head", "witness"), name="witness_copy_once"),)

    def __str__(self) -> str:
        return f"{self.head_id} {self.witness}"


class OutsideTrouble(models.Model):
    """An authority or witness that does not answer. The row goes when it does again."""

    name = models.CharField(max_length=50, primary_key=True)
    since = models.DateTimeField()
    # What it was the last time, in German.
    sentence = models.TextField()

    def __str__(self) -> str:
        return f"{self.name}: {self.sentence}"


class VerifierRun(models.Model):
    """One run of the verifier: wanted, begun, ended. What it said is in the journal as well (journal.verified)."""

    asked_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # 0 all proven, 1 something was altered, 2 something cannot be proven; None while there is no answer.
    exit = models.SmallIntegerField(null=True)
    # Why there is none, in German.
    sentence = models.TextField(blank=True)
    counts = models.JSONField(default=dict)
    # "violation BYTES" → how many.
    codes = models.JSONField(default=dict)
    # The gravest, as the program wrote them.
    findings = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M} {self.exit}"
