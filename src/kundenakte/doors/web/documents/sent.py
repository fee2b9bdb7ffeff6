"""Which version of a document went to whom, and when: by the mails of the house on which it hung."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kundenakte.base.accounts.models import User
from kundenakte.records import access
from kundenakte.records.models import Arrival, Document, MailMessage, Version
from kundenakte.records.reach import Rights

_MOST = 100


@dataclass(frozen=True, slots=True)
class Sending:
    """One mail with which a version left the house."""

    version: int
    mail: Document
    to: tuple[str, ...]
    at: datetime


def sendings_of(user: User, document: Document, *, rights: Rights, seen: Iterable[Version]) -> list[Sending]:
    """All that this user may see, the newest first; of one mail in several mailboxes once."""
    numbers = {version.digest: version.number for version in seen}
    parts = Arrival.objects.filter(document=document, digest__in=numbers, part_of__document__isnull=False)
    parts = parts.filter(part_of__document__in=access.documents_for(user, rights=rights))
    rows = list(parts.select_related("part_of__document").order_by("-pk")[:_MOST])
    mails = {
        one.digest: one
        for one in MailMessage.objects.filter(
            digest__in={row.part_of.digest for row in rows if row.part_of}, is_ours=True
        )
    }
    found: dict[tuple[int, int], Sending] = {}
    for row in rows:
        mail = row.part_of
        headers = mails.get(mail.digest) if mail else None
        if mail is None or mail.document is None or headers is None:
            continue
        number = numbers[row.digest]
        sending = Sending(number, mail.document, tuple(headers.recipients[:5]), headers.sent_at or mail.received_at)
        found.setdefault((mail.document.pk, number), sending)
    return sorted(found.values(), key=lambda one: one.at, reverse=True)


def outdated(sendings: list[Sending], valid: Version | None) -> Sending | None:
    """The latest sending, when it was of an older version than the valid one: whoever got it does not have that."""
    if valid is None or not sendings or any(one.version >= valid.number for one in sendings):
        return None
    return sendings[0]
