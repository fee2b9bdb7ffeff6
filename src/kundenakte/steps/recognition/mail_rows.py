"""The row with a mail's headers: what threads, duplicates and the list of what was sent are found by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kundenakte.records.facts import text
from kundenakte.records.models import MailMessage

_FIELDS = ("message_id", "references", "answers", "core", "sender", "recipients", "sent_at", "is_ours")


def row(digest: str, mail: Mapping[str, Any], *, is_ours: bool) -> MailMessage | None:
    """The row for these headers, not saved; None for what is no mail."""
    if not mail:
        return None
    addresses = mail.get("addresses", {})
    references = [text(one) for one in mail.get("references", [])]
    sent_at = str(mail.get("sent_at") or "")
    return MailMessage(
        digest=digest, message_id=text(mail.get("message_id", "")), references=references,
        answers=references[-1] if references else "", core=str(mail.get("core", "")),
        sender=text(next(iter(addresses.get("from", [])), ""), 320),
        recipients=[text(one, 320) for one in (*addresses.get("to", []), *addresses.get("cc", []))][:200],
        sent_at=datetime.fromisoformat(sent_at) if sent_at else None, is_ours=is_ours,
    )  # fmt: skip


def keep(made: MailMessage) -> None:
    """Save it; read again, the row is brought up to date."""
    MailMessage.objects.bulk_create([made], update_conflicts=True, unique_fields=["digest"], update_fields=_FIELDS)
