"""Comparing what is wrong with what was wrong, and telling the difference."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.core.mail import EmailMessage
from django.db import transaction

from kundenakte.base.alarms.models import Alarm

log = logging.getLogger(__name__)

# A process that is started again, a moment without connection: what passes by itself wakes nobody.
PATIENCE: Final = timedelta(minutes=4)


def settle(*, wrong: Mapping[str, str], recipients: Sequence[str], host: str, now: datetime) -> bool:
    """Keep what is `wrong` (code and German sentence) and mail what is new and what is over; whether a mail went out.

    A state is told once, however long it lasts, and its end once, if it was told. When the mail cannot be sent, it is
    tried again at the next look.
    """
    with transaction.atomic():
        known = {alarm.code: alarm for alarm in Alarm.objects.select_for_update()}
        for code, sentence in wrong.items():
            if code not in known:
                known[code] = Alarm.objects.create(code=code, sentence=sentence, since=now)
        Alarm.objects.filter(told_at=None).exclude(code__in=list(wrong)).delete()
    new = [alarm for code, alarm in known.items() if code in wrong and not alarm.told_at and _lasts(alarm, now)]
    over = [alarm for code, alarm in known.items() if code not in wrong and alarm.told_at]
    if not (new or over) or not recipients:
        return False
    try:
        _mail(new, over, recipients, host).send()
    except OSError:
        # smtplib's errors are of this family.
        log.exception("an alarm could not be mailed")
        return False
    with transaction.atomic():
        Alarm.objects.filter(code__in=[alarm.code for alarm in new]).update(told_at=now)
        Alarm.objects.filter(code__in=[alarm.code for alarm in over]).delete()
    return True


def _lasts(alarm: Alarm, now: datetime) -> bool:
    return now - alarm.since >= PATIENCE


def _mail(new: list[Alarm], over: list[Alarm], recipients: Sequence[str], host: str) -> EmailMessage:
    subject = f"Kundenakte {host}: " + (f"{len(new)} Störung(en)" if new else "wieder in Ordnung")
    lines = []
    if new:
        lines += ["Bitte handeln Sie:", "", *(f"– {alarm.sentence}" for alarm in new), ""]
    if over:
        lines += ["Wieder in Ordnung:", "", *(f"– {alarm.sentence}" for alarm in over), ""]
    lines.append(
        "Mehr steht in der Kundenakte unter Verwaltung, Zustand. Derselbe Zustand wird nicht noch einmal gemeldet."
    )
    return EmailMessage(subject, "\n".join(lines), bcc=list(recipients))
