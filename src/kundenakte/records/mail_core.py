"""What somebody wrote, apart from what mail servers add: by it the same mail in two mailboxes is one (S19)."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from kundenakte.records.mail import Mail, plain_addresses

# Where the text of another mail begins, or a signature.
_END: Final = re.compile(
    r"(?m)^(?:-- ?$|_{10,}|-{3,} ?(?:Ursprüngliche|Original|Weitergeleitete|Forwarded) (?:Nachricht|Message)"
    r"|(?:Am|On) .{5,120} (?:schrieb|wrote)\b|Von: .{3,200}$|From: .{3,200}$)"
)


def core(mail: Mail) -> str:
    """A hash over sender, time, subject, text and attachments; "" for a mail without a Message-ID.

    Who repeats a Message-ID, as some scanners do, has another core each time.
    """
    if not mail.message_id:
        return ""
    hashed = hashlib.sha256()
    sender = ",".join(plain_addresses(mail.sender))
    body = " ".join(mail.body.split())
    for text in (mail.message_id, sender, mail.sent_at.isoformat() if mail.sent_at else "", mail.subject, body):
        hashed.update(text.encode("utf-8", "replace") + b"\0")
    for part in mail.attachments:
        hashed.update(hashlib.sha256(part.content()).digest())
    return hashed.hexdigest()


def own_words(body: str) -> str:
    """The text without signature and without the mails it answers."""
    found = _END.search(body)
    return (body[: found.start()] if found else body).strip()
