"""E-mails with attachments as .eml, with fixed boundaries, dates and message ids."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

_TYPES = {
    "pdf": ("application", "pdf"), "jpg": ("image", "jpeg"), "png": ("image", "png"), "xml": ("application", "xml"),
    "docx": ("application", "vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "csv": ("text", "csv"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says: from and to as (name, address)."""

    sender: tuple[str, str]
    recipient: tuple[str, str]
    subject: str
    text: str
    sent_at: datetime
    html: str = ""
    attachments: tuple[tuple[str, bytes], ...] = ()
    replies_to: str = ""
    copy_to: tuple[str, str] | None = None


def message_id(letter: Letter) -> str:
    """The id `mail` gives this letter."""
    seed = f"{letter.sender}{letter.recipient}{letter.subject}{letter.sent_at.isoformat()}"
    return f"<{hashlib.sha256(seed.encode()).hexdigest()[:20]}@{letter.sender[1].partition('@')[2]}>"


def mail(letter: Letter) -> bytes:
    """The mail as it would lie in a mailbox."""
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(letter.sender)
    message["To"] = _address(letter.recipient)
    if letter.copy_to:
        message["Cc"] = _address(letter.copy_to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.sent_at.replace(tzinfo=UTC))
    message["Message-ID"] = message_id(letter)
    if letter.replies_to:
        message["In-Reply-To"] = message["References"] = letter.replies_to
    message.set_content(letter.text, cte="quoted-printable")
    if letter.html:
        message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    for name, data in letter.attachments:
        main, sub = _TYPES[name.rsplit(".", 1)[1].lower()]
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    _fix_boundaries(message, message_id(letter))
    return message.as_bytes()


def _fix_boundaries(message: EmailMessage, seed: str) -> None:
    parts: Sequence[object] = list(message.walk())
    for number, part in enumerate(parts):
        if isinstance(part, EmailMessage) and part.is_multipart():
            part.set_boundary(f"=_{hashlib.sha256(f'{seed}/{number}'.encode()).hexdigest()[:24]}")


def _address(who: tuple[str, str]) -> Address:
    user, _, domain = who[1].partition("@")
    return Address(who[0], user, domain)
