"""What a mail does with its task: what the person could do on the page, and nothing else. He is told what came of it.

Whoever knows the key and writes from the address of the person it was made for counts as that person: whoever reads his
mail could as well have a new password set. Where more is wanted, four eyes or a form, nobody answers by mail.
"""

from __future__ import annotations

import logging
from datetime import datetime
from email.utils import formatdate
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from kundenakte.base import blobs, confinement
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs import ledger
from kundenakte.base.jobs.ledger import Apply
from kundenakte.base.refusals import Refused
from kundenakte.circulation import access, actions
from kundenakte.circulation.models import FolderDocument, Reply, ReplyKey, Task
from kundenakte.circulation.models.slips import Wish
from kundenakte.circulation.refusals import RefusalReasonMissing, RemarkMissing
from kundenakte.circulation.replies import keys, offering, reading, words
from kundenakte.records.refusals import ChangedMeanwhile, NotAllowed

log = logging.getLogger(__name__)

# Its name in the ledger, for ever.
TELL: Final = "circulation.reply_told"
_BY_MAIL: Final = "(per E-Mail)"
_NOT_READ: Final = "Ihre E-Mail ließ sich nicht lesen; die Aufgabe ist unverändert. Sie liegt in der Akte des Kunden."
Outcome = Reply.Outcome


class _NotClear(Refused):
    """The mail does not say what is to be done."""

    code = "reply_not_clear"
    sentence = (
        "In der ersten Zeile Ihrer E-Mail steht keine eindeutige Antwort. Die Aufgabe ist unverändert. Schreiben Sie "
        "dort nur: %(word)s – oder: abgelehnt, und darunter, warum."
    )


class _NotFromHim(Refused):
    """Somebody else wrote it, or a machine did."""

    code = "reply_not_from_him"
    sentence = (
        "Mit dem Schlüssel, den Sie bekommen haben, hat eine fremde Adresse geantwortet. Die Aufgabe ist unverändert. "
        "Waren Sie es selbst, dann antworten Sie bitte von der Adresse Ihres Kontos."
    )


class _UsedUp(Refused):
    """Somebody has answered with this key before."""

    code = "reply_key_used"
    sentence = "Auf diese E-Mail wurde schon geantwortet. Bitte antworten Sie auf die neueste, die Sie bekommen haben."


class _OtherPapers(Refused):
    """What lies in the folder is not what lay there when the person was told."""

    code = "reply_other_papers"
    sentence = (
        "Seit Sie diese E-Mail bekommen haben, hat sich geändert, was in der Mappe liegt. Die Aufgabe ist unverändert. "
        "Bitte sehen Sie hinein, bevor Sie antworten."
    )


def answer(reply_id: int) -> Apply:
    """Read the mail, and do the task in the very transaction in which the work is put down as done."""
    reply = _row(reply_id)
    path = blobs.default().path(reply.arrival.digest)
    written = confinement.of_this_process().call(reading.written, source=str(path))

    def apply() -> bool:
        _carry_out(reply_id, [str(one) for one in written["senders"]], str(written["text"]), now=timezone.now())
        return True

    return apply


def not_read(reply_id: int, _sentence: str) -> None:
    """Reading it failed for good: the person hears of that, too, unless the same mail came by another way."""
    reply = _row(reply_id)
    outcome, sentence = (Outcome.IGNORED, "") if _is_the_same_again(reply) else (Outcome.REFUSED, _NOT_READ)
    waiting = Reply.objects.filter(pk=reply_id, outcome=Outcome.WAITING)
    if waiting.update(outcome=outcome, sentence=sentence) and outcome == Outcome.REFUSED:
        ledger.enqueue(TELL, reply_id)


def _carry_out(reply_id: int, senders: list[str], text: str, *, now: datetime) -> None:
    # Two workers may have the same mail before them that came by two ways: one after the other, and the first counts.
    key = ReplyKey.objects.select_for_update(of=("self",)).get(replies=reply_id)
    reply = _row(reply_id)
    if reply.outcome != Outcome.WAITING:
        return
    if _is_the_same_again(reply):
        reply.outcome = Outcome.IGNORED
    else:
        try:
            if key.used_at is not None:
                raise _UsedUp
            with transaction.atomic():
                reply.sentence = _do(reply, senders, text, now=now)
            reply.outcome = Outcome.DONE
        except Refused as refused:
            reply.outcome, reply.sentence = Outcome.REFUSED, refused.sentence[:500]
        key.used_at = key.used_at or now
        key.save(update_fields=["used_at"])
        ledger.enqueue(TELL, reply.pk)
    reply.save(update_fields=["outcome", "sentence"])


def _is_the_same_again(reply: Reply) -> bool:
    """Both the mail door and a mailbox brought it, each with lines of its own in the head, and the other one counted.

    One that still waits has not counted yet: else each would give way to the other.
    """
    same = Q(arrival__digest=reply.arrival.digest)
    if reply.message_id:
        same |= Q(message_id=reply.message_id)
    others = Reply.objects.filter(same, key=reply.key, outcome__in=(Outcome.DONE, Outcome.REFUSED))
    return others.exclude(pk=reply.pk).exists()


def _do(reply: Reply, senders: list[str], text: str, *, now: datetime) -> str:
    """Do it and say so, or raise what is in the way."""
    person = reply.key.user
    if not person.is_active or not person.email or senders != [person.email.lower()]:
        raise _NotFromHim
    task = access.get_task(person, reply.key.task_id, today=timezone.localdate(now))
    if not task.is_under_way:
        raise access.ended(task)
    # Taking it over is a change as well, and his own.
    claimed = task.claimed_by_id == person.pk and task.edition == reply.key.edition + 1
    if task.edition != reply.key.edition and not claimed:
        raise ChangedMeanwhile
    if _other_papers(reply):
        raise _OtherPapers
    if not keys.can_be_answered(task):
        raise NotAllowed("Diese Aufgabe wird in der Kundenakte erledigt, nicht per E-Mail.")
    said = words.understood(text, task.wish)
    if said is None:
        raise _NotClear(_NotClear.sentence, word=words.OFFERED[task.wish])
    return _done(task, said, Actor.of(person), now)


def _other_papers(reply: Reply) -> bool:
    since = reply.key.made_at
    entries = FolderDocument.objects.filter(folder=reply.key.task.folder_id)
    changed = Q(added_at__gt=since) | Q(removed_at__gt=since)
    return entries.filter(changed | Q(removed_at=None, document__valid_version__created_at__gt=since)).exists()


def _done(task: Task, said: words.Said, actor: Actor, now: datetime) -> str:
    if said.does == "refuse":
        if not said.remark:
            raise RefusalReasonMissing
        reason = f"{said.remark} {_BY_MAIL}"
        actions.refuse(actor=actor, task=task, edition=task.edition, reason=reason, now=now)
        return "Sie haben die Mappe zurückgewiesen. Ihre Begründung steht im Protokoll."
    if task.wish == Wish.COMMENT and not said.remark:
        # What is put behind the words makes none.
        raise RemarkMissing
    remark = f"{said.remark} {_BY_MAIL}".strip()
    if said.does == "approve":
        actions.approve(actor=actor, task=task, edition=task.edition, now=now, remark=remark)
        return "Ihre Freigabe ist eingetragen."
    actions.complete(actor=actor, task=task, edition=task.edition, now=now, remark=remark)
    return "Ihre Antwort ist eingetragen, die Aufgabe ist erledigt."


def tell(reply_id: int) -> Apply:
    """Mail the person what became of it: to the address of his account, never to whoever wrote."""
    reply = _row(reply_id)
    person = reply.key.user
    if settings.EMAIL_HOST and person.email and person.is_active:
        mail = _mail(reply, person.email)
        if reply.outcome == Outcome.REFUSED:
            # The old key is used up.
            offering.offer(mail, reply.key.task, person)
        mail.send()
    return lambda: True


def _mail(reply: Reply, to: str) -> EmailMessage:
    folder = reply.key.task.folder
    said = "ausgeführt" if reply.outcome == Outcome.DONE else "nicht ausgeführt"
    return EmailMessage(
        f"Umlaufmappe {folder.number}: {said}",
        f"{reply.sentence}\n\nIhre E-Mail ist als Eingang Nr. {reply.arrival.source_number} aufbewahrt.",
        to=[to], headers={"Auto-Submitted": "auto-replied", "Date": formatdate(localtime=True)},
    )  # fmt: skip


def _row(reply_id: int) -> Reply:
    return Reply.objects.select_related("key__user", "key__task__folder", "arrival").get(pk=reply_id)
