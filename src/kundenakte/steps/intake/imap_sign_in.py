"""Signing in to a mailbox: by password, or by OAuth2 with a refresh token. Every failure has a German sentence."""

from __future__ import annotations

import imaplib
import json
import socket
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from django.utils.translation.trans_null import gettext_noop

from kundenakte.base import secret_files
from kundenakte.steps.intake.models import Mailbox

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

SECONDS: Final = 30.0
# Whose secrets these are.
MAILBOX: Final = "mailbox"
_MOST_ANSWER: Final = 100_000


class Unreachable(Exception):
    """The mailbox cannot be opened; `sentence`, the template with its words, tells the administrator why."""

    code = "mailbox_unreachable"

    def __init__(self, template: str, **words: object) -> None:
        self.sentence = template % words if words else template
        super().__init__(self.sentence)


@contextmanager
def signed_in(mailbox: Mailbox, *, seconds: float = SECONDS) -> Iterator[BaseMailBox]:
    """An open session with the mailbox, no folder chosen. Raises Unreachable."""
    # Loaded where somebody has a mailbox; others need not carry it.
    from imap_tools import MailBox, MailBoxStartTls, MailBoxUnencrypted
    from imap_tools.errors import ImapToolsError

    try:
        if mailbox.security == Mailbox.Security.TLS:
            session: BaseMailBox = MailBox(
                mailbox.host, mailbox.port, timeout=seconds, ssl_context=ssl.create_default_context()
            )
        elif mailbox.security == Mailbox.Security.STARTTLS:
            session = MailBoxStartTls(
                mailbox.host, mailbox.port, timeout=seconds, ssl_context=ssl.create_default_context()
            )
        else:
            session = MailBoxUnencrypted(mailbox.host, mailbox.port, timeout=seconds)
    except ssl.SSLError as error:
        raise Unreachable(
            gettext_noop("Die verschlüsselte Verbindung kommt nicht zustande (%(trouble)s)."), trouble=_short(error)
        ) from error
    except (OSError, imaplib.IMAP4.error) as error:
        raise Unreachable(
            gettext_noop("Der Server %(host)s ist nicht erreichbar (%(trouble)s)."), host=mailbox.host,
            trouble=_short(error),
        ) from error  # fmt: skip
    try:
        _sign_in(session, mailbox)
        _look_again(session)
    except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
        _leave(session)
        raise Unreachable(
            gettext_noop("Der Server nimmt die Anmeldung nicht an. Bitte prüfen Sie Benutzer und Passwort.")
        ) from error
    except Unreachable:
        _leave(session)
        raise
    try:
        yield session
    finally:
        _leave(session)


def _sign_in(session: BaseMailBox, mailbox: Mailbox) -> None:
    secrets = secret_files.of(MAILBOX, mailbox.name)
    if mailbox.sign_in == Mailbox.SignIn.OAUTH2:
        session.xoauth2(mailbox.username, _access_token(mailbox, secrets), initial_folder=None)
    else:
        session.login(mailbox.username, secrets.get("password", ""), initial_folder=None)


def _look_again(session: BaseMailBox) -> None:
    """What a server can do, it says in full only to those who have signed in."""
    status, lines = session.client.capability()
    if status == "OK" and lines and isinstance(lines[-1], bytes):
        session.client.capabilities = tuple(lines[-1].decode("ascii", "replace").upper().split())


def _access_token(mailbox: Mailbox, secrets: dict[str, str]) -> str:
    """A fresh access token for the refresh token; a new refresh token, if the provider turns them, is kept."""
    form = {
        "grant_type": "refresh_token", "client_id": mailbox.client_id,
        "refresh_token": secrets.get("refresh_token", ""), "client_secret": secrets.get("client_secret", ""),
    }  # fmt: skip
    data = urllib.parse.urlencode({key: value for key, value in form.items() if value}).encode()
    request = urllib.request.Request(mailbox.token_url, data=data)  # noqa: S310 - https, as the action checks
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            said = json.loads(answer.read(_MOST_ANSWER))
    except urllib.error.HTTPError as error:
        raise Unreachable(
            gettext_noop("Der Anbieter gibt kein Zugangs-Token heraus. Die Zustimmung ist vielleicht abgelaufen; "
                         "bitte hinterlegen Sie ein neues Refresh-Token (HTTP %(code)s)."),
            code=error.code,
        ) from error  # fmt: skip
    except (OSError, ValueError) as error:
        raise Unreachable(
            gettext_noop("Die Adresse der Token ist nicht erreichbar (%(trouble)s)."), trouble=_short(error)
        ) from error
    if said.get("refresh_token"):
        secret_files.keep(MAILBOX, mailbox.name, {"refresh_token": str(said["refresh_token"])})
    return str(said.get("access_token", ""))


def _leave(session: BaseMailBox) -> None:
    with suppress(imaplib.IMAP4.error, OSError):
        session.client.logout()


def _short(error: BaseException) -> str:
    if isinstance(error, socket.gaierror):
        return gettext_noop("der Name ist nicht bekannt")
    if isinstance(error, TimeoutError):
        return gettext_noop("keine Antwort")
    if isinstance(error, ssl.SSLCertVerificationError):
        return gettext_noop("das Zertifikat wird nicht anerkannt: %(said)s") % {"said": error.verify_message}
    return str(getattr(error, "strerror", None) or error)[:120]
