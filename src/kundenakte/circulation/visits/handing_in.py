"""A report comes back from a device: photos first, then the report, each once however often it is sent.

Whoever has taken a visit along is always heard. If the task is still his, the report does it and the process goes on.
If it was done or taken back meanwhile, the report says so and is filed all the same: what happened at the customer's
did happen.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation.trans_null import gettext_noop

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.accounts.models import User
from kundenakte.base.jobs import ledger
from kundenakte.base.refusals import Refused
from kundenakte.circulation import access, actions, moving
from kundenakte.circulation.cases import working as cases
from kundenakte.circulation.models import Task, Visit, VisitPhoto, VisitReport
from kundenakte.circulation.refusals import FolderEnded, TaskClaimed, TaskEnded
from kundenakte.circulation.visits import reports
from kundenakte.records.refusals import BadValue, NotAllowed, NotFound

# Its name in the ledger, for ever.
FILE_REPORT: Final = "circulation.visit_report"
MOST_BYTES: Final = 4 * 1024 * 1024
_JPEG: Final = b"\xff\xd8\xff"
# Twice what a report may hold: photos that were taken again.
_MOST_WAITING: Final = 2 * reports.MOST_PHOTOS
_WITH_OTHERS: Final = gettext_noop("Diese Aufgabe lag inzwischen bei jemand anderem.")
# The work is somebody else's by now, or nobody's.
_TOO_LATE: Final = (TaskEnded, TaskClaimed, FolderEnded, NotAllowed, NotFound)


class PhotosMissing(Refused):
    """The device has to send them first."""

    code = "photos_missing"
    sentence = "Von diesem Bericht fehlen noch Fotos. Sie werden gleich noch einmal gesendet."


def keep_photo(*, person: User, task_id: int, key: UUID, content: bytes, now: datetime) -> VisitPhoto:
    """Keep one photo until its report comes. Returns when it is committed; the same key again changes nothing.

    Raises NotFound for whoever has not taken the visit along, BadValue for what is no JPEG or too large.
    """
    visit = _visit(person, task_id)
    if not content.startswith(_JPEG):
        raise BadValue("Ein Foto ist kein JPEG-Bild.")
    if len(content) > MOST_BYTES:
        raise BadValue("Ein Foto ist größer als 4 MB.")
    if visit.photos.count() >= _MOST_WAITING and not visit.photos.filter(key=key).exists():
        raise BadValue("In einen Bericht passen höchstens %(most)s Fotos.", most=reports.MOST_PHOTOS)
    digest = hashlib.sha256(content).hexdigest()
    try:
        with transaction.atomic():
            return VisitPhoto.objects.create(
                key=key, visit=visit, digest=digest, content=content, received_at=now
            )  # fmt: skip
    except IntegrityError:
        there = VisitPhoto.objects.filter(key=key, visit=visit, digest=digest).first()
        if there is None:
            raise BadValue("Unter diesem Schlüssel liegt schon ein anderes Foto.") from None
        return there


def hand_in(*, actor: Actor, key: UUID, said: Any, now: datetime) -> VisitReport:
    """Take a report in: committed when this returns. The same key again gives the report that is there.

    Raises NotFound, BadValue, AnswersRefused, CaseStuck, ChangedMeanwhile, PhotosMissing; then nothing has changed and
    the device keeps the report.
    """
    person = moving.person(actor)
    there = VisitReport.objects.filter(key=key, visit__person=person).first()
    if there is not None:
        return there
    report = reports.read(said)
    visit = _visit(person, report.task)
    try:
        with transaction.atomic():
            late, answers = _moved_on(actor, visit, report, now)
            # While this is held no report that is just filed lets go of photos (filing.py).
            Visit.objects.select_for_update().get(pk=visit.pk)
            made = VisitReport.objects.create(
                key=key, visit=visit, received_at=now, late=late, content=reports.as_json(report, answers)
            )
            _require_photos(visit, report)
            ledger.enqueue(FILE_REPORT, made.pk)
            return made
    except IntegrityError:
        # The device sent it twice at once.
        there = VisitReport.objects.filter(key=key, visit__person=person).first()
        if there is None:
            raise NotFound from None
        return there


def _visit(person: User, task_id: int) -> Visit:
    visit = Visit.objects.select_related("task__folder").filter(task=task_id, person=person).first()
    if visit is None:
        raise NotFound
    return visit


def _require_photos(visit: Visit, report: reports.Report) -> None:
    wanted = {photo.key for photo in report.photos}
    if wanted - set(visit.photos.filter(key__in=wanted).values_list("key", flat=True)):
        raise PhotosMissing


def _moved_on(actor: Actor, visit: Visit, report: reports.Report, now: datetime) -> tuple[str, dict[str, Any]]:
    """Do the task. Why that was too late, or "", and the answers as they are kept."""
    person = moving.person(actor)
    try:
        with transaction.atomic():
            task = access.get_task(person, visit.task_id, today=timezone.localdate(now))
            done = actions.complete(
                actor=actor, task=task, edition=task.edition, now=now, remark=report.remark, answers=report.answers
            )
    except _TOO_LATE as refused:
        return _why(refused, visit.task), _as_typed(visit.task, report)
    step = cases.step_of(done.stop)
    return "", dict(step.answers) if step else {}


def _why(refused: Refused, task: Task) -> str:
    if isinstance(refused, TaskEnded | TaskClaimed | FolderEnded):
        return refused.sentence[:300]
    return _WITH_OTHERS


def _as_typed(task: Task, report: reports.Report) -> dict[str, Any]:
    """What the form can read of the answers; what it refuses goes along as it was typed."""
    step = cases.step_of(task.stop)
    if step is None:
        return {}
    form = cases.form_of(step)
    clean, _faults = form.checked(report.answers)
    return {
        field.name: clean.get(field.name, str(report.answers.get(field.name) or "")[:4000] or None)
        for field in form.fields
    }
