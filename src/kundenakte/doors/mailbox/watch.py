"""Follows all mailboxes, each in a thread of its own, and the door that listens. Starts only what is set up.

The caretaker runs it. A mailbox that cannot be reached says so on its page and is tried again, with growing pauses.
"""

from __future__ import annotations

import imaplib
import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone
from django.utils.translation.trans_null import gettext_noop

from kundenakte.doors.mailbox.fetching import NoFolder, fetch, has_news
from kundenakte.steps.intake.imap_sign_in import Unreachable, signed_in
from kundenakte.steps.intake.mailboxes import door
from kundenakte.steps.intake.models import Mailbox

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

log = logging.getLogger(__name__)

# Seconds between looks at what is set up; at all folders of a mailbox; and the pauses after a failure.
CONFIG: Final = 2.0
POLL: Final = 30.0
_IDLE_SLICE: Final = 1.0
PAUSES: Final = (2.0, 5.0, 15.0, 60.0, 300.0)
_FAILED: Final = gettext_noop("Die Verbindung zum Postfach ist abgebrochen; sie wird von selbst wieder aufgenommen.")
_NO_ROOM: Final = gettext_noop(
    "Die Ablage kann gerade nichts aufnehmen. Die E-Mails bleiben im Postfach und werden später geholt."
)


class Part(Protocol):
    """A thread of this module, with the edition of the settings it goes by."""

    edition: int

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End after the mail at hand."""

    def is_alive(self) -> bool:
        """Whether it goes on."""

    def join(self, timeout: float | None = None) -> None:
        """Wait for the end."""


def run(stop: threading.Event) -> None:
    """Follow what is set up until `stop`; changes are picked up within two seconds."""
    parts: dict[int, Part] = {}
    try:
        while not stop.wait(0 if not parts else CONFIG):
            _bring_in_line(parts)
            if not parts and stop.wait(CONFIG):
                break
    finally:
        for part in parts.values():
            part.stop()
        for part in parts.values():
            part.join(timeout=10)


def _bring_in_line(parts: dict[int, Part]) -> None:
    """One thread for each mailbox in its present edition, and one for the door. Without the database all stays."""
    try:
        close_old_connections()
        wanted: dict[int, Mailbox] = {
            one.pk: one for one in Mailbox.objects.filter(enabled=True).select_related("team")
        }
        listening = door()
    except DatabaseError as error:
        log.warning("Die Postfächer sind gerade nicht lesbar: %s", error)
        return
    editions = {pk: one.edition for pk, one in wanted.items()}
    if listening.enabled and listening.pk:
        editions[_DOOR] = listening.edition
    for pk, part in list(parts.items()):
        if editions.get(pk) != part.edition:
            part.stop()
        if not part.is_alive():
            del parts[pk]
    for pk in editions.keys() - parts.keys():
        parts[pk] = _listener(listening) if pk == _DOOR else _Follower(wanted[pk])
        parts[pk].start()


# Mailboxes have positive numbers.
_DOOR: Final = 0


def _listener(settings: object) -> Part:
    # The mail server's library is loaded where it is needed.
    from kundenakte.doors.mailbox.listening import Listener

    return Listener(settings)  # type: ignore[arg-type]


class _Follower(threading.Thread):
    """Follows one mailbox in one edition of its settings."""

    def __init__(self, mailbox: Mailbox) -> None:
        # A daemon: a server that hangs must not keep the process from ending.
        super().__init__(name=f"mailbox {mailbox.name}", daemon=True)
        self.edition = mailbox.edition
        self._mailbox = mailbox
        self._ending = threading.Event()

    def stop(self) -> None:
        """End after the mail at hand."""
        self._ending.set()

    def run(self) -> None:
        """Look, wait to be told, look again; after a break, again with growing pauses."""
        failures = 0
        try:
            while not self._ending.is_set():
                began = time.monotonic()
                sentence = follow(self._mailbox, self._ending.is_set)
                if not sentence:
                    return
                failures = 1 if time.monotonic() - began > PAUSES[-1] else failures + 1
                self._ending.wait(PAUSES[min(failures, len(PAUSES)) - 1])
        finally:
            connections.close_all()


def follow(mailbox: Mailbox, stopping: Callable[[], bool]) -> str:
    """Follow a mailbox until told to stop (""), or until something goes wrong: then the sentence that says what."""
    try:
        with signed_in(mailbox) as session:
            while not stopping():
                close_old_connections()
                for rule in mailbox.folders:
                    fetch(session, mailbox, rule, stopping=stopping)
                well(mailbox)
                _await_news(session, mailbox, stopping)
            return ""
    except (Unreachable, NoFolder) as error:
        sentence = error.sentence
    except DatabaseError as error:
        log.warning("Postfach %s: %s", mailbox.name, error)
        return _NO_ROOM
    except imaplib.IMAP4.error as error:
        log.warning("Postfach %s: %s", mailbox.name, error)
        sentence = _FAILED
    except OSError as error:
        log.warning("Postfach %s: %s", mailbox.name, error)
        # What the network says is of this family, and a full disk as well.
        sentence = _NO_ROOM if error.errno in _ROOM else _FAILED
    except Exception:
        log.exception("Postfach %s", mailbox.name)
        sentence = _FAILED
    _tell(mailbox, sentence)
    return sentence


# ENOSPC, EDQUOT, EROFS, EIO
_ROOM: Final = frozenset({28, 122, 30, 5})


def well(mailbox: Mailbox) -> None:
    """All folders were looked at."""
    Mailbox.objects.filter(pk=mailbox.pk).update(problem="", succeeded_at=timezone.now())


def _tell(mailbox: Mailbox, sentence: str) -> None:
    try:
        Mailbox.objects.filter(pk=mailbox.pk).update(problem=sentence)
    except DatabaseError:
        log.exception("Postfach %s: %s", mailbox.name, sentence)


def _await_news(session: BaseMailBox, mailbox: Mailbox, stopping: Callable[[], bool]) -> None:
    """Wait until the server says that something came (IDLE), or until it is time to look at all folders again."""
    until = time.monotonic() + POLL
    folder = str(mailbox.folders[0]["folder"])
    session.folder.set(folder)
    # What came after the folder was read, and before it was chosen again, no server would tell.
    if has_news(session, mailbox, folder):
        return
    # No connection to the database is held meanwhile.
    connections.close_all()
    if "IDLE" not in session.client.capabilities:
        while not stopping() and time.monotonic() < until:
            time.sleep(0.2)
        return
    session.idle.start()  # type: ignore[no-untyped-call]
    try:
        while not stopping() and time.monotonic() < until:
            if session.idle.poll(timeout=_IDLE_SLICE):
                return
    finally:
        session.idle.stop()  # type: ignore[no-untyped-call]
