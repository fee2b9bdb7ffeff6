"""What somebody wishes to stand on a routing slip, and whether it can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils import timezone

from kundenakte.base.accounts.models import Role, User
from kundenakte.circulation import working_days
from kundenakte.circulation.models import CirculationFolder, Stop
from kundenakte.circulation.models.slips import Wish
from kundenakte.circulation.refusals import NobodyThere
from kundenakte.records import access
from kundenakte.records.models import CustomerFile, Verb
from kundenakte.records.refusals import BadValue

MOST_STOPS: Final = 100
_LONGEST_INSTRUCTION: Final = 500
LONGEST_DUE: Final = 250


@dataclass(frozen=True, slots=True)
class StopWish:
    """One line as a person writes it: in which step who is to do what, and by when."""

    step: int
    to: User | Role
    wish: str = Wish.COMPLETE
    instruction: str = ""
    # A day, or so many working days after the stop's turn has come.
    due_on: date | None = None
    due_days: int | None = None
    four_eyes: bool = False


def written(folder: CirculationFolder, wishes: Sequence[StopWish]) -> list[Stop]:
    """Put stops on the slip, all of them waiting. Raises BadValue or NobodyThere, each with the line at fault."""
    if not wishes:
        raise BadValue("Bitte tragen Sie mindestens eine Station ein.")
    if folder.stops.count() + len(wishes) > MOST_STOPS:
        raise BadValue("Ein Laufzettel hat höchstens %(most)s Stationen.", most=MOST_STOPS)
    for wish in wishes:
        _check(folder, wish)
    stops = [
        Stop(
            folder=folder, step=wish.step, wish=wish.wish, instruction=wish.instruction.strip(), due_on=wish.due_on,
            due_days=wish.due_days, four_eyes=wish.four_eyes,
            **({"user": wish.to} if isinstance(wish.to, User) else {"team": wish.to}),
        )
        for wish in wishes
    ]  # fmt: skip
    # One by one: not every database gives ids back for many.
    for stop in stops:
        stop.save()
    return stops


def due_day(stop: Stop, *, now: datetime) -> date | None:
    """By when a task that opens now has to be done; nobody is late with what he gets only now."""
    today = timezone.localdate(now)
    if stop.due_on is not None:
        return max(stop.due_on, working_days.on_or_after(today))
    return None if stop.due_days is None else working_days.add(today, stop.due_days)


def must_be_there(to: User | Role, customer_file: CustomerFile) -> None:
    """Raise NobodyThere unless somebody can do what is given to `to`."""
    if isinstance(to, Role):
        if not to.users.filter(is_active=True, is_service=False).exists():
            raise NobodyThere("Zum Team „%(name)s“ gehört niemand, der sich anmelden kann.", name=to.name)
        return
    if not to.is_active or to.is_service or to.is_auditor:
        raise NobodyThere
    reach = access.rights_of(to).reach(Verb.READ)
    group = customer_file.customer.group
    if customer_file.pk in reach.denied_files or (group and group in reach.denied_groups):
        # Not why: who is kept out of a file is nobody's business.
        raise NobodyThere("%(to)s kann bei dieser Umlaufmappe nicht mitwirken. Bitte wählen Sie jemand anderen.", to=to)


def _check(folder: CirculationFolder, wish: StopWish) -> None:
    if wish.step < 1:
        raise BadValue("Schritte werden ab 1 gezählt.")
    if wish.wish not in Wish.values:
        raise BadValue("Diese Art von Aufgabe gibt es nicht.")
    if len(wish.instruction.strip()) > _LONGEST_INSTRUCTION:
        raise BadValue("Eine Anweisung darf höchstens %(most)s Zeichen lang sein.", most=_LONGEST_INSTRUCTION)
    if wish.due_on is not None and wish.due_days is not None:
        raise BadValue("Bitte geben Sie einen Tag oder eine Zahl von Arbeitstagen an, nicht beides.")
    if wish.due_on is not None and wish.due_on < timezone.localdate(folder.started_at):
        raise BadValue("Der Termin liegt in der Vergangenheit.")
    if wish.due_days is not None and not 0 <= wish.due_days <= LONGEST_DUE:
        raise BadValue("Bitte geben Sie höchstens %(most)s Arbeitstage an.", most=LONGEST_DUE)
    must_be_there(wish.to, folder.customer_file)
    if wish.four_eyes and wish.to == folder.started_by:
        raise BadValue(
            "%(to)s hat die Mappe gestartet; im Vier-Augen-Prinzip muss jemand anders freigeben.", to=wish.to
        )
