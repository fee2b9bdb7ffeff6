"""People without an account: one of the house gives out a link, the guest does the task with it, once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from kundenakte.base.accounts import random_secrets
from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions as journal
from kundenakte.circulation import access, guests, minutes, moving
from kundenakte.circulation.minutes import Line
from kundenakte.circulation.models import CaseStep, CirculationFolder, GuestLink, Stop, Task
from kundenakte.circulation.models.minutes import What
from kundenakte.circulation.models.slips import Wish
from kundenakte.circulation.refusals import LinkSpent, RefusalReasonMissing, RemarkMissing
from kundenakte.records.models import Document
from kundenakte.records.refusals import AlreadyDone, BadValue

GUEST: Final = Actor.system("guest")
LONGEST: Final = timedelta(days=30)
_TO_APPROVE: Final = (Wish.APPROVE, Wish.SIGN_OFF)


@transaction.atomic
def give_link(
    *, actor: Actor, task: Task, name: str, address: str, documents: Collection[int], until: datetime, now: datetime
) -> str:
    """Let somebody outside do this task. Returns the secret of the link, this once; one given before ends.

    Whoever can do the task gives it. `documents` (ids) are those of the folder the guest may see: readable to the
    actor, and not restricted. Raises BadValue, NotAllowed, TaskClaimed, TaskEnded.
    """
    folder, held = moving.held_task(actor, task, task.edition, now=now)
    person = moving.person(actor)
    access.standing(person, held, today=timezone.localdate(now))
    if CaseStep.objects.filter(stop=held.stop).exists():
        raise BadValue("Die Aufgabe eines Vorgangs hat ein Formular; sie erledigt jemand mit eigenem Konto.")
    if held.four_eyes:
        raise BadValue("Im Vier-Augen-Prinzip entscheidet jemand mit eigenem Konto.")
    name, address = _named(name, address)
    if not now < until <= now + LONGEST:
        raise BadValue("Ein Link gilt höchstens %(most)s Tage und muss in der Zukunft enden.", most=LONGEST.days)
    entries = [entry for entry in guests.to_show(person, folder) if entry.document_id in documents]
    if len(entries) != len(set(documents)):
        raise BadValue("Eines der Dokumente kann nicht gezeigt werden. Bitte wählen Sie neu.")
    GuestLink.objects.filter(task=held, used_at=None, ended_at=None).update(ended_at=now)
    secret = random_secrets.fresh()
    link = GuestLink.objects.create(
        task=held, digest=random_secrets.digest_of(secret), name=name, address=address, given_by=person, given_at=now,
        until=until,
    )  # fmt: skip
    link.entries.set(entries)
    comment = f"{link}, gültig bis {timezone.localtime(until):%d.%m.%Y, %H:%M} Uhr"
    minutes.write(actor, folder, [_about(held, What.LINK_GIVEN, comment)], at=now)
    return secret


@transaction.atomic
def end_link(*, actor: Actor, task: Task, now: datetime) -> None:
    """Take the link back: whoever can do the task, or steers the folder. Raises AlreadyDone when there is none."""
    folder, held = moving.held_task(actor, task, task.edition, now=now)
    person = moving.person(actor)
    if not access.may_steer(person, folder, today=timezone.localdate(now)):
        access.standing(person, held, today=timezone.localdate(now))
    link = GuestLink.objects.filter(task=held, used_at=None, ended_at=None).first()
    if link is None:
        raise AlreadyDone
    link.ended_at = now
    link.save(update_fields=["ended_at"])
    minutes.write(actor, folder, [_about(held, What.LINK_ENDED, str(link))], at=now)


@transaction.atomic
def do_as_guest(*, secret: str, refuses: bool, remark: str, now: datetime) -> None:
    """What the guest says ends the task and the link. Raises LinkSpent; RemarkMissing or RefusalReasonMissing keep it.

    It stands in the minutes with the guest's name and address, in the place of whoever gave the link.
    """
    link = guests.link_of(secret, now=now)
    folder = CirculationFolder.objects.select_for_update(of=("self",)).select_related(
        "customer_file__customer", "started_by"
    ).get(pk=link.task.folder_id)  # fmt: skip
    # Once more, now that nobody else can change the folder: of two who send at once one was quicker.
    link = guests.link_of(secret, now=now)
    task, remark = link.task, remark.strip()
    if refuses and not remark:
        raise RefusalReasonMissing
    if task.wish == Wish.COMMENT and not remark:
        raise RemarkMissing
    if refuses and task.stop.step == 0:
        raise LinkSpent
    task.folder = task.stop.folder = folder
    state = Task.State.REFUSED if refuses else Task.State.DONE
    before = moving.ended(task, state, by=None, now=now, remark=remark, instead_of=link.given_by)
    link.used_at = now
    link.save(update_fields=["used_at"])
    line = Line(
        _what(task, refuses=refuses), task, before=before, after=task.facts(), comment=remark, instead_of=link.given_by,
        guest=str(link),
    )  # fmt: skip
    if refuses:
        following = moving.back(folder, task, by=None, now=now)
    else:
        task.stop.state = Stop.State.DONE
        task.stop.save(update_fields=["state"])
        following = moving.onward(folder, now=now)
    minutes.write(GUEST, folder, [line, *following], at=now)


@transaction.atomic
def note_reading(*, link: GuestLink, document: Document, kind: str, now: datetime) -> None:
    """Somebody outside looked at a document, or took its file: that is on record, each time."""
    version = document.valid_version
    journal.append(
        GUEST, f"guest_link.{kind}", link, at=now, document=document, version=version.number if version else 0,
        personal={"guest": str(link)},
    )  # fmt: skip


def _named(name: str, address: str) -> tuple[str, str]:
    name, address = name.strip(), address.strip()
    if not name or len(name) > 60:
        raise BadValue("Bitte geben Sie den Namen der Person an, höchstens 60 Zeichen.")
    try:
        validate_email(address)
    except ValidationError:
        address = ""
    if not address or len(address) > 80:
        raise BadValue("Bitte geben Sie eine gültige E-Mail-Adresse an.")
    return name, address


def _what(task: Task, *, refuses: bool) -> str:
    if refuses:
        return What.REFUSED
    return What.APPROVED if task.wish in _TO_APPROVE else What.COMPLETED


def _about(task: Task, what: str, comment: str) -> Line:
    facts = task.facts()
    return Line(what, task, before=facts, after=facts, comment=comment)
