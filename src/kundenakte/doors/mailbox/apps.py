"""Mail in: mailboxes that are looked into, and a door of our own that listens."""

from django.apps import AppConfig


class MailboxConfig(AppConfig):
    """Mail in: mailboxes that are looked into, and a door of our own that listens."""

    name = "kundenakte.doors.mailbox"
    label = "mailbox"
