"""A mail and what hangs on it stay together: who waits for whom, where attachments go, and what is tied to what.

A mail is decided on when all that hangs on it has been read, since an attachment may name the customer where the mail
does not. What hangs on it is decided on after the mail, and goes where the mail is unless it names somebody else.
Whoever waits costs nothing: the last one read asks for the mail, the mail, once settled, for all that hangs on it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs import ledger
from kundenakte.base.journal import actions as journal
from kundenakte.records import parts
from kundenakte.records.actions import links
from kundenakte.records.models import (
    Arrival,
    CustomerFile,
    Document,
    FileAddress,
    MailMessage,
    Reference,
    Version,
)
from kundenakte.steps.filing import sent_as
from kundenakte.steps.filing.evidence import START_WEIGHTS, Evidence

# The name of the filing step in the ledger.
FILE: Final = "filing.file"
_READ: Final = "rendition.render"
_OPEN_PACKED: Final = "intake.open_packed"
RULE: Final = Actor.rule("filing.mail")
CONTRADICTED: Final = gettext_noop(
    "Die Anlage nennt einen anderen Kunden als die E-Mail, an der sie hing. Bitte prüfen."
)
ALONG: Final = gettext_noop("Mit der E-Mail aussortiert, an der es hing.")
State = Arrival.State
_MAIL_TYPES: Final = ("message/rfc822", "application/vnd.ms-outlook")
# A reply to many mails of one thread is tied to the nearest that is known.
_MOST: Final = 50


def is_mail(arrival: Arrival) -> bool:
    """Whether it is a message rather than a paper."""
    return arrival.media_type in _MAIL_TYPES


# --- waiting for each other --------------------------------------------------------------------------------------


def waits(arrival: Arrival) -> bool:
    """Whether it has to wait: a mail for what hangs on it to be read, an attachment for its mail to be settled."""
    mail = parts.holder_of(arrival)
    if mail is not None and mail.state in {State.UNDER_WAY, State.WAITING, State.DISCARDED}:
        return True
    return bool(arrival.opened.get("count")) and (not arrival.findings or parts.has_unread(arrival))


def look_again(arrival_id: int) -> bool:
    """In a transaction: tell the mail that this has been read; go on at once where the waiting is over meanwhile.

    What waits for its own attachments is asked for by the last of them.
    """
    arrival = Arrival.objects.get(pk=arrival_id)
    holder = parts.holder_of(arrival)
    if holder is None:
        return False
    # Held, so that of the two that could wait for each other one sees what the other did.
    mail = Arrival.objects.select_for_update(of=("self",), no_key=True).get(pk=holder.pk)
    if mail.state == State.DISCARDED:
        _discard(arrival, timezone.now())
    elif mail.state == State.UNDER_WAY:
        _ask_for(mail)
    elif mail.state != State.WAITING and not (arrival.opened.get("count") and parts.has_unread(arrival)):
        ledger.enqueue(FILE, arrival_id)
    return False


def tell_mail(arrival: Arrival) -> None:
    """Something that hung on a mail needs a person before it could be read: the mail need not wait for it."""
    mail = parts.holder_of(arrival)
    if mail is not None and mail.state == State.UNDER_WAY:
        _ask_for(mail)


def _ask_for(mail: Arrival) -> None:
    # Before it has been read itself it comes to this step anyway.
    if mail.findings:
        ledger.enqueue(FILE, mail.pk)


# --- where attachments go ----------------------------------------------------------------------------------------


def file_of_mail(arrival: Arrival) -> CustomerFile | None:
    """The file of the mail it hung on."""
    mail = parts.holder_of(arrival)
    document = mail.document if mail is not None else None
    return document.customer_file if document else None


def evidence(arrival: Arrival) -> Evidence:
    """That it hung on a mail which is filed."""
    mail = parts.holder_of(arrival)
    title = mail.document.title if mail is not None and mail.document else ""
    return Evidence("mail", title[:80], START_WEIGHTS["mail"])


def addressed_section(arrival: Arrival, customer_file: CustomerFile) -> int | None:
    """The section whose mail address it was sent to, if that is one of this file."""
    address = arrival.facts.get("address_id")
    if not address:
        return None
    sections = FileAddress.objects.filter(pk=address, customer_file=customer_file)
    return sections.values_list("section_id", flat=True).first()


# --- the same mail, and threads ----------------------------------------------------------------------------------


def same_mail(arrival: Arrival, customer_file: CustomerFile, *, apart: int = 0) -> Document | None:
    """A document that is the same message, as it came to another mailbox: in this file if there is one."""
    known = MailMessage.objects.filter(digest=arrival.digest).exclude(core="").first() if is_mail(arrival) else None
    if known is None:
        return None
    same = MailMessage.objects.filter(message_id=known.message_id, core=known.core).exclude(digest=known.digest)
    found = documents_of(list(same.values_list("digest", flat=True)[:_MOST])).exclude(pk=apart)
    return found.filter(customer_file=customer_file).first() or found.first()


def documents_of(digests: list[str]) -> QuerySet[Document]:
    """The documents that have these bytes as a version."""
    return Document.objects.filter(pk__in=Version.objects.filter(digest__in=digests).values("document_id"))


def thread_of(digest: str) -> list[Document]:
    """Documents of the mails this one answers, the nearest first, then of those that answer it."""
    message = MailMessage.objects.filter(digest=digest).first()
    if message is None:
        return []
    wanted = [*reversed(message.references), *([message.message_id] if message.message_id else [])]
    if not wanted:
        return []
    near = Q(message_id__in=message.references)
    if message.message_id:
        near |= Q(answers=message.message_id)
    related = list(MailMessage.objects.filter(near).exclude(digest=digest).order_by("-pk")[:_MOST])
    rank = {one: n for n, one in enumerate(wanted)}
    related.sort(key=lambda one: rank.get(one.message_id, len(rank)))
    order = {one.digest: n for n, one in reversed(list(enumerate(related)))}
    versions = Version.objects.filter(digest__in=list(order), document__is_disposed=False)
    found = sorted(
        versions.select_related("document__customer_file__customer"), key=lambda version: order[version.digest]
    )
    return list(dict.fromkeys(version.document for version in found))


# --- ties --------------------------------------------------------------------------------------------------------


def tie(arrival: Arrival, document: Document, *, now: datetime) -> None:
    """In the transaction that settles it: attachment to mail, answer to what it answers, what was sent as PDF to its
    original; what waited goes on."""
    holder = parts.holder_of(arrival)
    mail = holder.document if holder is not None else None
    if mail is not None and mail.pk != document.pk:
        _refer(document, mail, Reference.Kind.ATTACHMENT_OF, now)
    sent_as.tie(arrival, document, now=now)
    if not is_mail(arrival):
        return
    _tie_thread(arrival, document, now)
    waiting = parts.parts_of(arrival).filter(state=State.UNDER_WAY).exclude(findings={})
    ledger.enqueue_all(FILE, waiting.values_list("pk", flat=True))


def _tie_thread(arrival: Arrival, document: Document, now: datetime) -> None:
    message = MailMessage.objects.filter(digest=arrival.digest).first()
    if message is None:
        return
    if message.answers:
        for original in _of_thread(document, Q(message_id=message.answers)):
            _refer(document, original, Reference.Kind.REPLY_TO, now)
    if message.message_id:
        # An answer may be here before what it answers.
        for answer in _of_thread(document, Q(answers=message.message_id)):
            _refer(answer, document, Reference.Kind.REPLY_TO, now)


def _of_thread(document: Document, which: Q) -> list[Document]:
    digests = list(MailMessage.objects.filter(which).values_list("digest", flat=True)[:_MOST])
    found = (
        documents_of(digests).filter(customer_file=document.customer_file_id) if digests else Document.objects.none()
    )
    return list(found.exclude(pk=document.pk)[:_MOST])


def _refer(document: Document, other: Document, kind: str, now: datetime) -> None:
    links.refer(actor=RULE, from_document=document, to_document=other, kind=kind, now=now)


# --- set aside and back ------------------------------------------------------------------------------------------


def discard_along(mail: Arrival, *, now: datetime) -> None:
    """What hangs on a mail that is set aside, and waits for it, is set aside as well."""
    for part in parts.parts_of(mail).select_for_update(of=("self",)).filter(state=State.UNDER_WAY):
        _discard(part, now)
        discard_along(part, now=now)


def _discard(part: Arrival, now: datetime) -> None:
    part.state, part.sentence, part.changed_at = State.DISCARDED, ALONG, now
    part.save(update_fields=["state", "sentence", "changed_at"])
    journal.append(RULE, "arrival.discarded", part, at=now)


def take_back_along(mail: Arrival, *, now: datetime) -> None:
    """What was set aside with a mail waits for it again."""
    aside = parts.parts_of(mail).filter(state=State.DISCARDED, sentence=ALONG)
    for part in aside.select_for_update(of=("self",)):
        part.state, part.sentence, part.changed_at = State.UNDER_WAY, "", now
        part.save(update_fields=["state", "sentence", "changed_at"])
        journal.append(RULE, "arrival.taken_back", part, at=now)
        if not part.findings:
            # From the beginning of the way: it had not been read yet.
            ledger.enqueue(_OPEN_PACKED if part.media_type == "application/zip" else _READ, part.pk)
        take_back_along(part, now=now)
