"""Changes that were refused for want of a right: who tried what with which row (R-20, T-01, T-22).

The entry is about the account, not about the row: an attempt is no change of a document, and nobody may make one look
changed by trying. It holds names of routes, numbers of rows and a code; nothing that was typed. What was merely not
possible – an old edition, a missing reason, a wrong value – is no attempt.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime
from typing import Any, Final

from django.core.cache import cache
from django.db import DatabaseError, transaction

from kundenakte.base.accounts.actors import Actor
from kundenakte.base.journal import actions
from kundenakte.base.journal.actions import Happening

log = logging.getLogger(__name__)

REFUSED: Final = "attempt.refused"
# The same once more within this time is no news; and who tries everything fills no journal.
SAME_AGAIN: Final = 60 * 60
MOST_A_DAY: Final = 100
_DAY: Final = 24 * 60 * 60


def note(*, actor: Actor, what: str, row: str, code: str, now: datetime) -> bool:
    """Tell of a refused attempt, unless it was told within the hour or the account's entries of the day are used up.

    The last of them says that more are not told (`is_last`). In a transaction of its own: that of the attempt is rolled
    back by now. Whatever goes wrong here is logged: the refusal is answered all the same. Returns whether it was told.
    """
    if actor.user is None:
        return False
    same = hashlib.sha256(f"{actor.user.pk} {what} {row} {code}".encode()).hexdigest()
    try:
        with transaction.atomic():
            if not cache.add(f"attempt-{same}", 1, SAME_AGAIN):
                return False
            of_today = f"attempts-{actor.user.pk}-{now:%Y%m%d}"
            cache.add(of_today, 0, _DAY)
            count = cache.incr(of_today)
            if count > MOST_A_DAY:
                return False
            facts: dict[str, Any] = {"what": what, "row": row, "code": code}
            if count == MOST_A_DAY:
                facts["is_last"] = True
            actions.append_many(actor, [Happening(REFUSED, actor.user, facts)], at=now)
    except (DatabaseError, ValueError):
        # A value that ran out between the two questions, or a database that does not write now.
        log.exception("a refused attempt could not be told: %s", what)
        return False
    return True
