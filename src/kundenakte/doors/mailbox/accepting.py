"""What the door that listens accepts: from whom, to which address, and how it is taken in and noted."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.utils import timezone

from kundenakte.circulation.models import ReplyKey
from kundenakte.circulation.replies import keys
from kundenakte.doors.mailbox import answering, taking
from kundenakte.records.models import Arrival, FileAddress
from kundenakte.steps.intake.models import MailDoor, MailEvent

SOURCE: Final = "smtp"
_TOKEN: Final = re.compile(r"[a-z0-9]{10,32}")


class Refusal(Exception):
    """The mail is not taken; `sentence` says why."""

    code = "mail_refused"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Goal:
    """Where an address leads: to a file or section, to a task that is answered, or to whatever the mail itself says."""

    address: FileAddress | None = None
    reply: ReplyKey | None = None


def may_send(door: MailDoor, address: str | None) -> bool:
    """Whether this sender is on the list. A bounce (no sender) never is: nobody's document comes as one."""
    sender = (address or "").strip("<> ").lower()
    if "@" not in sender:
        return False
    allowed = {str(one).lower() for one in door.senders}
    return bool(allowed & {sender, f"@{sender.rsplit('@', 1)[1]}"})


def goal_of(door: MailDoor, recipient: str) -> Goal | None:
    """Where a recipient leads; None for an address that is none of ours, or withdrawn."""
    local, _, domain = recipient.strip("<> ").lower().rpartition("@")
    if domain != door.domain.lower():
        return None
    name, plus, token = local.partition("+")
    if name != door.local_part:
        return None
    if not plus:
        return Goal()
    if not _TOKEN.fullmatch(token):
        return None
    found = FileAddress.objects.filter(token=token, withdrawn_at=None).first()
    if found:
        return Goal(found)
    reply = keys.found(recipients=[recipient])
    return Goal(reply=reply) if reply else None


def accept(door: MailDoor, content: bytes, recipients: list[str], said: dict[str, Any]) -> list[int]:
    """Take the mail in once for each goal; when this returns, all is committed. A number for each recipient.

    Raises Refusal, and OSError or DatabaseError when it cannot be kept: then it is sent again, and what was taken of it
    already is seen to be the same.
    """
    if not content.strip():
        raise Refusal("Die E-Mail ist leer.")
    head = taking.read_head(content)
    numbers: dict[tuple[int, int], int] = {}
    answers = []
    for recipient in recipients:
        goal = goal_of(door, recipient)
        if goal is None:
            raise Refusal("Diese Adresse gibt es nicht mehr.")
        # Whoever answers by a program that goes by the sender's address answers to the door as such.
        reply = goal.reply or (None if goal.address else taking.answered(head))
        key = (goal.address.pk if goal.address else 0, reply.pk if reply else 0)
        if key not in numbers:
            facts = {**said, **({"address_id": goal.address.pk} if goal.address else {})}
            sender = str(said.get("envelope_from", ""))
            arrival = taking.take(
                content, head=head, source=SOURCE, origin=f"{sender} an {_shown(recipient)}", facts=facts,
                team=door.team, now=timezone.now(), reply=reply,
                # Who answers a task hears of the task.
                beside=partial(_note, wants=None if reply else answering.wanted(door, head, sender)),
            )  # fmt: skip
            numbers[key] = arrival.source_number or 0
        answers.append(numbers[key])
    MailDoor.objects.filter(pk=door.pk).update(succeeded_at=timezone.now())
    return answers


def _note(arrival: Arrival, *, wants: Callable[[Arrival], None] | None) -> None:
    """In the transaction that receives it: what became of it, and that somebody waits for an answer."""
    MailEvent.objects.create(outcome=MailEvent.Outcome.RECEIVED, arrival=arrival, at=timezone.now())
    if wants:
        wants(arrival)


def refuse(door: MailDoor, sender: str, recipient: str, sentence: str) -> None:
    """Note that somebody was turned away. Of the addresses only so much is kept as helps to set the door right."""
    said = " ".join(part for part in (sentence, f"({sender[:200]} an {_shown(recipient)})" if sender else "") if part)
    MailEvent.objects.create(outcome=MailEvent.Outcome.REFUSED, sentence=said, at=timezone.now())


def _shown(recipient: str) -> str:
    """An address as it may stand in a list: whoever reads it must not be able to file there."""
    local, _, domain = recipient.strip("<> ").rpartition("@")
    name, plus, token = local.partition("+")
    return f"{name}{plus}{token[:3]}…@{domain}" if plus else f"{name}@{domain}" if domain else "?"
