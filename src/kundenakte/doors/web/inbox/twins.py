"""The same bytes more than once in the inbox: whoever decides about one entry should know of the others."""

from __future__ import annotations

from typing import Final

from kundenakte.base.accounts.models import User
from kundenakte.records import access
from kundenakte.records.models import Arrival
from kundenakte.records.reach import Rights

_MOST: Final = 5


def twins_of(found: Arrival, user: User, *, rights: Rights) -> list[Arrival]:
    """The other entries with the very same file that wait as this one does, the oldest first; only those the user may
    see, so that nobody learns what waits with another team."""
    if found.state != Arrival.State.WAITING:
        return []
    seen = access.arrivals_for(user, rights=rights).filter(state=Arrival.State.WAITING, digest=found.digest)
    return list(seen.exclude(pk=found.pk).select_related("team").order_by("received_at", "pk")[:_MOST])
