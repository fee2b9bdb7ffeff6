"""The archive's work in the ledger: note what is to be sealed, seal it, and once a day gather what was missed."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, islice

from django.conf import settings
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation.trans_null import gettext_noop as _

from kundenakte.base.blobs.store import NoSuchBlob
from kundenakte.base.jobs import ledger
from kundenakte.base.jobs import queries as jobs
from kundenakte.base.jobs.ledger import Apply, GiveUp
from kundenakte.records import sealing as wanted
from kundenakte.records.models import Arrival, Document, DocumentClass, Rendition, Version, VersionState
from kundenakte.steps.archive import locks, metadata, original_locks, replica, sealing
from kundenakte.steps.archive.due import due_at
from kundenakte.steps.archive.models import ArchivePackage, PackageState, SealDue
from kundenakte.steps.archive.sealing import OtherOriginal
from kundenakte.steps.archive.staging import Unreadable

log = logging.getLogger(__name__)

NOTE = wanted.NOTE
SEAL = "archive.seal"
COPY = "archive.copy"
GATHER = "archive.gather"
MORE = "archive.gather_more"
CHECK = "archive.check"
DAY = 24 * 60 * 60.0
PRIORITY = 70
# How long previews are waited for; then it is sealed without them, and the metadata say so.
PATIENCE = timedelta(hours=1)
_AGAIN = timedelta(seconds=20)
# How many are taken up in one transaction.
AT_ONCE = 1000
_MISSING = _("Das Original fehlt in der Dateiablage.")
_OTHER = _("Das Original ist nicht mehr, was es war. Der Administrator sieht Näheres unter „Betrieb“.")
_DAMAGED = _("Im Archiv liegt dazu schon etwas, das beschädigt ist. Der Administrator sieht Näheres unter „Betrieb“.")


def note(version_id: int) -> Apply:
    """Note from when on a version is to be sealed; if that is now, its row goes on to the sealing."""
    return partial(_note, version_id)


def seal(version_id: int, *, way: tuple[str, ...] = ()) -> Apply:
    """Seal a version that is due. While the document is on its way (`way`: the steps' names), its turn comes later."""
    now = timezone.now()
    due = SealDue.objects.filter(pk=version_id).first()
    if due is None or due.due_at > now:
        return lambda: False
    if not _is_ready(version_id, way, patient=now - due.due_at < PATIENCE):
        return partial(_later, version_id, now)
    prepared = _prepared(version_id, now)
    if prepared is None:
        return partial(_nothing_new, version_id)
    return partial(_record, prepared)


def failed(version_id: int, sentence: str) -> None:
    """What could not be sealed stays due, with the sentence why. Runs in the ledger's transaction."""
    SealDue.objects.filter(pk=version_id).update(trouble=sentence)


def gather(_subject: int) -> Apply:
    """Once a day: seal again what was changed since its sealing, note what slipped through (a class whose rule was
    changed, rows an import brought), and try again what could not be sealed: its original may be back, and what the
    power failed at five times in a row is nothing bad in itself."""
    late = SealDue.objects.filter(due_at__lt=timezone.now() - PATIENCE).order_by("due_at")
    waiting, troubled = late.filter(trouble=""), late.exclude(trouble="")
    again = [one for rows in (waiting, troubled) for one in rows.values_list("version_id", "due_at")[:AT_ONCE]]
    sealing.default().sweep()
    return partial(_take_up, [*again, *_missed()], goes_on=True)


def gather_more(_subject: int) -> Apply:
    """The rest, some thousand at a time: a house that brings its documents along must not hold its database."""
    due = list(_missed())
    return partial(_take_up, due, goes_on=bool(due))


def copy(package_id: int) -> Apply:
    """Bring a sealed object to the second copy."""
    package = ArchivePackage.objects.select_related("document").get(pk=package_id)
    if not package.document.is_disposed:
        replica.copy(package)
    return lambda: False


def check(_subject: int) -> Apply:
    """Once a day: read a ninetieth of all objects whole, and repair what is damaged from the other copy."""
    now = timezone.now()
    for package in replica.whose_turn(timezone.localdate(now)):
        # Asked again: the round takes long, and what was disposed of meanwhile is not missing.
        if not package.states.filter(state=PackageState.State.DISPOSED).exists():
            replica.check(package, now=now)
    return lambda: True


def _note(version_id: int) -> bool:
    version = Version.objects.select_related("document__document_class").get(pk=version_id)
    now = timezone.now()
    if version.document.is_disposed or ArchivePackage.objects.filter(version=version).exists():
        return False
    due = due_of(version)
    if due is None:
        SealDue.objects.filter(pk=version_id).delete()
        return False
    SealDue.objects.update_or_create(version_id=version_id, defaults={"due_at": due})
    if due > now:
        ledger.enqueue(SEAL, version_id, run_after=due)
        return False
    return True


def due_of(version: Version) -> datetime | None:
    """From when on its class wants it sealed; None for never, and while it is not released."""
    valid = VersionState.objects.filter(version=version, state=VersionState.State.VALID).order_by("pk")
    valid_at = valid.values_list("at", flat=True).first()
    return due_at(version.document.document_class, added_at=version.created_at, valid_at=valid_at)


def _is_ready(version_id: int, way: tuple[str, ...], *, patient: bool) -> bool:
    """Whether recognition and previews are done, or nobody makes them, or they were waited for long enough."""
    digest = Version.objects.filter(pk=version_id).values_list("digest", flat=True).get()
    arrivals = list(Arrival.objects.filter(digest=digest).values_list("pk", flat=True)[:20])
    if not arrivals or not patient:
        return True
    if any(jobs.of_subject(way, pk).filter(state__in=("waiting", "running")).exists() for pk in arrivals):
        return False
    return Rendition.objects.filter(digest=digest, kind=Rendition.Kind.TEXT).exists()


def _prepared(version_id: int, now: datetime) -> sealing.Prepared | None:
    try:
        return sealing.prepare(version_id, now=now)
    except NoSuchBlob:
        raise GiveUp("archive-original-missing", _MISSING) from None
    except OtherOriginal:
        raise GiveUp("archive-original-differs", _OTHER) from None
    except Unreadable as error:
        log.warning("%s", error)
        raise GiveUp("archive-damaged", _DAMAGED) from None


def _later(version_id: int, now: datetime) -> bool:
    # By the other name: asking for itself would run it again at once.
    ledger.enqueue(NOTE, version_id, run_after=now + _AGAIN)
    return False


def _nothing_new(version_id: int) -> bool:
    SealDue.objects.filter(pk=version_id).delete()
    return False


def _record(prepared: sealing.Prepared) -> bool:
    # Whoever disposes of the document takes its row first as well: so one of the two comes second and sees the other.
    row = Document.with_disposed.select_for_update(of=("self",)).get(pk=prepared.version.document_id)
    if row.is_disposed:
        sealing.default().destroy(prepared.object_id)
        return False
    package = sealing.record(prepared)
    if settings.ARCHIVE_REPLICA:
        ledger.enqueue(COPY, package.pk)
    if settings.BLOBS_BUCKET:
        ledger.enqueue(original_locks.LOCK, package.pk)
    return False


def _changed_since() -> Iterable[tuple[int, datetime]]:
    """Sealed versions whose document was changed after the sealing, and whose facts are others now."""
    newer = ArchivePackage.objects.filter(version=OuterRef("version"), number__gt=OuterRef("number"))
    noted = SealDue.objects.filter(version=OuterRef("version"))
    last = ArchivePackage.objects.filter(
        ~Exists(newer), ~Exists(noted), document__is_disposed=False, document__changed_at__gt=F("sealed_at")
    )
    for version_id, facts_sha256, changed_at in last.values_list(
        "version_id", "facts_sha256", "document__changed_at"
    ).iterator(chunk_size=500):
        version = metadata.loaded(version_id)
        if metadata.digest_of(metadata.facts_of(version, metadata.arrival_of(version))) != facts_sha256:
            yield version_id, changed_at


def _missed() -> Iterable[tuple[int, datetime]]:
    return islice(chain(_changed_since(), _never_noted()), AT_ONCE)


def _never_noted() -> Iterable[tuple[int, datetime]]:
    for version in _unsealed().select_related("document__document_class").iterator(chunk_size=500):
        due = due_of(version)
        if due is not None:
            yield version.pk, due


def _unsealed() -> QuerySet[Version]:
    sealed = ArchivePackage.objects.filter(version=OuterRef("pk"))
    noted = SealDue.objects.filter(version=OuterRef("pk"))
    never = DocumentClass.SealWhen.NEVER
    there = Version.objects.filter(~Exists(sealed), ~Exists(noted), document__is_disposed=False)
    return there.exclude(document__document_class__seal_when=never)


def _take_up(due: list[tuple[int, datetime]], *, goes_on: bool) -> bool:
    # Few statements, however many there are: others wait for the lock meanwhile.
    now, turns = timezone.now(), defaultdict[datetime, list[int]](list)
    for version_id, at in due:
        turns[max(at, now)].append(version_id)
    rows = (SealDue(version_id=version_id, due_at=at) for version_id, at in due)
    SealDue.objects.bulk_create(rows, ignore_conflicts=True)
    for at, versions in turns.items():
        ledger.enqueue_all(SEAL, versions, run_after=at)
    if goes_on:
        ledger.enqueue(MORE, 0)
    return True


def register_jobs(way: tuple[str, ...]) -> None:
    """Tell the ledger the archive's work. `way` are the steps that a document is on before it is sealed."""
    ledger.register(NOTE, note, priority=PRIORITY, then=SEAL)
    ledger.register(SEAL, partial(seal, way=way), priority=PRIORITY, on_failed=failed)
    ledger.register(COPY, copy, priority=PRIORITY + 5)
    ledger.register(MORE, gather_more, priority=90)
    ledger.every(DAY, GATHER, gather)
    ledger.every(DAY, CHECK, check, priority=95)
    locks.register_jobs()
    original_locks.register_jobs()
