"""A message that lies inside an Outlook message, written out as a mail of its own, so that it can be read alone.

The Outlook file that holds it is kept as it came; this is a reading of it. The same message gives the same bytes.
"""

from __future__ import annotations

import email.policy
import hashlib
from email.message import EmailMessage
from email.utils import format_datetime

from kundenakte.records.mail import Mail


def written(mail: Mail) -> bytes:
    """The message with its texts and attachments as RFC 5322 bytes."""
    message = EmailMessage(policy=email.policy.SMTP)
    for name, value in (("From", mail.sender), ("To", mail.to), ("Cc", mail.cc), ("Subject", mail.subject)):
        _put(message, name, value)
    if mail.sent_at:
        message["Date"] = format_datetime(mail.sent_at)
    _put(message, "Message-ID", f"<{mail.message_id}>" if mail.message_id else "")
    _put(message, "References", " ".join(f"<{one}>" for one in mail.references))
    message.set_content(_plain(mail.body))
    for part in mail.attachments:
        main, _, sub = part.media_type.partition("/")
        fits = main in {"application", "image", "audio", "video"} and sub.isascii() and sub
        kind = (main, sub) if fits else ("application", "octet-stream")
        message.add_attachment(part.content(), maintype=kind[0], subtype=kind[1], filename=_plain(part.name))
    if message.is_multipart():
        message.set_boundary(f"={hashlib.sha256(mail.body.encode('utf-8', 'replace')).hexdigest()[:40]}=")
    return message.as_bytes()


def _put(message: EmailMessage, name: str, value: str) -> None:
    """A header as far as it can be one: some names in Outlook are none that a mail may carry."""
    text = " ".join(_plain(value).split())
    if not text:
        return
    try:
        message[name] = text
    except (ValueError, IndexError, TypeError):
        message[f"X-{name}"] = text.encode("ascii", "replace").decode("ascii")


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
