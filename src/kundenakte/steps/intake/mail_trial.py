"""Trying a mailbox or the mail door out: what an administrator must know before mail comes in. Changes nothing."""

from __future__ import annotations

import imaplib
import smtplib
from collections.abc import Iterator
from typing import Final

from django.utils.translation.trans_null import gettext_noop

from kundenakte.steps.intake.imap_sign_in import Unreachable, signed_in
from kundenakte.steps.intake.models import Mailbox, MailDoor
from kundenakte.steps.intake.places import Finding

# Somebody waits at a screen.
_SECONDS: Final = 10.0
_NOBODY: Final = gettext_noop("%(name)s: an %(address)s, Port %(port)s, antwortet niemand.")
_ANSWERS_TLS: Final = gettext_noop("%(name)s: antwortet an %(address)s, Port %(port)s, mit STARTTLS.")
_ANSWERS: Final = gettext_noop("%(name)s: antwortet an %(address)s, Port %(port)s, ohne Verschlüsselung.")


def examine_mailbox(mailbox: Mailbox) -> list[Finding]:
    """Sign in and look for the folders. Never raises."""
    try:
        return list(_examine(mailbox))
    except Unreachable as error:
        return [Finding("bad", error.sentence)]
    except (OSError, imaplib.IMAP4.error):
        return [Finding("bad", gettext_noop("Die Verbindung ist während der Prüfung abgebrochen."))]


def _examine(mailbox: Mailbox) -> Iterator[Finding]:
    from imap_tools.errors import ImapToolsError

    with signed_in(mailbox, seconds=_SECONDS) as session:
        yield Finding("good", gettext_noop("Die Anmeldung gelingt."))
        for rule in mailbox.folders:
            name = str(rule["folder"])
            try:
                count = session.folder.status(name, ["MESSAGES"])["MESSAGES"]
            except (ImapToolsError, imaplib.IMAP4.error):
                yield Finding("bad", gettext_noop("Den Ordner „%(name)s“ gibt es nicht.") % {"name": name})
            else:
                said = gettext_noop("Ordner „%(name)s“: %(count)s Nachrichten.")
                yield Finding("good", said % {"name": name, "count": count})
        if "IDLE" not in session.client.capabilities:
            yield Finding(
                "warn",
                gettext_noop("Der Server meldet neue Mails nicht von selbst; es wird alle 30 Sekunden nachgesehen."),
            )


def examine_door(door: MailDoor) -> list[Finding]:
    """Knock at our own door. Never raises."""
    if not (door.pk and door.enabled):
        return [Finding("warn", gettext_noop("Der Mail-Eingang ist nicht eingeschaltet."))]
    found = []
    for name, kind, port in (("SMTP", smtplib.SMTP, door.smtp_port), ("LMTP", smtplib.LMTP, door.lmtp_port)):
        if not port:
            continue
        words = {"name": name, "address": door.address, "port": port}
        try:
            with kind(door.address, port, timeout=_SECONDS) as client:
                client.ehlo()
                offers = client.has_extn("starttls")
        except (OSError, smtplib.SMTPException):
            found.append(Finding("bad", _NOBODY % words))
        else:
            found.append(Finding("good", (_ANSWERS_TLS if offers else _ANSWERS) % words))
    if not found:
        found.append(Finding("bad", gettext_noop("Es ist weder ein Port für SMTP noch einer für LMTP genannt.")))
    return found
