"""All open cases of a process are put on its newest edition: in the background, one after the other, with a report.

Each case is a transaction of its own, with how far the walk is: killed at any moment, it goes on behind the last case
that was looked at, and nobody who works at another case waits. What cannot go over stays on its edition, and it is
written down why.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation.trans_null import gettext_noop

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.jobs import ledger
from kundenakte.base.jobs.circumstances import passing
from kundenakte.base.journal import actions as journal
from kundenakte.circulation import moving
from kundenakte.circulation.cases import definitions, working
from kundenakte.circulation.models import Case, EditionMove, KeptCase, Process
from kundenakte.records import access
from kundenakte.records.models import Verb
from kundenakte.records.refusals import BadValue, NotAllowed, Refused

log = logging.getLogger(__name__)
# A name in the ledger, for ever.
MOVE_OVER: Final = "circulation.move_over"
# So many cases, then whatever else waits has its turn.
BATCH: Final = 20
_UNEXPECTED: Final = gettext_noop("Das ist an einem Fehler gescheitert, den das Protokoll der Kundenakte nennt.")


@transaction.atomic
def start(*, actor: Actor, process: Process, now: datetime) -> EditionMove:
    """Begin to put the open cases of older editions on the newest one; what is begun already is gone on with.

    For administrators. Raises BadValue where all follow it already.
    """
    person = moving.person(actor)
    if not access.rights_of(person).has(Verb.ADMINISTER):
        raise NotAllowed
    Process.objects.select_for_update().get(pk=process.pk)
    move = EditionMove.objects.filter(process=process, ended_at=None).first()
    if move is None:
        to = definitions.newest(process)
        move = EditionMove(process=process, definition=to, started_by=person, started_at=now)
        move.total = _left(move).count()
        if not move.total:
            raise BadValue("Alle offenen Vorgänge folgen schon der neuesten Ausgabe.")
        move.save()
        journal.append(
            actor, "process.moving_over", process, at=now, key=process.key, definition=to.number, cases=move.total
        )
    # Also where it stands still because its job has failed for good.
    ledger.enqueue(MOVE_OVER, move.pk)
    return move


def next_cases(move_id: int, *, clock: Callable[[], datetime]) -> bool:
    """Put the next cases over, each in a transaction of its own. True while there may be more."""
    move = EditionMove.objects.get(pk=move_id)
    if move.ended_at:
        return False
    waiting = list(_left(move).filter(pk__gt=move.cursor).order_by("pk").values_list("pk", flat=True)[:BATCH])
    for pk in waiting:
        _look_at(move_id, pk, clock())
    if not waiting:
        _end(move_id, clock())
    return bool(waiting)


# --- inside ------------------------------------------------------------------------------------------------------


def _left(move: EditionMove) -> QuerySet[Case]:
    cases = Case.objects.filter(process=move.process_id, state=Case.State.OPEN)
    return cases.exclude(definition=move.definition_id)


@transaction.atomic
def _look_at(move_id: int, case_id: int, now: datetime) -> None:
    move = _held(move_id)
    if move.ended_at or case_id <= move.cursor:
        # Another worker has taken over and was here.
        return
    case = Case.objects.get(pk=case_id)
    try:
        with transaction.atomic():
            moved, kept = (
                working.put_over(actor=Actor.of(move.started_by), case=case, to=move.definition, now=now),
                None,
            )
    except Refused as refused:
        moved, kept = False, refused.told
    except Exception as error:  # one case must not hold up the others
        if passing(error):
            raise
        log.exception("case %s could not be put on edition %s", case.number, move.definition_id)
        moved, kept = False, (_UNEXPECTED, {})
    if kept:
        KeptCase.objects.create(move=move, case=case, why=kept[0][:300], words=kept[1])
    move.cursor, move.done, move.moved = case_id, move.done + 1, move.moved + moved
    move.save(update_fields=["cursor", "done", "moved"])


@transaction.atomic
def _end(move_id: int, now: datetime) -> None:
    move = _held(move_id)
    if move.ended_at:
        return
    move.ended_at = now
    move.save(update_fields=["ended_at"])
    journal.append(
        Actor.of(move.started_by), "process.moved_over", move.process, at=now, key=move.process.key,
        definition=move.definition.number, moved=move.moved, kept=move.kept.count(),
    )  # fmt: skip


def _held(move_id: int) -> EditionMove:
    rows = EditionMove.objects.select_for_update(of=("self",))
    return rows.select_related("process", "definition", "started_by").get(pk=move_id)
