"""The door that listens: SMTP and LMTP. It says 250 when a mail is committed, 451 when it cannot be, and 550 why not.

Who may send is asked of the envelope's sender, whereto of its recipients. Bytes are kept as they came, envelope beside.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings as house
from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone
from django.utils.translation.trans_null import gettext_noop

from kundenakte.doors.mailbox import answering, certificates
from kundenakte.doors.mailbox.accepting import Refusal, accept, goal_of, may_send, refuse
from kundenakte.doors.mailbox.entrance import Entrance
from kundenakte.steps.intake.models import MailDoor

log = logging.getLogger(__name__)

LATER: Final = "451 4.3.0 Die Ablage kann gerade nichts aufnehmen, bitte spaeter noch einmal"
_NO_LISTENING: Final = gettext_noop("Der Mail-Eingang kann nicht lauschen: %(said)s.")
_ENDED: Final = gettext_noop("Der Mail-Eingang ist unerwartet zu Ende gegangen; er wird neu begonnen.")
_NO_SENDER: Final = gettext_noop("Dieser Absender darf nicht an die Kundenakte senden.")
_NO_ADDRESS: Final = gettext_noop("Diese Adresse gibt es nicht.")
# Mails that are written to disk at the same time.
_HANDS: Final = 2
_MOST_RECIPIENTS: Final = 50
_IDENT: Final = "Kundenakte"


class Listener(threading.Thread):
    """Runs the servers of one edition of the settings, in a thread of its own."""

    def __init__(self, settings: MailDoor) -> None:
        super().__init__(name="mail door", daemon=True)
        self.edition = settings.edition
        self._settings = settings
        self._loop = asyncio.new_event_loop()
        self._ending = asyncio.Event()
        self._hands = ThreadPoolExecutor(_HANDS, thread_name_prefix="mail door")

    def stop(self) -> None:
        """Take no further connection and end; what is being taken is finished."""
        # Ended already, it has no loop any more.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._ending.set)

    def run(self) -> None:
        """Listen until told to stop. Where that is not possible, say why on the door's page and end."""
        try:
            self._loop.run_until_complete(self._serve())
        except OSError as error:
            _tell(self._settings, _NO_LISTENING % {"said": error.strerror or error})
            # Whoever looks again finds the thread ended and begins a new one; not at once.
            threading.Event().wait(5.0)
        except Exception:
            log.exception("the mail door ended")
            _tell(self._settings, _ENDED)
            threading.Event().wait(5.0)
        finally:
            self._hands.shutdown(wait=True)
            self._loop.close()
            connections.close_all()

    async def _serve(self) -> None:
        door = self._settings
        context = certificates.context(door)
        handler = _Handler(door, self._hands)
        entrance = Entrance(house.MAIL_CONNECTIONS)
        options: dict[str, Any] = {
            "data_size_limit": door.max_megabytes * 1024 * 1024, "enable_SMTPUTF8": True, "ident": _IDENT,
            "hostname": door.domain or "localhost", "tls_context": context, "loop": self._loop, "timeout": 120,
        }  # fmt: skip
        servers = []
        if door.smtp_port:
            make_smtp = partial(SMTP, handler, require_starttls=door.tls_required, **options)
            servers.append(
                await self._loop.create_server(entrance.to(make_smtp), host=door.address, port=door.smtp_port)
            )
        if door.lmtp_port:
            make_lmtp = partial(LMTP, handler, **options)
            servers.append(
                await self._loop.create_server(entrance.to(make_lmtp), host=door.address, port=door.lmtp_port)
            )
        await self._loop.run_in_executor(self._hands, _tell, door, "")
        while not self._ending.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), answering.EVERY)
            await self._loop.run_in_executor(self._hands, _with_connection, _answer, ())
        for server in servers:
            server.close()
        for server in servers:
            await server.wait_closed()


class _Handler:
    """What the servers ask: may this sender, is there such an address, take this mail."""

    def __init__(self, door: MailDoor, hands: ThreadPoolExecutor) -> None:
        self._door = door
        self._hands = hands

    async def handle_MAIL(  # noqa: N802 - the library names it
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not may_send(self._door, address):
            await self._do(refuse, self._door, address, "", _NO_SENDER)
            return f"550 5.7.1 {_ascii(address) or 'Ohne Absender'}: darf nicht an die Kundenakte senden"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= _MOST_RECIPIENTS:
            return "452 4.5.3 Zu viele Empfaenger auf einmal"
        try:
            goal = await self._do(goal_of, self._door, address)
        except DatabaseError:
            return LATER
        if goal is None:
            await self._do(refuse, self._door, envelope.mail_from or "", address, _NO_ADDRESS)
            return f"550 5.1.1 {_ascii(address)}: diese Adresse gibt es hier nicht"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content or b""
        data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        said = {
            "envelope_from": envelope.mail_from or "", "envelope_to": ", ".join(envelope.rcpt_tos),
            "peer": str(session.peer[0]) if isinstance(session.peer, tuple) else "",
            "greeted_as": session.host_name or "", "tls": "ja" if session.ssl else "nein",
        }  # fmt: skip
        try:
            numbers = await self._do(accept, self._door, data, list(envelope.rcpt_tos), said)
        except Refusal as refusal:
            return f"554 5.6.0 {_ascii(refusal.sentence)}"
        except (OSError, DatabaseError) as error:
            log.warning("Mail-Eingang: %s", error)
            return LATER
        except Exception:
            log.exception("a mail could not be taken")
            return LATER
        if isinstance(server, LMTP):
            # One answer for each recipient (RFC 2033).
            return "\r\n".join(f"250 2.0.0 angenommen, Nr. {number}" for number in numbers)
        return f"250 2.0.0 angenommen, Nr. {', '.join(str(number) for number in dict.fromkeys(numbers))}"

    async def _do(self, work: Any, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._hands, _with_connection, work, arguments)


def _with_connection(work: Any, arguments: tuple[Any, ...]) -> Any:
    close_old_connections()
    try:
        return work(*arguments)
    finally:
        connections.close_all()


def _answer() -> None:
    try:
        answering.answer_due()
    except DatabaseError as error:
        log.warning("Mail-Eingang: %s", error)


def _ascii(text: str) -> str:
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ä", "Ae"), ("Ö", "Oe"), ("Ü", "Ue"), ("ß", "ss")):
        text = text.replace(umlaut, letters)
    return " ".join(text.encode("ascii", "replace").decode("ascii").split())[:200]


def _tell(door: MailDoor, sentence: str) -> None:
    try:
        MailDoor.objects.filter(pk=door.pk).update(
            problem=sentence, **({} if sentence else {"succeeded_at": timezone.now()})
        )
    except DatabaseError:
        log.exception("Mail-Eingang: %s", sentence)
