"""What is known of a mail besides its bytes, and the mail addresses of files."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from kundenakte.records.models.files import CustomerFile, Section


class MailMessage(models.Model):
    """The headers of a mail, by the SHA-256 of its bytes: what makes threads, and tells the same mail in two mailboxes.

    Derived: it can be read again from the bytes at any time.
    """

    digest = models.CharField(max_length=64, unique=True)
    message_id = models.CharField(max_length=500, blank=True, db_index=True)
    # The Message-IDs it answers, the nearest last; and that nearest one, for looking from the other side.
    references = models.JSONField(default=list)
    answers = models.CharField(max_length=500, blank=True, db_index=True)
    # A hash of what was written (sender, date, subject, text, attachments), without what mail servers add on the way.
    core = models.CharField(max_length=64, blank=True)
    sender = models.CharField(max_length=320, blank=True)
    recipients = models.JSONField(default=list)
    sent_at = models.DateTimeField(null=True, blank=True)
    # Our house wrote it.
    is_ours = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.message_id or self.digest[:12]


class FileAddress(models.Model):
    """A mail address of a customer's file, or of one section in it: akte+<token>@… (S17).

    Whoever knows the token and is allowed to send may file there. A withdrawn address takes nothing any more.
    """

    token = models.CharField(max_length=32, unique=True)
    customer_file = models.ForeignKey(CustomerFile, on_delete=models.PROTECT, related_name="mail_addresses")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("customer_file", "section"),
                condition=models.Q(withdrawn_at=None, section__isnull=False),
                name="file_address_of_section",
            ),
            models.UniqueConstraint(
                fields=("customer_file",),
                condition=models.Q(withdrawn_at=None, section=None),
                name="file_address_of_file",
            ),
        )

    def __str__(self) -> str:
        return self.token
