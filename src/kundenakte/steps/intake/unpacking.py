"""Opens a mail: what hangs on it comes in as an arrival of its own, tied to the mail. Its bytes stay as they are.

Opening twice changes nothing. What cannot be opened says so; the mail goes on as one piece.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop

from kundenakte.base import blobs, confinement
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.blobs.store import Stored
from kundenakte.base.confinement import ConfinementError, confined, scratch_folder
from kundenakte.base.jobs import ledger
from kundenakte.base.jobs.ledger import Apply
from kundenakte.records import parts as inside
from kundenakte.records.models import Arrival
from kundenakte.steps.intake import actions
from kundenakte.steps.intake.actions import Delivery

# The name of this step in the ledger, for ever.
OPEN: Final = "intake.open_mail"
SOURCE: Final = "attachment"
RULE: Final = Actor.rule("intake.unpack")
MOST_PARTS: Final = 200
MOST_BYTES: Final = 400 * 1024 * 1024
# A message in a message in a message …
MOST_DEPTH: Final = 5
_NEEDS = ("kundenakte.records.mail", "kundenakte.records.mail_parts", "kundenakte.records.outlook")
MANY: Final = gettext_noop(
    "An der E-Mail hängen mehr Anlagen, als einzeln aufgenommen werden; alle stehen in der E-Mail selbst."
)
DEEP: Final = gettext_noop(
    "Die Nachrichten sind zu tief ineinander verschachtelt; was hier noch anhängt, steht in der E-Mail selbst."
)
BROKEN: Final = gettext_noop(
    "Die Anlagen dieser E-Mail ließen sich nicht einzeln aufnehmen; sie stehen in der E-Mail selbst."
)


@dataclass(frozen=True, slots=True)
class _Part:
    """One attachment whose bytes are kept already."""

    stored: Stored
    name: str


def is_mail(media_type: str) -> bool:
    """Whether arrivals of this type are opened."""
    return media_type in {"message/rfc822", "application/vnd.ms-outlook"}


def unpack(arrival_id: int, *, first_step: Callable[[Arrival], str]) -> Apply:
    """Keep the bytes of each attachment, outside the transaction; the returned function writes the arrivals down.

    `first_step` says what each of them is asked for. The mail itself goes on in any case.
    """
    arrival = Arrival.objects.get(pk=arrival_id)
    if arrival.opened or not is_mail(arrival.media_type):
        return lambda: True
    parts, note = _taken_out(arrival)
    drafts = [_draft(arrival, part) for part in parts]
    return partial(_write_down, arrival_id, list(zip(drafts, parts, strict=True)), note, first_step)


def _taken_out(arrival: Arrival) -> tuple[list[_Part], str]:
    if inside.depth_of(arrival, most=MOST_DEPTH) >= MOST_DEPTH:
        return [], DEEP
    with scratch_folder(Path(settings.SCRATCH)) as scratch:
        try:
            found = confinement.of_this_process().call(
                take_out, source=str(blobs.default().path(arrival.digest)), folder=str(scratch),
                is_outlook=arrival.media_type == "application/vnd.ms-outlook",
            )  # fmt: skip
        except ConfinementError:
            return [], BROKEN
        parts = []
        for number, name in enumerate(found["names"]):
            path = scratch / str(number)
            if path.is_file() and not path.is_symlink():
                with path.open("rb") as source:
                    parts.append(_Part(actions.keep(source), str(name)))
        return parts, str(found["note"])


@confined(seconds=60, needs=_NEEDS)
def take_out(*, source: str, folder: str, is_outlook: bool) -> dict[str, Any]:
    """Write each document that hangs on a mail into the folder as 0, 1, 2 …; their names, and what was left."""
    from kundenakte.records.mail import MOST_BYTES as MOST_OF_MAIL
    from kundenakte.records.mail import read_message
    from kundenakte.records.outlook import NotReadable, read_outlook

    path = Path(source)
    try:
        if is_outlook:
            mail = read_outlook(path)
        else:
            with path.open("rb") as file:
                mail = read_message(file.read(MOST_OF_MAIL))
    except NotReadable:
        return {"names": [], "note": BROKEN}
    names: list[str] = []
    written = 0
    for part in mail.attachments:
        content = part.content() if part.is_document else b""
        if not content:
            continue
        written += len(content)
        if len(names) >= MOST_PARTS or written > MOST_BYTES:
            return {"names": names, "note": MANY}
        Path(folder, str(len(names))).write_bytes(content)
        names.append(part.name)
    return {"names": names, "note": ""}


def _draft(arrival: Arrival, part: _Part) -> Arrival:
    facts = {"address_id": arrival.facts["address_id"]} if arrival.facts.get("address_id") else {}
    delivery = Delivery(part.name, SOURCE, facts, f"{arrival.file_name} ({arrival.source} {arrival.source_number})")
    made = actions.draft(actor=RULE, stored=part.stored, delivery=delivery, now=timezone.now())
    made.part_of, made.team, made.received_by = arrival, arrival.team, arrival.received_by
    return made


def _write_down(
    arrival_id: int, parts: Sequence[tuple[Arrival, _Part]], note: str, first_step: Callable[[Arrival], str]
) -> bool:
    mail = Arrival.objects.select_for_update().get(pk=arrival_id)
    if mail.opened:
        return True
    now = timezone.now()
    Arrival.objects.filter(pk=arrival_id).update(opened={"count": len(parts), "note": note})
    for made, part in parts:
        actions.still_kept(part.stored)
        made.save()
        ledger.enqueue(first_step(made), made.pk)
    for made, _ in parts:
        actions.number(actor=RULE, arrival=made, now=now)
    return True
