"""Mailboxes that are looked into, the mail door that listens, and what came of each mail."""

from __future__ import annotations

from django.db import models

from kundenakte.base.accounts.models import Role
from kundenakte.records.models import Arrival


class Mailbox(models.Model):
    """A mailbox at a provider, as an administrator set it up. Its passwords lie in a file (base/secret_files.py)."""

    class Security(models.TextChoices):
        TLS = "tls", "TLS (üblich)"
        STARTTLS = "starttls", "STARTTLS"
        PLAIN = "plain", "ohne Verschlüsselung (nur im eigenen Netz)"

    class SignIn(models.TextChoices):
        PASSWORD = "password", "Passwort"
        OAUTH2 = "oauth2", "OAuth2 (Microsoft 365, Google)"

    # A word; arrivals name it as their source ("mailbox:info").
    name = models.SlugField(max_length=40, unique=True)
    host = models.CharField(max_length=200)
    port = models.PositiveIntegerField(default=993)
    security = models.CharField(max_length=8, choices=Security.choices, default=Security.TLS)
    username = models.CharField(max_length=200)
    sign_in = models.CharField(max_length=8, choices=SignIn.choices, default=SignIn.PASSWORD)
    token_url = models.CharField(max_length=300, blank=True)
    client_id = models.CharField(max_length=200, blank=True)
    # [{"folder": "INBOX", "takes": "all" | "known" | "sent", "done": "" or the folder to move to}]
    folders = models.JSONField(default=list)
    team = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    enabled = models.BooleanField(default=True)
    # Why it does not go on; empty while all is well.
    problem = models.TextField(blank=True)
    succeeded_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # Counted up by each change an administrator makes.
    edition = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def source(self) -> str:
        """What its arrivals name as their source."""
        return f"mailbox:{self.name}"


class MailboxFolder(models.Model):
    """How far a folder of a mailbox has been read. With another UIDVALIDITY all numbers in it are new."""

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="places")
    folder = models.CharField(max_length=500)
    uidvalidity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    # Mails of nobody we know, left where they are; nothing of them is kept but that they were there.
    left = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("mailbox", "folder"), name="mailbox_folder_once"),)

    def __str__(self) -> str:
        return f"{self.mailbox}: {self.folder}"


class MailDoor(models.Model):
    """The door that listens (SMTP, LMTP); there is one."""

    enabled = models.BooleanField(default=False)
    # Where it listens: an address of this machine.
    address = models.CharField(max_length=60, default="127.0.0.1")
    # 0: not.
    smtp_port = models.PositiveIntegerField(default=2525)
    lmtp_port = models.PositiveIntegerField(default=0)
    # akte@akte.firma.example takes everything, akte+<token>@… files directly.
    local_part = models.CharField(max_length=40, default="akte")
    domain = models.CharField(max_length=200, blank=True)
    # Who may send: "scanner@firma.example", "@firma.example".
    senders = models.JSONField(default=list)
    max_megabytes = models.PositiveIntegerField(default=50)
    # TLS: files on this machine; without them the door makes a certificate of its own.
    certificate = models.CharField(max_length=500, blank=True)
    key = models.CharField(max_length=500, blank=True)
    tls_required = models.BooleanField(default=False)
    # Whether senders are told what became of their mail, and as whom.
    answers = models.BooleanField(default=True)
    # Whether people may do their tasks by answering the mail that told them of it.
    task_replies = models.BooleanField(default=False)
    team = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    problem = models.TextField(blank=True)
    succeeded_at = models.DateTimeField(null=True, blank=True)
    # Mails it turned away and of which no event tells any more.
    refused_before = models.PositiveIntegerField(default=0)
    edition = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.local_part}@{self.domain}"


class MailEvent(models.Model):
    """What became of one mail at a door."""

    class Outcome(models.TextChoices):
        RECEIVED = "received", "übernommen"
        AGAIN = "again", "war schon da"
        REFUSED = "refused", "abgewiesen"

    # Empty for the door that listens.
    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, null=True, related_name="events")
    folder = models.CharField(max_length=500, blank=True)
    uidvalidity = models.BigIntegerField(default=0)
    uid = models.BigIntegerField(default=0)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    sentence = models.TextField(blank=True)
    arrival = models.ForeignKey(Arrival, on_delete=models.PROTECT, null=True, related_name="+")
    # Whether the mailbox has been told (flag, move): only after the commit, and again after a crash in between.
    marked = models.BooleanField(default=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=("mailbox", "-at"), name="mail_event_latest"),
            models.Index(fields=("mailbox",), condition=models.Q(marked=False), name="mail_event_unmarked"),
        )

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} {self.at:%d.%m.%Y %H:%M}"


class MailAnswer(models.Model):
    """An answer to whoever sent something: what became of it. At most one for each mail."""

    arrival = models.OneToOneField(Arrival, on_delete=models.PROTECT, related_name="+")
    to = models.CharField(max_length=320)
    subject = models.CharField(max_length=300, blank=True)
    message_id = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    # Why none was sent.
    withheld = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = (models.Index(fields=("to", "-sent_at"), name="mail_answers_to"),)

    def __str__(self) -> str:
        return self.to
