"""Fetches what is new in the folders of a mailbox. The mailbox is told only after the commit, and again after a break.

How far a folder has been read is written in the transaction that receives the mail: a crash at any moment brings no
mail twice and loses none. Where the numbers of a folder change (UIDVALIDITY), its mails are told by their bytes.
"""

from __future__ import annotations

import hashlib
import imaplib
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation.trans_null import gettext_noop

from kundenakte.doors.mailbox import taking
from kundenakte.doors.mailbox.taking import Head
from kundenakte.records.models import Arrival
from kundenakte.steps.filing.known import knows
from kundenakte.steps.intake.models import Mailbox, MailboxFolder, MailEvent

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

    from kundenakte.circulation.models import ReplyKey

# Told to the mailbox for what was taken; people and programs see it, nothing else changes.
KEYWORD: Final = "$Kundenakte"
MOST_BYTES: Final = 100 * 1024 * 1024
_SIZE: Final = re.compile(rb"RFC822\.SIZE (\d+)")
_FOR_A_WHILE: Final = re.compile(r"\[(UNAVAILABLE|SERVERBUG|INUSE|CONTACTADMIN|EXPUNGEISSUED|LIMIT)\]")
TOO_LARGE: Final = gettext_noop(
    "Die E-Mail ist größer als 100 MB; sie bleibt im Postfach. Bitte legen Sie sie von Hand ab."
)
Outcome = MailEvent.Outcome


class NoFolder(Exception):
    """The mailbox has no folder of this name; `sentence` says which."""

    code = "no_folder"
    template = gettext_noop("Den Ordner „%(name)s“ gibt es im Postfach nicht (mehr).")

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.sentence = self.template % {"name": name}


class NotOpened(NoFolder):
    """The server has the folder but cannot open it now: nothing is wrong with what was set up here."""

    code = "not_opened"
    template = gettext_noop(
        "Der Server kann den Ordner „%(name)s“ gerade nicht öffnen. Es wird von selbst wieder versucht."
    )


class NotMoved(NoFolder):
    """What was taken cannot be moved on; it stays where it is."""

    code = "not_moved"
    template = gettext_noop(
        "In den Ordner „%(name)s“ lässt sich nichts verschieben. Übernommenes bleibt liegen, wo es ist."
    )


def fetch(
    session: BaseMailBox, mailbox: Mailbox, rule: dict[str, Any], *, stopping: Callable[[], bool] = lambda: False
) -> int:
    """Take everything new in one folder, oldest first; how many were taken.

    Raises NoFolder, NotOpened, NotMoved (all is taken then), OSError, IMAP4.error.
    """
    place = _opened(session, mailbox, str(rule["folder"]))
    trouble: NotMoved | None = None
    try:
        _mark_left_over(session, place, rule)
    except NotMoved as error:
        trouble = error
    taken = 0
    for uid in _new(session, place):
        if stopping():
            break
        try:
            taken += _take(session, place, rule, uid)
        except NotMoved as error:
            # It is taken all the same, and so are those behind it.
            trouble, taken = error, taken + 1
    if trouble is not None:
        raise trouble
    return taken


def has_news(session: BaseMailBox, mailbox: Mailbox, folder: str) -> bool:
    """Whether something came to the chosen folder that was not there when it was read."""
    place = MailboxFolder.objects.filter(mailbox=mailbox, folder=folder).first()
    return place is not None and bool(_new(session, place))


def _is_for_a_while(error: Any) -> bool:
    """Whether the server's answer says that it is not well or busy (response codes of RFC 5530)."""
    return _FOR_A_WHILE.search(repr(getattr(error, "command_result", ""))) is not None


def _opened(session: BaseMailBox, mailbox: Mailbox, name: str) -> MailboxFolder:
    from imap_tools.errors import ImapToolsError

    try:
        session.folder.set(name)
        validity = int(session.folder.status(name, ["UIDVALIDITY"])["UIDVALIDITY"])
    except ImapToolsError as error:
        raise (NotOpened if _is_for_a_while(error) else NoFolder)(name) from error
    place, _made = MailboxFolder.objects.select_related("mailbox").get_or_create(mailbox=mailbox, folder=name)
    if place.uidvalidity != validity:
        # All numbers are new ones; those of what was taken say nothing any more.
        place.uidvalidity, place.last_uid = validity, 0
        place.save(update_fields=["uidvalidity", "last_uid"])
    return place


def _new(session: BaseMailBox, place: MailboxFolder) -> list[int]:
    answer = _ask(session, "SEARCH", f"UID {place.last_uid + 1}:*")
    numbers = [int(word) for line in answer if isinstance(line, bytes) for word in line.split()]
    # A server names the last one even when it is below.
    return sorted(number for number in numbers if number > place.last_uid)


def _take(session: BaseMailBox, place: MailboxFolder, rule: dict[str, Any], uid: int) -> bool:
    lines = _ask(session, "FETCH", str(uid), "(RFC822.SIZE BODY.PEEK[HEADER])")
    found = _literal(lines)
    if found is None:
        # Somebody was quicker and has moved or deleted it.
        _go_past(place, uid)
        return False
    head = taking.read_head(found)
    size = _SIZE.search(b" ".join(_words(lines)))
    if size and int(size[1]) > MOST_BYTES:
        _go_past(place, uid, outcome=Outcome.REFUSED, sentence=TOO_LARGE)
        return False
    reply = taking.answered(head)
    if reply is None and not _concerns_us(rule, head):
        _go_past(place, uid, left=True)
        return False
    content = _literal(_ask(session, "FETCH", str(uid), "(BODY.PEEK[])"))
    if content is None:
        _go_past(place, uid)
        return False
    event = _receive(place, head, uid, content, reply)
    _mark(session, event, rule)
    return event.outcome == Outcome.RECEIVED


def _concerns_us(rule: dict[str, Any], head: Head) -> bool:
    if rule.get("takes") == "all":
        return True
    others = head.recipients if rule.get("takes") == "sent" else (*head.senders, *head.recipients)
    return knows(others, head.references)


def _receive(place: MailboxFolder, head: Head, uid: int, content: bytes, reply: ReplyKey | None) -> MailEvent:
    mailbox, now = place.mailbox, timezone.now()
    digest = hashlib.sha256(content).hexdigest()
    known = Arrival.objects.filter(source=mailbox.source, digest=digest).first()
    if known is not None:
        return _go_past(place, uid, outcome=Outcome.AGAIN, arrival=known)
    events: list[MailEvent] = []

    def note(arrival: Arrival) -> None:
        events[:] = [_go_past(place, uid, outcome=Outcome.RECEIVED, arrival=arrival)]

    taking.take(
        content, head=head, source=mailbox.source, origin=f"{mailbox.username}, {place.folder}", now=now,
        facts={"mail_folder": place.folder}, team=mailbox.team, beside=note,
        reply=reply,
    )  # fmt: skip
    return events[0]


@transaction.atomic
def _go_past(
    place: MailboxFolder,
    uid: int,
    *,
    outcome: str = "",
    sentence: str = "",
    arrival: Arrival | None = None,
    left: bool = False,
) -> MailEvent:
    """Note that the folder has been read up to here, with what became of this one."""
    MailboxFolder.objects.filter(pk=place.pk).update(last_uid=uid, left=F("left") + (1 if left else 0))
    place.last_uid = uid
    event = MailEvent(
        mailbox=place.mailbox, folder=place.folder, uidvalidity=place.uidvalidity, uid=uid, outcome=outcome,
        sentence=sentence, arrival=arrival, marked=arrival is None, at=timezone.now(),
    )  # fmt: skip
    if outcome:
        event.save()
    return event


def _mark_left_over(session: BaseMailBox, place: MailboxFolder, rule: dict[str, Any]) -> None:
    """Tell the mailbox what it could not be told before a break."""
    waiting = MailEvent.objects.filter(mailbox=place.mailbox, folder=place.folder, marked=False)
    waiting.exclude(uidvalidity=place.uidvalidity).update(marked=True)
    for event in waiting.filter(uidvalidity=place.uidvalidity):
        if any(_words(_ask(session, "FETCH", str(event.uid), "(UID)"))):
            _mark(session, event, rule)
        else:
            # It was moved before the break, or somebody took it away since.
            MailEvent.objects.filter(pk=event.pk).update(marked=True)


def _mark(session: BaseMailBox, event: MailEvent, rule: dict[str, Any]) -> None:
    """Only after the commit: flag it or move it away. What a server does not allow is left undone, and no harm."""
    uid, done = str(event.uid), str(rule.get("done") or "")
    if done:
        _move(session, uid, done)
    else:
        try:
            session.client.uid("STORE", uid, "+FLAGS", f"({KEYWORD})")
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            # Not every server keeps words of one's own.
            pass
    event.marked = True
    event.save(update_fields=["marked"])


def _move(session: BaseMailBox, uid: str, done: str) -> None:
    from imap_tools.errors import ImapToolsError

    try:
        if not session.folder.exists(done):
            session.folder.create(done)
        session.move(uid, done)
    except ImapToolsError as error:
        raise NotMoved(done) from error


def _ask(session: BaseMailBox, command: str, *words: str) -> list[Any]:
    status, lines = session.client.uid(command, *words)
    if status != "OK":
        raise imaplib.IMAP4.error(f"{command}: {lines!r}"[:300])
    return list(lines or [])


def _literal(lines: list[Any]) -> bytes | None:
    return next((bytes(line[1]) for line in lines if isinstance(line, tuple)), None)


def _words(lines: list[Any]) -> list[bytes]:
    return [line[0] if isinstance(line, tuple) else line for line in lines if line]
