"""A mail with a key is taken in as any mail; beside it stands that it answers a task."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from kundenakte.base.jobs import ledger
from kundenakte.circulation import place
from kundenakte.circulation.models import Reply, ReplyKey
from kundenakte.records.models import Arrival

# Its name in the ledger, for ever.
ANSWER: Final = "circulation.reply"
CLASS: Final = "EMAIL_LETTER"


def facts_of(key: ReplyKey) -> dict[str, Any]:
    """What is known of the mail: it belongs to the folder's customer and lies where the folder's minutes will."""
    folder = key.task.folder
    return {
        "customer_file_id": folder.customer_file_id, "class": CLASS, "section": place.SECTION,
        "title": f"Antwort zur Umlaufmappe {folder.number}",
    }  # fmt: skip


def note(key: ReplyKey, arrival: Arrival, *, message_id: str, now: datetime) -> None:
    """In the transaction that receives it: somebody will read it and do the task."""
    reply = Reply.objects.create(key=key, arrival=arrival, message_id=message_id, received_at=now)
    ledger.enqueue(ANSWER, reply.pk)
