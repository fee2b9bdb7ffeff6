"""Changing a rule of retention or the profile: simulated first, switched on afterwards, then carried out in batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs import ledger
from kundenakte.base.journal import actions as journal
from kundenakte.records import access
from kundenakte.records.actions.retention import SecondPersonMissing
from kundenakte.records.models import (
    Document,
    RetentionChange,
    RetentionProfile,
    RetentionRule,
    StructureRun,
    Verb,
)
from kundenakte.records.refusals import AlreadyDone, BadValue, Refused
from kundenakte.records.retention import keeping, sweep
from kundenakte.records.retention.events import BY_RELATION
from kundenakte.records.retention.keeping import House, Named, the_house
from kundenakte.records.retention.rules import Profile, Rule

JOB: Final = "records.retention"
_DECIDING: Final = frozenset({*keeping.ORDERS, *keeping.INVOICES, *BY_RELATION})
_known: tuple[tuple[int, datetime], Named] | None = None
_SYSTEM: Final = Actor.system("retention")


class TrialRunning(Refused):
    """First the difference, then the switch."""

    code = "trial_running"
    sentence = "Die Probe läuft noch. Bitte sehen Sie sich erst an, was sich ändern würde."


@dataclass(frozen=True, slots=True)
class RuleWish:
    """A version of a rule to be; what is not here stays as in the version before."""

    code: str
    years: int
    start: str
    from_year_end: bool
    basis: str
    valid_from: date


@transaction.atomic
def propose_rule(*, actor: Actor, wish: RuleWish, reason: str, now: datetime) -> RetentionChange:
    """Try another version of a rule on all documents, in the background. Nothing changes yet."""
    versions = the_house().catalogue.versions(wish.code)
    if not versions:
        raise BadValue("Diese Aufbewahrungsregel gibt es nicht.")
    if not 0 <= wish.years <= 100:
        raise BadValue("Die Frist hat höchstens 100 Jahre.")
    if not wish.basis.strip():
        raise BadValue("Bitte nennen Sie die Rechtsgrundlage.")
    if wish.start not in {rule.start for rule in the_house().catalogue.all_holding(date.max)}:
        raise BadValue("Dieses Ereignis kennt die Kundenakte nicht.")
    rule = replace(
        versions[-1], years=wish.years, start=wish.start, from_year_end=wish.from_year_end,
        basis=wish.basis.strip()[:200], valid_from=wish.valid_from,
    )  # fmt: skip
    if rule in versions:
        raise BadValue("Das ist die Regel, die schon gilt.")
    return _propose(actor, {"rule": asdict(rule) | {"valid_from": rule.valid_from.isoformat()}}, reason, now)


@transaction.atomic
def propose_profile(*, actor: Actor, profile: Profile, reason: str, now: datetime) -> RetentionChange:
    """Try another profile on all documents, in the background. Nothing changes yet."""
    if profile == the_house().profile:
        raise BadValue("So ist es schon eingestellt.")
    return _propose(actor, {"profile": asdict(profile)}, reason, now)


@transaction.atomic
def choose_profile(*, actor: Actor, profile: Profile, reason: str, now: datetime) -> None:
    """The decision at set-up, while there is no document whose period could change."""
    access.require(actor, Verb.RETENTION)
    if Document.objects.exists():
        raise BadValue("Es gibt schon Dokumente. Bitte probieren Sie die Änderung erst aus.")
    _insert_profile(actor, asdict(profile), reason, None, now)


@transaction.atomic
def switch_on(*, actor: Actor, change: RetentionChange, now: datetime) -> StructureRun:
    """Let a change hold and carry it out. What shortens any period takes a second person.

    Raises TrialRunning before the difference is there, SecondPersonMissing, and AlreadyDone.
    """
    locked = _proposed(actor, change)
    if locked.trial.ended_at is None:
        raise TrialRunning
    if shortens(locked) and (actor.user is None or actor.user.pk == locked.proposed_by_id):
        raise SecondPersonMissing
    second = actor.user if actor.user and actor.user.pk != locked.proposed_by_id else None
    if "rule" in locked.wish:
        row = RetentionRule.objects.create(
            **_rule_values(locked.wish["rule"]), made_at=now, made_by=locked.proposed_by, approved_by=second
        )
        journal.append(
            actor, "retention_rule.changed", row, at=now, reason=locked.reason, code=row.code, years=row.years,
            start=row.start, valid_from=row.valid_from, basis=row.basis, proposed_by=locked.proposed_by_id,
        )  # fmt: skip
    else:
        _insert_profile(actor, locked.wish["profile"], locked.reason, locked, now)
    run = start(actor=actor, now=now, why={"change": locked.pk})
    locked.state, locked.decided_by, locked.decided_at, locked.run = RetentionChange.State.ON, actor.user, now, run
    locked.save()
    return run


@transaction.atomic
def drop(*, actor: Actor, change: RetentionChange, now: datetime) -> None:
    """Forget a proposed change."""
    locked = _proposed(actor, change)
    locked.state, locked.decided_by, locked.decided_at = RetentionChange.State.DROPPED, actor.user, now
    locked.save(update_fields=["state", "decided_by", "decided_at"])
    journal.append(actor, "retention_change.dropped", locked, at=now)


def shortens(change: RetentionChange) -> bool:
    """Whether any document would be kept for less time: by the trial, or by the wish where no document shows it."""
    report = change.trial.report
    if report.get("shorter") or report.get("ended"):
        return True
    house = the_house()
    if "profile" in change.wish:
        wished = Profile(**change.wish["profile"])
        return (house.profile.ten_years, house.profile.financial_sector) > (
            wished.ten_years and house.profile.ten_years,
            wished.financial_sector and house.profile.financial_sector,
        )
    rule = _rule(change.wish["rule"])
    before = house.catalogue.holding(rule.code, rule.valid_from)
    return before is not None and (rule.years, rule.from_year_end) < (before.years, before.from_year_end)


@transaction.atomic
def start(*, actor: Actor, now: datetime, why: Mapping[str, Any]) -> StructureRun:
    """Calculate all ends anew in the background; one that runs is started over."""
    StructureRun.objects.filter(kind=StructureRun.Kind.RETENTION, ended_at=None).update(ended_at=now)
    return _run(StructureRun.Kind.RETENTION, dict(why), actor, now)


def read_ahead(run_id: int) -> Named:
    """What a run reads once, for `next_batch`: before a transaction begins in which others would wait for it."""
    return _named(StructureRun.objects.get(pk=run_id))


def next_batch(*, run_id: int, now: datetime, named: Named | None = None) -> bool:
    """Try or carry out on the next documents, in the caller's transaction. True while there are more.

    `named` is what `read_ahead` gave; without it, it is read here.
    """
    run = StructureRun.objects.select_for_update(of=("self",)).get(pk=run_id)
    if run.ended_at:
        return False
    is_trial = run.kind == StructureRun.Kind.RETENTION_TRIAL
    house, on = _supposed(run, now)
    rows = sweep.rows_behind(run.cursor, lock=not is_trial)
    changed = sweep.differences(rows, house, on=on, named=_named(run) if named is None else named)
    sweep.count(run.report, changed, house)
    if not is_trial:
        keeping.write(changed)
    run.done += len(rows)
    run.cursor = rows[-1].pk or 0 if rows else run.cursor
    if len(rows) < sweep.BATCH:
        run.ended_at = now
        if not is_trial:
            told = {key: run.report.get(key, 0) for key in ("shorter", "longer", "opened", "ended", "new", "same")}
            _follow_up(run)
            journal.append(_SYSTEM, "retention.recomputed", run, at=now, documents=run.done, **told)
    run.save()
    return run.ended_at is None


# --- inside ------------------------------------------------------------------------------------------------------


def _named(run: StructureRun) -> Named:
    """What orders and invoices name, read once for a run in this process; what came meanwhile follows at the end."""
    global _known  # noqa: PLW0603 - a cache of this process
    key = (run.pk, run.started_at)
    if _known is None or _known[0] != key or not run.cursor:
        _known = (key, keeping.everything_named())
    return _known[1]


def _follow_up(run: StructureRun) -> None:
    """Look again where papers that decide about others were changed while the run went through."""
    changed = Document.objects.filter(changed_at__gte=run.started_at, document_class__retention_code__in=_DECIDING)
    ledger.enqueue_all(keeping.FILE_JOB, set(changed.order_by().values_list("customer_file_id", flat=True)))


def _propose(actor: Actor, wish: dict[str, Any], reason: str, now: datetime) -> RetentionChange:
    access.require(actor, Verb.RETENTION)
    if not reason.strip():
        raise BadValue("Bitte geben Sie einen Grund an.")
    trial = _run(StructureRun.Kind.RETENTION_TRIAL, wish, actor, now)
    change = RetentionChange.objects.create(
        wish=wish, reason=reason.strip()[:300], proposed_by=actor.user, proposed_at=now, trial=trial
    )
    journal.append(actor, "retention_change.proposed", change, at=now, reason=reason.strip(), **wish)
    return change


def _run(kind: str, subject: dict[str, Any], actor: Actor, now: datetime) -> StructureRun:
    run = StructureRun.objects.create(
        kind=kind, subject=subject, started_by=actor.user, started_at=now, total=Document.objects.count()
    )
    ledger.enqueue(JOB, run.pk)
    return run


def _proposed(actor: Actor, change: RetentionChange) -> RetentionChange:
    access.require(actor, Verb.RETENTION)
    rows = RetentionChange.objects.select_for_update(of=("self",)).select_related("trial", "proposed_by")
    locked = rows.get(pk=change.pk)
    if locked.state != RetentionChange.State.PROPOSED:
        raise AlreadyDone
    return locked


def _supposed(run: StructureRun, now: datetime) -> tuple[House, date]:
    """The house as it would be, and the day to look from: a rule of the future is tried on its first day."""
    house, on = the_house(), timezone.localdate(now)
    if "rule" in run.subject:
        rule = _rule(run.subject["rule"])
        return House(house.catalogue.with_rule(rule), house.profile, house.classes), max(on, rule.valid_from)
    if "profile" in run.subject:
        return House(house.catalogue, Profile(**run.subject["profile"]), house.classes), on
    return house, on


def _rule_values(wish: Mapping[str, Any]) -> dict[str, Any]:
    return {**wish, "valid_from": date.fromisoformat(wish["valid_from"])}


def _rule(wish: Mapping[str, Any]) -> Rule:
    return Rule(**_rule_values(wish))


def _insert_profile(
    actor: Actor, values: Mapping[str, Any], reason: str, change: RetentionChange | None, now: datetime
) -> None:
    row = RetentionProfile.objects.create(
        **values, reason=reason.strip()[:300], made_at=now, made_by=change.proposed_by if change else actor.user,
        approved_by=actor.user if change and actor.user != change.proposed_by else None,
    )  # fmt: skip
    journal.append(actor, "retention_profile.changed", row, at=now, reason=reason.strip(), **values)
