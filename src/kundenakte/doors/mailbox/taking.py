"""Takes one mail in: its bytes as they are, its envelope as what the source says, all noted in one transaction."""

from __future__ import annotations

import email.policy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesHeaderParser
from io import BytesIO
from typing import Any, Final

from kundenakte import pipeline
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import Role
from kundenakte.circulation.models import ReplyKey
from kundenakte.circulation.replies import keys
from kundenakte.circulation.replies import taking as replies
from kundenakte.records import facts as known
from kundenakte.records.mail import message_ids, plain_addresses
from kundenakte.records.mail_headers import header
from kundenakte.records.models import Arrival

# Headers longer than this are nobody's.
_MOST_HEAD: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Head:
    """What a door has to know of a mail before it takes it."""

    subject: str
    senders: tuple[str, ...]
    recipients: tuple[str, ...]
    references: tuple[str, ...]
    message_id: str
    # A machine wrote it, or a list passed it on: nobody waits for an answer.
    is_automatic: bool


def read_head(data: bytes) -> Head:
    """The head of a mail. Never raises for what stands in it."""
    message = BytesHeaderParser(policy=email.policy.compat32).parsebytes(data[:_MOST_HEAD])
    to = ", ".join(header(message, name) for name in ("To", "Cc", "Bcc", "Delivered-To"))
    auto = header(message, "Auto-Submitted").lower()
    is_automatic = bool(
        (auto and auto != "no")
        or header(message, "Precedence").lower() in {"bulk", "list", "junk"}
        or any(message.get(name) for name in ("List-Id", "List-Unsubscribe", "X-Auto-Response-Suppress", "X-Loop"))
        or message.get_content_type() == "multipart/report"
    )
    return Head(
        # Both go into rows as they are.
        subject=known.text(header(message, "Subject"), 300),
        senders=tuple(plain_addresses(header(message, "From")))[:10],
        recipients=tuple(plain_addresses(to))[:200],
        references=tuple(message_ids(header(message, "References"), header(message, "In-Reply-To"))),
        message_id=known.text(header(message, "Message-ID")),
        is_automatic=is_automatic,
    )


def answered(head: Head) -> ReplyKey | None:
    """The task that a mail answers, by the addresses it goes to and by what it names as what it answers.

    None for what a machine wrote: from a mailbox of which only some mails are taken, it is not taken for its key.
    """
    if head.is_automatic:
        return None
    return keys.found(recipients=head.recipients, references=head.references)


def take(
    content: bytes,
    *,
    head: Head,
    source: str,
    origin: str,
    facts: Mapping[str, Any],
    team: Role | None,
    beside: Callable[[Arrival], None],
    now: datetime,
    reply: ReplyKey | None = None,
) -> Arrival:
    """Receive it; when this returns, it is committed. Raises OSError or DatabaseError when it cannot be kept.

    With `reply` it answers a task: it goes into the folder's file, and somebody reads what it says.
    """
    if reply is not None and head.is_automatic:
        # "Bin bis Montag nicht da" decides nothing; it goes the way of all mails.
        reply = None

    def note(arrival: Arrival) -> None:
        beside(arrival)
        if reply is not None:
            replies.note(reply, arrival, message_id=head.message_id, now=now)

    name = "".join(" " if sign in '/\\:*?"<>|' else sign for sign in head.subject).strip()[:150]
    return pipeline.receive(
        actor=Actor.system(source), stream=BytesIO(content), file_name=f"{name or 'Nachricht'}.eml", source=source,
        now=now, facts={**facts, **(replies.facts_of(reply) if reply else {})}, origin=origin, team=team, beside=note,
    )  # fmt: skip
