"""What came in inside something else: what hung on a mail, what lay in an archive.

An opened archive is only wrapping. What lay in it belongs to the mail the archive hung on, as if it had hung there
itself; of an archive that came alone, each file stands for itself.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from kundenakte.records.models import Arrival

State = Arrival.State
# How a part finds the whole it was divided from: out of something that was opened, or cut out of a stack of paper.
WHOLES = ("part_of", "stack_place__stack")
# What hangs on a mail that waits, waits with it, and so does what lay in an archive there.
WAITS_WITH_ITS_MAIL = Q(part_of__isnull=False, part_of__state=State.WAITING) | Q(
    part_of__isnull=False, part_of__state=State.SPLIT, part_of__part_of__isnull=False,
    part_of__part_of__state=State.WAITING,
)  # fmt: skip


def may_be_opened(arrival: Arrival) -> bool:
    """Whether files may still be taken out of it. What its source has named exactly is filed already: it is that
    document as a whole, and so is what a person dropped on a document."""
    is_new = arrival.state == State.UNDER_WAY and not arrival.opened.get("count")
    return is_new and not arrival.facts.get("document_id")


def holder_of(arrival: Arrival) -> Arrival | None:
    """The mail it hung on, past archives in between; None when it came alone or in an archive that did."""
    above = arrival.part_of
    while above is not None and above.state == State.SPLIT:
        above = above.part_of
    return above


def root_of(arrival: Arrival) -> Arrival:
    """What came in from outside: the outermost of mails and archives."""
    root = arrival
    while root.part_of is not None:
        root = root.part_of
    return root


def depth_of(arrival: Arrival, *, most: int) -> int:
    """How many mails and archives are around it, counted no further than `most`."""
    depth, above = 0, arrival.part_of
    while above is not None and depth < most:
        depth, above = depth + 1, above.part_of
    return depth


def parts_of(mail: Arrival) -> QuerySet[Arrival]:
    """What hung on a mail, and in place of each archive that was opened, also what lay in it."""
    holders = level = [mail.pk]
    while level:
        level = _archives_in(level)
        holders = [*holders, *level]
    return Arrival.objects.filter(part_of__in=holders)


def has_unread(mail: Arrival) -> bool:
    """Whether anything that hung on the mail is still to be read.

    Asked from the top down: an archive that is opened meanwhile is either still seen unread, or its files are.
    """
    level = [mail.pk]
    while level:
        if Arrival.objects.filter(part_of__in=level, state=State.UNDER_WAY, findings={}).exists():
            return True
        level = _archives_in(level)
    return False


def _archives_in(holders: list[int]) -> list[int]:
    return list(Arrival.objects.filter(part_of__in=holders, state=State.SPLIT).values_list("pk", flat=True))
