"""Answers to whoever sent something to the door: where it is, or what is open. Once for each mail, rarely, never to
machines, lists or bounces."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final

from django.conf import settings
from django.utils import timezone

from kundenakte.doors.mailbox.taking import Head
from kundenakte.records.models import Arrival
from kundenakte.records.parts import parts_of
from kundenakte.steps.intake.mailboxes import door
from kundenakte.steps.intake.models import MailAnswer, MailDoor

log = logging.getLogger(__name__)

# How often it is looked, and how many are sent at one look.
EVERY: Final = 5.0
_AT_ONCE: Final = 50
# As many answers as one sender gets within an hour; whoever sends more looks at the inbox.
MOST_AN_HOUR: Final = 10
# A mail still under way after this is answered as such.
_PATIENCE: Final = timedelta(minutes=30)
_GIVE_UP: Final = timedelta(days=1)
_SECONDS: Final = 30.0
_NOBODY: Final = ("mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "bounce", "listserv", "majordomo")


def wanted(door: MailDoor, head: Head, sender: str) -> Callable[[Arrival], None] | None:
    """What notes, with the arrival, that an answer is owed; None where nobody waits for one."""
    local = sender.partition("@")[0].lower()
    if not door.answers or head.is_automatic or "@" not in sender or local.startswith(_NOBODY):
        return None
    if sender.lower().endswith(f"@{door.domain.lower()}"):
        return None

    def note(arrival: Arrival) -> None:
        MailAnswer.objects.create(
            arrival=arrival, to=sender[:320], subject=head.subject, message_id=head.message_id, asked_at=timezone.now()
        )

    return note


def answer_due() -> None:
    """Send the answers that are owed, where it is clear what became of the mail; the others wait for another time."""
    for row in MailAnswer.objects.select_related("arrival").filter(sent_at=None, withheld="").order_by("pk")[:_AT_ONCE]:
        _answer(row)


def _answer(row: MailAnswer) -> None:
    now = timezone.now()
    parts = parts_of(row.arrival).order_by("pk")
    under_way = row.arrival.state == Arrival.State.UNDER_WAY or (
        row.arrival.state != Arrival.State.WAITING and parts.filter(state=Arrival.State.UNDER_WAY).exists()
    )
    if under_way and now - row.asked_at < _PATIENCE:
        return
    lately = MailAnswer.objects.filter(to=row.to, sent_at__gt=now - timedelta(hours=1)).count()
    if lately >= MOST_AN_HOUR:
        MailAnswer.objects.filter(pk=row.pk).update(withheld="too_many")
        return
    try:
        _send(row, list(parts[:100]))
    except OSError as error:
        # smtplib's errors are of this family. The mail server may be back soon; a day later nobody waits any more.
        log.warning("an answer could not be sent: %s", error)
        if now - row.asked_at > _GIVE_UP:
            MailAnswer.objects.filter(pk=row.pk).update(withheld="not_sent")
        return
    MailAnswer.objects.filter(pk=row.pk).update(sent_at=now)


def sentences(arrival: Arrival, parts: list[Arrival]) -> list[str]:
    """What became of it, for whoever sent it: no customer, no file, nothing that only those inside may see."""
    waiting = [one for one in (arrival, *parts) if one.state == Arrival.State.WAITING]
    if arrival.state == Arrival.State.DUPLICATE:
        first = "Ihre E-Mail lag schon in der Kundenakte; es gibt sie dort weiterhin einmal."
    elif arrival.state == Arrival.State.FILED:
        first = "Ihre E-Mail ist abgelegt."
    elif arrival.state == Arrival.State.DISCARDED:
        first = "Ihre E-Mail wurde aussortiert."
    else:
        first = "Ihre E-Mail ist angekommen und wartet im Posteingang auf eine Entscheidung."
    lines = [first, *(f"– {one.file_name}: {_STATES[one.state]}" for one in parts)]
    if waiting:
        lines.append("Was wartet, sieht sich jemand an; Sie brauchen nichts noch einmal zu senden.")
    return lines


_STATES: Final[dict[str, str]] = {
    Arrival.State.FILED: "abgelegt",
    Arrival.State.DUPLICATE: "war schon da",
    Arrival.State.WAITING: "wartet im Posteingang",
    Arrival.State.UNDER_WAY: "wird noch gelesen",
    Arrival.State.DISCARDED: "aussortiert",
    Arrival.State.SPLIT: "in einzelne Dokumente aufgeteilt",
}


def _send(row: MailAnswer, parts: list[Arrival]) -> None:
    """With an empty return path: nothing that goes wrong with it ever comes back."""
    known = door()
    message = EmailMessage()
    message["From"] = f"Kundenakte <{known.local_part}@{known.domain}>"
    message["To"] = row.to
    message["Subject"] = f"Angekommen: {row.subject}"[:300] if row.subject else "Angekommen"
    message["Date"], message["Message-ID"] = formatdate(localtime=True), make_msgid(domain=known.domain)
    message["Auto-Submitted"] = "auto-replied"
    message["Precedence"] = "bulk"
    message["X-Auto-Response-Suppress"] = "All"
    if row.message_id.startswith("<"):
        message["In-Reply-To"] = message["References"] = row.message_id
    lines = sentences(row.arrival, parts)
    number = f"Eingangsnummer: {row.arrival.source_number}"
    message.set_content("\n".join([*lines, "", number, "", "Diese Nachricht wurde automatisch erzeugt."]))
    with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=_SECONDS) as server:
        if settings.EMAIL_USE_TLS:
            server.starttls()
        if settings.EMAIL_HOST_USER:
            server.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        server.sendmail("", [row.to], message.as_bytes())
