"""Watching a share: switched on and off, and each look begun and ended, checked and journalled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs import ledger
from kundenakte.base.journal import actions as journal
from kundenakte.records import access
from kundenakte.records.models import Verb
from kundenakte.records.refusals import BadValue, Refused
from kundenakte.steps.intake import shares
from kundenakte.steps.intake.models import Share, ShareEntry, ShareLine, ShareLook, ShareRun, ShareWatch

# The name of the work in the ledger, for ever; doors/share does it.
LOOK: Final = "share.look"
# Behind a take-over, too: a look may come late.
LATER: Final = 92
_HOURS: Final = {ShareWatch.Every.HOUR: 1, ShareWatch.Every.QUARTER: 6}
# In the office's time; what begins then is through before anybody comes.
_NIGHT: Final = time(1)
_KEPT: Final = 60
# A take-over with one of these has made the last look untrue.
_TAKEN: Final = (ShareLine.Outcome.FILED, ShareLine.Outcome.RECEIVED, ShareLine.Outcome.DUPLICATE)


class NotWatched(Refused):
    """Only a share that is watched is looked at."""

    code = "share_not_watched"
    sentence = "Dieses Laufwerk wird nicht beobachtet. Bitte schalten Sie das Beobachten ein."


class LookUnderWay(Refused):
    """One look after the other."""

    code = "share_look_under_way"
    sentence = "Es wird gerade nachgesehen."


def watch_of(share: Share) -> ShareWatch:
    """How the share is watched; one that never was is off."""
    return ShareWatch.objects.filter(share=share).first() or ShareWatch(share=share)


def problem_of(share: Share) -> str:
    """Why a watched share cannot be looked at just now; "" while all is well."""
    last = share.looks.first()
    return last.problem if last and watch_of(share).is_on else ""


def next_due(now: datetime, every: str) -> datetime:
    """When the look after one at `now` is due."""
    hours = _HOURS.get(ShareWatch.Every(every))
    if hours:
        return now + timedelta(hours=hours)
    tonight = timezone.make_aware(datetime.combine(timezone.localdate(now), _NIGHT))
    return tonight if tonight > now else tonight + timedelta(days=1)


@transaction.atomic
def set_watch(
    *,
    actor: Actor,
    share: Share,
    is_on: bool,
    every: str = ShareWatch.Every.NIGHT,
    takes_new: bool = False,
    now: datetime,
) -> ShareWatch:
    """Switch the watching of a share on or off, or change it. Switched on, the first look is due at once; a look that
    is under way ends. The folder that lies there now counts as the right one. Raises BadValue, NotAllowed."""
    access.require(actor, Verb.ADMINISTER)
    if every not in ShareWatch.Every.values:
        raise BadValue("So oft kann nicht nachgesehen werden.")
    # In the order in which a look takes its locks; what begins in between is found below.
    list(share.looks.select_for_update(of=("self",)).filter(ended_at=None))
    # A look that begins points at it, and need not wait for that.
    Share.objects.select_for_update(of=("self",), no_key=True).get(pk=share.pk)
    if is_on:
        shares.check_place(share.path)
    watch = watch_of(share)
    was_on = watch.is_on
    if not (is_on or was_on):
        return watch
    watch.is_on, watch.root, watch.path = is_on, "", ""
    if is_on:
        watch.every, watch.takes_new, watch.next_at = every, takes_new, now
    watch.save()
    for look in share.looks.select_for_update(of=("self",)).filter(ended_at=None):
        look.stopped = True
        look.save(update_fields=["stopped"])
        ledger.enqueue(LOOK, look.pk, priority=LATER)
    what = "share.watched" if is_on else "share.unwatched"
    more: dict[str, Any] = {"every": every, "takes_new": takes_new} if is_on else {}
    journal.append(actor, what, share, at=now, **more)
    return watch


def look_now(*, actor: Actor, share: Share, is_thorough: bool, now: datetime) -> ShareLook:
    """Look at a watched share at once. Raises NotWatched, LookUnderWay, NotAllowed."""
    access.require(actor, Verb.ADMINISTER)
    with transaction.atomic():
        watch = ShareWatch.objects.select_for_update(of=("self",)).filter(share=share, is_on=True).first()
        if watch is None:
            raise NotWatched
        look = begin(watch, now, is_thorough=is_thorough)
        if look is None:
            raise LookUnderWay
        journal.append(actor, "share.look_started", share, at=now, thorough=is_thorough)
    return look


def begin(
    watch: ShareWatch, now: datetime, *, is_thorough: bool = False, brings: bool | None = None
) -> ShareLook | None:
    """A look, in the caller's transaction; None when one is under way. `brings` says whether what is new may come in
    after it; by default as the watch says."""
    if ShareLook.objects.filter(share=watch.share_id, ended_at=None).exists():
        return None
    share = watch.share
    may_bring = watch.takes_new if brings is None else brings
    try:
        with transaction.atomic():
            look = ShareLook.objects.create(
                share=share, terms=share.terms(), started_at=now, is_thorough=is_thorough, brings=may_bring,
                root=watch.root if watch.path == share.path else "",
            )  # fmt: skip
    except IntegrityError:
        return None
    ledger.enqueue(LOOK, look.pk, priority=LATER)
    return look


def begin_due(now: datetime) -> None:
    """Begin each look that is due, and let those go on that wait for their share. In the caller's transaction."""
    due = (
        ShareWatch.objects.select_for_update(of=("self",)).select_related("share").filter(is_on=True, next_at__lte=now)
    )
    for watch in due:
        # One that is stopped is about to end; the next turn finds it ended.
        if begin(watch, now) or not watch.share.looks.filter(ended_at=None, stopped=True).exists():
            watch.next_at = next_due(now, watch.every)
            watch.save(update_fields=["next_at"])
    waiting = ShareLook.objects.filter(ended_at=None).exclude(problem="").values_list("pk", flat=True)
    ledger.enqueue_all(LOOK, list(waiting), priority=LATER)


def look_after(run: ShareRun, now: datetime) -> None:
    """A take-over has ended: when it brought something, a watched share is looked at once more, so that its state is
    told as it is. Nothing comes in after that look, so a file that changes all the time keeps nobody busy. While a look
    is under way, it sees to that when it ends. In the caller's transaction, which has locked the run."""
    watch = ShareWatch.objects.select_related("share").filter(share=run.share_id, is_on=True).first()
    if watch and _has_brought(run):
        begin(watch, now, brings=False)


def _has_brought(run: ShareRun) -> bool:
    return run.kind == ShareRun.Kind.IMPORT and run.lines.filter(outcome__in=_TAKEN).exists()


def end(look: ShareLook, counts: Mapping[str, int], now: datetime) -> None:
    """A look is through: its numbers are kept, and journalled when they are others than before. When a take-over has
    ended meanwhile, it is followed by another. In the caller's transaction, which has locked the look."""
    before = ShareLook.objects.filter(share=look.share_id, ended_at__isnull=False, stopped=False).first()
    look.counts, look.ended_at, look.problem = dict(counts), now, ""
    look.save(update_fields=["counts", "ended_at", "problem"])
    if before is None or before.counts != look.counts or look.run_id:
        more: dict[str, Any] = {"run": look.run_id} if look.run_id else {}
        journal.append(
            Actor.system(look.share.source), "share.looked", look.share, at=now, look=look.pk, files=look.total,
            counts=look.counts, **more,
        )  # fmt: skip
    old = ShareLook.objects.filter(share=look.share_id, ended_at__isnull=False).values_list("pk", flat=True)[_KEPT:]
    ShareLook.objects.filter(pk__in=list(old)).delete()
    # One that is just ending is waited for here, or finds this look ended.
    meanwhile = look.share.runs.select_for_update(of=("self",)).exclude(ended_at__lte=look.started_at)
    for run in list(meanwhile):
        if run.ended_at:
            look_after(run, now)


def a_run(look: ShareLook, now: datetime) -> ShareRun | None:
    """An empty take-over for what a look found; the caller adds its lines. None while another run is under way."""
    try:
        with transaction.atomic():
            held = Share.objects.select_for_update(of=("self",)).get(pk=look.share_id)
            if held.runs.filter(ended_at=None).exists():
                return None
            return ShareRun.objects.create(
                share=held, kind=ShareRun.Kind.IMPORT, terms=look.terms, root=look.root, started_at=now
            )
    except IntegrityError:
        return None


def begin_run(run: ShareRun, now: datetime) -> None:
    """All lines are there: let it take them. In the caller's transaction."""
    run.listed_at = now
    run.save(update_fields=["listed_at"])
    ledger.enqueue(shares.JOB, run.pk, priority=shares.LATER)
    journal.append(Actor.system(run.share.source), "share.import_started", run.share, at=now, run=run.pk)


BUSY: Final = _("Als nachgesehen wurde, lief gerade eine Übernahme. Was dann noch neu ist, kommt beim nächsten Mal.")


def forget(document_id: int, arrivals: tuple[int, ...], digests: tuple[str, ...]) -> None:
    """What tells of a document that goes is forgotten. A file that still lies on the share the next look finds, and
    says that its document is gone."""
    ShareEntry.objects.filter(Q(document=document_id) | Q(arrival__in=arrivals) | Q(digest__in=digests)).delete()
