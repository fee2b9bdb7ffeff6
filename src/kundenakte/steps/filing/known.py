"""Whether a mail has to do with a customer at all: asked of mailboxes of which only that is to be taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kundenakte.customers.identifiers import mail_domains
from kundenakte.customers.normal_forms import email
from kundenakte.records.models import MailMessage, Version
from kundenakte.steps.filing.lookups import Key
from kundenakte.steps.filing.master import CustomerMaster


def knows(addresses: Iterable[str], references: Sequence[str]) -> bool:
    """Whether one of the addresses is a customer's, or a mail of the same thread is filed."""
    keys: set[Key] = set()
    for address in addresses:
        if normal := email(address):
            keys.add(("email", normal))
            keys.update(("email_domain", domain) for domain in mail_domains(normal.rsplit("@", 1)[-1]))
    if keys and CustomerMaster().by_keys(keys):
        return True
    digests = MailMessage.objects.filter(message_id__in=references).values("digest") if references else []
    return bool(references) and Version.objects.filter(digest__in=digests).exists()
