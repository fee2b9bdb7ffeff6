"""Changing the routing slip while the folder is on its way."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from kundenakte.base.accounts.actors import Actor
from kundenakte.circulation import access, minutes, moving, slip
from kundenakte.circulation.actions.contents import must_have_a_hand
from kundenakte.circulation.cases import going
from kundenakte.circulation.minutes import Line
from kundenakte.circulation.models import CirculationFolder, Stop
from kundenakte.circulation.models.minutes import What
from kundenakte.circulation.slip import StopWish
from kundenakte.records.refusals import BadValue, NotAllowed, NotFound


@transaction.atomic
def extend_slip(
    *, actor: Actor, folder: CirculationFolder, stops: Sequence[StopWish], now: datetime, comment: str = ""
) -> list[Stop]:
    """Add stops, in the present step (they open at once) or later: whoever steers the folder or has a task of it.

    Raises BadValue for a step that is over, NobodyThere, NotAllowed, FolderEnded.
    """
    locked = moving.held(actor, folder, now=now)
    must_have_a_hand(moving.person(actor), locked, now=now)
    if going.of_folder(locked) is not None:
        raise BadValue("Den Laufzettel eines Vorgangs schreibt sein Prozess.")
    if any(wish.step < locked.step for wish in stops):
        raise BadValue("Dieser Schritt ist schon vorbei. Bitte wählen Sie den jetzigen oder einen späteren.")
    made = slip.written(locked, stops)
    lines = [
        Line(What.EXTENDED, stop=stop, after=stop.facts(), comment=comment.strip(), words=minutes.words_of([stop]))
        for stop in made
    ]
    lines += moving.opened([stop for stop in made if stop.step == locked.step], now=now)
    minutes.write(actor, locked, lines, at=now)
    return made


@transaction.atomic
def insert_step(
    *, actor: Actor, folder: CirculationFolder, stops: Sequence[StopWish], now: datetime, comment: str = ""
) -> list[Stop]:
    """Put a step of its own between two: these stops, all of one step, come before those that had its number.

    Those and all later ones move back by one, each with a line in the minutes. Whoever steers the folder or has a task
    of it; the step must be still to come. Raises BadValue, NobodyThere, NotAllowed, FolderEnded.
    """
    locked = moving.held(actor, folder, now=now)
    must_have_a_hand(moving.person(actor), locked, now=now)
    if going.of_folder(locked) is not None:
        raise BadValue("Den Laufzettel eines Vorgangs schreibt sein Prozess.")
    if len({wish.step for wish in stops}) != 1 or stops[0].step <= locked.step:
        raise BadValue("Dieser Schritt ist schon vorbei oder läuft gerade. Bitte wählen Sie einen späteren.")
    lines = []
    for stop in Stop.objects.filter(folder=locked, step__gte=stops[0].step).order_by("-step", "-pk"):
        before = stop.facts()
        stop.step += 1
        stop.save(update_fields=["step"])
        lines.append(Line(What.MOVED, stop=stop, before=before, after=stop.facts()))
    made = slip.written(locked, stops)
    written = [
        Line(What.EXTENDED, stop=stop, after=stop.facts(), comment=comment.strip(), words=minutes.words_of([stop]))
        for stop in made
    ]
    minutes.write(actor, locked, [*written, *reversed(lines)], at=now)
    return made


@transaction.atomic
def shorten_slip(
    *, actor: Actor, folder: CirculationFolder, stops: Collection[int], now: datetime, comment: str = ""
) -> None:
    """Drop stops (ids) whose turn has not come: whoever steers the folder.

    Raises BadValue for one that is open or done, NotFound for one of another folder, NotAllowed, FolderEnded.
    """
    locked = moving.held(actor, folder, now=now)
    if not access.may_steer(moving.person(actor), locked, today=timezone.localdate(now)):
        raise NotAllowed
    found = list(Stop.objects.filter(folder=locked, pk__in=stops).order_by("step", "pk"))
    if not found or len(found) != len(set(stops)):
        raise NotFound
    if any(stop.state != Stop.State.WAITING for stop in found):
        raise BadValue("Entfallen kann nur eine Station, die noch nicht dran war.")
    lines = []
    for stop in found:
        stop.state = Stop.State.DROPPED
        stop.save(update_fields=["state"])
        lines.append(Line(What.SHORTENED, stop=stop, before=stop.facts(), comment=comment.strip()))
    minutes.write(actor, locked, lines, at=now)
